"""Resident memory of a relay process that finds its lanes full: before it reads, and the most while it empties them."""

from __future__ import annotations

from pathlib import Path

from tests.bench.child import Child
from tests.bench.letters import read_letters
from tests.bench.servers import Servers
from tests.bench.stand import Depths, fresh_stand

LIMIT_S = 1200.0


async def memory(servers: Servers, folder: Path, queued: int, carried: int) -> dict[str, object]:
    """Queues `queued` letters and lets the hub carry `carried` of them; prefetch fills within the first second."""
    async with fresh_stand(servers, folder, folder / "memory") as stand, Depths(stand) as depths:
        await stand.put_on_lanes(read_letters(folder, queued))
        waiting = await depths.waiting()
        async with Child("hub_process", str(stand.settings), log=folder / "memory.log") as relay:
            await relay.heard("ready")
            idle = most = relay.memory_mb
            await relay.go()

            def look() -> None:
                nonlocal most
                relay.check()
                most = max(most, relay.memory_mb)

            await depths.until_arrived(carried, look, LIMIT_S)
            look()
    return {"queued": waiting, "carried": carried, "rss_idle_mb": round(idle, 1), "rss_most_mb": round(most, 1)}
