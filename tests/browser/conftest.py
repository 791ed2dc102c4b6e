"""A real Chromium in front of a real console: signed in at the issuer, with every complaint of the browser kept."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hub.clock import new_pseudonym
from hub.console.roles import Role
from hub.database import Database
from hub.messagelog.auditing.store import begin_verification, end_verification, note_progress
from hub.messagelog.checkpoints.store import mark_published, mark_sent
from hub.messagelog.entries.store import sequence_entries
from hub.wire.shortnames import case_code
from tests.conftest import require
from tests.console import ALL, Stand, in_thread, issuer_for
from tests.filled import Filled, Writer, fill
from tests.logbook import Logbook
from tests.operated import Operated, operate
from tests.world import SHV, TAX, World, make_world

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
#: CSS pixels: a desk, a telephone (WCAG 1.4.10), and what 1280 pixels leave at 200 % (1.4.4).
SIZES = {"breed": (1280, 800), "smal": (320, 640), "dubbel": (640, 400)}
CLOSED_PORT = 9
NOWHERE = f"postgresql+psycopg://hub@127.0.0.1:{CLOSED_PORT}/hub"
#: The name of a case, a message, a plan and a session that nobody knows.
NOBODY = "00000000-0000-4000-8000-000000000000"
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

    def open(self, path: str) -> int:
        """Goes to a path of the site; what is kept of the page before is dropped. Returns the HTTP status."""
        self.page.goto("about:blank")  # what the page before still had to say is said
        self.complaints.clear()
        answer = self.page.goto(self.url + path)
        return answer.status if answer else 0

    def inspect(self, name: str, looked_at: Sequence[str] = ("breed", "smal")) -> None:
        """Asserts that the page has no complaint, fits every size, and has no barrier in these; keeps pictures."""
        for size in sorted(SIZES, key=looked_at.__contains__):
            width, height = SIZES[size]
            self.page.set_viewport_size({"width": width, "height": height})
            assert self.overflow() <= 0, size
            if size in looked_at:
                assert self.violations() == [], size
                self.shot(f"{name}-{size}")
        assert self.refused() == []
        assert self.complaints == []

    def violations(self) -> list[str]:
        """What axe finds wrong by WCAG 2.0 to 2.2, A and AA."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
        )
        return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]

    def refused(self) -> list[str]:
        """What the content security policy kept out of this page."""
        found: list[str] = self.page.evaluate("window.__refused || []")
        return found

    def words(self) -> str:
        """What a reader can read, without what only sounds or shows with JavaScript."""
        found: str = self.page.evaluate("document.querySelector('main').innerText")
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
    filled: Filled | None = None
    operated: Operated | None = None

    @property
    def names(self) -> dict[str, object]:
        """What a path may name: cases, messages, evidence and recoveries of a busy day."""
        if self.filled is None or self.operated is None:
            return {}
        cases = {name: getattr(self.filled, name) for name in ("calm", "troubled", "waiting")}
        messages = {name.replace(" ", "_"): found for name, found in self.filled.messages.items()}
        others = {"evidence": self.operated.evidence, "settled": self.operated.settled}
        return cases | messages | others | self.operated.recoveries | {"mark": case_code(self.filled.calm)}

    def window(self, windows: Windows, *, script: bool = True, roles: Iterable[Role] = ALL) -> Window:
        """The window in which somebody with these roles looks at this console; nobody for none."""
        chosen = frozenset(roles)
        token = partial(self.stand.token, chosen) if chosen and not self.away else lambda: NOBODY * bool(chosen)
        who = " ".join(sorted(chosen))
        return windows.at(self.url, self.stand.console.desk.terms.cookie, token, who=who, script=script)

    @property
    def away(self) -> bool:
        """Whether its database is: then nobody can sign in, and a session that was is told so."""
        return self.stand.database.url.port == CLOSED_PORT


def running_site(folder: Path, world: World, *, busy: bool) -> Iterator[Site]:
    """A console on a database of its own, after a busy day or before the first."""
    url, port = free_address()
    with issuer_for(url) as issuer:
        stand = Stand.on(folder, world, f"sqlite:///{folder / 'hub.db'}", url=url, port=port, issuer=issuer)
        now = stand.clock.now()
        filled = fill(stand.database, now) if busy else None
        if filled:
            add_twin(stand.database, filled.calm, now)
            prove(stand.database, now)
        operated = operate(stand.database, world, now) if busy else None
        with in_thread(stand.console.run):
            yield Site(stand, url, filled, operated)
        stand.close()


