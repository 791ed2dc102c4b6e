"""The road: check, keep, publish, mark, ack — for a batch at a time, in that order and no other.

Nothing is acked before it is durable, and no receipt leaves before the commit that keeps the bytes. A crash anywhere
between makes the broker deliver again; what was committed is then a duplicate, and a duplicate is sent on again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.database import Connection, RowError, instant
from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog import store
from hub.messagelog.pauses.store import paused_oins
from hub.relay.answers import Forward, forwards, hub_receipts
from hub.relay.checks import Authenticated, authenticate, sender_of
from hub.relay.decide import Batch
from hub.relay.decisions import Accepted, Decision, Receipted, Refused, Witnessed
from hub.relay.keep import keep
from hub.relay.office import Office
from hub.relay.quota import Quota
from hub.wire.link import Arrival, Link, Outgoing
from hub.wire.postmark import refhash_of

__all__ = ["Office", "Relay"]

RECEIPT_PATIENCE = timedelta(minutes=10)  # after this the keeper sees whether the bytes must be offered again
RETRY = timedelta(minutes=1)  # for a message that the broker did not take

Kept = tuple[list[Decision], frozenset[str]]  # what was decided, and for whom messages are kept back


class Relay:
    """Carries batches; one per process, shared by its lanes."""

    def __init__(self, office: Office, quota: Quota) -> None:
        self._office = office
        self._quota = quota

    def check_able(self) -> None:
        """Return only if batches can be carried now; see `Office.check_able`."""
        self._office.check_able()

    async def handle(self, link: Link, arrivals: Sequence[Arrival]) -> list[Decision]:
        """Carries one batch. When this returns, everything in it may be acked.

        Returns what was decided, in the order of `arrivals`; what was kept aside is not among it.

        Raises:
            UnavailableError: the database is away; nothing of the batch may be acked.
            RefusedError: there is no valid key to sign receipts with; likewise.
        """
        now = self._office.clock.now()
        key = self._office.keys.signing(now)
        checked = [self._check(arrival, now) for arrival in arrivals]
        decisions, paused = await self._decide_and_keep(checked, now)
        letters = forwards(decisions, paused)
        source, clock = self._office.source, self._office.clock
        receipts = hub_receipts(decisions, source=source, key=key, clock=clock, now=now)
        results = await link.publish([*(one.outgoing for one in letters), *receipts])
        reached(Failpoint.RELAY_AFTER_PUBLISH)
        await self._mark(letters, results[: len(letters)])
        reached(Failpoint.RELAY_AFTER_MARK)
        _report(decisions)
        _report_unsent(receipts, results[len(letters) :])
        return decisions

    def _check(self, arrival: Arrival, now: datetime) -> Authenticated | Refused:
        try:
            if not self._quota.takes(arrival.user_id or "", now):
                raise RefusedError(Code.QUOTA_EXCEEDED, "user_id")
            return authenticate(arrival, self._office.register.current, now)
        except HubError as error:
            return Refused(arrival, error, None)

    async def _decide_and_keep(self, checked: Sequence[Authenticated | Refused], now: datetime) -> Kept:
        """One transaction for the batch; if a row makes it fail, one for each delivery, and that one is kept aside."""
        try:
            kept = await self._office.database.run(self._transaction, checked, now)
        except RowError:
            if len(checked) == 1:
                await self._quarantine(checked[0], now)
                return [], frozenset()
            log().warning(Event.BATCH_SPLIT, count=len(checked))
            alone = [await self._decide_and_keep([one], now) for one in checked]
            return [one for decisions, _ in alone for one in decisions], frozenset().union(*(oins for _, oins in alone))
        reached(Failpoint.RELAY_AFTER_COMMIT)
        return kept

    def _transaction(
        self,
        connection: Connection,
        checked: Sequence[Authenticated | Refused],
        now: datetime,
    ) -> Kept:
        decisions = Batch(connection, self._office.register.current, now).decide(checked)
        keep(connection, decisions, now)
        reached(Failpoint.RELAY_BEFORE_COMMIT)
        return decisions, paused_oins(connection)

    async def _quarantine(self, one: Authenticated | Refused, now: datetime) -> None:
        """A message whose row cannot be written: its hash and code are kept, its sender offers it again (T3)."""
        arrival = one.arrival
        row: store.Row = {
            "cause": "row-refused",
            "code": Code.DATABASE_UNAVAILABLE.value,
            "received": instant(now),
            "refhash": refhash_of(arrival.body),
            "oin": sender_of(arrival),
            "queue": None,
            "body": None,
        }
        await self._office.database.run(store.add_quarantined, [row])
        reached(Failpoint.RELAY_AFTER_QUARANTINE)
        log().error(Event.MESSAGE_QUARANTINED, refhash=row["refhash"], oin=row["oin"])

    async def _mark(self, letters: Sequence[Forward], results: Sequence[HubError | None]) -> None:
        """Records which bytes the broker has; the others the keeper offers again, and so it does if this is lost."""
        now = self._office.clock.now()
        look = now + RECEIPT_PATIENCE
        taken = [(one.key, look) for one, error in zip(letters, results, strict=True) if one.key and error is None]
        failed = [(one.key, error) for one, error in zip(letters, results, strict=True) if one.key and error]
        if taken:
            await self._office.database.run_relaxed(store.mark_forwarded, taken, now)
        if failed:
            await self._office.database.run_relaxed(store.postpone, [key for key, _ in failed], now + RETRY)
            for key, error in failed:
                log().warning(Event.MESSAGE_DELAYED, id=key[1], code=error.code, advice=error.advice())


def _report(decisions: Sequence[Decision]) -> None:
    """One diagnostic line a batch for what went well, one a message for what was refused or fits nothing."""
    accepted = sum(isinstance(decision, Accepted) for decision in decisions)
    if accepted:
        log().debug(Event.MESSAGE_ACCEPTED, count=accepted)
    for decision in decisions:
        if isinstance(decision, Refused):
            log().warning(
                Event.MESSAGE_REFUSED,
                code=decision.error.code,
                place=decision.error.place,
                oin=sender_of(decision.arrival),
                advice=decision.error.advice(),
            )
        elif isinstance(decision, Receipted) and decision.unmatched:
            log().warning(Event.RECEIPT_REFUSED, oin=sender_of(decision.message.arrival), count=decision.unmatched)
        elif isinstance(decision, Witnessed):
            log().info(Event.CHECKPOINT_COSIGNED, oin=decision.cosigned.oin, size=decision.cosigned.size)


def _report_unsent(receipts: Sequence[Outgoing], results: Sequence[HubError | None]) -> None:
    """A receipt that did not leave is not lost: its sender asks again (T3), and is then told all that is held."""
    for receipt, error in zip(receipts, results, strict=True):
        if error is not None:
            log().warning(Event.MESSAGE_DELAYED, id=receipt.message_id, recipient=receipt.routing_key, code=error.code)
