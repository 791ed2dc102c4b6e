"""What open consoles cost the relay: full lanes emptied with none and with many live lists open, round by round."""

from __future__ import annotations

import json
import statistics
from contextlib import AsyncExitStack
from pathlib import Path

from hub.database import Database
from tests.bench.child import Child
from tests.bench.desk import Desk
from tests.bench.drain import LIMIT_S, Round, summary, until_booked
from tests.bench.letters import read_letters
from tests.bench.machine import Meter, between
from tests.bench.servers import Servers
from tests.bench.stand import Depths, Stand, fresh_stand


async def watched(servers: Servers, folder: Path, streams: int, count: int, rounds: int) -> dict[str, object]:
    """The medians of emptying with no live list open and with `streams`, in turn, and the ratio of their rates."""
    found: dict[int, list[Round]] = {0: [], streams: []}
    for number in range(rounds):
        for open_now in (0, streams) if number % 2 == 0 else (streams, 0):
            name = f"watched-{open_now}-{number}"
            found[open_now].append(await drain_watched(servers, folder, open_now, count, name))
    ratios = [beside.per_s / alone.per_s for alone, beside in zip(found[0], found[streams], strict=True)]
    return {
        "messages": count,
        "open": {str(open_now): summary(of) for open_now, of in found.items()},
        "rate_ratio": round(statistics.median(ratios), 3),
        "rate_ratios": [round(one, 3) for one in ratios],
    }


async def drain_watched(servers: Servers, folder: Path, streams: int, count: int, name: str) -> Round:
    """Fills the lanes, lets the hub empty them beside a console with so many live lists, and says what that took.

    The console runs in every round, so that the rounds differ by who looks alone.
    """
    async with fresh_stand(servers, folder, folder / name) as stand, Depths(stand) as depths, AsyncExitStack() as stack:
        await stand.put_on_lanes(read_letters(folder, count))
        console = await _console(stand, stack, streams)
        hub = await stack.enter_async_context(Child("hub_process", str(stand.settings), log=folder / f"{name}.log"))
        await hub.heard("ready")
        meter = Meter({"hub": hub.pid, "console": console.pid, **servers.roots})
        before = meter.read()
        await hub.go()
        await depths.until_arrived(count, hub.check, LIMIT_S)
        arrived = meter.read()
        await until_booked(stand, hub, count)
        after = meter.read()
        console.check()
    used = between(before, after)
    return Round(round(count / between(before, arrived).wall_s, 1), used.per_message(count), used.strangers_share)


async def _console(stand: Stand, stack: AsyncExitStack, streams: int) -> Child:
    """A console on the hub's database with `streams` live lists open; ends with the stack."""
    database = Database(stand.database)
    stack.callback(database.close)
    desk = Desk.beside(stand.settings, database)
    log = stand.folder / "console.log"
    console = await stack.enter_async_context(Child("console_process", str(desk.settings), log=log))
    await console.heard("ready")
    plan = stand.folder / "watching.json"
    plan.write_text(json.dumps({"url": desk.url, "cookies": desk.cookies, "streams": streams}))
    watching = await stack.enter_async_context(Child("watching_process", str(plan), log=log))
    await watching.heard("ready")
    return console
