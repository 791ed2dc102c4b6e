"""What the adapter of the referral index does on each message: a row to be supplied, and later its result.

index = VishIndex(edge, SftpPlace(settings.sftp), settings, clock)
index.listen()
await index.run_tasks(stop)      # beside edge.run(stop)
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, TypeVar

from adapters.contract import Done, OutsideKey, Received, Road
from adapters.outside.rounds import look_every
from adapters.outside.sftp import Place
from adapters.vish import store
from adapters.vish.registrations import Registrations
from adapters.vish.settings import VishSettings
from adapters.vish.supply import Supplier
from adapters.vish.tables import SCHEMA
from hub.clock import Clock
from hub.errors import Code, RefusedError
from schemas.messages import CoolingOffPeriod, DebtRestRegistration, DebtRestWithdrawal, Message

M = TypeVar("M", bound=Message)
#: Each row has a record key; the index handles a key once.
IDEMPOTENCY: Final = OutsideKey.KEY


class VishIndex:
    """The referral index of the bailiffs, seen from the road."""

    def __init__(self, road: Road, place: Place, settings: VishSettings, clock: Clock) -> None:
        self._road = road
        self._settings = settings
        self._clock = clock
        road.ledger.upgrade(SCHEMA)
        self._registrations = Registrations(road.publish, clock)
        self._supplier = Supplier(road.ledger, place, self._registrations, settings, clock)

    def listen(self) -> None:
        """Acts on what the index understands."""
        self._road.on(DebtRestRegistration, self.registration, outside=IDEMPOTENCY)
        self._road.on(DebtRestWithdrawal, self.withdrawal, outside=IDEMPOTENCY)
        self._road.on(CoolingOffPeriod, self.cooling_off, outside=OutsideKey.LOOK_UP)

    async def registration(self, received: Received[DebtRestRegistration]) -> Done:
        """*Schuldenrust-aanmelding*: supplied with the next batch; its result is the answer."""
        await self._check_sender(received)
        return Done(record=lambda tx: self._registrations.register(tx, received))

    async def withdrawal(self, received: Received[DebtRestWithdrawal]) -> Done:
        """*Schuldenrust-afmelding*: the row that was not supplied is dropped, or the registration is ended."""
        await self._check_sender(received)
        return Done(record=lambda tx: self._registrations.withdraw(tx, received))

    async def cooling_off(self, received: Received[CoolingOffPeriod]) -> Done:
        """*Afkoelingsperiode*: nothing changes at the index; whoever asks hears how it stands."""
        await self._check_sender(received)
        return Done(record=lambda tx: self._registrations.protect(tx, received))

    async def run_tasks(self, stop: asyncio.Event) -> None:
        """Supplies and reads results until `stop`."""
        every_s, clock = self._settings.tick_s, self._clock
        await look_every(every_s, self.tick, clock=clock, task="vish", stop=stop)

    async def tick(self, now: datetime) -> None:
        """One look at what is due at `now`."""
        await self._supplier.tick(now)

    async def _check_sender(self, received: Received[M]) -> None:
        """A registration that another organisation asked for is not for this sender to change."""
        standing = await self._supplier.committed(store.registration, received.conversation)
        if standing is not None and standing.sender != received.sender:
            raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
