"""Waiting for events of this process, with a limit, and leaving no task behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Waits, at most `seconds`; True when `stop` was set in the meantime."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


async def when_any(events: Sequence[asyncio.Event]) -> None:
    """Returns as soon as one of the events is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


async def set_when_any(target: asyncio.Event, *events: asyncio.Event) -> None:
    """Sets `target` as soon as one of the events is set, or when it is set by another."""
    await when_any([target, *events])
    target.set()
