"""What operators ask the message log: read only, each page by the log's own index (wire.md 11).

Entries that have no index yet are the newest; they come first and cannot be paged from.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from hub.database import instant, moment
from hub.messagelog.pauses.store import paused_oins
from hub.messagelog.reading.records import Carried, CarriedKey, Filters, Listed, LogLine
from hub.messagelog.reading.standing import Facts, MessageState, state_of
from hub.messagelog.tables import ENTRY, MESSAGE, State
from hub.wire.names import TYPE
from schemas.catalogue import TYPE_PREFIX

# — lists —————————————————————————————————————————————————————————————————————————————————————————————————————————


def listed(connection: Connection, filters: Filters, most: int) -> list[Listed]:
    """The newest messages that fit, newest first."""
    found: list[Listed] = []
    if filters.before is None:
        query = _lines(filters).where(ENTRY.c.leaf_index.is_(None)).order_by(ENTRY.c.row_id.desc())
        found = [_listed(row) for row in connection.execute(query.limit(most))]
    query = _lines(filters).where(ENTRY.c.leaf_index.is_not(None))
    if filters.before is not None:
        query = query.where(ENTRY.c.leaf_index < filters.before)
    rest = query.order_by(ENTRY.c.leaf_index.desc()).limit(most - len(found))
    return found + [_listed(row) for row in connection.execute(rest)]


def _lines(filters: Filters) -> Select[tuple[object, ...]]:
    joined = and_(ENTRY.c.kind == "accepted", ENTRY.c.src == MESSAGE.c.source_oin, ENTRY.c.id == MESSAGE.c.id)
    query = select(
        ENTRY.c.leaf_index,
        ENTRY.c.ts,
        ENTRY.c.kind,
        ENTRY.c.id,
        ENTRY.c.src,
        ENTRY.c.rcpt,
        ENTRY.c.type,
        ENTRY.c.code,
        MESSAGE.c.subject,
        MESSAGE.c.state,
        MESSAGE.c.outcome,
        MESSAGE.c.outcome_code,
    ).select_from(ENTRY.outerjoin(MESSAGE, joined))
    return query.where(ENTRY.c.kind.in_(("accepted", "refused")), *_conditions(filters))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.cases is not None:
        # by id and not by the joined row: few messages are of one case, and a database may begin with those
        found.append(ENTRY.c.id.in_(select(MESSAGE.c.id).where(MESSAGE.c.subject.between(*filters.cases))))
        found.append(MESSAGE.c.subject.between(*filters.cases))
    if filters.oin is not None:
        found.append(or_(ENTRY.c.src == filters.oin, ENTRY.c.rcpt == filters.oin))
    if filters.type is not None:
        full = TYPE.fullmatch(filters.type) is not None
        prefix = f"{TYPE_PREFIX}{filters.type}.v"
        found.append(ENTRY.c.type == filters.type if full else ENTRY.c.type.startswith(prefix, autoescape=True))
    if filters.states is not None:
        found.append(or_(*(_has_state(state) for state in sorted(filters.states))))
    if filters.since is not None:
        found.append(ENTRY.c.ts >= instant(filters.since))
    if filters.until is not None:
        found.append(ENTRY.c.ts < instant(filters.until))
    return found


def _has_state(state: MessageState) -> ColumnElement[bool]:
    answered = MESSAGE.c.state == State.ANSWERED
    match state:
        case MessageState.ACCEPTED:
            return MESSAGE.c.state == State.ACCEPTED
        case MessageState.FORWARDED:
            return MESSAGE.c.state == State.FORWARDED
        case MessageState.EXPIRED:
            return MESSAGE.c.state == State.EXPIRED
        case MessageState.DELIVERED:
            return and_(answered, MESSAGE.c.outcome != "refused")
        case MessageState.REFUSED:
            return or_(ENTRY.c.kind == "refused", and_(answered, MESSAGE.c.outcome == "refused"))


def _listed(row: Row[tuple[object, ...]]) -> Listed:
    by_hub = row.kind == "refused"
    state = MessageState.REFUSED if by_hub or row.state is None else state_of(State(row.state), row.outcome)
    return Listed(
        index=row.leaf_index,
        at=moment(row.ts),
        id=row.id,
        case=row.subject,
        type=row.type,
        sender=row.src,
        recipient=row.rcpt,
        state=state,
        by=_by(by_hub, state),
        code=row.code if by_hub else row.outcome_code,
    )


def _by(by_hub: bool, state: MessageState) -> Literal["hub", "recipient"] | None:  # noqa: FBT001 - says what it is
    if by_hub or state is MessageState.EXPIRED:
        return "hub"
    return "recipient" if state in {MessageState.DELIVERED, MessageState.REFUSED} else None


# — one message ———————————————————————————————————————————————————————————————————————————————————————————————————


def carried(connection: Connection, message_id: str, oin: str | None = None) -> list[Carried]:
    """The accepted messages with this id: two senders could have used the same one, so `oin` may name the sender."""
    query = select(MESSAGE).where(MESSAGE.c.id == message_id)
    if oin is not None:
        query = query.where(MESSAGE.c.source_oin == oin)
    rows = connection.execute(query.order_by(MESSAGE.c.received)).all()
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
            by=_by(False, state),  # noqa: FBT003
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
