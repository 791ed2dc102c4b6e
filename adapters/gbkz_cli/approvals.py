"""`schuldhub gbkz approvals`: messages that a person lets through first (mode `ter-goedkeuring`)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Literal

from cyclopts import App

from adapters.edge_desk import names_of, record_looking
from adapters.edge_options import ConfigFile, Employee, Reason
from adapters.gbkz.approval import store as approvals
from adapters.gbkz.approval.store import ApprovalState, Waiting
from adapters.gbkz_cli.opening import NEXT_LOOK, opened
from adapters.settings import load_edge_settings
from hub.cli.filters import MessageId
from hub.cli.options import Flag
from hub.cli.output import OutputOption, form_of, print_rows, say
from hub.cli.refusal import OK, REFUSED
from hub.clock import rfc3339
from hub.database import Connection
from hub.wire.shortnames import case_code, short_type
from schemas.codes import NoCooperationReason
from schemas.messages import PublicNotice

app = App(name="approvals", help="Messages that a person lets through first (mode ter-goedkeuring).")
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


@app.command(name="list")
def list_approvals(*, config: ConfigFile, persons: Flag = False, output: OutputOption = None) -> int:
    """List what waits for a person, and what was decided and is not done yet, in the order of its turn.

    Args:
        config: The settings of the edge.
        persons: Show what each message says too; who looked is written to the access log of the ledger first.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with opened(settings) as database:
        with database.reading() as tx:
            found = approvals.unfinished(tx)
        if persons:
            record_looking(database, settings, [(one.sender, one.id) for one in found], "approvals")
    names = names_of(settings) if form_of(output) == "table" else {}
    before: Counter[str] = Counter()
    rows: list[Row] = []
    for one in found:
        row = _approval_row(one, names.get(one.sender, one.sender), before[one.conversation])
        rows.append(row | {"data": json.loads(one.data)} if persons else row)
        before[one.conversation] += 1
    print_rows(rows, output)
    return OK


@app.command
def approve(message_id: MessageId, /, *, config: ConfigFile, by: Employee) -> int:
    """Let the act of a message through.

    Args:
        message_id: The id of a message that waits.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
    """
    settings = load_edge_settings(config)
    with opened(settings) as database, database.begin() as tx:
        approvals.approve(tx, message_id, by=by, now=settings.clock().now())
        earlier = _before(tx, message_id)
    say(f"approved; {NEXT_LOOK}")
    if earlier:
        say(f"{earlier} earlier in its conversation go first")
    return OK


@app.command
def refuse(message_id: MessageId, /, *, config: ConfigFile, by: Employee, reason: Refusal) -> int:
    """Refuse a notice; its sender is answered *geen medewerking* with the reason.

    Args:
        message_id: The id of a notice that waits; a later message of a pause that runs cannot be refused.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
        reason: Why; it is what the sender is told.
    """
    settings = load_edge_settings(config)
    with opened(settings) as database, database.begin() as tx:
        waiting = {one.id: one.message_type for one in approvals.waiting(tx)}
        if waiting.get(message_id, PublicNotice.message_type.type) != PublicNotice.message_type.type:
            say("only a notice is refused; this message belongs to a pause that was asked for already: approve it")
            return REFUSED
        approvals.refuse(tx, message_id, NoCooperationReason(reason), by=by, now=settings.clock().now())
    say(f"refused; {NEXT_LOOK}")
    return OK


@app.command
def close(message_id: MessageId, /, *, config: ConfigFile, by: Employee, reason: Reason) -> int:
    """Close what the tax system refused, after doing by hand what there was to do. Nothing is answered to the sender.

    Args:
        message_id: The id of a message that waits again, with a code.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the reason.
        reason: What was done, in one line; no BSN and no name.
    """
    settings = load_edge_settings(config)
    with opened(settings) as database, database.begin() as tx:
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
