"""What the relay writes and asks, a statement per table and batch, inside the caller's transaction.

Every function takes an open connection and never commits. States only move up; keys are (source OIN, id).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Select,
    Table,
    bindparam,
    case,
    column,
    delete,
    insert,
    inspect,
    select,
    table,
    update,
)
from sqlalchemy import Row as RowOf
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import instant, moment
from hub.messagelog.tables import (
    EDGE_STATUS,
    MESSAGE,
    NOTICE,
    QUARANTINE,
    RECEIPT,
    SEALED,
    State,
)
from hub.rows import add_rows, among, as_list, insert_if_absent

ATTEMPTS_COUNTED: Final = 1_000  # a sender may offer its message for ever; the column may not overflow

PROBE: Final = "probe"
AT_WORK: Final = "keeper"  # the notice by which the keeper says that it is at work

Key = tuple[str, str]  # (source OIN, message id)
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Known:
    """A message that the hub holds, as far as a decision about a duplicate or a receipt needs it."""

    source_oin: str
    id: str
    signing_hash: str
    refhash: str
    source: str
    recipient_oin: str
    type: str
    correlationid: str
    subject: str
    received: int
    state: State
    outcome: str | None
    outcome_code: str | None
    receipt_id: str | None
    attempts: int

    @property
    def key(self) -> Key:
        """(source OIN, id)."""
        return (self.source_oin, self.id)


@dataclass(frozen=True, slots=True)
class Opener:
    """An accepted message of a conversation: what was said first decides what may be answered."""

    correlationid: str
    source_oin: str
    recipient_oin: str
    type: str
    received: int


KNOWN = [MESSAGE.c[name] for name in Known.__dataclass_fields__]


def _by_keys(table: Table, *columns: Column[Any]) -> Select[Any]:
    """The rows whose OIN is among `oins` and whose id among `ids`.

    Both columns apart and not as a pair, because SQLite reads the whole table for more than one pair. That can find a
    pair that nobody asked for: `_rows_of` leaves it out.
    """
    return select(*columns).where(among(table.c.source_oin, "oins"), among(table.c.id, "ids"))


# Statements are made once: making one and looking it up again costs more than carrying it out does.
_KNOWN_BY_KEYS: Final = _by_keys(MESSAGE, *KNOWN)
_SEALED_BY_KEYS: Final = _by_keys(SEALED, *SEALED.c)
_RECEIPTS_BY_KEYS: Final = _by_keys(RECEIPT, RECEIPT.c.source_oin, RECEIPT.c.id, RECEIPT.c.body)
_OPENERS: Final = (
    select(*(MESSAGE.c[name] for name in Opener.__dataclass_fields__))
    .where(among(MESSAGE.c.correlationid, "conversations"))
    .order_by(MESSAGE.c.received)
)
_REVISIONS: Final = table("alembic_version", column("version_num"))
_ADD_SEALED: Final = insert(SEALED)
_DROP_SEALED: Final = delete(SEALED).where(SEALED.c.source_oin == bindparam("oin"), among(SEALED.c.id, "ids"))
# Locked in one order, so that two writers cannot deadlock. Not those whose outcome came in the meantime: a receipt may
# be here before the mark commits.
_OPEN_OF_SENDER: Final = (
    select(MESSAGE.c.id)
    .where(MESSAGE.c.source_oin == bindparam("oin"), among(MESSAGE.c.id, "ids"))
    .where(MESSAGE.c.state <= State.FORWARDED)
    .order_by(MESSAGE.c.id)
    .with_for_update()
)
_LOOK_LATER: Final = (
    update(MESSAGE)
    .where(MESSAGE.c.source_oin == bindparam("oin"), among(MESSAGE.c.id, _OPEN_OF_SENDER))
    .values(next_attempt=bindparam("next"))
)
_MARK_FORWARDED: Final = _LOOK_LATER.values(
    state=State.FORWARDED,
    forwarded_at=bindparam("at"),
    attempts=case((MESSAGE.c.attempts < ATTEMPTS_COUNTED, MESSAGE.c.attempts + 1), else_=MESSAGE.c.attempts),
)
_ADD_OUTCOME: Final = (
    update(MESSAGE)
    .where(MESSAGE.c.source_oin == bindparam("key_oin"), MESSAGE.c.id == bindparam("key_id"))
    .where(MESSAGE.c.state < State.ANSWERED)
    .values(
        state=State.ANSWERED,
        outcome=bindparam("new_outcome"),
        outcome_code=bindparam("new_code"),
        outcome_at=bindparam("at"),
        receipt_id=bindparam("by_receipt"),
        next_attempt=None,
    )
)


def known(connection: Connection, keys: Iterable[Key]) -> dict[Key, Known]:
    """The messages among `keys` that the hub holds."""
    found = (known_row(row) for row in _rows_of(connection, _KNOWN_BY_KEYS, keys))
    return {one.key: one for one in found}


def known_row(row: RowOf[Any]) -> Known:
    """A row with the columns `KNOWN`."""
    return Known(**{**row._mapping, "state": State(row.state)})  # noqa: SLF001 - SQLAlchemy's public name


def _rows_of(connection: Connection, query: Select[Any], keys: Iterable[Key]) -> Iterator[RowOf[Any]]:
    """The rows with these keys, by a statement that `_by_keys` made."""
    asked = set(keys)
    if not asked:
        return
    oins, ids = as_list({oin for oin, _ in asked}), as_list(message_id for _, message_id in asked)
    for row in connection.execute(query, {"oins": oins, "ids": ids}):
        if (row.source_oin, row.id) in asked:
            yield row


def openers(connection: Connection, conversations: Iterable[str]) -> list[Opener]:
    """Every accepted message of these conversations, oldest first."""
    wanted = set(conversations)
    if not wanted:
        return []
    rows = connection.execute(_OPENERS, {"conversations": as_list(wanted)})
    return [Opener(**row._mapping) for row in rows]  # noqa: SLF001


def add_messages(connection: Connection, rows: Sequence[Row], bodies: Mapping[Key, bytes]) -> None:
    """Keeps accepted messages and their sealed bytes; rows sorted by key, so that two writers cannot deadlock."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (str(row["source_oin"]), str(row["id"])))
    add_rows(connection, MESSAGE, ordered)
    connection.execute(
        _ADD_SEALED,
        [{"source_oin": row["source_oin"], "id": row["id"], "body": bodies[_key(row)]} for row in ordered],
    )


