"""`… items`: what an outside system did that fits nothing, listed for its party's people, and closed by them.

What the outside system wrote shows only with `--persons`, which is written to the access log of the ledger before
anything is printed: an unreadable row may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from adapters.edge_desk import opened_ledger, record_looking
from adapters.edge_options import ConfigFile, Employee, Reason
from adapters.outside.items.store import Item, Items
from adapters.settings import EdgeSettings, load_edge_settings
from hub.cli.options import Flag
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import rfc3339
from hub.database import Database
from hub.errors import Code, RefusedError


def items_app(items: Items, party: str, advice: Mapping[str, str]) -> App:
    """The commands about the items of one kind of party.

    Args:
        items: where they are kept.
        party: whose ledger it must be, as a refusal names it.
        advice: what to do, by the kind of item.
    """
    app = App(name="items", help="What the outside system did that fits nothing, or does not happen.")

    @contextmanager
    def opened(settings: EdgeSettings) -> Iterator[Database]:
        with opened_ledger(settings) as database:
            with database.reading() as tx:
                if not items.is_here(tx):
                    raise RefusedError(Code.NOT_FOUND, party)
            yield database

    @app.command(name="list")
    def list_items(*, config: ConfigFile, persons: Flag = False, output: OutputOption = None) -> int:
        """List what a person must look at, oldest first.

        Args:
            config: The settings of the edge.
            persons: Show what the outside system wrote too; who looked is written to the access log first.
            output: How to print it.
        """
        settings = load_edge_settings(config)
        with opened(settings) as database:
            with database.reading() as tx:
                found = items.waiting(tx)
            if persons:
                # They came by no message, so they go by our own OIN and number.
                keys = [(settings.identity.oin, f"item-{one.id}") for one in found]
                record_looking(database, settings, keys, "items")
        rows = [_row(one, advice) | ({"place": one.place, "line": one.line} if persons else {}) for one in found]
        print_rows(rows, output)
        return OK

    @app.command
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
        with opened(settings) as database, database.begin() as tx:
            items.resolve(tx, item, by=by, reason=reason, now=settings.clock().now())
        say("closed")
        return OK

    return app


def _row(one: Item, advice: Mapping[str, str]) -> dict[str, object]:
    """One item; a file that it is about shows with `--persons`, for its name is not ours."""
    return {
        "id": one.id,
        "kind": one.kind,
        "found": rfc3339(one.found),
        "conversation": one.conversation,
        "advice": advice[one.kind],
    }
