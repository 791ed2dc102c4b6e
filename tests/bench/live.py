"""The live list under load: what open consoles cost the relay, and whether a page keeps up with a steady stream."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.clock import SystemClock, rfc3339
from hub.events import configure
from tests.bench import machine, report, servers
from tests.bench.parties import make_parties
from tests.bench.responsive import responsive
from tests.bench.road import SEAL_LIMIT_S
from tests.bench.servers import DatabaseKind, Servers
from tests.bench.stand import fresh_stand
from tests.bench.watched import watched

RATE_KEPT: Final = 0.95
LATE_MS: Final = 1000.0


@dataclass(frozen=True)
class Sizes:
    """How much of everything. The defaults take about four minutes on two cores."""

    messages: int = 4_000
    rounds: int = 5
    streams: int = 20
    per_s: float = 200.0
    seconds: float = 20.0


def measure(database: DatabaseKind, sizes: Sizes) -> dict[str, Any]:
    """Everything, as one document, on servers that start and end with it."""
    with tempfile.TemporaryDirectory(prefix="schuldhub-bench-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        configure("bench", stream=stack.enter_context((folder / "bench.log").open("a")))
        return measure_on(stack.enter_context(servers.running(folder, database)), folder / "bench", sizes)


def measure_on(started: Servers, folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Everything, as one document, on these servers."""
    make_parties().write(folder)
    subprocess.run(
        [sys.executable, "-m", "tests.bench.letters", str(folder), str(sizes.messages)],
        check=True,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=SEAL_LIMIT_S,
    )
    found = {
        "title": f"The live list on {started.kind}",
        "at": rfc3339(SystemClock().now()),
        "machine": machine.description(),
        "versions": started.versions(),
    }
    return found | asyncio.run(_sections(started, folder, sizes))


async def _sections(started: Servers, folder: Path, sizes: Sizes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if sizes.rounds:
        found["watched"] = await watched(started, folder, sizes.streams, sizes.messages, sizes.rounds)
    if sizes.seconds:
        async with fresh_stand(started, folder, folder / "page") as stand:
            found["page"] = await responsive(stand.settings, stand.folder, sizes.per_s, sizes.seconds)
    return found


def show(found: Mapping[str, Any]) -> None:
    """The numbers as tables on standard error."""
    tables = []
    if "watched" in found:
        of = found["watched"]
        rows = [
            {"open": name, "messages/s": one["per_s"], **one["cpu_us"], "strangers": one["strangers_share"]}
            for name, one in of["open"].items()
        ]
        tables.append((f"The relay with live lists open: {of['rate_ratio']} of its rate (limit {RATE_KEPT})", rows))
    if "page" in found:
        tables.append((f"A page in Chromium; a row is late from its commit on (limit {LATE_MS} ms)", [found["page"]]))
    report.show_tables(found, list(found["versions"].values()), tables)
