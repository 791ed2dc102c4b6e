"""One reader of the log for all open screens: it asks the database twice a second while somebody watches, else never.

Twenty open consoles cost the hub what one costs: screens that stand at the same place and ask for the same are shown
the same text, made once. A screen has a cursor of its own, the index that it saw last, so a
slow or paused one holds up nobody and loses nothing that is still here; what is not here any more is told as a gap.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from hub.console.live import Change, changes_of, key_of
from hub.console.live.store import listed_of
from hub.database import Connection, Database
from hub.errors import UnavailableError
from hub.events import Event, log
from hub.messagelog.reading.store import entries_after, last_index
from hub.waiting import when_any

LOOK_S: Final = 0.5
#: Entries kept for screens that lag: five times what a screen shows.
KEPT: Final = 1_000
AT_ONCE: Final = 500
TASK: Final = "console.tail"


@dataclass(frozen=True, slots=True)
class News:
    """What came after a cursor: the changes, the new cursor, and whether something between is not here any more."""

    changes: tuple[Change, ...]
    cursor: int
    gap: bool


class Tail:
    """Follows the log."""

    def __init__(self, database: Database) -> None:
        """Nothing is read before somebody watches."""
        self._database = database
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._floor = -1  # everything after this index is kept
        self._newest = -1
        self.watchers = 0
        """How many screens are open."""
        self._wanted = asyncio.Event()
        self._moved = asyncio.Event()
        self._texts: dict[tuple[int, int, str], str] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While somebody looks, the log is read."""
        self.watchers += 1
        self._wanted.set()
        try:
            yield
        finally:
            self.watchers -= 1
            if self.watchers == 0:
                self._wanted.clear()

    async def run(self, stop: asyncio.Event) -> None:
        """Reads until `stop`; a database that is away is asked again."""
        away = False
        while not stop.is_set():
            if not await when_any(stop, self._wanted) or stop.is_set():
                continue
            try:
                await self._look()
                away = False
            except UnavailableError as error:
                if not away:
                    log().warning(Event.TASK_FAILED, task=TASK, code=error.code, advice=error.advice())
                away = True
            await when_any(stop, limit_s=LOOK_S)

    async def after(self, cursor: int, limit_s: float) -> News:
        """What came after `cursor`, as soon as there is something; nothing when the limit (seconds) passed before."""
        if self._newest <= cursor:
            await when_any(self._moved, limit_s=limit_s)
        kept = tuple(change for change in self._kept if change.index > cursor)
        return News(kept, max(self._newest, cursor), gap=self._newest > cursor and cursor < self._floor)

    def text_once(self, before: int, news: News, asked: str, make: Callable[[], str]) -> str:
        """What a screen shows of these news, which it got at the cursor `before`; made by the first that asks."""
        key = (before, news.cursor, asked)
        if key not in self._texts:
            self._texts[key] = make()
        return self._texts[key]

    async def newest(self) -> int:
        """The index of the newest entry now, from the database."""
        return await self._database.read(last_index)

    async def _look(self) -> None:
        newest = await self._database.read(last_index)
        if newest <= self._newest:
            return
        if newest - self._newest > KEPT:  # nobody watched for long: what lies between is not read
            self._newest = self._floor = newest - KEPT
            self._kept.clear()
        while self._newest < newest:
            changes, reached = await self._database.read(_changes_after, self._newest)
            full = len(self._kept) + len(changes) > KEPT
            self._kept.extend(changes)
            if full:
                self._floor = self._kept[0].index - 1
            self._newest = max(reached, self._newest)
            if not reached > -1:
                break
        self._texts.clear()
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


def _changes_after(connection: Connection, index: int) -> tuple[list[Change], int]:
    """The changes of the next entries, and the index of the last of them; -1 when there are none."""
    lines = entries_after(connection, index, AT_ONCE)
    keys = {key for line in lines if (key := key_of(line)) is not None}
    last = lines[-1].index if lines else None
    return changes_of(lines, listed_of(connection, keys)), -1 if last is None else last