def add_twin(database: Database, case: str, now: datetime) -> None:
    """Another case with the same *dossierkenmerk*."""
    with database.begin() as connection:
        twin = f"{case[:-4]}{int(case[-4:], 16) ^ 1:04x}"
        Writer(connection, now).delivered("statusbericht", SHV, TAX, timedelta(hours=5), twin, new_pseudonym())
        sequence_entries(connection, 10)


def prove(database: Database, now: datetime) -> None:
    """A head of the log that a partner was sent, an audit that found nothing and one that did not end."""
    book = Logbook(database)
    book.write(3, at=now - timedelta(minutes=2))
    book.sequence()
    kept = book.checkpoint(now=now - timedelta(minutes=1))[0]
    with database.begin() as connection:
        mark_published(connection, kept, (TAX,), now)
        mark_sent(connection, kept, TAX, now)
        begin_verification(connection, kept.size, now - timedelta(minutes=90))
        number = begin_verification(connection, kept.size, now - timedelta(minutes=30))
        note_progress(connection, number, kept.size, now - timedelta(minutes=29))
        end_verification(connection, number, [], now - timedelta(minutes=29))


def free_address() -> tuple[str, int]:
    """An address on loopback that nobody uses, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    return f"http://127.0.0.1:{port}", port


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
def away(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Site]:
    """A console whose database does not answer, and whose issuer neither."""
    url, port = free_address()
    stand = Stand.on(tmp_path_factory.mktemp("away"), world, NOWHERE, upgraded=False, url=url, port=port)
    with in_thread(stand.console.run):
        yield Site(stand, url)
    stand.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go."""
    return tmp_path_factory.mktemp("pictures", numbered=False)


class Windows:
    """Windows that go from screen to screen, one for each site and visitor, with and without JavaScript."""

    def __init__(self, chromium: Browser, shots: Path) -> None:
        self._chromium = chromium
        self._shots = shots
        self._open: dict[tuple[str, str, bool], Window] = {}

    def at(self, url: str, cookie: str, token: Callable[[], str], *, who: str = "", script: bool = True) -> Window:
        """The window of `who` on the site at `url`; opened with the session cookie when first asked for."""
        key = (url, who, script)
        if key not in self._open:
            context = self._chromium.new_context(locale="nl-NL")
            if not script:  # kept out and not switched off: then axe would not run either
                context.route("**/*.js", lambda route: route.abort())
            given = token()
            if given:
                context.add_cookies([{"name": cookie, "value": given, "url": url}])
            self._open[key] = watched(context, url, self._shots)
        return self._open[key]

    def close(self) -> None:
        """Closes every one."""
        for window in self._open.values():
            window.page.context.close()


@pytest.fixture(scope="module")
def windows(chromium: Browser, shots: Path) -> Iterator[Windows]:
    """Windows to look at many screens with: a window for each costs more than the look."""
    opened = Windows(chromium, shots)
    yield opened
    opened.close()


def new_window(context: BrowserContext, site: Site, shots: Path, *, signed_in: bool = True) -> Window:
    """A window of its own, signed in as everything at once unless told otherwise; its complaints are kept."""
    if signed_in:
        terms = site.stand.console.desk.terms
        context.add_cookies([{"name": terms.cookie, "value": site.stand.token(), "url": site.url}])
    return watched(context, site.url, shots)


def watched(context: BrowserContext, url: str, shots: Path) -> Window:
    """A window whose complaints are kept."""
    context.add_init_script(LISTENER)
    window = Window(context.new_page(), url, shots)
    window.page.on("console", lambda message: keep(window, message.type, message.text))
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
    return window


def keep(window: Window, kind: str, text: str) -> None:
    """Chromium reports the page's own 400 and 404 as errors too: those are meant."""
    if kind in {"error", "warning"} and "Failed to load resource" not in text:
        window.complaints.append(f"{kind}: {text}")