def _key(row: Row) -> Key:
    return (str(row["source_oin"]), str(row["id"]))


def sealed(connection: Connection, keys: Iterable[Key]) -> dict[Key, bytes]:
    """The bytes that are still held for these messages."""
    rows = _rows_of(connection, _SEALED_BY_KEYS, keys)
    return {(row.source_oin, row.id): row.body for row in rows}


def mark_forwarded(connection: Connection, marks: Sequence[tuple[Key, datetime]], now: datetime) -> None:
    """The broker confirmed these in their inbox; with each goes when the keeper looks whether a receipt came."""
    together: dict[datetime, list[Key]] = {}
    for key, next_attempt in marks:
        together.setdefault(next_attempt, []).append(key)
    for next_attempt, keys in together.items():
        for of_sender in _by_sender(keys):
            times = {"at": instant(now), "next": instant(next_attempt)}
            connection.execute(_MARK_FORWARDED, of_sender | times)


def postpone(connection: Connection, keys: Sequence[Key], next_attempt: datetime) -> None:
    """These were not offered; the keeper looks again at `next_attempt`, and no attempt is counted."""
    for of_sender in _by_sender(keys):
        connection.execute(_LOOK_LATER, of_sender | {"next": instant(next_attempt)})


def _by_sender(keys: Iterable[Key]) -> list[Row]:
    """The parameters `oin` and `ids` for every sender, in one order."""
    found: dict[str, list[str]] = {}
    for oin, message_id in sorted(keys):
        found.setdefault(oin, []).append(message_id)
    return [{"oin": oin, "ids": as_list(ids)} for oin, ids in found.items()]


