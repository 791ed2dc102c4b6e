"""What the adapter of the referral index does on each message: a row to be supplied, and later its result.

index = VishIndex(edge, SftpTransport(settings.sftp), settings, clock)
index.listen()
await index.run_tasks(stop)      # beside edge.run(stop)
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TypeVar

from adapters.contract import Done, Received, Road
from adapters.vish import store
from adapters.vish.registrations import Registrations
from adapters.vish.settings import VishSettings
from adapters.vish.supply import Supplier
from adapters.vish.tables import METADATA
from adapters.vish.transport import IDEMPOTENCY, Transport
from hub.clock import Clock
from hub.errors import Code, HubError, RefusedError
from hub.events import Event, log
from schemas.messages import DebtRestRegistration, DebtRestWithdrawal, Message

M = TypeVar("M", bound=Message)


class VishIndex:
    """The referral index of the bailiffs, seen from the road."""

    def __init__(self, road: Road, transport: Transport, settings: VishSettings, clock: Clock) -> None:
        self._road = road
        self._settings = settings
        self._clock = clock
        road.ledger.create(METADATA)
        self._registrations = Registrations(road.publish, clock)
        self._supplier = Supplier(road.ledger, transport, self._registrations, settings, clock)

    def listen(self) -> None:
        """Acts on what the index understands."""
        self._road.on(DebtRestRegistration, self.registration, outside=IDEMPOTENCY)
        self._road.on(DebtRestWithdrawal, self.withdrawal, outside=IDEMPOTENCY)

    async def registration(self, received: Received[DebtRestRegistration]) -> Done:
        """*Schuldenrust-aanmelding*: supplied with the next batch; its result is the answer."""
        await self._check_sender(received)
        return Done(record=lambda tx: self._registrations.register(tx, received))

    async def withdrawal(self, received: Received[DebtRestWithdrawal]) -> Done:
        """*Schuldenrust-afmelding*: the row that was not supplied is dropped, or the registration is ended."""
        await self._check_sender(received)
        return Done(record=lambda tx: self._registrations.withdraw(tx, received))

    async def run_tasks(self, stop: asyncio.Event) -> None:
        """Supplies and reads results until `stop`."""
        while not stop.is_set():
            try:
                await self.tick(self._clock.now())
            except HubError as error:
                log().error(Event.TASK_FAILED, task="vish", code=error.code, place=error.place)
            try:
                async with asyncio.timeout(self._settings.tick_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def tick(self, now: datetime) -> None:
        """One look at what is due at `now`."""
        await self._supplier.tick(now)

    async def _check_sender(self, received: Received[M]) -> None:
        """A registration that another organisation asked for is not for this sender to change."""
        standing = await self._supplier.committed(store.registration, received.conversation)
        if standing is not None and standing.sender != received.sender:
            raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
