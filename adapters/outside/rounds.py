"""What an adapter does by the clock, beside its edge: a look now and then, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from hub.clock import Clock
from hub.errors import HubError
from hub.events import Event, log
from hub.waiting import pause


async def look_every(
    tick_s: float, tick: Callable[[datetime], Awaitable[None]], *, clock: Clock, task: str, stop: asyncio.Event
) -> None:
    """Calls `tick` with the time until `stop`; what fails for a reason outside us is tried again at the next look."""
    while not stop.is_set():
        try:
            await tick(clock.now())
        except HubError as error:
            log().error(Event.TASK_FAILED, task=task, code=error.code, place=error.place)
        await pause(stop, tick_s)
