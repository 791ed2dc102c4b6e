"""`schuldhub gbkz`: what the people of a local tax office decide, over the ledger of its adapter.

The running adapter carries decisions out at its next look. Who a message is about shows only with `--persons`, which is
written to the access log of the ledger before anything is printed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter, Token

from adapters.adapter import own_file
from adapters.edge_desk import names_of, opened_ledger, operator
from adapters.edge_options import ConfigFile, Employee, Reason
from adapters.gbkz.approval import store as approvals
from adapters.gbkz.approval.store import ApprovalState, Waiting
from adapters.gbkz.pauses import Pauses
from adapters.gbkz.settings import TaxOfficeSettings
from adapters.gbkz.settlement import store as settling
from adapters.gbkz.store import Decision, Pause, dossiers_of, to_decide
from adapters.ledger import Key
from adapters.settings import EdgeSettings, load_edge_settings
from adapters.upkeep import store as upkeep
from hub.cli.app import USAGE
from hub.cli.filters import MessageId
from hub.cli.options import Flag
from hub.cli.output import OutputOption, form_of, print_rows, say
from hub.cli.refusal import OK, REFUSED
from hub.clock import rfc3339
from hub.database import Connection, Database, instant
from hub.errors import Code, RefusedError
from hub.wire.names import UUID
from hub.wire.shortnames import case_code, short_type
from schemas.codes import NoCooperationReason, ProposalRefusalReason
from schemas.messages import PublicNotice

app = App(
    name="gbkz", help="At a local tax office: let acts through, decide about pauses after a death and about proposals."
)
approvals_app = App(name="approvals", help="Messages that a person lets through first (mode ter-goedkeuring).")
deaths_app = App(name="deaths", help="Pauses of taxpayers who died: a person decides whether collecting goes on.")
proposals_app = App(name="proposals", help="Proposals to settle a debt: a person decides whether the office agrees.")
app.command(approvals_app)
app.command(deaths_app)
app.command(proposals_app)
Row = dict[str, object]
#: List B, in the words that its sender gets.
Refusal = Literal[
    "klant-onbekend",
    "recent-finale-kwijting",
    "recent-stabilisatiepoging",
    "geen-samenwerking-met-hulpverlener",
    "gegevens-komen-niet-overeen",
    "vordering-overgedragen",
    "buiten-convenant",
]
#: List D.
ProposalRefusal = Literal[
    "wettelijke-belemmering",
    "fraudevordering",
    "saldo-gewijzigd",
    "berekening-betwist",
    "ongelijke-behandeling",
    "overig",
]
_NEXT_LOOK: Final = "the running adapter does it at its next look, and answers the sender"


def _conversation(_kind: object, tokens: Sequence[Token]) -> str:
    if UUID.fullmatch(tokens[0].value.lower()) is None:
        raise ValueError("a conversation is a UUID, as `deaths list` shows it")  # noqa: EM101 for its user
    return tokens[0].value.lower()


Conversation = Annotated[str, Parameter(name="CONVERSATION", converter=_conversation)]


# — approvals —————————————————————————————————————————————————————————————————————————————————————————————————————


@approvals_app.command(name="list")
def list_approvals(*, config: ConfigFile, persons: Flag = False, output: OutputOption = None) -> int:
    """List what waits for a person, and what was decided and is not done yet, in the order of its turn.

    Args:
        config: The settings of the edge.
        persons: Show what each message says too; who looked is written to the access log of the ledger first.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database:
        with database.reading() as tx:
            found = approvals.unfinished(tx)
        if persons:
            _record_looking(database, settings, [(one.sender, one.id) for one in found], "approvals")
    names = names_of(settings) if form_of(output) == "table" else {}
    before: Counter[str] = Counter()
    rows: list[Row] = []
    for one in found:
        row = _approval_row(one, names.get(one.sender, one.sender), before[one.conversation])
        rows.append(row | {"data": json.loads(one.data)} if persons else row)
        before[one.conversation] += 1
    print_rows(rows, output)
    return OK


@approvals_app.command
def approve(message_id: MessageId, /, *, config: ConfigFile, by: Employee) -> int:
    """Let the act of a message through.

    Args:
        message_id: The id of a message that waits.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database, database.begin() as tx:
        approvals.approve(tx, message_id, by=by, now=settings.clock().now())
        earlier = _before(tx, message_id)
    say(f"approved; {_NEXT_LOOK}")
    if earlier:
        say(f"{earlier} earlier in its conversation go first")
    return OK


@approvals_app.command
def refuse(message_id: MessageId, /, *, config: ConfigFile, by: Employee, reason: Refusal) -> int:
    """Refuse a notice; its sender is answered *geen medewerking* with the reason.

    Args:
        message_id: The id of a notice that waits; a later message of a pause that runs cannot be refused.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
        reason: Why; it is what the sender is told.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database, database.begin() as tx:
        waiting = {one.id: one.message_type for one in approvals.waiting(tx)}
        if waiting.get(message_id, PublicNotice.message_type.type) != PublicNotice.message_type.type:
            say("only a notice is refused; this message belongs to a pause that was asked for already: approve it")
            return REFUSED
        approvals.refuse(tx, message_id, NoCooperationReason(reason), by=by, now=settings.clock().now())
    say(f"refused; {_NEXT_LOOK}")
    return OK


