"""What the hub's rows say of partners: reports of edges, what waits, and when something last passed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ColumnElement, Connection, func, select

from hub.console.partners import Seen, Waiting
from hub.database import moment
from hub.messagelog.health.store import EdgeReport, edge_reports
from hub.messagelog.reading.store import last_index
from hub.messagelog.tables import ENTRY, MESSAGE, State

#: How many entries of the log are looked at for the last traffic: a bounded question, however large the log is.
LOOKED_BACK: Final = 5_000


def reports(connection: Connection) -> dict[str, EdgeReport]:
    """What each edge last said of itself, by OIN."""
    return {one.oin: one for one in edge_reports(connection)}


def waiting(connection: Connection) -> dict[str, Waiting]:
    """What was accepted for each recipient and has no receipt yet."""
    query = (
        select(MESSAGE.c.recipient_oin, func.count(), func.min(MESSAGE.c.received))
        .where(MESSAGE.c.state <= State.FORWARDED)
        .group_by(MESSAGE.c.recipient_oin)
    )
    return {oin: Waiting(count, moment(oldest)) for oin, count, oldest in connection.execute(query)}


def last_seen(connection: Connection) -> dict[str, Seen]:
    """When each last sent something and got something, among the newest entries of the log."""
    newest = ENTRY.c.leaf_index > last_index(connection) - LOOKED_BACK
    accepted = (newest, ENTRY.c.kind == "accepted")
    sent = dict(_newest(connection, ENTRY.c.src, accepted))
    got = dict(_newest(connection, ENTRY.c.rcpt, accepted))
    return {
        oin: Seen(
            moment(sent[oin]) if oin in sent else None,
            moment(got[oin]) if oin in got else None,
        )
        for oin in sent.keys() | got.keys()
    }


def _newest(
    connection: Connection, party: Column[str], where: tuple[ColumnElement[bool], ...]
) -> list[tuple[str, int]]:
    rows = connection.execute(select(party, func.max(ENTRY.c.ts)).where(*where).group_by(party))
    return [(oin, ts) for oin, ts in rows]
