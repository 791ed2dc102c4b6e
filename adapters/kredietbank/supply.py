"""The Kredietbank by files: what it is told lies in the ledger until the next round, what happened comes in rows."""

from __future__ import annotations

from datetime import datetime

from adapters.contract import Publish
from adapters.kredietbank import batch, store
from adapters.kredietbank.news import Intake
from adapters.kredietbank.store import BATCHES, ItemKind, Transaction
from adapters.kredietbank.words import Order
from adapters.ledger import Ledger
from adapters.outside.batches.rounds import FileRounds, FileSettings, Reader
from adapters.outside.batches.store import BatchRow
from adapters.outside.results import excerpt
from adapters.outside.sftp import Place
from hub.clock import Clock
from hub.database import instant
from hub.events import Event, log
from schemas.codes import Status
from schemas.messages import StatusReport

FETCHED = "Het systeem van de Kredietbank heeft het bericht opgehaald."


class FileChannel:
    """Supplies the Kredietbank and reads its results."""

    at_once = False

    def __init__(
        self, place: Place, settings: FileSettings, ledger: Ledger, clock: Clock, publish: Publish, intake: Intake
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._intake = intake
        reader = Reader("opdrachten", batch.write_batch, self._read, self._fetched, self._unfetched)
        self._rounds = FileRounds(place, settings, BATCHES, reader, ledger, clock)

    async def give(self, order: Order) -> None:
        """Nothing now: `write` keeps it, and the next round takes it."""

    def write(self, tx: Transaction, order: Order, message: str | None, party: str, now: int) -> None:
        """The order as a row of the next round; its key makes a second one of it the same."""
        row = BatchRow(order.sleutel, order.kenmerk, message, party, batch.cells_of(order), order.spoed)
        BATCHES.add(tx, row, now)

    async def collect(self, now: datetime) -> None:
        """A round, when one is due."""
        await self._rounds.tick(now)

    def _read(self, tx: Transaction, name: str, content: bytes | None) -> bool:
        """All rows of one file in one transaction; a file that was read before changes nothing."""
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
        for said in results.news:
            if not self._intake.take(tx, said):
                store.add_item(tx, ItemKind.UNKNOWN_REFERRAL, name, str(said.nummer), now)
        return True

    def _fetched(self, tx: Transaction, rows: list[BatchRow]) -> None:
        """Whoever sent what was fetched hears so."""
        for row in rows:
            kept = store.referral(tx, row.conversation)
            if row.message is None or kept is None:
                continue
            talk = None if row.party == kept.requester else store.talk_with(tx, kept.conversation, row.party, "")
            conversation = kept.conversation if talk is None else talk.conversation
            report = StatusReport(status=Status.FETCHED, explanation=FETCHED)
            where = {"to": row.party, "case": kept.case, "conversation": conversation}
            self._publish(tx, report, **where, causation=row.message)

    def _unfetched(self, tx: Transaction, name: str) -> None:
        store.add_item(tx, ItemKind.UNFETCHED, name, "", instant(self._clock.now()))