@approvals_app.command
def close(message_id: MessageId, /, *, config: ConfigFile, by: Employee, reason: Reason) -> int:
    """Close what the tax system refused, after doing by hand what there was to do. Nothing is answered to the sender.

    Args:
        message_id: The id of a message that waits again, with a code.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the reason.
        reason: What was done, in one line; no BSN and no name.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database, database.begin() as tx:
        approvals.close_by_hand(tx, message_id, by=by, reason=reason, now=settings.clock().now())
    say("closed; tell the sender yourself if it waits for an answer")
    return OK


def _approval_row(one: Waiting, party: str, before: int) -> Row:
    """One message; `before` counts those of its conversation that go first, `code` is what the tax system said."""
    return {
        "id": one.id,
        "time": rfc3339(one.time),
        "state": one.state.value,
        "whoMustAct": "you" if one.state is ApprovalState.WAITING else "nobody yet",
        "before": before,
        "dossierkenmerk": case_code(one.case),
        "type": short_type(one.message_type),
        "party": party,
        "code": one.note,
    }


def _before(tx: Connection, message_id: str) -> int:
    """How many unfinished messages of the same conversation go before this one."""
    found = approvals.unfinished(tx)
    ours = next(one for one in found if one.id == message_id)
    return sum(one.conversation == ours.conversation and one.sequence < ours.sequence for one in found)


# — deaths ————————————————————————————————————————————————————————————————————————————————————————————————————————


@deaths_app.command(name="list")
def list_deaths(*, config: ConfigFile, persons: Flag = False, output: OutputOption = None) -> int:
    """List the pauses that stay after a death until a person decides.

    Args:
        config: The settings of the edge.
        persons: Show the taxpayer's number and dossiers too; who looked is written to the access log first.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database:
        with database.reading() as tx:
            found = [(pause, dossiers_of(tx, pause.conversation)) for pause in to_decide(tx)]
        if persons:
            _record_looking(database, settings, [(pause.sender, pause.message) for pause, _ in found], "deaths")
    names = names_of(settings) if form_of(output) == "table" else {}
    rows = [_death_row(pause, names.get(pause.sender, pause.sender)) for pause, _ in found]
    if persons:
        rows = [
            row | {"taxpayer": pause.taxpayer, "dossiers": dossiers}
            for row, (pause, dossiers) in zip(rows, found, strict=True)
        ]
    print_rows(rows, output)
    return OK


@deaths_app.command
def decide(
    conversation: Conversation,
    /,
    *,
    config: ConfigFile,
    by: Employee,
    reason: Reason,
    resume: Flag = False,
    keep: Flag = False,
) -> int:
    """Decide what becomes of a pause after a death.

    Args:
        conversation: The conversation of the pause, as listed.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
        reason: Why, in one line; no BSN and no name.
        resume: Collecting goes on from the next working day.
        keep: The *uitstel* stays, without an end.
    """
    if resume == keep:
        say("usage: give one of --resume and --keep")
        return USAGE
    settings = load_edge_settings(config)
    pauses = Pauses(TaxOfficeSettings.load(own_file(settings.own)))
    with _opened(settings) as database, database.begin() as tx:
        pauses.decide(tx, conversation, Decision(resume=resume, by=by, reason=reason), settings.clock().now())
    say("collecting goes on from the next working day, done by the running adapter" if resume else "the uitstel stays")
    return OK


def _death_row(pause: Pause, party: str) -> Row:
    return {
        "conversation": pause.conversation,
        "dossierkenmerk": case_code(pause.case),
        "party": party,
        "start": pause.start.isoformat(),
        "end": pause.until.isoformat(),
    }


# — proposals —————————————————————————————————————————————————————————————————————————————————————————————————————


@proposals_app.command(name="list")
def list_proposals(*, config: ConfigFile, output: OutputOption = None) -> int:
    """List the proposals that wait for a person, the oldest first, with what they offer for each dossier.

    Args:
        config: The settings of the edge.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database, database.reading() as tx:
        found = settling.to_decide(tx)
    names = names_of(settings) if form_of(output) == "table" else {}
    print_rows([_proposal_row(one, names.get(one.sender, one.sender)) for one in found], output)
    return OK


@proposals_app.command(name="decide")
def decide_proposal(
    conversation: Conversation,
    /,
    *,
    config: ConfigFile,
    by: Employee,
    agree: Flag = False,
    refuse: ProposalRefusal | None = None,
) -> int:
    """Decide about a proposal; the running adapter answers it at its next look.

    Args:
        conversation: The conversation of the proposal, as listed.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
        agree: The office agrees.
        refuse: It does not, for this reason.
    """
    if agree == (refuse is not None):
        say("usage: give one of --agree and --refuse REASON")
        return USAGE
    settings = load_edge_settings(config)
    reason = None if refuse is None else ProposalRefusalReason(refuse)
    with _opened(settings) as database, database.begin() as tx:
        settling.decide(tx, conversation, reason, by, instant(settings.clock().now()))
    say(_NEXT_LOOK)
    return OK


def _proposal_row(known: settling.Settlement, party: str) -> Row:
    offered = {line["factuurnummer"]: f"{line['prognoseBedrag']} ({line['percentage']} %)" for line in known.lines}
    return {
        "conversation": known.conversation,
        "dossierkenmerk": case_code(known.case),
        "party": party,
        "again": known.turn > 1,
        "offered": "; ".join(f"{number}: {offer}" for number, offer in offered.items()),
    }


# — the ledger ————————————————————————————————————————————————————————————————————————————————————————————————————


@contextmanager
def _opened(settings: EdgeSettings) -> Iterator[Database]:
    """The ledger of a local tax office; `not_found` for another party's."""
    with opened_ledger(settings) as database:
        with database.reading() as tx:
            if not approvals.is_office(tx):
                raise RefusedError(Code.NOT_FOUND, "tax office")
        yield database


def _record_looking(database: Database, settings: EdgeSettings, keys: Sequence[Key], command: str) -> None:
    """Writes down who is about to see persons, before anybody does."""
    upkeep.prepare(database)
    now = settings.clock().now()
    with database.begin() as tx:
        for key in keys:
            upkeep.record_access(tx, key, operator(), command, now)
