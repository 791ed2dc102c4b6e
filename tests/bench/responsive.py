"""A live list in a real Chromium while messages come at an even pace: how late rows are, how busy the page is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, async_playwright

from hub.clock import SystemClock, new_pseudonym
from hub.database import Database
from hub.messagelog.entries.store import sequence_entries
from hub.settings import load_hub_settings
from tests.bench.child import Child
from tests.bench.desk import Desk
from tests.bench.paced import percentile
from tests.filled import Writer
from tests.world import CRED, SHV, TAX

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: Written together, as the relay's batches come.
BURST_S: Final = 0.1
SETTLE_S: Final = 3.0
#: Kept in the page: when each row came, the gaps between frames, the tasks that kept the page from answering.
OBSERVER: Final = """
window.__seen = {}; window.__gaps = []; window.__tasks = [];
let before = null;
const frame = (at) => {
  if (before !== null) window.__gaps.push(at - before);
  before = at;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
new PerformanceObserver((list) => list.getEntries().forEach((one) => window.__tasks.push(one.duration)))
  .observe({type: "longtask"});
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
  if (node.id && !(node.id in window.__seen)) window.__seen[node.id] = performance.timeOrigin + performance.now();
}))).observe(document.querySelector("[data-live-rows]"), {childList: true});
"""
READ: Final = "() => ({seen: window.__seen, gaps: window.__gaps, tasks: window.__tasks})"


async def responsive(settings: Path, folder: Path, per_s: float, seconds: float) -> dict[str, Any]:
    """Writes `per_s` messages a second, each with its receipt a second later, and looks at a page that is open."""
    database = Database(load_hub_settings(settings).database)
    desk = Desk.beside(settings, database)
    async with Child("console_process", str(desk.settings), log=folder / "console.log") as console:
        await console.heard("ready")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = await _opened(await browser.new_page(), desk)
            began = time.monotonic()
            written = await asyncio.to_thread(_write, database, per_s, seconds)
            spent = time.monotonic() - began
            await asyncio.sleep(SETTLE_S)
            looked: dict[str, Any] = await page.evaluate(READ)
            rows = await page.locator("[data-live-rows] tr").count()
            await browser.close()
    database.close()
    return _found(written, looked, spent) | {"rows_on_the_page": rows}


async def _opened(page: Page, desk: Desk) -> Page:
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": desk.url} for name, value in desk.cookies.items()]
    )
    await page.goto(f"{desk.url}/berichtenlog")
    await page.get_by_text("Live: nieuwe regels komen vanzelf bovenaan.").wait_for()
    await page.evaluate(OBSERVER)
    return page


def _write(database: Database, per_s: float, seconds: float) -> dict[str, float]:
    """The row of each message that was written, and when it was committed (Unix milliseconds)."""
    found: dict[str, float] = {}
    waiting: list[tuple[float, str]] = []
    case, burst = new_pseudonym(), max(1, round(per_s * BURST_S))
    for turn in _turns(BURST_S, seconds):
        with database.begin() as connection:
            writer = Writer(connection, SystemClock().now())
            sent = [
                writer.message("statusbericht", SHV, TAX if one % 2 else CRED, timedelta(0), case, new_pseudonym())
                for one in range(burst)
            ]
            while waiting and waiting[0][0] < turn - 1:
                writer.receipt(SHV, TAX, waiting.pop(0)[1], timedelta(0))
            sequence_entries(connection, 10_000)
        now = time.time() * 1000
        found |= {f"rij-{SHV}-{one}": now for one in sent}
        waiting += [(turn, one) for one in sent]
    return found


def _turns(every_s: float, seconds: float) -> Iterator[float]:
    """The seconds at which something is to be done, each when it is time."""
    began = time.monotonic()
    for number in range(round(seconds / every_s)):
        time.sleep(max(0.0, began + number * every_s - time.monotonic()))
        yield number * every_s


def _found(written: dict[str, float], looked: dict[str, Any], spent: float) -> dict[str, Any]:
    late = [looked["seen"][row] - at for row, at in written.items() if row in looked["seen"]]
    gaps, tasks = looked["gaps"] or [0.0], looked["tasks"] or [0.0]
    return {
        "messages": len(written),
        "per_s": round(len(written) / spent, 1),
        "rows_seen": len(late),
        "late_p50_ms": round(percentile(late, 50), 1),
        "late_p95_ms": round(percentile(late, 95), 1),
        "late_max_ms": round(max(late), 1),
        "frame_gap_p95_ms": round(percentile(gaps, 95), 1),
        "frame_gap_max_ms": round(max(gaps), 1),
        "longest_task_ms": round(max(tasks), 1),
        "busy_share": round(sum(tasks) / (spent * 1000), 3),
    }
