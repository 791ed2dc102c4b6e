"""Evidence as rows: listed, grouped, settled by an act. It is never deleted. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, update

from hub.database import instant, moment
from hub.messagelog.tables import QUARANTINE
from hub.operations.acts import Act, ActName, Overtaken, OvertakenError
from hub.operations.acts.store import acts_by_id, begin
from hub.operations.evidence import (
    DEAD_LETTER,
    ROW_REFUSED,
    Cause,
    Evidence,
    Group,
    Settlement,
    attributes_of,
    cause_of,
)
from hub.operations.tables import EVIDENCE_GROUP
from hub.rows import insert_if_absent

_OPEN: ColumnElement[bool] = QUARANTINE.c.settled.is_(None)
_SETTLED_BY = {ActName.EVIDENCE_REJECTED: Settlement.REJECTED, ActName.EVIDENCE_ARCHIVED: Settlement.ARCHIVED}


def groups(connection: Connection) -> list[Group]:
    """What is not settled, by cause; the largest first."""
    of_inbox = QUARANTINE.c.oin.is_(None)
    query = (
        select(
            QUARANTINE.c.cause,
            of_inbox.label("of_inbox"),
            func.count().label("count"),
            func.min(QUARANTINE.c.received).label("first"),
            func.max(QUARANTINE.c.received).label("last"),
        )
        .where(_OPEN)
        .group_by(QUARANTINE.c.cause, of_inbox)
    )
    found: dict[Cause, tuple[int, int, int]] = {}
    for row in connection.execute(query):
        cause = cause_of(row.cause, None if row.of_inbox else "x")
        count, first, last = found.get(cause, (0, row.first, row.last))
        found[cause] = (count + row._mapping["count"], min(first, row.first), max(last, row.last))  # noqa: SLF001
    kept = {row.slug: row for row in connection.execute(select(EVIDENCE_GROUP))}
    notes = acts_by_id(connection, (row.note_act for row in kept.values()))
    return sorted(
        (
            Group(
                cause,
                count,
                moment(first),
                moment(last),
                notes.get(kept[cause].note_act) if cause in kept else None,
                kept[cause].assignee if cause in kept else None,
                kept[cause].assignee_name if cause in kept else None,
            )
            for cause, (count, first, last) in found.items()
        ),
        key=lambda group: -group.count,
    )


def listed(
    connection: Connection, most: int, cause: Cause | None = None, *, settled: bool = False, before: int | None = None
) -> list[Evidence]:
    """Evidence, newest first; what is settled only where asked for."""
    query = _query(cause).where(_OPEN if not settled else QUARANTINE.c.settled.is_not(None))
    if before is not None:
        query = query.where(QUARANTINE.c.row_id < before)
    return [_evidence(row) for row in connection.execute(query.order_by(QUARANTINE.c.row_id.desc()).limit(most))]


def oldest_open(connection: Connection, cause: Cause, most: int) -> list[Evidence]:
    """A group as it would be released: oldest first, so that conversations keep their order."""
    query = _query(cause).where(_OPEN, QUARANTINE.c.claimed_by.is_(None)).order_by(QUARANTINE.c.row_id)
    return [_evidence(row) for row in connection.execute(query.limit(most))]


def evidence_by_id(connection: Connection, row_ids: Iterable[int]) -> list[Evidence]:
    """These rows, oldest first."""
    query = select(QUARANTINE).where(QUARANTINE.c.row_id.in_(sorted(set(row_ids)))).order_by(QUARANTINE.c.row_id)
    return [_evidence(row) for row in connection.execute(query)]


def settle(connection: Connection, row_ids: Sequence[int], act: Act) -> int:
    """Rejects or archives evidence; returns how many rows, 0 where this act was done before.

    Raises:
        OvertakenError: `settled`, when one of them was settled or claimed by a recovery in the meantime: none is.
    """
    wanted = sorted(set(row_ids))
    if not begin(connection, act):
        return 0
    mine = (QUARANTINE.c.row_id.in_(wanted), _OPEN, QUARANTINE.c.claimed_by.is_(None))
    how = _SETTLED_BY[act.name].value
    done = connection.execute(
        update(QUARANTINE).where(*mine).values(settled=instant(act.at), settled_how=how, settled_act=act.id)
    ).rowcount
    if done != len(wanted):
        raise OvertakenError(Overtaken.SETTLED)
    return done


def put_note(connection: Connection, cause: Cause, act: Act) -> bool:
    """Writes the note of a group over the one before, which stays an act."""
    if not begin(connection, act):
        return False
    connection.execute(insert_if_absent(connection, EVIDENCE_GROUP).values(slug=cause.value))
    connection.execute(update(EVIDENCE_GROUP).where(EVIDENCE_GROUP.c.slug == cause.value).values(note_act=act.id))
    return True


def assign(connection: Connection, cause: Cause, act: Act, *, back: bool = False) -> bool:
    """Takes a group on, as whoever acts, or gives it back."""
    if not begin(connection, act):
        return False
    connection.execute(insert_if_absent(connection, EVIDENCE_GROUP).values(slug=cause.value))
    values = (None, None) if back else (act.doer.subject, act.doer.name)
    connection.execute(
        update(EVIDENCE_GROUP)
        .where(EVIDENCE_GROUP.c.slug == cause.value)
        .values(assignee=values[0], assignee_name=values[1])
    )
    return True


def cases_of(found: Iterable[Evidence]) -> tuple[str, ...]:
    """The case pseudonyms that these bodies name."""
    attributes = (attributes_of(one.body) for one in found if one.body is not None)
    return tuple(sorted({one.case for one in attributes if one and one.case}))


def _query(cause: Cause | None) -> Select[tuple[object, ...]]:
    return select(QUARANTINE) if cause is None else select(QUARANTINE).where(_of(cause))


def _of(cause: Cause) -> ColumnElement[bool]:
    match cause:
        case Cause.ROW:
            return QUARANTINE.c.cause == ROW_REFUSED
        case Cause.INBOX:
            return and_(QUARANTINE.c.cause == DEAD_LETTER, QUARANTINE.c.oin.is_(None))
        case Cause.LANE:
            return and_(QUARANTINE.c.cause == DEAD_LETTER, QUARANTINE.c.oin.is_not(None))


def _evidence(row: Row[tuple[object, ...]]) -> Evidence:
    return Evidence(
        row.row_id,
        cause_of(row.cause, row.oin),
        moment(row.received),
        row.refhash,
        row.oin,
        row.body,
        None if row.settled is None else moment(row.settled),
        None if row.settled_how is None else Settlement(row.settled_how),
        row.settled_act,
        row.claimed_by,
    )
