"""Partners as witnesses of the log: what each confirmed last and was sent last, and whether it went silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.database import Connection
from hub.messagelog.checkpoints.store import (
    Cosigned,
    Kept,
    Sent,
    last_checkpoint,
    published_after,
    sent,
    witnesses,
)
from hub.messagelog.tree.store import Tree

#: A witness confirms once a day.
SILENT_AFTER: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Witness:
    """One partner as a witness: what it confirmed last and was sent last, and since when a newer head is out there."""

    oin: str
    word: Cosigned | None
    told: Sent | None
    missed: datetime | None

    def silent(self, now: datetime, within: timedelta = SILENT_AFTER) -> bool:
        """It confirmed before, and for too long nothing that went out since, however lately it was sent the last."""
        return self.word is not None and self.missed is not None and max(self.word.at, self.missed) < now - within


def all_witnesses(connection: Connection) -> list[Witness]:
    """Everybody who ever confirmed or was sent a head, by OIN."""
    words, told = witnesses(connection), {one.oin: one for one in sent(connection)}
    missed = {oin: published_after(connection, word) for oin, word in words.items()}
    return [Witness(oin, words.get(oin), told.get(oin), missed.get(oin)) for oin in sorted(words.keys() | told.keys())]


def newest_head(connection: Connection, found: list[Tree]) -> tuple[Tree, Kept] | None:
    """The newest signed head of these trees, the newest of which may have none yet."""
    for tree in reversed(found):
        kept = last_checkpoint(connection, tree.id)
        if kept is not None:
            return tree, kept
    return None
