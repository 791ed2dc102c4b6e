"""Lists of messages, newest first, each page by the log's own index (wire.md 11); however long the log is. Read only.

A page that fills up within the newest entries is read off in their order. One that does not is of something rare: its
rows are found by what was asked, each by its index, and put in order after that. The database is not left to choose:
it cannot know that one party never sends some type, and would read the whole log to find none.

Entries that have no index yet are the newest; they come first and cannot be paged from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, literal_column, or_, select

from hub.database import instant, moment
from hub.messagelog.reading.records import Filters, Listed
from hub.messagelog.reading.standing import MessageState, decided_by, state_of
from hub.messagelog.reading.store import last_index
from hub.messagelog.tables import ACCEPTED_KIND, ENTRY, LISTED_KINDS, MESSAGE, REFUSED_BY_RECIPIENT, REFUSED_KIND, State
from hub.wire.names import TYPE
from schemas.catalogue import TYPE_PREFIX

#: How many entries are read off in order before what was asked is rare.
NEAR: Final = 20_000
#: A kebab name is that of every major version up to this; written out, because an index knows whole names only.
MAJORS: Final = range(1, 10)

_COLUMNS: Final = [
    *(ENTRY.c[name] for name in ("row_id", "leaf_index", "ts", "kind", "id", "src", "rcpt", "type", "code")),
    *(MESSAGE.c[name] for name in ("subject", "state", "outcome", "outcome_code")),
]
_JOINED: Final = and_(ACCEPTED_KIND, ENTRY.c.src == MESSAGE.c.source_oin, ENTRY.c.id == MESSAGE.c.id)
#: The same order, of which the database does not know that an index gives it.
_SORTED: Final = (ENTRY.c.leaf_index + 0).desc()

Conditions = list[ColumnElement[bool]]


def listed(connection: Connection, filters: Filters, most: int, *, near: int = NEAR) -> list[Listed]:
    """The newest messages that fit, newest first; `near` is how many entries are read off in order at most."""
    found: list[Listed] = []
    if filters.before is None:
        pending = ENTRY.c.leaf_index.is_(None)
        found = _merged(connection, filters, [pending], ENTRY.c.row_id.desc(), most)
    return found + _integrated(connection, filters, most - len(found), near)


def _integrated(connection: Connection, filters: Filters, most: int, near: int) -> list[Listed]:
    """The same of what has its index, below `before`."""
    end = filters.before if filters.before is not None else last_index(connection) + 1
    if not _asks(filters):
        return _merged(connection, filters, [ENTRY.c.leaf_index < end], ENTRY.c.leaf_index.desc(), most)
    start = max(0, end - near)
    within = [ENTRY.c.leaf_index >= start, ENTRY.c.leaf_index < end]
    found = _merged(connection, filters, within, ENTRY.c.leaf_index.desc(), most)
    if len(found) == most or start == 0:
        return found
    return found + _merged(connection, filters, [ENTRY.c.leaf_index < start], _SORTED, most - len(found))


def _merged(
    connection: Connection, filters: Filters, where: Conditions, order: ColumnElement[int], most: int
) -> list[Listed]:
    """The newest of what the hub accepted and of what it refused; two questions where a state tells them apart."""
    rows = [
        row for part in _parts(filters) for row in connection.execute(part.where(*where).order_by(order).limit(most))
    ]
    rows.sort(key=lambda row: (row.leaf_index is None, row.leaf_index or 0, row.row_id), reverse=True)
    return [_listed(row) for row in rows[:most]]


def _parts(filters: Filters) -> Iterable[Select[tuple[object, ...]]]:
    lines = select(*_COLUMNS).select_from(ENTRY.outerjoin(MESSAGE, _JOINED)).where(*_conditions(filters))
    if filters.states is None:
        return [lines.where(LISTED_KINDS)]
    carried = select(*_COLUMNS).select_from(ENTRY.join(MESSAGE, _JOINED)).where(*_conditions(filters))
    states = or_(false(), *(_has_state(state) for state in sorted(filters.states)))
    refused = [lines.where(REFUSED_KIND)] if MessageState.REFUSED in filters.states else []
    return [carried.where(states), *refused]


def _asks(filters: Filters) -> bool:
    """Whether anything is asked but to go on from somewhere."""
    wanted = (filters.cases, filters.oin, filters.type, filters.states, filters.since, filters.until)
    return any(one is not None for one in wanted)


def _conditions(filters: Filters) -> Conditions:
    found: Conditions = []
    if filters.cases is not None:
        # by id and not by the joined row: few messages are of one case, and a database may begin with those
        found.append(ENTRY.c.id.in_(select(MESSAGE.c.id).where(MESSAGE.c.subject.between(*filters.cases))))
        found.append(MESSAGE.c.subject.between(*filters.cases))
    if filters.oin is not None:
        found.append(or_(ENTRY.c.src == filters.oin, ENTRY.c.rcpt == filters.oin))
    if filters.type is not None:
        whole = TYPE.fullmatch(filters.type) is not None
        names = [filters.type] if whole else [f"{TYPE_PREFIX}{filters.type}.v{major}" for major in MAJORS]
        found.append(ENTRY.c.type.in_(names))
    if filters.since is not None:
        found.append(ENTRY.c.ts >= instant(filters.since))
    if filters.until is not None:
        found.append(ENTRY.c.ts < instant(filters.until))
    return found


def _has_state(state: MessageState) -> ColumnElement[bool]:
    """Of what the hub accepted."""
    match state:
        case MessageState.ACCEPTED:
            return MESSAGE.c.state == State.ACCEPTED
        case MessageState.FORWARDED:
            return MESSAGE.c.state == State.FORWARDED
        case MessageState.EXPIRED:
            return MESSAGE.c.state == State.EXPIRED
        case MessageState.DELIVERED:
            return and_(MESSAGE.c.state == State.ANSWERED, MESSAGE.c.outcome != literal_column("'refused'"))
        case MessageState.REFUSED:
            return REFUSED_BY_RECIPIENT


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
        by="hub" if by_hub else decided_by(state),
        code=row.code if by_hub else row.outcome_code,
    )
