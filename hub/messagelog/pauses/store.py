"""Which partners are paused: what is for them is accepted and kept, and goes on when they are resumed.

Every function takes an open connection and never commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, select, update

from hub.database import instant, moment
from hub.messagelog.tables import MESSAGE, PARTNER_PAUSE, State
from hub.rows import insert_if_absent

_PAUSED = select(PARTNER_PAUSE.c.oin)
#: Of a message: it is for a partner that is paused.
FOR_PAUSED: Final[ColumnElement[bool]] = MESSAGE.c.recipient_oin.in_(_PAUSED)


@dataclass(frozen=True, slots=True)
class PartnerPause:
    """Since when messages for a partner are kept, and the act that says by whom and why."""

    oin: str
    since: datetime
    act_id: str


def paused_oins(connection: Connection) -> frozenset[str]:
    """The partners whose messages are kept."""
    return frozenset(connection.execute(_PAUSED).scalars())


def pauses(connection: Connection) -> dict[str, PartnerPause]:
    """All pauses by OIN."""
    rows = connection.execute(select(PARTNER_PAUSE))
    return {row.oin: PartnerPause(row.oin, moment(row.since), row.act_id) for row in rows}


def pause(connection: Connection, oin: str, act_id: str, now: datetime) -> bool:
    """Keeps what is for this partner from now on; False where that is so already."""
    row = {"oin": oin, "since": instant(now), "act_id": act_id}
    added = insert_if_absent(connection, PARTNER_PAUSE).values(row).returning(PARTNER_PAUSE.c.oin)
    return connection.execute(added).first() is not None


def resume(connection: Connection, oin: str, now: datetime) -> bool:
    """Lets what was kept go on: the keeper offers it at its next look, what came first first. False without a pause."""
    if connection.execute(delete(PARTNER_PAUSE).where(PARTNER_PAUSE.c.oin == oin)).rowcount == 0:
        return False
    kept = (MESSAGE.c.recipient_oin == oin, MESSAGE.c.state == State.ACCEPTED)
    connection.execute(update(MESSAGE).where(*kept).values(next_attempt=instant(now)))
    return True
