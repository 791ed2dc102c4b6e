"""`schuldhub edge`: a partner's own ledger, looked at and decided in on the partner's own machine.

What messages say is not shown, except with `--persons`, which is written to the access log of the ledger before
anything is printed. The running adapter notices decisions by itself, within a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from cyclopts import App
from cyclopts.types import PositiveInt

from adapters.edge_desk import names_of, opened_ledger, operator, register_of
from adapters.edge_options import ANY, ConfigFile, ItemId, Picked, Reason
from adapters.settings import EdgeSettings, load_edge_settings
from adapters.upkeep import details, store
from adapters.upkeep.records import Item, ItemState, Kind
from hub.cli.app import USAGE
from hub.cli.filters import OinOption
from hub.cli.options import Flag
from hub.cli.output import OutputOption, form_of, print_record, print_rows, say
from hub.cli.refusal import OK, REFUSED
from hub.clock import rfc3339
from hub.database import Database
from hub.errors import Code, HubError, RefusedError
from hub.settings import sqlite_file

MOST: Final = 5_000

app = App(name="edge", help="The ledger of a partner's own edge: what waits, and what a person must decide.")
app.command(
    "adapters.edge_check:check",  # imported when used: it brings the software that talks to the broker
    name="check",
    help="Look at everything that the edge needs, and say what to do about what is wrong.",
)


@app.command
def status(*, config: ConfigFile, output: OutputOption = None) -> int:
    """Show what the ledger holds: how many of each kind, since when, and what a person must decide.

    Args:
        config: The settings of the edge.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with opened_ledger(settings) as database, database.reading() as tx:
        counts = store.counts(tx)
    number = {(kind, state): count for kind, state, count, _ in counts}
    record = {
        "oin": settings.identity.oin,
        "system": settings.identity.system,
        "ledger": _ledger_name(settings),
        **_register_cells(settings),
        "uncertain": number.get((Kind.IN, ItemState.UNCERTAIN), 0),
        "failed": number.get((Kind.IN, ItemState.FAILED), 0),
        "evidence": number.get((Kind.EVIDENCE, ItemState.EVIDENCE), 0),
        "counts": details.count_rows(counts),
    }
    print_record(record, output)
    return OK


@app.command(name="list")
def list_items(*, picked: Picked = ANY, most: PositiveInt = 50, config: ConfigFile, output: OutputOption = None) -> int:
    """List what is not over, newest first: received, sent, held, evidence.

    Args:
        picked: Which items.
        most: How many at once.
        config: The settings of the edge.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with opened_ledger(settings) as database, database.reading() as tx:
        found = store.items(tx, picked.wanted(), min(most, MOST))
    names = names_of(settings) if form_of(output) == "table" else {}
    print_rows([details.item_row(item, names) for item in found], output)
    if len(found) == most:
        say(f"there may be more: --before {store.cursor_of(found[-1])}")
    return OK


@app.command
def show(
    item_id: ItemId,
    /,
    *,
    config: ConfigFile,
    oin: OinOption = None,
    persons: Flag = False,
    output: OutputOption = None,
) -> int:
    """Show one item: where it is, who must act, what happens next.

    Args:
        item_id: The id of a message, or the refhash of a held body or evidence.
        config: The settings of the edge.
        oin: The sender, where two used the same id.
        persons: Show what it says too; who looked is written to the access log of the ledger first.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with opened_ledger(settings) as database:
        with database.reading() as tx:
            found = store.found(tx, item_id, oin)
        item = _only(found)
        if item is None:
            return USAGE
        with database.reading() as tx:
            decided = store.decisions(tx, item.counterpart or "", item.id)
        data = _seen(database, settings, item) if persons else None
    record = details.item_record(item, names_of(settings), decided, persons=persons)
    if persons:
        record["data"] = data
    print_record(record, output)
    return OK


@app.command
def retry(item_id: ItemId, /, *, config: ConfigFile, oin: OinOption = None) -> int:
    """Let a message that waits for its next attempt have it now.

    Args:
        item_id: The id of a message.
        config: The settings of the edge.
        oin: The sender, where two used the same id.
    """
    settings = load_edge_settings(config)
    with opened_ledger(settings) as database:
        with database.reading() as tx:
            item = _only(store.found(tx, item_id, oin))
        if item is None:
            return USAGE
        with database.begin() as tx:
            done = store.retry(tx, item, settings.clock().now())
    if not done:
        say(f"it is {item.state.value}: there is no next attempt to bring forward; see `schuldhub edge show`")
        return REFUSED
    say("its next attempt is now")
    return OK


@app.command
def resolve(
    item_id: ItemId,
    /,
    *,
    config: ConfigFile,
    reason: Reason,
    done: Flag = False,
    redo: Flag = False,
    oin: OinOption = None,
) -> int:
    """Decide about an act that is uncertain or failed, after looking at the outside system.

    Args:
        item_id: The id of the message.
        config: The settings of the edge.
        reason: Why, in one line; no BSN and no name. It stands in the ledger with your login.
        done: The act has happened, or was done by hand: close it. Nothing is answered to the sender.
        redo: The act has not happened: do it again.
        oin: The sender, where two used the same id.
    """
    if done == redo:
        say("usage: give one of --done and --redo")
        return USAGE
    settings = load_edge_settings(config)
    with opened_ledger(settings) as database:
        with database.reading() as tx:
            item = _only(store.found(tx, item_id, oin))
        if item is None:
            return USAGE
        store.prepare(database)
        decision: store.Decision = "done" if done else "redo"
        with database.begin() as tx:
            decided = store.decide(tx, item, decision, who=operator(), reason=reason, now=settings.clock().now())
    if not decided:
        say(f"it is {item.state.value}: only what is uncertain or failed is decided about")
        return REFUSED
    say("closed as done; tell the sender yourself if it waits for an answer" if done else "it is done again")
    return OK


def _only(found: Sequence[Item]) -> Item | None:
    """The one item; None when there are more, after saying how to choose.

    Raises:
        RefusedError: `not_found`.
    """
    if not found:
        raise RefusedError(Code.NOT_FOUND, "ID")
    if len(found) == 1:
        return found[0]
    senders = ", ".join(item.counterpart or "" for item in found)
    say(f"more than one sender used this id: name one with --oin ({senders})")
    return None


def _seen(database: Database, settings: EdgeSettings, item: Item) -> object:
    """What a received message says, after writing down who looks; what was sent is sealed for its recipient."""
    if item.kind is not Kind.IN:
        return None
    store.prepare(database)
    with database.begin() as tx:
        store.record_access(tx, (item.counterpart or "", item.id), operator(), "show", settings.clock().now())
    with database.reading() as tx:
        text = store.payload(tx, item.counterpart or "", item.id)
    return None if text is None else json.loads(text)


def _register_cells(settings: EdgeSettings) -> Mapping[str, object]:
    """Which register lies there; a bad one is said and no reason to stop."""
    try:
        register = register_of(settings)
    except HubError as error:
        return {"register": error.code.value, "nextUpdate": None}
    state = "outdated" if register.outdated(settings.clock().now()) else "ok"
    return {"register": f"version {register.version}, {state}", "nextUpdate": rfc3339(register.next_update)}


def _ledger_name(settings: EdgeSettings) -> str:
    """The file of the ledger; of one on a server nothing, for its address may hold a password."""
    file = sqlite_file(settings.ledger)
    return str(file) if file is not None else "on a server"
