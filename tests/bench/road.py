"""The measurement as a whole: servers, letters, and one section after another, in one run on one machine."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.clock import SystemClock, rfc3339
from hub.events import configure
from hub.settings import RelaySettings
from tests.bench import machine, report, servers
from tests.bench.drain import drain_all
from tests.bench.memory import memory
from tests.bench.one_case import one_case
from tests.bench.paced import Pace, letters_needed, paced
from tests.bench.parties import RECIPIENTS, SENDERS, make_parties
from tests.bench.parts import parts
from tests.bench.servers import DatabaseKind, Servers
from tests.bench.stand import LANE_COUNT
from tests.bench.whole_road import whole_road

SEAL_LIMIT_S = 900
RATES = (50.0, 100.0)


@dataclass(frozen=True)
class Sizes:
    """How much of everything. The defaults take about five minutes on two cores."""

    messages: int = 5_000
    rounds: int = 3
    paced_s: float = 20.0
    road: int = 1_000
    cases: int = 9
    parts: int = 2_000
    queued: int = 100_000
    carried: int = 20_000

    @property
    def paces(self) -> list[Pace]:
        """The even loads."""
        return [Pace(rate, self.paced_s) for rate in RATES]

    @property
    def letters(self) -> int:
        """How many must be sealed; every section begins at the first again, on a vhost and database of its own."""
        return max(self.messages, letters_needed(self.paces), self.parts, self.queued)


def measure(database: DatabaseKind, sizes: Sizes) -> dict[str, Any]:
    """Everything, as one document, on servers that start and end with it."""
    with tempfile.TemporaryDirectory(prefix="schuldhub-bench-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        configure("bench", stream=stack.enter_context((folder / "bench.log").open("a")))
        return measure_on(stack.enter_context(servers.running(folder, database)), folder / "bench", sizes)


def measure_on(started: Servers, folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Everything, as one document, on these servers."""
    make_parties().write(folder)
    sealing = subprocess.run(
        [sys.executable, "-m", "tests.bench.letters", str(folder), str(sizes.letters)],
        check=True,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=SEAL_LIMIT_S,
    )
    found = _described(started, folder)
    found["sealing_cpu_us"] = round(json.loads(sealing.stdout)["cpu_us"], 1)
    found |= asyncio.run(_sections(started, folder, sizes))
    found["targets"] = report.targets(found)
    return found


def _described(started: Servers, folder: Path) -> dict[str, Any]:
    """What the numbers are of; nothing is left out of the road, so the title has no WITHOUT."""
    relay = RelaySettings()
    with (folder / "letters.jsonl").open() as lines:
        body_bytes = len(json.loads(lines.readline())["body"])
    return {
        "title": f"The road on {started.kind}: mutual TLS, quorum queues, receipts, fsync",
        "at": rfc3339(SystemClock().now()),
        "machine": machine.description(),
        "versions": started.versions(),
        "settings": {
            "lanes": LANE_COUNT,
            "batch": relay.batch,
            "prefetch": relay.prefetch,
            "senders": len(SENDERS),
            "recipients": len(RECIPIENTS),
            "body_bytes": body_bytes,
            "quota": "asked, never reached",
        },
    }


async def _sections(started: Servers, folder: Path, sizes: Sizes) -> dict[str, Any]:
    found: dict[str, Any] = {"drain": await drain_all(started, folder, sizes.messages, sizes.rounds)}
    found["paced"] = [
        *await paced(started, folder, "hub", sizes.paces),
        *await paced(started, folder, "raw", sizes.paces),
    ]
    if sizes.road:
        found["road"] = await whole_road(started, folder, sizes.road)
    if sizes.cases:
        found["case"] = await one_case(started, folder, sizes.cases)
    if sizes.parts:
        found["parts"] = await parts(started, folder, sizes.parts)
    if sizes.queued:
        found["memory"] = await memory(started, folder, sizes.queued, min(sizes.carried, sizes.queued))
    return found