def add_outcomes(connection: Connection, rows: Sequence[Row]) -> None:
    """Recipients' results: `{key_oin, key_id, new_outcome, new_code, at, by_receipt}`; then the sealed bytes go.

    A receipt moves a message up from every lower state, from EXPIRED too (T2); a second receipt changes nothing.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (str(row["key_oin"]), str(row["key_id"])))
    connection.execute(_ADD_OUTCOME, ordered)
    for of_sender in _by_sender((str(row["key_oin"]), str(row["key_id"])) for row in rows):
        connection.execute(_DROP_SEALED, of_sender)


def mark_expired(connection: Connection, keys: Sequence[Key], now: datetime) -> list[Key]:
    """The hub gave up hope for these (T1), where no receipt came in the meantime; returns which.

    The bytes stay until a receipt comes.
    """
    values = {"state": State.EXPIRED, "outcome": "expired", "outcome_at": instant(now), "next_attempt": None}
    expired = []
    for oin, message_id in sorted(keys):
        mine = (MESSAGE.c.source_oin == oin, MESSAGE.c.id == message_id, MESSAGE.c.state < State.EXPIRED)
        if connection.execute(update(MESSAGE).where(*mine).values(values)).rowcount:
            expired.append((oin, message_id))
    return expired


def add_receipts(connection: Connection, rows: Sequence[Row]) -> None:
    """Keeps recipients' receipts, to be sent again to a sender that asks; one that is held already stays as it is."""
    if rows:
        connection.execute(insert_if_absent(connection, RECEIPT), list(rows))


def receipts(connection: Connection, keys: Iterable[Key]) -> dict[Key, bytes]:
    """Receipt bodies by (recipient OIN, receipt id)."""
    rows = _rows_of(connection, _RECEIPTS_BY_KEYS, keys)
    return {(row.source_oin, row.id): row.body for row in rows}


def add_quarantined(connection: Connection, rows: Sequence[Row]) -> None:
    """Keeps evidence of messages that could not be carried or attributed; the same bytes for the same cause once."""
    there = {
        (row.refhash, row.cause)
        for row in connection.execute(
            select(QUARANTINE.c.refhash, QUARANTINE.c.cause).where(
                QUARANTINE.c.refhash.in_({row["refhash"] for row in rows})
            )
        )
    }
    new = {(row["refhash"], row["cause"]): row for row in rows if (row["refhash"], row["cause"]) not in there}
    if new:
        connection.execute(insert(QUARANTINE), list(new.values()))


def put_edge_status(connection: Connection, rows: Sequence[Row]) -> None:
    """What each edge last said about itself; an older report never replaces a newer one."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(EDGE_STATUS)
    newer = statement.on_conflict_do_update(
        index_elements=[EDGE_STATUS.c.oin],
        set_={column.name: statement.excluded[column.name] for column in EDGE_STATUS.c if column.name != "oin"},
        where=EDGE_STATUS.c.time <= statement.excluded.time,
    )
    connection.execute(newer, sorted(rows, key=lambda row: str(row["oin"])))


def probe(connection: Connection, now: datetime) -> None:
    """Writes one row: a full disk or a read-only database answers a question and cannot keep a message."""
    say(connection, PROBE, now)


def say(connection: Connection, name: str, now: datetime) -> None:
    """Leaves word that somebody was here now."""
    connection.execute(insert_if_absent(connection, NOTICE), {"name": name, "sent": 0})
    connection.execute(update(NOTICE).where(NOTICE.c.name == name).values(sent=instant(now)))


def said(connection: Connection, name: str) -> datetime | None:
    """When somebody last left word; None when nobody did."""
    found = connection.execute(select(NOTICE.c.sent).where(NOTICE.c.name == name)).scalar()
    return None if found is None else moment(int(found))


def schema_revision(connection: Connection) -> str | None:
    """The revision that the migrations left, or None where they never ran."""
    if not inspect(connection).has_table(_REVISIONS.name):
        return None
    return connection.execute(select(_REVISIONS.c.version_num)).scalar()
