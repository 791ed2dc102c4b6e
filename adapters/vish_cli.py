"""`schuldhub vish`: what came back from the index and needs a person, over the ledger of its adapter.

What the index wrote shows only with `--persons`, which is written to the access log of the ledger before anything is
printed: an unreadable line may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from adapters.edge_desk import opened_ledger, record_looking
from adapters.edge_options import ConfigFile, Employee, Reason
from adapters.settings import EdgeSettings, load_edge_settings
from adapters.vish import store
from adapters.vish.store import Item, ItemKind
from hub.cli.options import Flag
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import rfc3339
from hub.database import Database
from hub.errors import Code, RefusedError
from hub.wire.shortnames import case_code

app = App(name="vish", help="At the adapter of the index: what came back from it and needs a person.")
items_app = App(name="items", help="What came back from the index and fits nothing.")
app.command(items_app)
ADVICE: Final[Mapping[ItemKind, str]] = {
    ItemKind.UNREADABLE_FILE: "ask the index to supply this result file again",
    ItemKind.UNREADABLE_LINE: "ask the index what this line says; the row in question is supplied again by itself",
    ItemKind.UNKNOWN_ROW: "ask the index whose result this is: it was not asked here",
    ItemKind.CONFLICT: "ask the index which of its two results holds; the helper was told the first",
    ItemKind.UNEXPECTED: "ask the index what it did: this result does not fit what was asked",
    ItemKind.NOT_CHANGED: "see why the index refuses the change, and call the helper: all stands as it stood",
    ItemKind.NOT_ENDED: "have the index end the registration: it stands although its helper ended it",
}


@items_app.command(name="list")
def list_items(*, config: ConfigFile, persons: Flag = False, output: OutputOption = None) -> int:
    """List what a person must look at, oldest first.

    Args:
        config: The settings of the edge.
        persons: Show what the index wrote too; who looked is written to the access log of the ledger first.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database:
        with database.reading() as tx:
            found = store.open_items(tx)
        if persons:
            # They came from the index and by no message, so they go by our own OIN and number.
            keys = [(settings.identity.oin, f"item-{item.id}") for item in found]
            record_looking(database, settings, keys, "items")
    rows = [_row(item) | ({"file": item.file, "line": item.line} if persons else {}) for item in found]
    print_rows(rows, output)
    return OK


@items_app.command
def resolve(
    item: Annotated[PositiveInt, Parameter(name="ID")], /, *, config: ConfigFile, by: Employee, reason: Reason
) -> int:
    """Close an item after doing what there was to do; nothing is sent to anybody.

    Args:
        item: Its number, as listed.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the reason.
        reason: What was done, in one line; no BSN and no name.
    """
    settings = load_edge_settings(config)
    with _opened(settings) as database, database.begin() as tx:
        store.resolve_item(tx, item, by=by, reason=reason, now=settings.clock().now())
    say("closed")
    return OK


def _row(item: Item) -> dict[str, object]:
    """One item; `message` is the id of ours that it is about, and so the key of the row at the index."""
    return {
        "id": item.id,
        "kind": item.kind.value,
        "found": rfc3339(item.found),
        "dossierkenmerk": case_code(item.case) if item.case else None,
        "message": item.key,
        "advice": ADVICE[item.kind],
    }


@contextmanager
def _opened(settings: EdgeSettings) -> Iterator[Database]:
    """The ledger of the adapter of the index; `not_found` for another party's."""
    with opened_ledger(settings) as database:
        with database.reading() as tx:
            if not store.is_index(tx):
                raise RefusedError(Code.NOT_FOUND, "index")
        yield database
