"""A real Chromium in front of a real console: signed in at the issuer, with every complaint of the browser kept."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import require
from tests.console import Stand, in_thread, issuer_for
from tests.filled import Filled, fill
from tests.operated import Operated, operate
from tests.world import World, make_world

expect.set_options(timeout=20_000)  # ms; a limit, not a promise: other tests keep the machine busy
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
LISTENER = """
window.__refused = [];
document.addEventListener(
  "securitypolicyviolation", (event) => window.__refused.push(event.violatedDirective + " " + event.blockedURI)
);
"""


@dataclass
class Window:
    """A browser window on the console."""

    page: Page
    url: str
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Goes to a path of the console."""
        self.page.goto(self.url + path)

    def violations(self) -> list[str]:
        """What axe finds wrong by WCAG 2.0 to 2.2, A and AA."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
        )
        return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]

    def refused(self) -> list[str]:
        """What the content security policy kept out of this page."""
        found: list[str] = self.page.evaluate("window.__refused")
        return found

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return found

    def shot(self, name: str) -> None:
        """Keeps a picture, for people to look at: it stays in pytest's folder of this run."""
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's own browser, without a window."""
    require(CHROMIUM.exists(), "Chromium")
    line = (AXE.parent / "SHA256SUMS").read_text(encoding="ascii").split()
    assert line == [hashlib.sha256(AXE.read_bytes()).hexdigest(), AXE.name]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Site:
    """A running console with its issuer."""

    stand: Stand
    url: str
    filled: Filled | None
    operated: Operated | None


def running_site(folder: Path, world: World, *, busy: bool) -> Iterator[Site]:
    """A console on a database of its own, after a busy day or before the first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with issuer_for(url) as issuer:
        stand = Stand.on(folder, world, f"sqlite:///{folder / 'hub.db'}", url=url, port=port, issuer=issuer)
        now = stand.clock.now()
        filled = fill(stand.database, now) if busy else None
        operated = operate(stand.database, world, now) if busy else None
        with in_thread(stand.console.run):
            yield Site(stand, url, filled, operated)
        stand.close()


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Site]:
    """A console after a busy day."""
    yield from running_site(tmp_path_factory.mktemp("busy"), world, busy=True)


@pytest.fixture(scope="session")
def lively(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Site]:
    """Another one, for tests that add to it."""
    yield from running_site(tmp_path_factory.mktemp("lively"), world, busy=True)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Site]:
    """A console on the first day."""
    yield from running_site(tmp_path_factory.mktemp("empty"), world, busy=False)


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go."""
    return tmp_path_factory.mktemp("pictures", numbered=False)


def new_window(context: BrowserContext, site: Site, shots: Path, *, signed_in: bool = True) -> Window:
    """A window, signed in as everything at once unless told otherwise; its complaints are kept."""
    if signed_in:
        terms = site.stand.console.desk.terms
        context.add_cookies([{"name": terms.cookie, "value": site.stand.token(), "url": site.url}])
    context.add_init_script(LISTENER)
    window = Window(context.new_page(), site.url, shots)
    window.page.on("console", lambda message: keep(window, message.type, message.text))
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
    return window


def keep(window: Window, kind: str, text: str) -> None:
    """Chromium reports the page's own 400 and 404 as errors too: those are meant."""
    if kind in {"error", "warning"} and "Failed to load resource" not in text:
        window.complaints.append(f"{kind}: {text}")
