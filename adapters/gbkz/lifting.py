"""Lifts what is due: on the first working day after the end date, not before nine, never because our road was down."""

from __future__ import annotations

import random
from datetime import date, datetime

from adapters.breaker import Backoff
from adapters.contract import Publish
from adapters.gbkz import store
from adapters.gbkz.alignment import Alignment, Errand
from adapters.gbkz.pauses import Pauses
from adapters.gbkz.plan import OnBehalfOf
from adapters.gbkz.settings import TaxOfficeSettings
from adapters.gbkz.store import Pause, Transaction
from adapters.outside.lifting import LiftingGate, LinkDownSince
from hub.clock import Clock
from hub.database import instant
from hub.errors import HubError, UnavailableError
from hub.events import Event, log
from hub.workdays import local_day


class Lifter:
    """Goes through the pauses whose last day of rest is past."""

    def __init__(
        self,
        alignment: Alignment,
        pauses: Pauses,
        publish: Publish,
        settings: TaxOfficeSettings,
        clock: Clock,
        link_down_since: LinkDownSince,
    ) -> None:
        self._alignment = alignment
        self._pauses = pauses
        self._publish = publish
        self._settings = settings
        self._letters_on: date | None = None
        self._gate = LiftingGate(settings, clock.now(), link_down_since)
        self._backoff = Backoff(first_s=30, most_s=3600)
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret

    async def tick(self, now: datetime) -> None:
        """Lifts what is due, each on its own: one that the tax system refuses holds up no other."""
        await self._tell_of_letters(now)
        may_lift = self._gate.is_open(now)
        for due in await self._alignment.committed(store.due_pauses, instant(now)):
            try:
                if may_lift and await self._lift(due, now):
                    continue
                await self._hold_on(due, now)
            except UnavailableError as error:
                await self._put_off(due, now, error)
                return  # the tax system is away for the others too; they are still due at the next tick
            except HubError as error:
                await self._put_off(due, now, error)

    async def _tell_of_letters(self, now: datetime) -> None:
        """Once a day: a letter that could not be called back has arrived by now, so it is not named any more."""
        today = local_day(now)
        if today != self._letters_on:
            await self._alignment.committed(self._letters_arrived, today)
            self._letters_on = today

    def _letters_arrived(self, tx: Transaction, today: date) -> None:
        for pause, answer in self._pauses.letters_arrived(tx, today):
            self._publish(tx, answer, to=pause.sender, case=pause.case, conversation=pause.conversation)

    async def _lift(self, due: Pause, now: datetime) -> bool:
        """False when it may not be lifted: a message of the conversation has not been acted on yet."""
        if due.taxpayer is None:
            return False
        async with self._alignment.turn(await self._alignment.committed(store.dossiers_of, due.conversation)):
            if not await self._alignment.committed(_may_lift, due.conversation, instant(now)):
                return False
            owner = OnBehalfOf(due.taxpayer, due.start)
            errand = Errand(f"{due.message}.einde", due.conversation, owner, letting_go=True)
            await self._alignment.carry_out(errand)
            await self._alignment.committed(self._lapse, due)
        return True

    async def _hold_on(self, due: Pause, now: datetime) -> None:
        """Keeps the *uitstel* from running out in the tax system while the lifting waits."""
        async with self._alignment.turn(await self._alignment.committed(store.dossiers_of, due.conversation)):
            owner = await self._alignment.committed(self._pauses.hold_on, due, local_day(now))
            if owner is not None:
                await self._alignment.carry_out(Errand(f"{due.message}.wacht", due.conversation, owner))

    def _lapse(self, tx: Transaction, due: Pause) -> None:
        report = self._pauses.lapse(tx, due.conversation)
        self._publish(tx, report, to=due.sender, case=due.case, conversation=due.conversation)

    async def _put_off(self, due: Pause, now: datetime, error: HubError) -> None:
        at_least_s = error.retry_after_s if isinstance(error, UnavailableError) else None
        wait = self._backoff.after(due.attempts + 1, self._chance, at_least_s)
        await self._alignment.committed(store.put_off, due.conversation, instant(now + wait))
        log().warning(
            Event.OUTSIDE_FAILED,
            conversation=due.conversation,
            code=error.code,
            place=error.place,
            attempt=due.attempts + 1,
        )


def _may_lift(tx: Transaction, conversation: str, now: int) -> bool:
    """Whether it is still due, and no message of it waits to be acted on."""
    pause = store.pause(tx, conversation)
    return (
        pause is not None
        and pause.lift_due is not None
        and pause.lift_due <= now
        and not store.unread(tx, conversation)
    )
