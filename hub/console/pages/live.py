"""The log as it grows, as server-sent events: rows of HTML, each event with the index that it reaches.

A browser that loses the connection comes back with the last index (`Last-Event-ID`) and misses nothing; what is not
kept any more is told as a gap. A session that ends while the stream is open ends the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Final

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from hub.console.audit import Act
from hub.console.desk import Page, Visitor
from hub.console.live.tail import News
from hub.console.pages.filters import LogFilter
from hub.console.roles import Permission
from hub.errors import UnavailableError

#: Rows in one event; a screen shows no more than two hundred.
SHOWN: Final = 200
WAIT_S: Final = 10.0
PING_S: Final = 15
SESSION_CHECKED: Final = timedelta(seconds=15)
#: Events of one screen come at most this often, however fast the log grows.
PAUSE_S: Final = 0.4


async def follow(visitor: Visitor) -> Response:
    """A stream of what changes on a filtered list."""
    wanted = LogFilter.parsed(visitor.request.query_params)
    given = visitor.request.headers.get("last-event-id") or visitor.request.query_params.get("na", "")
    cursor = int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None  # noqa: PLR2004
    if cursor is None:
        cursor = await visitor.desk.tail.newest()
    await visitor.note(Act.FOLLOWED, detail=wanted.query() or None)
    return EventSourceResponse(_events(visitor, wanted, cursor), ping=PING_S, headers={"Cache-Control": "no-store"})


async def _events(visitor: Visitor, wanted: LogFilter, cursor: int) -> AsyncIterator[ServerSentEvent]:
    desk = visitor.desk
    checked, asked = desk.clock.now(), wanted.query()
    with desk.tail.watched():
        while not desk.stopping.is_set():
            news = await desk.tail.after(cursor, WAIT_S)
            if news.changes or news.gap:
                text = desk.tail.text_once(cursor, news, asked, partial(_rows, visitor, wanted, news))
                yield ServerSentEvent(data=text, id=str(news.cursor))
            cursor = news.cursor
            if desk.clock.now() - checked >= SESSION_CHECKED:
                if not await _still_in(visitor):
                    yield ServerSentEvent(event="afgelopen", data="sessie")
                    return
                checked = desk.clock.now()
            await asyncio.sleep(PAUSE_S)


async def _still_in(visitor: Visitor) -> bool:
    """Whether the session is still in force; a database that does not answer is no reason to send somebody away."""
    try:
        return await visitor.desk.session(visitor.request) is not None
    except UnavailableError:
        return True


def _rows(visitor: Visitor, wanted: LogFilter, news: News) -> str:
    """New rows, and rows that changed: those only replace what is on the screen.

    The same for whoever asks for the same, because it is made once for all of them.
    """
    fitting = [change for change in news.changes if wanted.fits(change.row)]
    fresh = [change.row for change in fitting if change.is_new and wanted.fits_state(change.row)]
    # a new row shows how it stands already; as many new rows as a screen holds leave no older one to change
    here = {(row.sender, row.id) for row in fresh}
    older = {(change.row.sender, change.row.id): change.row for change in fitting if not change.is_new}
    changed = [] if len(fresh) >= SHOWN else [row for key, row in older.items() if key not in here]
    skipped = news.gap or len(fresh) > SHOWN
    return visitor.text(
        "_live.html", fresh=fresh[-SHOWN:], changed=changed[-SHOWN:], skipped=skipped, now=visitor.desk.clock.now()
    )


PAGES: Final = (Page("/berichtenlog/live", "live", Permission.SEE_ROAD, follow),)
