"""The rounds: what is wanted goes out as a batch, what came back is recorded row by row.

A batch is kept as bytes before it is supplied and until every row has its result, so a crash, a lost connection or a
lost result leads to the same bytes under the same name once more; the index handles each record key once.
"""

from __future__ import annotations

import random
from datetime import datetime

from adapters.breaker import Backoff
from adapters.ledger import Ledger
from adapters.outside.results import excerpt, take_results
from adapters.outside.sftp import SUFFIX, Folders, Place
from adapters.vish import batch, store
from adapters.vish.registrations import Registrations
from adapters.vish.settings import VishSettings
from adapters.vish.store import ItemKind, Transaction
from hub.clock import Clock, new_id
from hub.database import instant
from hub.errors import UnavailableError
from hub.events import Event, log

FILE_NAME = "schuldenrust-{}" + SUFFIX


class Supplier:
    """Supplies the index and reads its results."""

    def __init__(
        self,
        ledger: Ledger,
        place: Place,
        registrations: Registrations,
        settings: VishSettings,
        clock: Clock,
    ) -> None:
        self.committed = ledger.committed
        self._place = place
        self._registrations = registrations
        self._settings = settings
        self._clock = clock
        self._backoff = Backoff(first_s=10, most_s=900)
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret
        self._failures = 0
        self._pause: tuple[datetime, datetime] | None = None  # between two looks: from, until

    async def tick(self, now: datetime) -> None:
        """Makes a batch when a round is due, supplies what is due, and looks for results.

        Raises:
            UnavailableError: the ledger is away; what the index does wrong is tried again later, without an error.
        """
        await self.committed(self._make_batch, now)
        due = await self.committed(store.due_batches, instant(now))
        look = self._pause is None or not self._pause[0] <= now < self._pause[1]  # also when the clock was set back
        if not due and not look:
            return
        try:
            async with self._place.session() as folders:
                for name, content, _ in due:
                    await folders.supply(FILE_NAME.format(name), content)
                    again = instant(now + self._settings.resupply_after)
                    await self.committed(store.put_attempt, name, again, instant(now))
                await self._read_results(folders)
        except UnavailableError as error:
            await self._failed(now, due, error)
        else:
            self._failures = 0
            self._pause = now, now + self._settings.poll_every

    def _make_batch(self, tx: Transaction, now: datetime) -> None:
        if not store.is_round_due(tx, instant(now - self._settings.supply_every), instant(now)):
            return
        name = new_id(self._clock)
        rows = store.take(tx, name, self._settings.rows_in_a_batch)
        if rows:
            store.add_batch(tx, name, batch.write_batch(rows), instant(now))

    async def _read_results(self, folders: Folders) -> None:
        await take_results(folders, lambda name, content: self.committed(self._record, name, content))

    def _record(self, tx: Transaction, name: str, content: bytes | None) -> bool:
        """All rows of one file in one transaction; a file that was recorded before changes nothing."""
        now = instant(self._clock.now())
        try:
            results = batch.read_results(content or b"")
        except batch.UnreadableFileError:
            text = excerpt(content).replace("\x00", "\\x00")
            store.add_item(tx, ItemKind.UNREADABLE_FILE, name, text, now)
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNREADABLE_FILE.value)
            return False
        for line in results.unreadable:
            store.add_item(tx, ItemKind.UNREADABLE_LINE, name, line.replace("\x00", "\\x00"), now)
        for row in results.rows:
            self._registrations.result(tx, row, name)
        store.close_batches(tx)
        return True

    async def _failed(self, now: datetime, due: list[tuple[str, bytes, int]], error: UnavailableError) -> None:
        self._failures += 1
        wait = self._backoff.after(self._failures, self._chance, error.retry_after_s)
        self._pause = now, now + wait
        log().warning(Event.OUTSIDE_FAILED, code=error.code, place=error.place, attempt=self._failures)
        for name, _, _ in due:
            await self.committed(_postpone, name, instant(now + wait), instant(now))


def _postpone(tx: Transaction, name: str, until: int, now: int) -> None:
    """Tries a batch again at `until`, unless it has been supplied in the meantime."""
    if any(name == due for due, _, _ in store.due_batches(tx, now)):
        store.put_attempt(tx, name, until, None)
