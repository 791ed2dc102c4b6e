"""Messages that the hub keeps and that have no receipt yet, with when they expire. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from hub.database import moment
from hub.messagelog.store import KNOWN, Key, Known
from hub.messagelog.tables import MESSAGE, State


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message and the instant after which its recipient refuses it."""

    message: Known
    expirytime: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a paused partner."""

    count: int
    oldest: datetime
    first_expiry: datetime


def waiting_for(connection: Connection, oin: str, most: int) -> list[Waiting]:
    """What one recipient has sent no receipt for, oldest first."""
    query = (
        select(*KNOWN, MESSAGE.c.expirytime)
        .where(MESSAGE.c.state <= State.FORWARDED, MESSAGE.c.recipient_oin == oin)
        .order_by(MESSAGE.c.received)
        .limit(most)
    )
    return _found(connection, query)


def waiting_message(connection: Connection, key: Key) -> list[Waiting]:
    """One message, in whatever state."""
    query = select(*KNOWN, MESSAGE.c.expirytime).where(MESSAGE.c.source_oin == key[0], MESSAGE.c.id == key[1])
    return _found(connection, query)


def kept_for(connection: Connection, oins: Sequence[str]) -> dict[str, Kept]:
    """What is kept for each of these partners and lies in no inbox yet."""
    query = (
        select(
            MESSAGE.c.recipient_oin,
            func.count(),
            func.min(MESSAGE.c.received),
            func.min(MESSAGE.c.expirytime),
        )
        .where(MESSAGE.c.state == State.ACCEPTED, MESSAGE.c.recipient_oin.in_(sorted(oins)))
        .group_by(MESSAGE.c.recipient_oin)
    )
    return {
        oin: Kept(count, moment(oldest), moment(expiry)) for oin, count, oldest, expiry in connection.execute(query)
    }


def cases_of_messages(connection: Connection, keys: Sequence[Key]) -> tuple[str, ...]:
    """The case pseudonyms of these messages."""
    wanted = {(oin, message_id) for oin, message_id in keys if oin and message_id}
    if not wanted:
        return ()
    oins, ids = sorted({oin for oin, _ in wanted}), sorted({message_id for _, message_id in wanted})
    # both columns apart and not as a pair, because SQLite reads the whole table for more than one pair
    query = select(MESSAGE.c.subject).where(MESSAGE.c.source_oin.in_(oins), MESSAGE.c.id.in_(ids)).distinct()
    return tuple(sorted(connection.execute(query).scalars()))


def _found(connection: Connection, query: Select[Any]) -> list[Waiting]:
    found = []
    for row in connection.execute(query).mappings():
        mine = {name: value for name, value in row.items() if name != "expirytime"}
        found.append(Waiting(Known(**{**mine, "state": State(row["state"])}), moment(row["expirytime"])))
    return found
