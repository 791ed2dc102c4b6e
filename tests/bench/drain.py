"""How fast and at what cost a relay empties lanes that lie full: the hub beside the two baselines, round by round.

The rounds of the contenders alternate, so that a busy stranger disturbs all of them alike; what is compared is the
median over rounds. A round of the hub ends for the rate when everything lies in the inboxes, and for the cost only when
its own books are finished too: everything marked, every log entry with its index.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import func, select

from hub.database import Database
from hub.messagelog.tables import ENTRY, MESSAGE, State
from tests.bench.child import Child
from tests.bench.letters import read_letters
from tests.bench.machine import Meter, between
from tests.bench.servers import Servers
from tests.bench.stand import Depths, Stand, fresh_stand

Contender = Literal["hub", "raw", "naive"]
MODULES: Final[dict[Contender, str]] = {"hub": "hub_process", "raw": "raw_relay", "naive": "naive_relay"}
LIMIT_S = 600.0


@dataclass(frozen=True)
class Round:
    """One emptying of the lanes."""

    per_s: float
    cpu_us: dict[str, float]
    strangers_share: float


async def drain(servers: Servers, folder: Path, contender: Contender, count: int, name: str) -> Round:
    """Fills the lanes with `count` letters, lets the contender empty them, and says what that took."""
    async with fresh_stand(servers, folder, folder / name) as stand, Depths(stand) as depths:
        await stand.put_on_lanes(read_letters(folder, count))
        async with Child(MODULES[contender], str(stand.settings), log=folder / f"{name}.log") as child:
            await child.heard("ready")
            meter = Meter({"hub": child.pid, **servers.roots})
            before = meter.read()
            await child.go()
            await depths.until_arrived(count, child.check, LIMIT_S)
            arrived = meter.read()
            if contender == "hub":
                await until_booked(stand, child, count)
            after = meter.read()
    used = between(before, after)
    per_s = round(count / between(before, arrived).wall_s, 1)
    return Round(per_s, used.per_message(count), used.strangers_share)


async def until_booked(stand: Stand, child: Child, count: int) -> None:
    """Returns when the hub has marked `count` messages as forwarded and given every log entry its index."""
    database = Database(stand.database)
    try:
        async with asyncio.timeout(LIMIT_S):
            while _booked(database) < count:
                child.check()
                await asyncio.sleep(0.1)
    finally:
        database.close()


def _booked(database: Database) -> int:
    marked = select(func.count()).select_from(MESSAGE).where(MESSAGE.c.state >= State.FORWARDED)
    pending = select(func.count()).select_from(ENTRY).where(ENTRY.c.leaf_index.is_(None))
    with database.reading() as connection:
        return int(connection.execute(marked).scalar_one()) - int(connection.execute(pending).scalar_one())


async def drain_all(servers: Servers, folder: Path, count: int, rounds: int) -> dict[str, dict[str, object]]:
    """Every contender `rounds` times; the naive one gets a tenth, it would take as long as all else together."""
    tenth = max(count // 10, 1)
    found: dict[str, list[Round]] = {name: [] for name in MODULES}
    for number, contender in itertools.product(range(rounds), MODULES):
        messages = tenth if contender == "naive" else count
        found[contender].append(await drain(servers, folder, contender, messages, f"drain-{contender}-{number}"))
    return {name: {"messages": tenth if name == "naive" else count, **summary(of)} for name, of in found.items()}


def summary(rounds: Sequence[Round]) -> dict[str, object]:
    """The medians, and each round for who wants to see how far they lie apart."""
    return {
        "per_s": round(statistics.median(one.per_s for one in rounds), 1),
        "cpu_us": {name: round(statistics.median(one.cpu_us[name] for one in rounds), 1) for name in rounds[0].cpu_us},
        "strangers_share": round(statistics.median(one.strangers_share for one in rounds), 3),
        "rounds": [asdict(one) for one in rounds],
    }
