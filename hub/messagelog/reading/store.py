"""What operators ask the message log about one message, and what comes after an index: read only (wire.md 11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Row, Select, func, or_, select

from hub.database import moment
from hub.messagelog.pauses.store import paused_oins
from hub.messagelog.reading.records import Carried, CarriedKey, LogLine
from hub.messagelog.reading.standing import Facts, decided_by, state_of
from hub.messagelog.tables import ENTRY, MESSAGE, State

# — one message ———————————————————————————————————————————————————————————————————————————————————————————————————


def carried(connection: Connection, message_id: str, oin: str | None = None) -> list[Carried]:
    """The accepted messages with this id: two senders could have used the same one, so `oin` may name the sender."""
    # the log knows ids without their senders, the table of messages does not
    senders = select(ENTRY.c.src).where(ENTRY.c.id == message_id, ENTRY.c.kind == "accepted")
    mine = MESSAGE.c.source_oin == oin if oin is not None else MESSAGE.c.source_oin.in_(senders)
    rows = connection.execute(
        select(MESSAGE).where(MESSAGE.c.id == message_id, mine).order_by(MESSAGE.c.received)
    ).all()
    paused = paused_oins(connection) if rows else frozenset()
    return [_carried(row, paused) for row in rows]


def _carried(row: Row[tuple[object, ...]], paused: frozenset[str]) -> Carried:
    state = state_of(State(row.state), row.outcome)
    expirytime = moment(row.expirytime)
    return Carried(
        id=row.id,
        source=row.source,
        source_oin=row.source_oin,
        recipient_oin=row.recipient_oin,
        type=row.type,
        dataschema=row.dataschema,
        case=row.subject,
        conversation=row.correlationid,
        causation=row.causationid,
        sequence=row.sequence,
        kid=row.kid,
        refhash=row.refhash,
        time=moment(row.time),
        expirytime=expirytime,
        received=moment(row.received),
        forwarded=_moment(row.forwarded_at),
        outcome_at=_moment(row.outcome_at),
        facts=Facts(
            state=state,
            by=decided_by(state),
            code=row.outcome_code,
            attempts=row.attempts,
            next_attempt=_moment(row.next_attempt),
            expirytime=expirytime,
            paused=row.recipient_oin in paused,
        ),
    )


def entries_about(connection: Connection, message_id: str) -> list[LogLine]:
    """Every log entry about messages with this id, in the order of the log."""
    query = _entries().where(or_(ENTRY.c.id == message_id, ENTRY.c.ref == message_id))
    return [_line(row) for row in connection.execute(query.order_by(ENTRY.c.row_id))]


# — the live tail —————————————————————————————————————————————————————————————————————————————————————————————————


def last_index(connection: Connection) -> int:
    """The index of the newest integrated entry; -1 in an empty log."""
    found = connection.execute(select(func.max(ENTRY.c.leaf_index))).scalar()
    return -1 if found is None else int(found)


def entries_after(connection: Connection, index: int, most: int) -> list[LogLine]:
    """Integrated entries with a higher index, in order, each with the case of the message that it is about."""
    query = _entries().where(ENTRY.c.leaf_index > index).order_by(ENTRY.c.leaf_index).limit(most)
    rows = connection.execute(query).all()
    cases = _cases(connection, filter(None, (_key(row) for row in rows)))
    return [_line(row, cases.get(_key(row) or ("", ""))) for row in rows]


def _entries() -> Select[tuple[object, ...]]:
    return select(
        *(ENTRY.c[name] for name in ("leaf_index", "ts", "kind", "id", "ref", "type", "src", "rcpt", "result", "code"))
    )


def _key(row: Row[tuple[object, ...]]) -> CarriedKey | None:
    """The message that an entry is about: for a receipt the one that it answers."""
    key = (row.rcpt, row.ref) if row.kind == "receipt" else (row.src, row.id)
    return key if all(key) else None


def _cases(connection: Connection, keys: Iterable[CarriedKey]) -> dict[CarriedKey, str]:
    wanted = set(keys)
    if not wanted:
        return {}
    # both columns apart and not as a pair, because SQLite reads the whole table for more than one pair
    oins, ids = sorted({oin for oin, _ in wanted}), sorted({message_id for _, message_id in wanted})
    query = select(MESSAGE.c.source_oin, MESSAGE.c.id, MESSAGE.c.subject)
    rows = connection.execute(query.where(MESSAGE.c.source_oin.in_(oins), MESSAGE.c.id.in_(ids)))
    return {(row.source_oin, row.id): row.subject for row in rows}


def _line(row: Row[tuple[object, ...]], case: str | None = None) -> LogLine:
    return LogLine(
        row.leaf_index,
        moment(row.ts),
        row.kind,
        row.id,
        row.ref,
        row.type,
        row.src,
        row.rcpt,
        row.result,
        row.code,
        case,
    )


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moment(microseconds)
