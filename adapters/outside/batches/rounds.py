"""The rounds of an outside system that takes files: batches go out, what was fetched is known, results come back.

A batch is kept as bytes before it is supplied and until it is gone from their folder, so a crash or a lost connection
leads to the same bytes under the same name once more. Nothing here knows what a row means.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from adapters.breaker import Backoff
from adapters.ledger import Ledger
from adapters.outside.batches.store import Batch, Batches, BatchRow, Cells, Transaction
from adapters.outside.results import Record, take_results
from adapters.outside.sftp import SUFFIX, Folders, Place, SftpSettings
from hub.clock import Clock, new_id
from hub.database import instant, moment
from hub.errors import UnavailableError
from hub.events import Event, log
from hub.workdays import local_day, term_end

UNFETCHED = "unfetched"


class FileSettings(SftpSettings):
    """An outside system that takes files, and how often it is supplied."""

    #: Between two rounds; what is urgent does not wait for the round.
    supply_minutes: float = Field(default=15, gt=0)
    rows_in_a_batch: int = Field(default=500, ge=1, le=10_000)
    #: Between two looks for results and at what was fetched.
    poll_s: float = Field(default=60, gt=0)
    #: A batch that nobody fetched for so long is a case for a person (messages.md 3, *Portal and SFTP*).
    unfetched_working_days: int = Field(default=2, ge=1, le=20)

    @property
    def supply_every(self) -> timedelta:
        """Between two rounds."""
        return timedelta(minutes=self.supply_minutes)

    @property
    def poll_every(self) -> timedelta:
        """Between two looks."""
        return timedelta(seconds=self.poll_s)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the rounds ask of their adapter, each in a transaction of the ledger."""

    #: What the name of a file begins with.
    name: str
    #: A batch file from its rows.
    write: Callable[[list[Cells]], bytes]
    #: Takes a result file in.
    read: Record
    #: Their system has these rows.
    fetched: Callable[[Transaction, list[BatchRow]], None]
    #: Nobody fetches this file.
    unfetched: Callable[[Transaction, str], None]


class FileRounds:
    """Supplies an outside system and reads its results."""

    def __init__(
        self, place: Place, settings: FileSettings, batches: Batches, reader: Reader, ledger: Ledger, clock: Clock
    ) -> None:
        self._place = place
        self._settings = settings
        self._batches = batches
        self._reader = reader
        self._committed = ledger.committed
        self._clock = clock
        self._backoff = Backoff(first_s=10, most_s=900)
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret
        self._failures = 0
        self._next_look: datetime | None = None
        self._wait_until: datetime | None = None

    async def tick(self, now: datetime) -> None:
        """Makes a batch when a round is due, supplies what is due, looks at what was fetched and for results.

        Raises:
            UnavailableError: the ledger is away; what the other side does wrong is tried again later, without an error.
        """
        await self._committed(self._make_batch, now)
        pending = await self._committed(self._batches.unfetched)
        await self._tell_of_unfetched(pending, now)
        due = any(one.supplied is None for one in pending)
        look = self._next_look is None or now >= self._next_look
        if not (due or look) or (self._wait_until is not None and now < self._wait_until):
            return
        try:
            async with self._place.session() as folders:
                await self._exchange(folders, pending, now)
        except UnavailableError as error:
            self._failures += 1
            self._wait_until = now + self._backoff.after(self._failures, self._chance, error.retry_after_s)
            log().warning(Event.OUTSIDE_FAILED, code=error.code, place=error.place, attempt=self._failures)
        else:
            self._failures, self._wait_until = 0, None
            self._next_look = now + self._settings.poll_every

    def _make_batch(self, tx: Transaction, now: datetime) -> None:
        if not self._batches.is_round_due(tx, instant(now - self._settings.supply_every)):
            return
        name = new_id(self._clock)
        rows = self._batches.take(tx, name, self._settings.rows_in_a_batch)
        self._batches.add_batch(tx, name, self._reader.write(rows), instant(now))

    async def _exchange(self, folders: Folders, pending: list[Batch], now: datetime) -> None:
        # Looked at before anything new is supplied: what is not there any more has been fetched.
        lying = await folders.waiting()
        for one in pending:
            if one.supplied is None:
                await folders.supply(self._file(one.id), one.content)
                await self._committed(self._batches.supplied, one.id, instant(now))
            elif self._file(one.id) not in lying:
                await self._committed(self._fetched, one.id, instant(now))
        await take_results(folders, lambda name, content: self._committed(self._reader.read, name, content))

    def _fetched(self, tx: Transaction, batch: str, now: int) -> None:
        self._reader.fetched(tx, self._batches.fetched(tx, batch, now))

    async def _tell_of_unfetched(self, pending: list[Batch], now: datetime) -> None:
        """Once for each batch that lies there too long."""
        days = self._settings.unfetched_working_days
        for one in pending:
            if one.alarmed or one.supplied is None or now < term_end(local_day(moment(one.supplied)), days):
                continue
            await self._committed(self._alarm, one.id)
            log().warning(Event.OUTSIDE_FAILED, code=UNFETCHED, place=one.id)

    def _alarm(self, tx: Transaction, batch: str) -> None:
        self._batches.alarmed(tx, batch)
        self._reader.unfetched(tx, self._file(batch))

    def _file(self, batch: str) -> str:
        return f"{self._reader.name}-{batch}{SUFFIX}"
