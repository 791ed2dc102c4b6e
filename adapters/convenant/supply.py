"""A creditor that takes files: what is wanted goes out as a batch, what came back is recorded row by row.

A batch is kept as bytes from before it is supplied until it was fetched, so a crash or a lost connection leads to the
same bytes under the same name once more; their system does each key once. Batches go out in their order, and none after
one that could not: no order overtakes an older one of its conversation.
"""

from __future__ import annotations

import random
from datetime import datetime

from adapters.breaker import Backoff
from adapters.convenant import batch, store
from adapters.convenant.answers import Answers
from adapters.convenant.orders import Order
from adapters.convenant.store import Batch, ItemKind, Transaction
from adapters.ledger import Ledger
from adapters.outside.batches.rounds import FileSettings
from adapters.outside.results import excerpt, take_results
from adapters.outside.sftp import SUFFIX, Folders, Place
from hub.clock import Clock, new_id
from hub.database import instant, moment
from hub.errors import UnavailableError
from hub.events import Event, log
from hub.workdays import local_day, term_end

FILE_NAME = "opdrachten-{}" + SUFFIX


class FileChannel:
    """Supplies a creditor and reads its results."""

    at_once = False

    def __init__(self, place: Place, settings: FileSettings, ledger: Ledger, clock: Clock) -> None:
        self._place = place
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._backoff = Backoff(first_s=10, most_s=900)
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret
        self._failures = 0
        self._next_look: datetime | None = None
        self._wait_until: datetime | None = None

    async def give(self, order: Order) -> None:
        """Nothing now: the order is in the ledger, and the next round takes it."""

    async def collect(self, answers: Answers, now: datetime) -> None:
        """Makes a batch when a round is due, supplies what is due, looks at what was fetched and for results.

        Raises:
            UnavailableError: the ledger is away; what the creditor does wrong is tried again later, without an error.
        """
        await self._ledger.committed(self._make_batch, now)
        pending = await self._ledger.committed(store.unfetched)
        await self._tell_of_unfetched(pending, now)
        due = any(one.supplied is None for one in pending)
        look = self._next_look is None or now >= self._next_look
        if not (due or look) or (self._wait_until is not None and now < self._wait_until):
            return
        try:
            async with self._place.session() as folders:
                await self._exchange(folders, answers, pending, now)
        except UnavailableError as error:
            self._failures += 1
            self._wait_until = now + self._backoff.after(self._failures, self._chance, error.retry_after_s)
            log().warning(Event.OUTSIDE_FAILED, code=error.code, place=error.place, attempt=self._failures)
        else:
            self._failures, self._wait_until = 0, None
            self._next_look = now + self._settings.poll_every

    def _make_batch(self, tx: Transaction, now: datetime) -> None:
        if not store.is_round_due(tx, instant(now - self._settings.supply_every)):
            return
        name = new_id(self._clock)
        orders = store.take(tx, name, self._settings.rows_in_a_batch)
        store.add_batch(tx, name, batch.write_batch(orders), instant(now))

    async def _exchange(self, folders: Folders, answers: Answers, pending: list[Batch], now: datetime) -> None:
        # Looked at before anything new is supplied: what is not there any more has been fetched.
        lying = await folders.waiting()
        for one in pending:
            if one.supplied is None:
                await folders.supply(FILE_NAME.format(one.id), one.content)
                await self._ledger.committed(store.supplied, one.id, instant(now))
            elif FILE_NAME.format(one.id) not in lying:
                await self._ledger.committed(answers.fetched, one.id)
        await take_results(folders, lambda name, content: self._ledger.committed(self._record, answers, name, content))

    def _record(self, tx: Transaction, answers: Answers, name: str, content: bytes | None) -> bool:
        """All rows of one file in one transaction; a file that was recorded before changes nothing."""
        now = instant(self._clock.now())
        try:
            results = batch.read_results(content or b"")
        except batch.UnreadableFileError:
            store.add_item(tx, ItemKind.UNREADABLE_FILE, name, excerpt(content), now)
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNREADABLE_FILE.value)
            return False
        for line in results.unreadable:
            store.add_item(tx, ItemKind.UNREADABLE_ROW, name, line, now)
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNREADABLE_ROW.value)
        for answer in results.answers:
            if not answers.take(tx, answer):
                store.add_item(tx, ItemKind.UNKNOWN_ORDER, name, answer.key, now)
        return True

    async def _tell_of_unfetched(self, pending: list[Batch], now: datetime) -> None:
        """Once for each batch that lies there too long (messages.md 3)."""
        days = self._settings.unfetched_working_days
        for one in pending:
            if one.alarmed or one.supplied is None or now < term_end(local_day(moment(one.supplied)), days):
                continue
            await self._ledger.committed(_alarm, one.id, instant(now))
            log().warning(Event.OUTSIDE_FAILED, code=ItemKind.UNFETCHED.value, place=one.id)


def _alarm(tx: Transaction, name: str, now: int) -> None:
    store.alarmed(tx, name)
    store.add_item(tx, ItemKind.UNFETCHED, FILE_NAME.format(name), "", now)
