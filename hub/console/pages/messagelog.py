"""Berichtenlog: what is on the road, newest first, page by page by the log's own index."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from hub.console.audit import Act
from hub.console.desk import Page, Visitor
from hub.console.pages.filters import SINCE, LogFilter
from hub.console.roles import Permission
from hub.database import Connection
from hub.messagelog.reading.lists.store import listed
from hub.messagelog.reading.records import Filters, Listed
from hub.messagelog.reading.standing import MessageState
from hub.messagelog.reading.store import last_index
from schemas.catalogue import CATALOGUE

AT_ONCE: Final = 50
_BAD_REQUEST: Final = 400


async def show(visitor: Visitor) -> Response:
    """The list, filtered as the URL says; a search is audited, the bare list is not."""
    wanted = LogFilter.parsed(visitor.request.query_params)
    rows, newest = await visitor.desk.database.read(_page, wanted.filters(visitor.now))
    if not wanted.empty:
        await visitor.note(Act.SEARCHED, detail=wanted.query(wanted.before))
    more = len(rows) > AT_ONCE
    rows = rows[:AT_ONCE]
    return visitor.shown(
        "berichtenlog.html",
        _BAD_REQUEST if wanted.problems else 200,
        wanted=wanted,
        rows=rows,
        newest=newest,
        older=wanted.query(rows[-1].index) if more and rows[-1].index is not None else None,
        kinds=sorted(known.name for known in CATALOGUE.values()),
        states=list(MessageState),
        since=SINCE,
    )


def _page(connection: Connection, filters: Filters) -> tuple[list[Listed], int]:
    """One page and one more row, and where the log is at that moment: a live list goes on from there."""
    newest = last_index(connection)
    return listed(connection, filters, AT_ONCE + 1), newest


PAGES: Final = (Page("/berichtenlog", "berichtenlog", Permission.SEE_ROAD, show),)
