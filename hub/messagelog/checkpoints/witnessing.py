"""Partners as witnesses of the log: what each confirmed last and was sent last, and whether it went silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.database import Connection
from hub.messagelog.checkpoints.store import Cosigned, Kept, Sent, last_checkpoint, sent, witnesses
from hub.messagelog.tree.store import Tree

#: A witness confirms once a day.
SILENT: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Witness:
    """One partner as a witness: what it confirmed last, and what it was sent last."""

    oin: str
    word: Cosigned | None
    told: Sent | None

    def silent(self, now: datetime) -> bool:
        """It confirmed before, and has not for two days what it was sent."""
        if self.word is None or self.told is None:
            return False
        behind = (self.word.tree_id, self.word.size) < (self.told.tree_id, self.told.size)
        return behind and max(self.word.at, self.told.at) < now - SILENT


def all_witnesses(connection: Connection) -> list[Witness]:
    """Everybody who ever confirmed or was sent a head, by OIN."""
    words, told = witnesses(connection), {one.oin: one for one in sent(connection)}
    return [Witness(oin, words.get(oin), told.get(oin)) for oin in sorted(words.keys() | told.keys())]


def newest_head(connection: Connection, found: list[Tree]) -> tuple[Tree, Kept] | None:
    """The newest signed head of these trees, the newest of which may have none yet."""
    for tree in reversed(found):
        kept = last_checkpoint(connection, tree.id)
        if kept is not None:
            return tree, kept
    return None
