"""Looking all the time for what does not get on in a ledger: one alarm when it begins, one line when it is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from adapters.contract import Office
from adapters.ledger import Ledger
from adapters.standstill.store import Limits, standstills
from hub.database import instant
from hub.errors import UnavailableError
from hub.events import Alarms, Event, log
from hub.waiting import pause

SWEEP_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each state may last before it is an alarm."""

    publish: timedelta = timedelta(minutes=5)  # else the broker is away
    hub_receipt: timedelta = timedelta(minutes=30)  # else the hub is away
    outcome: timedelta = timedelta(hours=48)  # after the expiry: a day later the hub gives up hope
    act: timedelta = timedelta(hours=1)  # else the outside system is away, or nobody handles that type
    wait: timedelta = timedelta(hours=1)  # after the expiry of what waits for an earlier message


class Standstill:
    """The sweep of one edge."""

    def __init__(self, ledger: Ledger, office: Office, patience: Patience | None = None) -> None:
        self._ledger = ledger
        self._office = office
        self._patience = patience or Patience()
        self._alarms = Alarms()

    async def run(self, stop: asyncio.Event) -> None:
        """Sweeps until `stop`."""
        while not await pause(stop, SWEEP_S):
            try:
                await self.sweep()
            except UnavailableError as error:
                log().warning(Event.TASK_FAILED, task="standstill", code=error.code, advice=error.advice())

    async def sweep(self) -> int:
        """Looks once; returns how many messages stand still."""
        now, patience = self._office.clock.now(), self._patience
        limits = Limits(
            publish=instant(now - patience.publish),
            hub_receipt=instant(now - patience.hub_receipt),
            outcome=instant(now - patience.outcome),
            act=instant(now - patience.act),
            wait=instant(now - patience.wait),
        )
        found = await self._ledger.database.read(standstills, limits)
        self._alarms.report(found)
        return sum(found.values())
