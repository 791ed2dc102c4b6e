"""Open live lists, as so many browsers: `… watching_process PLAN` reads every stream and counts what comes."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx2

from hub.events import configure
from hub.running import run_until_stopped
from tests.bench.child import say


async def watch(plan: dict[str, Any], stop: asyncio.Event) -> None:
    """Opens the streams, says so, and reads until `stop`."""
    opened = asyncio.Semaphore(0)
    counts = {"events": 0, "bytes": 0}
    limits = httpx2.Limits(max_connections=plan["streams"] + 1)
    async with (
        httpx2.AsyncClient(base_url=plan["url"], cookies=plan["cookies"], limits=limits, timeout=None) as client,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(_read(client, opened, counts)) for _ in range(plan["streams"])]
        for _ in tasks:
            await opened.acquire()
        say("ready")
        await stop.wait()
        say("watched", **counts)
        for task in tasks:
            task.cancel()


async def _read(client: httpx2.AsyncClient, opened: asyncio.Semaphore, counts: dict[str, int]) -> None:
    async with client.stream("GET", "/berichtenlog/live") as answer:
        answer.raise_for_status()
        opened.release()
        async for piece in answer.aiter_raw():
            counts["bytes"] += len(piece)
            counts["events"] += piece.count(b"id: ")


def main(plan: dict[str, Any]) -> None:
    """Watches until SIGTERM."""
    configure("watching")
    asyncio.run(run_until_stopped(lambda stop: watch(plan, stop)))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_bytes()))
