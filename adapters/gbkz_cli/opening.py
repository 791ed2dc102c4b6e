"""What every command of a tax office's people begins with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.edge_desk import opened_ledger
from adapters.gbkz.approval import store as approvals
from adapters.settings import EdgeSettings
from hub.database import Database
from hub.errors import Code, RefusedError

NEXT_LOOK: Final = "the running adapter does it at its next look, and answers the sender"


@contextmanager
def opened(settings: EdgeSettings) -> Iterator[Database]:
    """The ledger of a local tax office; `not_found` for another party's."""
    with opened_ledger(settings) as database:
        with database.reading() as tx:
            if not approvals.is_office(tx):
                raise RefusedError(Code.NOT_FOUND, "tax office")
        yield database
