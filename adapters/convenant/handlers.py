"""What a creditor does on each message: an order to its own system, whose answer is the reply, now or later.

creditor = Creditor(edge, channel, settings, clock, edge.link_down_since)
creditor.listen()
await creditor.run_tasks(stop)      # beside edge.run(stop)
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime
from typing import Final, Protocol, TypeVar

from adapters.breaker import Backoff
from adapters.contract import Done, OutsideKey, Received, Reply, Road
from adapters.convenant import store
from adapters.convenant.answers import Answers
from adapters.convenant.lifting import Lifter
from adapters.convenant.orders import Answer, Order
from adapters.convenant.pauses import Pauses
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.settlement.talks import Settlements
from adapters.convenant.store import ItemKind, Transaction
from adapters.convenant.tables import SCHEMA
from adapters.outside.lifting import LiftingGate, LinkDownSince
from adapters.outside.rounds import look_every
from hub.clock import Clock
from hub.database import instant
from hub.errors import HubError, UnavailableError
from hub.events import Event, log
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceRequest,
    CollectionDespitePause,
    CoolingOffPeriod,
    Message,
    Notice,
    PauseEnd,
    PauseExtension,
    PublicNotice,
    Reconsideration,
    SettlementProposal,
    StatusReport,
)

M = TypeVar("M", bound=Message)
#: Every order has a key; a creditor's system does an order once for it.
IDEMPOTENCY: Final = OutsideKey.KEY


class Channel(Protocol):
    """How a creditor's system is reached."""

    #: Whether `give` puts an order into their system; else it lies in the ledger until the next round takes it.
    at_once: bool

    async def give(self, order: Order) -> Answer | None:
        """Gives an order; None when the answer comes later.

        Raises:
            UnavailableError: again later, with the same order.
            RefusedError: their system does not want it; a person must look.
        """
        ...

    async def collect(self, answers: Answers, now: datetime) -> None:
        """Does what comes due at `now`: supplies, fetches answers and takes them in."""
        ...


