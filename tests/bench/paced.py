"""Latency of the hub hop under an even load: from the intended moment of sending to arrival in the recipient's inbox.

Each relay carries every rate in one go, after some letters to warm it up, and its CPU per message is taken meanwhile:
light load makes small batches, so a message costs more then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.child import Child
from tests.bench.drain import MODULES, Contender
from tests.bench.machine import Meter, between
from tests.bench.pacer import GRACE_S, Plan
from tests.bench.parties import OINS, RECIPIENTS
from tests.bench.servers import Servers
from tests.bench.stand import Stand, fresh_stand

WARM_UP = 50  # letters; a relay runs for weeks, its first statements are not what is measured


@dataclass(frozen=True)
class Pace:
    """How fast and for how long."""

    per_s: float
    seconds: float

    @property
    def count(self) -> int:
        """Letters."""
        return max(int(self.per_s * self.seconds), 1)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


def letters_needed(paces: Sequence[Pace]) -> int:
    """For one relay."""
    return sum(pace.count + WARM_UP for pace in paces)


async def paced(servers: Servers, folder: Path, contender: Contender, paces: Sequence[Pace]) -> list[dict[str, object]]:
    """One row for each pace."""
    name = f"paced-{contender}"
    rows: list[dict[str, object]] = []
    skip = 0
    async with AsyncExitStack() as stack:
        stand = await stack.enter_async_context(fresh_stand(servers, folder, folder / name))
        child = Child(MODULES[contender], str(stand.settings), log=folder / f"{name}.log")
        relay = await stack.enter_async_context(child)
        await relay.heard("ready")
        await relay.go()
        for pace in paces:
            await _send(stand, Pace(pace.per_s, WARM_UP / pace.per_s), skip)
            meter = Meter({"hub": relay.pid, **servers.roots})
            before = meter.read()
            said = await _send(stand, pace, skip + WARM_UP)
            used = between(before, meter.read())
            relay.check()
            skip += pace.count + WARM_UP
            cost = {"cpu_us": used.per_message(pace.count), "strangers_share": used.strangers_share}
            rows.append(_row(contender, pace, said) | cost)
    return rows


async def _send(stand: Stand, pace: Pace, skip: int) -> dict[str, list[float]]:
    broker = stand.servers.broker
    plan = Plan(
        folder=stand.world,
        url=stand.vhost.url,
        ca=broker.ca,
        clients={oin: tuple(map(str, broker.partner(oin))) for oin in OINS},  # type: ignore[misc]  # two paths
        inboxes={oin: stand.vhost.inbox(oin) for oin in RECIPIENTS},
        per_s=pace.per_s,
        count=pace.count,
        skip=skip,
    )
    file = stand.folder / "plan.json"
    file.write_text(json.dumps(asdict(plan), default=str))
    async with Child("pacer", str(file), log=stand.folder / "pacer.log") as pacer:
        await pacer.heard("ready")
        await pacer.go()
        said = await pacer.heard("done", pace.seconds + GRACE_S * 3)
    return {"latency_ms": said["latency_ms"], "late_ms": said["late_ms"]}


def _row(contender: Contender, pace: Pace, said: dict[str, list[float]]) -> dict[str, object]:
    latency, late = said["latency_ms"], said["late_ms"]
    return {
        "relay": contender,
        "per_s": pace.per_s,
        "messages": pace.count,
        "missing": pace.count - len(latency),
        "p50_ms": round(percentile(latency, 50), 1) if latency else None,
        "p99_ms": round(percentile(latency, 99), 1) if latency else None,
        "max_ms": round(max(latency), 1) if latency else None,
        "pacer_late_p99_ms": round(percentile(late, 99), 1),
    }
