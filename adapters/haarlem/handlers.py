"""What the other parties say, and what became of our letters: taken into the books, with what follows from it.

office = CaseOffice(helper)
office.listen()                  # before edge.run
await office.run_tasks(stop)     # beside edge.run(stop): terms, end dates, what was kept for a while
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from adapters.contract import Done, Outcome, OutsideKey, Received
from adapters.haarlem import asides, book, casefile, store, sweep
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations import PauseState, RegistrationState, opening_of
from adapters.haarlem.ddas_desk import recording as ddas
from adapters.haarlem.desk import store as desk
from adapters.haarlem.endings import Ending, end_one
from adapters.haarlem.facts import CARRIED, Answer, Carried, Reaction
from adapters.haarlem.hearing import Hearing
from adapters.haarlem.mapping import answer_of_notice, answer_of_refusal, answer_of_result, answer_of_status
from adapters.haarlem.repeating import remake
from adapters.haarlem.store import Exchange, Transaction
from adapters.haarlem.tables import SCHEMA
from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from schemas.codes import EndClass
from schemas.messages import DebtRestRegistrationResult, Message, NoCooperation, NoticeAnswer, StatusReport

M = TypeVar("M", bound=Message)
_CONFIRMED = frozenset({PauseState.ACTIVE, PauseState.EXTENDED})


class CaseOffice:
    """Listens to the edge on behalf of the debt helper."""

    def __init__(self, helper: DebtHelper) -> None:
        self._helper = helper
        self._hearing = Hearing(helper)
        helper.edge.ledger.upgrade(SCHEMA)
        with helper.edge.ledger.begin() as tx:
            ddas.catch_up(helper, tx)

    def listen(self) -> None:
        """Acts on what parties answer. Everything stays in our own database, so doing it twice is safe."""
        edge = self._helper.edge
        edge.on(DebtRestRegistrationResult, self.result, outside=OutsideKey.KEY)
        edge.on(NoticeAnswer, self.answer, outside=OutsideKey.KEY)
        edge.on(NoCooperation, self.refusal, outside=OutsideKey.KEY)
        edge.on(StatusReport, self.status, outside=OutsideKey.KEY)
        self._hearing.listen()
        edge.on_outcome(self.outcome)

    async def result(self, received: Received[DebtRestRegistrationResult]) -> Done:
        """*Schuldenrust-registratie*."""
        return await self._take(received, answer_of_result(received))

    async def answer(self, received: Received[NoticeAnswer]) -> Done:
        """*Kennisgeving-antwoord*."""
        return await self._take(received, answer_of_notice(received))

    async def refusal(self, received: Received[NoCooperation]) -> Done:
        """*Geen-medewerking*, with a pause or with settling."""
        if not await self._is_exchange(received.conversation):
            return await self._hearing.settled(received)
        return await self._take(received, answer_of_refusal(received))

    async def status(self, received: Received[StatusReport]) -> Done:
        """*Statusbericht*: some change what holds, the others are for whoever looks at the case."""
        if not await self._is_exchange(received.conversation):
            return await self._hearing.take(received)
        answer = answer_of_status(received)
        status = received.message.status.value
        if answer is None:
            return await self._take(received, None, lambda tx, exchange: self._mention(tx, exchange, status))
        if answer.reaction is Reaction.HANDLED:
            return await self._take(received, answer, lambda tx, exchange: self._mention(tx, exchange, status))
        return await self._take(received, answer)

    async def _is_exchange(self, conversation: str) -> bool:
        """Whether a conversation is about a pause or registration, or else about something else."""
        found = await self._helper.edge.ledger.database.read(store.case_of_exchange, conversation)
        return found is not None

    async def _take(
        self,
        received: Received[M],
        answer: Answer | None,
        also: Callable[[Transaction, Exchange], None] | None = None,
    ) -> Done:
        """The record of an answer, after a check that the conversation is ours and theirs.

        Raises:
            RefusedError: not_found for a conversation that we did not begin, identity_mismatch for another's.
        """
        await self._helper.edge.ledger.database.read(self._check, received.conversation, received.sender)

        def record(tx: Transaction) -> None:
            exchange = _held(tx, received.conversation)
            if answer is not None:
                exchange = book.keep(self._helper, tx, exchange, exchange.facts.answered(answer))
                self._follow(tx, exchange)
            if also is not None:
                also(tx, exchange)

        return Done(record=record)

    def _check(self, tx: Transaction, conversation: str, sender: str) -> None:
        exchange = store.find_exchange(tx, conversation)
        if exchange is None:
            raise RefusedError(Code.NOT_FOUND, "correlationid")
        if exchange.oin != sender:
            raise RefusedError(Code.IDENTITY_MISMATCH, "source")

    def _mention(self, tx: Transaction, exchange: Exchange, status: str) -> None:
        ids = {"person_id": exchange.person_id, "party_id": exchange.party_id}
        agenda.add_event(tx, self._helper.now(), "statusbericht", exchange.case_id, state=status, **ids)

    def _follow(self, tx: Transaction, exchange: Exchange) -> None:
        """What an answer sets off: the pause that this one replaces ends, a registration that waited is withdrawn."""
        wanted = exchange.facts.wanted_end
        registered = exchange.state == RegistrationState.REGISTERED
        if wanted is not None and registered and exchange.facts.ending is None:
            book.end_exchange(self._helper, tx, exchange, wanted.end, wanted.end_class)
        if exchange.state in _CONFIRMED:
            for old in store.preceding(tx, exchange.id):
                asides.carry_over(self._helper, tx, old, exchange)
                file = casefile.held(self._helper, tx, old.case_id, running=False)
                end_one(self._helper, tx, file, old, Ending(EndClass.ENDED, None))

    def outcome(self, tx: Transaction, outcome: Outcome) -> None:
        """How far a letter came, in the transaction that stores it; one that expired is made anew (wire.md 8, T4)."""
        self._hearing.outcome(tx, outcome)
        case_id = store.case_of_exchange(tx, outcome.conversation)
        if case_id is None:
            return
        exchange = _held(tx, outcome.conversation)
        carried = CARRIED[outcome.state]
        facts = exchange.facts.carried(outcome.message_id, carried, outcome.at, outcome.code)
        exchange = book.keep(self._helper, tx, exchange, facts)
        opening = opening_of(facts)
        if opening is not None and opening.carried is Carried.REFUSED and facts.ending is not None and exchange.open:
            book.close(self._helper, tx, exchange)  # nothing was ever there that could end
        every = (*facts.letters, *facts.asides)
        letter = next((one for one in every if one.id == outcome.message_id), None)
        if letter is None or letter.carried is not Carried.EXPIRED:
            return
        try:
            remake(self._helper, tx, exchange, letter)
        except RefusedError as error:
            # It cannot be sealed now; the item about the letter that expired is open and somebody looks.
            log().error(Event.MESSAGE_REFUSED, id=letter.id, code=error.code, advice=error.advice())

    async def run_tasks(self, stop: asyncio.Event) -> None:
        """Looks at terms and end dates until `stop`."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.tick)
            except HubError as error:
                log().error(Event.TASK_FAILED, task="case-office", code=error.code, place=error.place)
            try:
                async with asyncio.timeout(self._helper.settings.sweep_s):
                    await stop.wait()
            except TimeoutError:
                continue

    def tick(self) -> int:
        """One look; returns how many cases changed by time alone."""
        kept = timedelta(days=self._helper.settings.answers_kept_days)
        with self._helper.edge.ledger.begin() as tx:
            desk.drop_answers(tx, self._helper.now() - kept)
        return sweep.look(self._helper)


def _held(tx: Transaction, conversation: str) -> Exchange:
    """The conversation with its case held; an act that moved it in between has moved it before or after, not during."""
    while True:
        case_id = store.case_of_exchange(tx, conversation)
        if case_id is None:
            raise RefusedError(Code.NOT_FOUND, "correlationid")
        store.lock_case(tx, case_id)
        exchange = store.find_exchange(tx, conversation)
        if exchange is not None and exchange.case_id == case_id:
            return exchange
