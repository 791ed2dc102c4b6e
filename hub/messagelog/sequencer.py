"""The one sequencer: entries get their index, and the tree grows over them, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from hub.database import Connection
from hub.errors import HubError, TamperedError
from hub.messagelog.entries.store import sequence_entries
from hub.messagelog.tree.store import grow


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What came of it: entries that got an index, leaves that the tree took, and why it took none if so."""

    entries: int
    leaves: int
    problem: HubError | None = None


def sequence(connection: Connection, log: str | None, most: int) -> Sequenced:
    """Takes up to `most` entries; a tree that is damaged stands still and holds up nothing else.

    Args:
        connection: one transaction; indexes and tree are never apart for who reads another.
        log: the name of the log's key, which origins begin with; None when the register has no usable one, and then
            the tree waits.
        most: how many at once.
    """
    entries = sequence_entries(connection, most)
    try:
        return Sequenced(entries, grow(connection, log, most) if log is not None else 0)
    except TamperedError as error:
        return Sequenced(entries, 0, error)