class Creditor:
    """One creditor in the covenant."""

    def __init__(
        self,
        road: Road,
        channel: Channel,
        settings: CreditorSettings,
        clock: Clock,
        link_down_since: LinkDownSince,
    ) -> None:
        self._road = road
        self._channel = channel
        self._settings = settings
        self._clock = clock
        road.ledger.upgrade(SCHEMA)
        self.pauses = Pauses(settings, clock)
        self.settlements = Settlements(road.publish, settings, clock)
        self.answers = Answers(road.publish, self.settlements, clock)
        self._lifter = Lifter(self.pauses, LiftingGate(settings, clock.now(), link_down_since))
        self._backoff = Backoff(first_s=10, most_s=3600)
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret

    def listen(self) -> None:
        """Acts on what this creditor may be sent: the notice with BSN only where it may use it."""
        if self._settings.bsn:
            self._road.on(PublicNotice, self.public_notice, outside=IDEMPOTENCY)
        self._road.on(Notice, self.notice, outside=IDEMPOTENCY)
        self._road.on(PauseExtension, self.extension, outside=IDEMPOTENCY)
        self._road.on(PauseEnd, self.end, outside=IDEMPOTENCY)
        self._road.on(CollectionDespitePause, self.incident, outside=IDEMPOTENCY)
        self._road.on(BalanceRequest, self.balance, outside=IDEMPOTENCY)
        self._road.on(SettlementProposal, self.proposal, outside=IDEMPOTENCY)
        self._road.on(Reconsideration, self.reconsideration, outside=IDEMPOTENCY)
        self._road.on(ArrangementAgreed, self.agreed, outside=IDEMPOTENCY)
        self._road.on(ArrangementEnd, self.finished, outside=IDEMPOTENCY)
        self._road.on(CoolingOffPeriod, self.cooling_off, outside=IDEMPOTENCY)
        self._road.on(StatusReport, self.status, outside=IDEMPOTENCY)

    async def notice(self, received: Received[Notice]) -> Done:
        """*Kennisgeving*: collecting rests."""
        return await self._carried_out(await self._road.ledger.committed(self.pauses.open, received))

    async def public_notice(self, received: Received[PublicNotice]) -> Done:
        """*Kennisgeving publiek*: the same, found by BSN."""
        return await self._carried_out(await self._road.ledger.committed(self.pauses.open, received))

    async def extension(self, received: Received[PauseExtension]) -> Done:
        """*Pauze-verlenging*."""
        return await self._carried_out(await self._road.ledger.committed(self.pauses.extend, received))

    async def end(self, received: Received[PauseEnd]) -> Done:
        """*Pauze-beëindiging*: the effect of its class."""
        return await self._carried_out(await self._road.ledger.committed(self.pauses.end, received))

    async def incident(self, received: Received[CollectionDespitePause]) -> Done:
        """*Incasso ondanks pauze*."""
        return await self._carried_out(await self._road.ledger.committed(self.pauses.incident, received))

    async def balance(self, received: Received[BalanceRequest]) -> Done:
        """*Saldoverzoek*."""
        return await self._carried_out(await self._road.ledger.committed(self.settlements.ask, received))

    async def proposal(self, received: Received[SettlementProposal]) -> Done:
        """*Betaalvoorstel*."""
        return await self._carried_out(await self._road.ledger.committed(self.settlements.propose, received))

    async def reconsideration(self, received: Received[Reconsideration]) -> Done:
        """*Heroverweging*."""
        return await self._carried_out(await self._road.ledger.committed(self.settlements.reconsider, received))

    async def agreed(self, received: Received[ArrangementAgreed]) -> Done:
        """*Schuldregeling-akkoord*."""
        return await self._carried_out(await self._road.ledger.committed(self.settlements.agree, received))

    async def finished(self, received: Received[ArrangementEnd]) -> Done:
        """*Schuldregeling-beëindigd*."""
        return await self._carried_out(await self._road.ledger.committed(self.settlements.finish, received))

    async def cooling_off(self, received: Received[CoolingOffPeriod]) -> Done:
        """*Afkoelingsperiode*: nothing is collected until its end or that of the pause, whichever is later."""
        return await self._carried_out(await self._road.ledger.committed(self.pauses.protect, received))

    async def status(self, _: Received[StatusReport]) -> Done:
        """*Statusbericht*: for a person to read; there is nothing to do in the creditor's system."""
        return Done()

    async def run_tasks(self, stop: asyncio.Event) -> None:
        """Does what comes due until `stop`; what fails for a reason outside us is tried again at the next tick."""
        every_s, clock = self._settings.tick_s, self._clock
        await look_every(every_s, self.tick, clock=clock, task="creditor", stop=stop)

    async def tick(self, now: datetime) -> None:
        """Lifts what is due at `now`, gives our own orders, and does what the channel has to do."""
        await self._road.ledger.committed(self._lifter.order_due, now)
        if self._channel.at_once:
            await self._give_own(now)
        await self._channel.collect(self.answers, now)
        # After the look for answers: one that came in time is no silence.
        await self._road.ledger.committed(self.settlements.accept_silent, now)

    async def _carried_out(self, wanted: Message | Order | None) -> Done:
        """The order given, and its answer recorded together with the end of the act."""
        if wanted is None:
            return Done()
        if isinstance(wanted, Message):
            return Done((Reply(wanted),))
        answer = await self._channel.give(wanted)
        return Done(record=lambda tx: self._record(tx, wanted, answer))

    def _record(self, tx: Transaction, order: Order, answer: Answer | None) -> None:
        if answer is not None:
            self.answers.take(tx, answer)
        elif self._channel.at_once:
            store.given(tx, order.key)
            self.settlements.reached(tx, order.key)

    async def _give_own(self, now: datetime) -> None:
        """Gives the orders that no message stands for: there is no edge that tries them again."""
        for kept in await self._road.ledger.committed(store.own_orders_due, instant(now)):
            order = kept.order
            if order is None:
                continue
            try:
                answer = await self._channel.give(order)
            except UnavailableError as error:
                wait = self._backoff.after(kept.attempts + 1, self._chance, error.retry_after_s)
                await self._road.ledger.committed(store.put_off, kept.key, instant(now + wait))
                log().warning(
                    Event.OUTSIDE_FAILED, conversation=kept.conversation, code=error.code, attempt=kept.attempts + 1
                )
                return  # their system is away for the others too; they are still due at the next tick
            except HubError as error:
                await self._road.ledger.committed(self._to_a_person, kept.key, kept.conversation, error)
                continue
            await self._road.ledger.committed(self._record, order, answer)

    def _to_a_person(self, tx: Transaction, key: str, conversation: str, error: HubError) -> None:
        store.put_off(tx, key, None)
        now = instant(self._clock.now())
        store.add_item(tx, ItemKind.LIFTING_REFUSED, conversation, error.code.value, now)
