"""`schuldhub cases`: what was asked in a case, who answered, what operators wrote about it; from headers alone."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from hub.cli.configuration import ConfigOption, hub_settings, opened_log, organisation_names
from hub.cli.doing import ReasonOption, do, new_act
from hub.cli.filters import as_case
from hub.cli.output import OutputOption, print_record, print_rows, say
from hub.cli.refusal import OK
from hub.clock import clock_of
from hub.conversations.casefile import case_file, cases_of
from hub.conversations.details import case_record, question_row
from hub.conversations.store import cases_with_attention
from hub.errors import Code, RefusedError
from hub.operations.acts import ActName
from hub.operations.acts.store import blank_case
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.wire.names import UUID
from hub.wire.shortnames import case_code

app = App(name="cases", help="Who was asked what in a case, who answered, and for whom rest is still asked.")

_MESSAGES: Final = 1_000
CaseArgument = Annotated[str, Parameter(name="CASE", converter=as_case)]


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
    print_rows([question_row(question, names, now) for question in found], output)
    return OK


@app.command
def show(case: CaseArgument, /, *, config: ConfigOption = None, output: OutputOption = None) -> int:
    """Show one case: per organisation what was sent, delivered, confirmed, overdue, and the hours without rest.

    The hub says that somebody answered; whether the answer means rest is known to who asked.

    Args:
        case: A dossierkenmerk (ten characters) or a whole case pseudonym.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    now = clock_of(settings.clock_file).now()
    register = load_register(read_body(settings.register_file), read_governance(settings.governance_file))
    with opened_log(settings) as database, database.reading() as connection:
        cases = cases_of(connection, case)
        found = case_file(connection, cases[0], register, _MESSAGES) if len(cases) == 1 else None
    if len(cases) > 1:
        return _several(cases, output)
    if found is None:
        raise RefusedError(Code.NOT_FOUND, "CASE")
    if found.cut:
        say(f"this case has more than {_MESSAGES} messages; only the oldest are counted")
    names = {oin: one.name for oin, one in register.organisations.items()}
    print_record(case_record(found, names, now), output)
    return OK


@app.command
def blank(case: CaseArgument, /, *, reason: ReasonOption, config: ConfigOption = None) -> int:
    """Blank every reason and note that operators wrote about a case, for good; that they acted stays known.

    Args:
        case: A dossierkenmerk (ten characters) or a whole case pseudonym.
        reason: Why; it says nothing of the case itself, and stays.
        config: The hub's settings.
    """
    settings = hub_settings(config)
    now = clock_of(settings.clock_file).now()
    with opened_log(settings) as database:
        with database.reading() as connection:
            # evidence may speak of a case of which no message was ever accepted: a whole pseudonym needs none
            cases = [case.lower()] if UUID.fullmatch(case.lower()) else cases_of(connection, case)
        if len(cases) > 1:
            return _several(cases, None)
        if not cases:
            raise RefusedError(Code.NOT_FOUND, "CASE")
        act = new_act(ActName.CASE_BLANKED, now, cases[0], reason, cases=(cases[0],))
        count = do(database, act, lambda connection: blank_case(connection, cases[0], act))
    say(f"{count} blanked")
    return OK


def _several(cases: list[str], output: OutputOption) -> int:
    say("more than one case has this dossierkenmerk; name one of these in full")
    print_rows([{"dossierkenmerk": case_code(one), "case": one} for one in cases], output)
    return OK
