"""Which messages a newer one has overtaken (wire.md 8, *Order*). Statements take an open connection, none commits.

Most types set the one state of their conversation. A type that lies *beside* it (a court's cooling-off period beside
a pause) is compared with its own kind alone: a newer extension does not undo what a court forbids, nor the other way
around.
"""

from __future__ import annotations

from adapters import ledger as rows
from adapters.ledger import IncomingRow
from hub.database import Connection
from schemas.catalogue import CATALOGUE


def is_overtaken(tx: Connection, row: IncomingRow) -> bool:
    """A newer message of this counterpart that sets the same state was applied in this conversation."""
    kind = CATALOGUE[row.type]
    if not kind.state_setting:
        return False
    talk = (row.correlationid, row.source_oin)
    newest = rows.last_done(tx, *talk, row.type) if kind.beside else rows.last_applied(tx, *talk)
    return bool(row.sequence < newest)


def put_applied(tx: Connection, row: IncomingRow) -> None:
    """Remembers that this message was applied, where that matters to older ones; called when the row is DONE."""
    kind = CATALOGUE[row.type]
    if kind.state_setting and not kind.beside:
        rows.put_applied(tx, row.correlationid, row.source_oin, row.sequence)
