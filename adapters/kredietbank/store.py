"""Rows of the Kredietbank's adapter: every statement takes an open transaction of the edge's ledger, never commits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, insert, select

from adapters.kredietbank.referral import RUNNING, Standing
from adapters.kredietbank.tables import METADATA, NEWS, REFERRAL, TALK
from adapters.outside.batches.store import Batches
from adapters.outside.items.store import Items

Transaction = Connection
BATCHES = Batches("kbn", METADATA)
ITEMS = Items("kbn", METADATA)


class ItemKind(StrEnum):
    """Why a person must look."""

    UNREADABLE_FILE = "unreadable-file"
    UNREADABLE_ROW = "unreadable-row"
    UNKNOWN_REFERRAL = "unknown-referral"
    NUMBER_REUSED = "number-reused"
    NOT_ALLOWED = "not-allowed"  # a standing that may not follow, or a talk of a referral that is over
    NOT_SAYABLE = "not-sayable"  # it makes no message that may be sent
    NOT_ASKABLE = "not-askable"  # the case system does not want to say how it stands
    UNFETCHED = "unfetched"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Kept:
    """A referral as it is kept."""

    conversation: str
    case: str
    message: str
    requester: str
    person: str | None
    urgent: bool
    standing: Standing
    number: int
    arrived: int
    said_at: int
    asked: int
    lapse: str | None

    @property
    def whom(self) -> dict[str, object]:
        """The person; empty when it is kept no longer."""
        known: dict[str, object] = json.loads(self.person or "{}")
        return known


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with one creditor."""

    conversation: str
    referral: str
    party: str


def referral(tx: Transaction, conversation: str) -> Kept | None:
    """The referral of this conversation."""
    row = tx.execute(select(REFERRAL).where(REFERRAL.c.conversation == conversation)).first()
    return None if row is None else _kept(row)


def put(tx: Transaction, kept: Kept) -> None:
    """Writes a referral, whether it was there or not."""
    values = {column: getattr(kept, column) for column in REFERRAL.c.keys()}  # noqa: SIM118 - of columns
    tx.execute(delete(REFERRAL).where(REFERRAL.c.conversation == kept.conversation))
    tx.execute(insert(REFERRAL).values(values | {"standing": kept.standing.value}))


def unfinished(tx: Transaction) -> list[Kept]:
    """Referrals of which something may come due, the oldest first."""
    open_ones = [Standing.REQUESTED.value, *sorted(one.value for one in RUNNING)]
    rows = tx.execute(select(REFERRAL).where(REFERRAL.c.standing.in_(open_ones)).order_by(REFERRAL.c.arrived))
    return [_kept(row) for row in rows]


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    return Kept(**(dict(row._mapping) | {"standing": Standing(row.standing)}))  # noqa: SLF001 - its documented mapping


def talk(tx: Transaction, conversation: str) -> Talk | None:
    """The talk that this conversation is."""
    row = tx.execute(select(TALK).where(TALK.c.conversation == conversation)).first()
    return None if row is None else Talk(**row._mapping)  # noqa: SLF001 - its documented mapping


def talk_with(tx: Transaction, referral_of: str, party: str, new: str) -> Talk:
    """The talk with this creditor about this referral; it begins under `new` when there is none."""
    row = tx.execute(select(TALK).where(TALK.c.referral == referral_of, TALK.c.party == party)).first()
    if row is not None:
        return Talk(**row._mapping)  # noqa: SLF001 - its documented mapping
    begun = Talk(new, referral_of, party)
    tx.execute(insert(TALK).values(conversation=new, referral=referral_of, party=party))
    return begun


def news(tx: Transaction, referral_of: str, number: int) -> str | None:
    """The digest of what happened under this number, when it was taken in."""
    row = tx.execute(select(NEWS.c.digest).where(NEWS.c.referral == referral_of, NEWS.c.number == number)).first()
    return None if row is None else str(row.digest)


def add_news(tx: Transaction, referral_of: str, number: int, digest: str) -> None:
    """Remembers that this was taken in."""
    tx.execute(insert(NEWS).values(referral=referral_of, number=number, digest=digest))


def add_item(tx: Transaction, kind: ItemKind, place: str, line: str, found: int) -> None:
    """Puts something before a person."""
    ITEMS.add(tx, kind.value, place, line, found)
