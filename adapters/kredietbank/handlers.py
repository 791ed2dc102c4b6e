"""What the Kredietbank does on each message: it is told, and what happens there comes back over the road.

bank = Kredietbank(edge, settings, clock, may_use_bsn)
bank.listen(channel)
await bank.run_tasks(stop)      # beside edge.run(stop)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol, TypeVar

from adapters.contract import Done, OutsideKey, Received, Reply, Road
from adapters.kredietbank import mapping, store
from adapters.kredietbank.news import Intake, MayUseBsn
from adapters.kredietbank.referral import OVER, Side, Standing, follows, heartbeat_due, lapsed
from adapters.kredietbank.settings import KredietbankSettings
from adapters.kredietbank.store import ItemKind, Kept, Transaction
from adapters.kredietbank.tables import SCHEMA
from adapters.kredietbank.words import Act, News, Order
from adapters.outside.rounds import look_every
from hub.clock import Clock
from hub.database import instant, moment
from hub.errors import Code, RefusedError
from hub.events import Event, log
from schemas.codes import ReferralStatus, Status
from schemas.messages import (
    BalanceAnswer,
    NoCooperation,
    ProposalAnswer,
    Referral,
    ReferralStatusReport,
    StatusReport,
)

A = TypeVar("A", BalanceAnswer, ProposalAnswer, NoCooperation, StatusReport)
#: Whatever it is told carries a key; its case system does so once for it.
TOLD_ONCE: Final = OutsideKey.KEY
NOT_OURS = "Voor deze soort hulp kan niet naar de Kredietbank verwezen worden."
STANDS_ALREADY = "Deze verwijzing was er al; de eerste blijft staan."
FOLLOWS_NOTHING = "De eerdere verwijzing waarop deze volgt, is hier niet bekend als afgewezen."
NOT_YOURS = "Deze status kan nu niet door de verwijzer gemeld worden."


class Channel(Protocol):
    """How the case system is reached."""

    #: Whether `give` tells it; else the order lies in the ledger until the next round takes it.
    at_once: bool

    async def give(self, order: Order) -> Sequence[News] | None:
        """Tells it something; what it says at once, if anything."""
        ...

    def write(self, tx: Transaction, order: Order, message: str | None, party: str, now: int) -> None:
        """Keeps what `give` has not told, in the transaction that records the act."""
        ...

    async def collect(self, now: datetime) -> None:
        """Does what comes due at `now`: supplies, fetches what happened and takes it in."""
        ...


class Kredietbank:
    """Kredietbank Nederland, seen from the road."""

    def __init__(self, road: Road, settings: KredietbankSettings, clock: Clock, may_use_bsn: MayUseBsn) -> None:
        self._road = road
        self._settings = settings
        self._terms = settings.referral_terms
        self._clock = clock
        self._channel: Channel | None = None
        road.ledger.upgrade(SCHEMA)
        self.intake = Intake(road.publish, settings.contact, clock, may_use_bsn)

    def listen(self, channel: Channel) -> None:
        """Acts on what the Kredietbank understands, over this channel."""
        self._channel = channel
        self._road.on(Referral, self.referral, outside=TOLD_ONCE)
        self._road.on(ReferralStatusReport, self.referral_status, outside=TOLD_ONCE)
        self._road.on(BalanceAnswer, self.answer, outside=TOLD_ONCE)
        self._road.on(ProposalAnswer, self.answer, outside=TOLD_ONCE)
        self._road.on(NoCooperation, self.answer, outside=TOLD_ONCE)
        self._road.on(StatusReport, self.report, outside=TOLD_ONCE)

    async def referral(self, received: Received[Referral]) -> Done:
        """*Verwijzing*: somebody asks for help; what becomes of it the case system says in its own time."""
        message = received.message
        if message.kind not in self._settings.kinds:
            rejected = ReferralStatusReport(status=ReferralStatus.REJECTED, reason=NOT_OURS)
            return Done((Reply(rejected),))
        known = await self._known(received)
        if known is not None and known.message != received.id:
            return Done((Reply(StatusReport(status=Status.OTHER, explanation=STANDS_ALREADY)),))
        replies: tuple[Reply, ...] = ()
        if message.follows_up is not None and not await self._was_rejected(message.follows_up, received.sender):
            replies = (Reply(StatusReport(status=Status.OTHER, explanation=FOLLOWS_NOTHING)),)
            message = message.model_copy(update={"follows_up": None})
        order = mapping.referral_order(message, received.id, received.conversation)
        # Kept before it is told: what happens there may be brought sooner than the answer to this.
        await self._road.ledger.committed(self._open, received)
        return await self._told(order, received.id, received.sender, replies)

    async def referral_status(self, received: Received[ReferralStatusReport]) -> Done:
        """*Verwijzing-status*: whoever referred may take it back, and nothing else."""
        kept = await self._own(received)
        said = received.message
        if said.status is ReferralStatus.WITHDRAWN and kept.standing is Standing.WITHDRAWN:
            return Done()  # both sides took it back
        if follows(kept.standing, said.status, Side.REQUESTER) is None:
            return Done((Reply(StatusReport(status=Status.OTHER, explanation=NOT_YOURS)),))
        order = mapping.withdrawal_order(said, received.id, received.conversation)
        done = await self._told(order, received.id, received.sender)
        return replace(done, record=lambda tx: self._withdrawn(tx, received.conversation, done))

    async def answer(self, received: Received[A]) -> Done:
        """What a creditor answered in a talk that the Kredietbank began."""
        talk = await self._road.ledger.committed(store.talk, received.conversation)
        if talk is None or talk.party != received.sender:
            raise RefusedError(Code.OUTSIDE_REFUSED, "no such talk")
        order = mapping.answer_order(received.message, received.id, talk.referral, talk.party)
        return await self._told(order, received.id, received.sender)

    async def report(self, received: Received[StatusReport]) -> Done:
        """*Statusbericht*: of a creditor in its talk, or of whoever referred."""
        talk = await self._road.ledger.committed(store.talk, received.conversation)
        if talk is not None:
            return await self.answer(received)
        await self._own(received)
        order = mapping.answer_order(received.message, received.id, received.conversation, received.sender)
        return await self._told(order, received.id, received.sender)

    async def run_tasks(self, stop: asyncio.Event) -> None:
        """Does what comes due until `stop`."""
        every_s, clock = self._settings.tick_s, self._clock
        await look_every(every_s, self.tick, clock=clock, task="kredietbank", stop=stop)

    async def tick(self, now: datetime) -> None:
        """Takes in what happened, tells of terms that passed, and asks how it stands where a heartbeat is due."""
        await self._used.collect(now)
        for kept in await self._road.ledger.committed(store.unfinished):
            await self._road.ledger.committed(self._tell_of_lapse, kept.conversation, now)
            if heartbeat_due(self._terms, kept.standing, moment(kept.said_at), now):
                await self._ask_how_it_stands(kept, now)

    # — the acts ———————————————————————————————————————————————————————————————————————————————————————————————————

    @property
    def _used(self) -> Channel:
        if self._channel is None:
            message = "listen() comes first"
            raise RuntimeError(message)
        return self._channel

    async def _told(self, order: Order, message: str | None, party: str, replies: tuple[Reply, ...] = ()) -> Done:
        """The order given; what was said at once is taken in together with the end of the act."""
        said = await self._used.give(order)

        def record(tx: Transaction) -> None:
            self._used.write(tx, order, message, party, instant(self._clock.now()))
            for one in said or ():
                self.intake.take(tx, one)

        return Done(replies, record)

    def _open(self, tx: Transaction, received: Received[Referral]) -> None:
        if store.referral(tx, received.conversation) is not None:
            return
        now = instant(self._clock.now())
        kept = Kept(
            conversation=received.conversation,
            case=received.case,
            message=received.id,
            requester=received.sender,
            person=json.dumps(mapping.person_of(received.message)),
            urgent=received.message.urgent,
            standing=Standing.REQUESTED,
            number=0,
            arrived=now,
            said_at=now,
            asked=0,
            lapse=None,
        )
        store.put(tx, kept)

    def _withdrawn(self, tx: Transaction, conversation: str, done: Done) -> None:
        if done.record is not None:
            done.record(tx)
        kept = store.referral(tx, conversation)
        if kept is not None and kept.standing not in OVER:
            store.put(tx, replace(kept, standing=Standing.WITHDRAWN, person=None))

    async def _known(self, received: Received[Referral]) -> Kept | None:
        """The referral of this conversation; one of another sender is not for this one to touch."""
        kept = await self._road.ledger.committed(store.referral, received.conversation)
        if kept is not None and kept.requester != received.sender:
            raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
        return kept

    async def _own(self, received: Received[ReferralStatusReport] | Received[StatusReport]) -> Kept:
        kept = await self._road.ledger.committed(store.referral, received.conversation)
        if kept is None or kept.requester != received.sender:
            raise RefusedError(Code.OUTSIDE_REFUSED, "no such referral of this sender")
        return kept

    async def _was_rejected(self, conversation: str, sender: str) -> bool:
        earlier = await self._road.ledger.committed(store.referral, conversation)
        return earlier is not None and earlier.requester == sender and earlier.standing is Standing.REJECTED

    def _tell_of_lapse(self, tx: Transaction, conversation: str, now: datetime) -> None:
        """Once for each term: a person at the Kredietbank looks."""
        kept = store.referral(tx, conversation)
        if kept is None:
            return
        lapse = lapsed(self._terms, kept.standing, moment(kept.arrived), now, urgent=kept.urgent)
        if lapse is None or kept.lapse == lapse.value:
            return
        store.put(tx, replace(kept, lapse=lapse.value))
        store.add_item(tx, ItemKind.LAPSED, conversation, lapse.value, instant(now))
        log().warning(Event.OUTSIDE_FAILED, code=lapse.value, conversation=conversation)

    async def _ask_how_it_stands(self, kept: Kept, now: datetime) -> None:
        """Asks once for each heartbeat; what it answers is said on as any other standing."""
        key = f"{kept.conversation}.{kept.asked + 1}"
        order = Order(sleutel=key, soort=Act.QUESTION, kenmerk=kept.conversation)
        try:
            done = await self._told(order, None, kept.requester)
        except RefusedError as error:
            await self._road.ledger.committed(self._not_asked, kept, error, now)
            return
        await self._road.ledger.committed(self._asked, kept.conversation, done, instant(now))

    def _not_asked(self, tx: Transaction, kept: Kept, error: RefusedError, now: datetime) -> None:
        store.add_item(tx, ItemKind.NOT_ASKABLE, kept.conversation, error.code.value, instant(now))
        store.put(tx, replace(kept, asked=kept.asked + 1, said_at=instant(now)))

    def _asked(self, tx: Transaction, conversation: str, done: Done, now: int) -> None:
        kept = store.referral(tx, conversation)
        if kept is not None:
            store.put(tx, replace(kept, asked=kept.asked + 1, said_at=now))
        if done.record is not None:
            done.record(tx)
