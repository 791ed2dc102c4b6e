"""Acts on partners as rows: pauses, notices asked for, planned windows. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from hub.alarms import store as alarms
from hub.database import instant, moment
from hub.messagelog.pauses import store as pauses
from hub.messagelog.tables import ENTRY
from hub.operations.acts import Act, Overtaken, OvertakenError
from hub.operations.acts.store import acts_by_id, begin
from hub.operations.partners import AskedNotice, Window
from hub.operations.tables import NOTICE_ASKED
from schemas.codes import HubNoticeCode


def pause(connection: Connection, oin: str, act: Act) -> bool:
    """Keeps what is for this partner from now on; False where this act was done before.

    Raises:
        OvertakenError: `paused`, it is paused already.
    """
    if not begin(connection, act):
        return False
    if not pauses.pause(connection, oin, act.id, act.at):
        raise OvertakenError(Overtaken.PAUSED)
    return True


def resume(connection: Connection, oin: str, act: Act) -> bool:
    """Lets what was kept go on; False where this act was done before.

    Raises:
        OvertakenError: `resumed`, it is not paused.
    """
    if not begin(connection, act):
        return False
    if not pauses.resume(connection, oin, act.at):
        raise OvertakenError(Overtaken.RESUMED)
    return True


def ask_notice(connection: Connection, oin: str, code: HubNoticeCode, act: Act, ref: str | None = None) -> bool:
    """Lets the keeper send a notice; False where this act was done before."""
    if not begin(connection, act):
        return False
    row = {"act_id": act.id, "oin": oin, "code": code.value, "ref": ref, "asked": instant(act.at)}
    connection.execute(insert(NOTICE_ASKED), row)
    return True


def asked_notices(connection: Connection, most: int) -> list[AskedNotice]:
    """Notices that were asked for and not sent yet, oldest first."""
    query = _notices().where(NOTICE_ASKED.c.sent.is_(None)).order_by(NOTICE_ASKED.c.row_id).limit(most)
    return [_notice(row) for row in connection.execute(query)]


def last_notices(connection: Connection, code: HubNoticeCode) -> dict[str, AskedNotice]:
    """The newest notice of this kind for each partner that was ever sent one."""
    query = _notices().where(NOTICE_ASKED.c.code == code.value).order_by(NOTICE_ASKED.c.row_id)
    return {row.oin: _notice(row) for row in connection.execute(query)}


def notice_of(connection: Connection, act_id: str) -> AskedNotice | None:
    """What became of a notice that this act asked for."""
    row = connection.execute(_notices().where(NOTICE_ASKED.c.act_id == act_id)).first()
    return None if row is None else _notice(row)


def mark_notice(connection: Connection, row_id: int, error: str | None, now: datetime) -> None:
    """It was sent, or the broker did not take it: then it is asked for anew by whoever wants it."""
    mine = (NOTICE_ASKED.c.row_id == row_id, NOTICE_ASKED.c.sent.is_(None))
    connection.execute(update(NOTICE_ASKED).where(*mine).values(sent=instant(now), error=error))


def plan_window(connection: Connection, oin: str, begins: datetime, ends: datetime, act: Act) -> bool:
    """Keeps a window, which the alarms go by; False where this act was done before."""
    if not begin(connection, act):
        return False
    alarms.add_window(connection, alarms.Window(act.id, oin, begins, ends, None))
    return True


def withdraw_window(connection: Connection, window_id: str, act: Act) -> bool:
    """Takes a window back; False where this act was done before.

    Raises:
        OvertakenError: `withdrawn`, it was taken back before.
    """
    if not begin(connection, act):
        return False
    if not alarms.remove_window(connection, window_id):
        raise OvertakenError(Overtaken.WITHDRAWN)
    return True


def windows(connection: Connection, now: datetime) -> dict[str, Window]:
    """For each partner the window that lasts now, or the next one."""
    found = alarms.windows(connection, now)[::-1]  # the first to begin is the last to be put in
    acts = acts_by_id(connection, (one.id for one in found))
    return {one.oin: Window(one.oin, one.begins, one.ends, one.id, acts.get(one.id)) for one in found}


def _notices() -> Select[Any]:
    accepted = (ENTRY.c.id == NOTICE_ASKED.c.ref, ENTRY.c.kind == "accepted")
    about = select(ENTRY.c.ts).where(*accepted).limit(1).scalar_subquery().label("about")
    return select(NOTICE_ASKED, about)


def _notice(row: Row[tuple[object, ...]]) -> AskedNotice:
    return AskedNotice(
        row.row_id,
        row.act_id,
        row.oin,
        HubNoticeCode(row.code),
        row.ref,
        _moment(row.about),
        moment(row.asked),
        _moment(row.sent),
        row.error,
    )


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else moment(microseconds)
