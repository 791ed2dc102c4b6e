"""A process that runs its parts until it is told to stop, and says in the log what ended it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from hub.events import Event, frames_of, log


async def run_until_stopped(*parts: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Runs the parts until SIGTERM or SIGINT; then each finishes what it has in hand."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log().info(Event.PROCESS_STARTED)
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(_run(part, stop))
    except BaseExceptionGroup as failed:
        for error in leaves_of(failed):
            log().error(Event.PROCESS_FAILED, error=type(error).__name__, frames=frames_of(error))
        raise
    finally:
        log().info(Event.PROCESS_STOPPED)


def leaves_of(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """What really went wrong, out of groups within groups."""
    found: list[BaseException] = []
    for error in group.exceptions:
        found += leaves_of(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


async def _run(part: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await part(stop)
