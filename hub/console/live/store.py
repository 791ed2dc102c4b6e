"""Accepted messages by key, as they stand now: what a change in the log is about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hub.database import moment
from hub.messagelog.reading.records import CarriedKey, Listed
from hub.messagelog.reading.standing import MessageState, state_of
from hub.messagelog.tables import MESSAGE, State


def listed_of(connection: Connection, keys: Iterable[CarriedKey]) -> dict[CarriedKey, Listed]:
    """The messages among `keys` that were accepted; their index in the log is left out.

    Both columns apart and not as a pair, because SQLite reads the whole table for more than one pair.
    """
    wanted = set(keys)
    if not wanted:
        return {}
    columns = ("source_oin", "id", "recipient_oin", "type", "subject", "received", "state", "outcome", "outcome_code")
    query = select(*(MESSAGE.c[name] for name in columns)).where(
        MESSAGE.c.source_oin.in_(sorted({oin for oin, _ in wanted})),
        MESSAGE.c.id.in_(sorted({message_id for _, message_id in wanted})),
    )
    found = {}
    for row in connection.execute(query):
        key = (row.source_oin, row.id)
        if key in wanted:
            state = state_of(State(row.state), row.outcome)
            found[key] = Listed(
                index=None,
                at=moment(row.received),
                id=row.id,
                case=row.subject,
                type=row.type,
                sender=row.source_oin,
                recipient=row.recipient_oin,
                state=state,
                by="hub" if state is MessageState.EXPIRED else None if row.outcome is None else "recipient",
                code=row.outcome_code,
            )
    return found
