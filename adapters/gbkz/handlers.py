"""What a local tax office does on each message: pause collecting, extend, end, and say what stopped and what did not.

office = TaxOffice(edge, system, settings, clock, edge.link_down_since)
office.listen()
await office.run_tasks(stop)      # beside edge.run(stop)
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from adapters.contract import Done, OutsideKey, Received, Reply, Road
from adapters.gbkz import mapping, store
from adapters.gbkz.alignment import Alignment, Errand
from adapters.gbkz.approval import store as approvals
from adapters.gbkz.client import IDEMPOTENCY, TaxSystem
from adapters.gbkz.incidents import Incidents
from adapters.gbkz.lifting import Lifter
from adapters.gbkz.pauses import NOT_OURS, Pauses
from adapters.gbkz.plan import OnBehalfOf
from adapters.gbkz.records import Miss
from adapters.gbkz.settings import Mode, TaxOfficeSettings
from adapters.gbkz.settlement import store as settling
from adapters.gbkz.settlement.store import SettlementState
from adapters.gbkz.settlement.talks import Settlements
from adapters.gbkz.store import Transaction
from adapters.gbkz.tables import SCHEMA
from adapters.outside.lifting import LinkDownSince
from adapters.outside.rounds import look_every
from hub.clock import Clock
from hub.errors import HubError, UnavailableError
from hub.events import Event, log
from schemas.codes import EndClass, NoCooperationReason, Status
from schemas.messages import (
    MODELS,
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    CollectionDespitePause,
    CoolingOffPeriod,
    Message,
    NoCooperation,
    PauseEnd,
    PauseExtension,
    PublicNotice,
    Reconsideration,
    SettlementProposal,
    StatusReport,
)

M = TypeVar("M", bound=Message)
NAME_DIFFERS = "De naam wijkt af van onze registratie; BSN en geboortedatum komen overeen."
NOBODY: Final = BalanceAnswer(customer_unknown=True, agreed_in_advance=False)
WAITS_FOR_APPROVAL = "Wacht op goedkeuring van een medewerker."


class TaxOffice:
    """One local tax office: GBKZ, or another by other settings."""

    def __init__(
        self,
        road: Road,
        system: TaxSystem,
        settings: TaxOfficeSettings,
        clock: Clock,
        link_down_since: LinkDownSince,
    ) -> None:
        self._road = road
        self._system = system
        self._settings = settings
        self._clock = clock
        road.ledger.upgrade(SCHEMA)
        self._alignment = Alignment(road.ledger, system, settings.margin_working_days)
        self._commit = self._alignment.committed
        self.pauses = Pauses(settings)
        self._incidents = Incidents(system, self._alignment, self.pauses, road.publish)
        self.settlements = Settlements(road.publish, settings, clock)
        self._lifter = Lifter(self._alignment, self.pauses, road.publish, settings, clock, link_down_since)

    def listen(self) -> None:
        """Acts on what this office understands."""
        self._road.on(PublicNotice, self.notice, outside=IDEMPOTENCY)
        self._road.on(PauseExtension, self.extension, outside=IDEMPOTENCY)
        self._road.on(PauseEnd, self.end, outside=IDEMPOTENCY)
        self._road.on(CoolingOffPeriod, self.cooling_off, outside=IDEMPOTENCY)
        self._road.on(CollectionDespitePause, self.incident, outside=IDEMPOTENCY)
        self._road.on(BalanceRequest, self.balance, outside=OutsideKey.LOOK_UP)
        self._road.on(SettlementProposal, self.proposal, outside=OutsideKey.LOOK_UP)
        self._road.on(Reconsideration, self.reconsideration, outside=OutsideKey.LOOK_UP)
        self._road.on(ArrangementAgreed, self.agreed, outside=OutsideKey.LOOK_UP)
        self._road.on(ArrangementEnd, self.arrangement_end, outside=OutsideKey.LOOK_UP)
        self._road.on(StatusReport, self.status, outside=IDEMPOTENCY)

    async def notice(self, received: Received[PublicNotice]) -> Done:
        """*Kennisgeving publiek*: *uitstel van betaling* on the open dossiers."""
        return await self._let_through(received) or _done(await self._notice(received))

    async def extension(self, received: Received[PauseExtension]) -> Done:
        """*Pauze-verlenging*: the same *uitstel*, longer."""
        return await self._let_through(received) or _done(await self._extension(received))

    async def end(self, received: Received[PauseEnd]) -> Done:
        """*Pauze-beëindiging*: the effect of its class."""
        return await self._let_through(received) or self._ended(received, await self._end(received))

    async def cooling_off(self, received: Received[CoolingOffPeriod]) -> Done:
        """*Afkoelingsperiode*: the *uitstel* stays until its end or that of the pause, whichever is later."""
        return await self._let_through(received) or _done(await self._cooling_off(received))

    async def incident(self, received: Received[CollectionDespitePause]) -> Done:
        """*Incasso ondanks pauze*: the dossiers are looked at again."""
        return await self._let_through(received) or await self._incidents.mend(received)

    async def balance(self, received: Received[BalanceRequest]) -> Done:
        """*Saldoverzoek*: looked up, and answered."""
        message = received.message
        if message.bsn is None:
            return _done((NOBODY,))
        found = await self._system.find(message.bsn, message.birth_date)
        if isinstance(found, Miss):
            miss: Message = NOBODY if found is Miss.UNKNOWN else mapping.not_found(found)
            return _done((miss,))
        owed = await self._owed(found.number)
        return _done((await self._commit(self.settlements.owed, received, found.number, owed),))

    async def proposal(self, received: Received[SettlementProposal]) -> Done:
        """*Betaalvoorstel*: its amounts are compared with what is owed; then a person decides."""
        known = await self._commit(settling.settlement, received.conversation)
        owed = {} if known is None or known.taxpayer is None else await self._owed(known.taxpayer)
        return _done((await self._commit(self.settlements.propose, received, owed),))

    async def reconsideration(self, received: Received[Reconsideration]) -> Done:
        """*Heroverweging*."""
        return _done((await self._commit(self.settlements.reconsider, received),))

    async def agreed(self, received: Received[ArrangementAgreed]) -> Done:
        """*Schuldregeling-akkoord*."""
        return Done(record=lambda tx: self.settlements.move(tx, received, SettlementState.RUNNING))

    async def arrangement_end(self, received: Received[ArrangementEnd]) -> Done:
        """*Schuldregeling-beëindigd*."""
        return Done(record=lambda tx: self.settlements.move(tx, received, SettlementState.ENDED))

    async def _owed(self, taxpayer: str) -> dict[str, str]:
        """What is open at this office, dossier by dossier."""
        dossiers = await self._system.open_dossiers(taxpayer)
        ours = (one for one in dossiers if one.gemeentecode in self._settings.gemeentecodes)
        return {one.number: one.outstanding for one in ours if one.outstanding is not None}

    async def status(self, _: Received[StatusReport]) -> Done:
        """*Statusbericht*: for a person to read; there is nothing to do in the tax system."""
        return Done()

    async def run_tasks(self, stop: asyncio.Event) -> None:
        """Does what comes due until `stop`; what fails for a reason outside us is tried again at the next tick."""
        every_s, clock = self._settings.tick_s, self._clock
        await look_every(every_s, self.tick, clock=clock, task="tax-office", stop=stop)

    async def tick(self, now: datetime) -> None:
        """Acts on what a person let through, then lifts what is due at `now`."""
        await self._act_on_approved()
        await self._commit(self.settlements.tell)
        await self._lifter.tick(now)

    # — the acts ———————————————————————————————————————————————————————————————————————————————————————————————————

    async def _notice(self, received: Received[PublicNotice]) -> tuple[Message, ...]:
        message = received.message
        if message.gemeentecode not in self._settings.gemeentecodes:
            return (NoCooperation(reason=NoCooperationReason.OUTSIDE_COVENANT, explanation=NOT_OURS),)
        found = await self._system.find(message.bsn, message.birth_date)
        if isinstance(found, Miss):
            # An earlier attempt that got further is finished first: what it placed must not be forgotten.
            begun = await self._commit(self.pauses.begun, received)
            if begun is None:
                return (await self._commit(self.pauses.refuse, received, mapping.not_found(found)),)
            return (await self._aligned(received, begun),)
        dossiers = [dossier.number for dossier in await self._system.open_dossiers(found.number)]
        held = await self._commit(store.held_by, received.conversation)
        async with self._alignment.turn([*dossiers, *held]):
            owner = await self._commit(self.pauses.open, received, found.number, dossiers)
            answer = await self._aligned(received, owner)
        remark = StatusReport(status=Status.OTHER, explanation=NAME_DIFFERS)
        return (answer,) if mapping.names_agree(message, found) else (answer, remark)

    async def _extension(self, received: Received[PauseExtension]) -> tuple[Message, ...]:
        async with self._alignment.turn(await self._commit(store.dossiers_of, received.conversation)):
            owner = await self._commit(self.pauses.extend, received)
            return (await self._aligned(received, owner),)

    async def _cooling_off(self, received: Received[CoolingOffPeriod]) -> tuple[Message, ...]:
        async with self._alignment.turn(await self._commit(store.dossiers_of, received.conversation)):
            owner = await self._commit(self.pauses.protect, received)
            return (await self._aligned(received, owner),)

    async def _end(self, received: Received[PauseEnd]) -> tuple[Message, ...]:
        wrongly = received.message.end_class is EndClass.WRONGLY_REGISTERED
        async with self._alignment.turn(await self._commit(store.dossiers_of, received.conversation)):
            owner = await self._commit(self.pauses.end, received)
            if not wrongly or isinstance(owner, Message):
                return (await self._aligned(received, owner),)
            errand = Errand(received.id, received.conversation, owner, letting_go=True, wrongly_registered=True)
            await self._alignment.carry_out(errand)
        day = received.message.end_date
        return (mapping.answer(start=min(owner.start, day), end=day, taxpayer=None, held=(), measures=()),)

    async def _aligned(self, received: Received[M], owner: Message | OnBehalfOf) -> Message:
        """The answer, after the tax system has been brought in line."""
        if isinstance(owner, Message):
            return owner
        await self._alignment.carry_out(Errand(received.id, received.conversation, owner))
        return await self._commit(self.pauses.answer, received.conversation)

    def _ended(self, received: Received[PauseEnd], replies: Sequence[Message]) -> Done:
        """With the content blanked when it was all a mistake."""
        if received.message.end_class is not EndClass.WRONGLY_REGISTERED:
            return _done(replies)
        conversation = received.conversation
        return Done(_replies(replies), lambda tx: store.blank(tx, conversation))

    # — with a person in between —————————————————————————————————————————————————————————————————————————————————————

    async def _let_through(self, received: Received[M]) -> Done | None:
        """None when the act may be done now; else the message waits for a person, and its sender is told so."""
        waiting = await self._commit(approvals.is_waiting, received.conversation)
        if self._settings.mode is Mode.AUTOMATIC and not waiting:
            return None
        report = StatusReport(status=Status.IN_PROGRESS, explanation=WAITS_FOR_APPROVAL)
        return Done((Reply(report),), lambda tx: approvals.add(tx, received))

    async def _act_on_approved(self) -> None:
        for waiting in await self._commit(approvals.decided):
            model = MODELS[waiting.message_type]
            try:
                done = await self._decided(waiting, model)
            except UnavailableError as error:
                log().warning(Event.MESSAGE_RETRIED, id=waiting.id, type=waiting.message_type, code=error.code)
                return
            except HubError as error:
                await self._commit(approvals.fail, waiting.id, error)
                log().error(Event.MESSAGE_FAILED, id=waiting.id, type=waiting.message_type, code=error.code)
                continue
            await self._commit(self._answer_approved, waiting, done)

    async def _decided(self, waiting: approvals.Waiting, model: type[Message]) -> Done:
        """Carries out what was let through; what was not is answered with the reason."""
        if waiting.refused_because is not None:
            return Done((Reply(NoCooperation(reason=waiting.refused_because)),))
        if model is PublicNotice:
            return _done(await self._notice(waiting.received(PublicNotice)))
        if model is PauseExtension:
            return _done(await self._extension(waiting.received(PauseExtension)))
        if model is CoolingOffPeriod:
            return _done(await self._cooling_off(waiting.received(CoolingOffPeriod)))
        if model is CollectionDespitePause:
            return await self._incidents.mend(waiting.received(CollectionDespitePause))
        ending = waiting.received(PauseEnd)
        return self._ended(ending, await self._end(ending))

    def _answer_approved(self, tx: Transaction, waiting: approvals.Waiting, done: Done) -> None:
        if done.record is not None:
            done.record(tx)
        for reply in done.replies:
            self._road.publish(
                tx,
                reply.message,
                to=waiting.sender,
                case=waiting.case,
                conversation=waiting.conversation,
                causation=waiting.id,
            )
        approvals.close(tx, waiting.id)


def _done(replies: Sequence[Message]) -> Done:
    return Done(_replies(replies))


def _replies(messages: Sequence[Message]) -> tuple[Reply, ...]:
    return tuple(Reply(message) for message in messages)
