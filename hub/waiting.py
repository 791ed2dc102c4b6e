"""Waiting for events of this process, with a limit, and leaving no task behind."""

from __future__ import annotations

import asyncio


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Waits, at most `seconds`; True when `stop` was set in the meantime."""
    return await when_any(stop, limit_s=seconds)


async def when_any(*events: asyncio.Event, limit_s: float | None = None) -> bool:
    """Returns as soon as one of the events is set; False when the limit (seconds) passed before."""
    if any(event.is_set() for event in events):
        return True
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
    return any(event.is_set() for event in events)


async def set_when_any(target: asyncio.Event, *events: asyncio.Event) -> None:
    """Sets `target` as soon as one of the events is set, or when it is set by another."""
    await when_any(target, *events)
    target.set()
