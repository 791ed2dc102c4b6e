"""A recovery: a plan that is shown, confirmed, and then carried out exactly as it was shown. Pure.

The plan is a list of items with, for each that will not be sent, why. Its hash is over all of it: who confirms names
the hash that he saw, the rows are held against it before anything is sent, and nothing is added to a plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import rfc8785

from hub.operations.acts import Doer, Done

#: A plan says how things are; after this it is made anew.
GOOD_FOR: Final = timedelta(hours=1)
#: Items of one plan.
MOST: Final = 1_000
#: What may be chosen as pace, in messages a minute.
PACES: Final = (10, 60, 600)
#: An item whose execution ended the process so often is left alone.
TRIES: Final = 2


class Kind(StrEnum):
    """What a recovery does."""

    RELEASE = "release"
    """Takes evidence into the road again, as any delivery."""
    FORWARD = "forward"
    """Lays kept messages without a receipt into their inbox again."""


class Stage(StrEnum):
    """How far a recovery is."""

    PLANNED = "planned"
    ASKED = "asked"
    """Confirmed by one, where two are needed."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Skip(StrEnum):
    """Why an item is not sent; a code of wire.md 8 stands beside these: the road would refuse it."""

    ONLY_HASH = "only-hash"
    OF_HUB = "of-hub"
    ANSWERED = "answered"
    EXPIRED = "expired"
    GONE = "gone"
    STATUS = "edge-status"
    TAKEN = "taken"
    PAUSED = "paused"
    UNREADABLE = "unreadable"


class Outcome(StrEnum):
    """What became of an item; a code of wire.md 8 stands beside these: the road refused it."""

    CARRIED = "carried"
    ANSWERED = "answered"
    DELAYED = "delayed"
    CRASHED = "crashed"
    KEPT_ASIDE = "kept-aside"


@dataclass(frozen=True, slots=True)
class Item:
    """One message or piece of evidence in a plan; `skipped` says why it will not be sent."""

    refhash: str
    evidence: int | None
    source_oin: str | None
    message_id: str | None
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be sent, in that order, and what will not."""

    kind: Kind
    items: tuple[Item, ...]

    @property
    def to_send(self) -> int:
        """How many will be sent."""
        return sum(item.skipped is None for item in self.items)

    @property
    def hash(self) -> str:
        """Over kind and items."""
        return hash_of(self.kind, self.items)


def hash_of(kind: Kind, items: Iterable[Item]) -> str:
    """`sha-256:` and the hash of the canonical JSON of kind and items."""
    rows = [[one.refhash, one.evidence, one.source_oin, one.message_id, one.skipped] for one in items]
    return "sha-256:" + hashlib.sha256(rfc8785.dumps([kind.value, rows])).hexdigest()


@dataclass(frozen=True, slots=True)
class Step:
    """An item of a recovery as it stands in the database."""

    position: int
    item: Item
    begun: datetime | None
    tries: int
    outcome: str | None
    outcome_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery as it stands in the database."""

    id: str
    kind: Kind
    stage: Stage
    planned: datetime
    planner: Doer
    hash: str
    to_send: int
    to_skip: int
    settled: int
    """Items to send that have an outcome."""
    per_minute: int | None
    next_at: datetime | None
    finished: datetime | None
    confirmed: Done | None
    approved: Done | None
    cancelled: Done | None

    def stale(self, now: datetime) -> bool:
        """Whether its plan is too old to be confirmed."""
        return now - self.planned > GOOD_FOR
