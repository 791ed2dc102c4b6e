"""`schuldhub cases`: one case's lanes, and the cases that ask for attention; by the same questions as the console's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from hub.cli.configuration import ConfigOption, hub_settings, opened_log, organisation_names
from hub.cli.filters import as_case
from hub.cli.output import OutputOption, print_record, print_rows, say
from hub.cli.refusal import OK
from hub.clock import clock_of, rfc3339
from hub.conversations.lanes import Lane, lanes_of
from hub.conversations.questions import CaseMessage, Question, act_began, agreed_in, questions_of
from hub.conversations.store import cases_between, cases_with_attention, messages_of
from hub.errors import Code, RefusedError
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.settings import HubSettings
from hub.wire.shortnames import case_code, cases_named, short_type

app = App(name="cases", help="Who was asked what in a case, who answered, and for whom rest is still asked.")

_MESSAGES: Final = 1_000
_CANDIDATES: Final = 20
Row = dict[str, object]


@app.command(name="list")
def list_cases(*, most: PositiveInt = 50, config: ConfigOption = None, output: OutputOption = None) -> int:
    """List the cases with an open question, the one that asks for attention first in front.

    Args:
        most: How many at once.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    now = clock_of(settings.clock_file).now()
    with opened_log(settings) as database, database.reading() as connection:
        found = cases_with_attention(connection, now, min(most, 1_000))
    names = organisation_names(settings)
    print_rows([_question_row(question, names, now) for question in found], output)
    return OK


@app.command
def show(
    case: Annotated[str, Parameter(name="CASE", converter=as_case)],
    /,
    *,
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """Show one case: per organisation what was sent, delivered, confirmed, overdue, and the hours without rest.

    The hub says that somebody answered; whether the answer means rest is known to who asked.

    Args:
        case: A dossierkenmerk (ten characters) or a whole case pseudonym.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    now = clock_of(settings.clock_file).now()
    with opened_log(settings) as database, database.reading() as connection:
        cases = cases_between(connection, *cases_named(case), _CANDIDATES)
        messages = messages_of(connection, cases[0], _MESSAGES + 1) if len(cases) == 1 else []
    if not cases:
        raise RefusedError(Code.NOT_FOUND, "CASE")
    if len(cases) > 1:
        say("more than one case has this dossierkenmerk; name one of these in full")
        print_rows([{"dossierkenmerk": case_code(one), "case": one} for one in cases], output)
        return OK
    if len(messages) > _MESSAGES:
        say(f"this case has more than {_MESSAGES} messages; only the oldest are counted")
    print_record(_case_record(cases[0], messages[:_MESSAGES], settings, now), output)
    return OK


def _case_record(case: str, messages: Sequence[CaseMessage], settings: HubSettings, now: datetime) -> Row:
    register = load_register(read_body(settings.register_file), read_governance(settings.governance_file))
    names = {oin: one.name for oin, one in register.organisations.items()}
    questions = questions_of(messages, agreed_in(register))
    began = act_began(questions)
    return {
        "dossierkenmerk": case_code(case),
        "case": case,
        "messages": len(messages),
        "restAsked": rfc3339(began) if began else None,
        "hoursSince": _hours(now - began) if began else None,
        "lanes": [_lane_row(lane, names) for lane in lanes_of(messages, questions, now)],
        "questions": [_question_row(question, names, now) for question in questions],
    }


def _lane_row(lane: Lane, names: Mapping[str, str]) -> Row:
    return {
        "organisation": names.get(lane.oin, lane.oin),
        "sent": lane.sent,
        "delivered": lane.delivered,
        "questions": lane.questions,
        "confirmed": lane.confirmed,
        "overdue": lane.overdue,
        "failed": lane.failed,
        "hoursWithoutRest": None if lane.without_rest is None else _hours(lane.without_rest),
    }


def _question_row(question: Question, names: Mapping[str, str], now: datetime) -> Row:
    return {
        "dossierkenmerk": case_code(question.case),
        "to": names.get(question.recipient, question.recipient),
        "type": short_type(question.type),
        "progress": question.progress_at(now).name.lower(),
        "asked": rfc3339(question.received),
        "delivered": rfc3339(question.delivered) if question.delivered else None,
        "due": rfc3339(question.due) if question.due else None,
        "code": question.code,
        "id": question.id,
    }


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 1)
