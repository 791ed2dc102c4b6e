"""The road as real processes: hub, sender, recipient and an outside system, each started, ended and counted here.

Nothing is counted from our own tables: what was asked is in the case system's book, what was done in that of the
outside system, both of which know nothing of us.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from adapters.demo.cast import bare_environment
from adapters.demo.process import LOOPBACK, Guarded, free_ports
from hub.database import Database
from hub.failpoints import KILLED, Failpoint
from hub.messagelog import schema
from hub.wire.topology import HUB_USER, user_of
from tests.broker import Broker, Vhost
from tests.fault.books import Books, Count
from tests.world import HUB, SHV, TAX, World, make_world

Values = dict[str, object]

ROOT = Path(__file__).parents[2]
SETTLE_S = 150.0  # limits tell a hang from a slow machine, nothing more
CRASH_S = 120.0
GRACE_S = 20.0


def until(condition: Callable[[], bool], what: str, limit_s: float = SETTLE_S) -> None:
    """Waits until the condition holds; fails with `what` after the limit."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit_s} s: {what}")
        time.sleep(0.05)


@dataclass
class Stage:
    """One road on a vhost of its own. Make it with `create`, end it with `close`."""

    broker: Broker
    vhost: Vhost
    folder: Path
    world: World
    database: str
    port: int
    keyed: bool
    books: Books
    processes: dict[str, Guarded] = field(default_factory=dict)
    ahead_s: float = 0.0
    starts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def create(
        cls,
        broker: Broker,
        folder: Path,
        database: str | None = None,
        *,
        lanes: int = 2,
        keyed: bool = True,
        parties: tuple[str, ...] = (SHV, TAX),
    ) -> Self:
        """Everything on disk and at the broker; nothing of ours runs yet but the outside system."""
        world = make_world()
        world.write(folder)
        vhost = broker.vhost(parties, lanes)
        url = database or f"sqlite:///{folder / HUB / 'hub.db'}"
        books = Books(folder / "orders.db", folder / "acts.db")
        stage = cls(broker, vhost, folder, world, url, free_ports(1)[0], keyed, books)
        upgraded = Database(url)
        schema.upgrade(upgraded)
        upgraded.close()
        state = folder / HUB / "state"
        state.mkdir(mode=0o700)
        (state / "inboxes.json").write_text(json.dumps(vhost.inboxes))
        (folder / "clock").write_text("0")
        stage.start_outside()
        return stage

    def close(self) -> None:
        """Ends every process, the vhost with it."""
        for name in list(self.processes):
            self.processes.pop(name).kill()
        self.vhost.__exit__(None, None, None)

    def settle(self, orders: range, limit_s: float = SETTLE_S) -> Count:
        """Waits until every order was carried, acted on and answered, and says what the books say then."""
        end = time.monotonic() + limit_s
        while not (found := self.books.count(orders)).whole:
            assert time.monotonic() < end, f"not settled within {limit_s} s: {found}"
            time.sleep(0.05)
        return found

    def later(self, seconds: float) -> None:
        """Moves everybody's clock on; it only goes forward, as clocks do."""
        self.ahead_s += seconds
        new = self.folder / "clock.new"
        new.write_text(str(self.ahead_s))
        new.replace(self.folder / "clock")

    def settle_under_load(self, orders: range, disturb: Callable[[], None], rounds: int) -> Count:
        """Lets orders come all the time while something happens again and again; settles all of them."""
        last = orders.stop
        for _ in range(rounds):
            last = self.books.order(5).stop
            disturb()
            last = self.books.order(5).stop
        return self.settle_with_time(range(orders.start, last))

    def passes(self, condition: Callable[[], bool], what: str, step_s: float = 60.0, limit_s: float = SETTLE_S) -> None:
        """Waits for what time brings: the clock goes on by a step while nothing happens."""
        end = time.monotonic() + limit_s
        while not self.happens(condition, 1.0):
            assert time.monotonic() < end, f"not within {limit_s} s, while the clock went on: {what}"
            self.later(step_s)

    def settle_with_time(self, orders: range) -> Count:
        """Settles orders for which time has to pass: minutes for T3 and the keeper, a day for a lost receipt."""
        for seconds in [120] * 15 + [86_400] * 3:
            if self.happens(lambda: self.books.count(orders).whole, 1.5):
                break
            self.later(seconds)
        return self.settle(orders)

    def happens(self, condition: Callable[[], bool], limit_s: float) -> bool:
        """Whether the condition holds within the limit."""
        try:
            until(condition, "", limit_s)
        except AssertionError:
            return False
        return True

    # — the processes ——————————————————————————————————————————————————————————————————————————————————————————————

    def start_outside(self) -> None:
        """The outside systems' process."""
        command = [sys.executable, str(ROOT / "tests/fault/outside.py"), str(self.books.acts), str(self.port)]
        self._run("outside", command)

    def start_hub(
        self,
        name: str = "hub",
        point: Failpoint | None = None,
        after: int = 0,
        mail: Values | None = None,
        **relay: object,
    ) -> None:
        """A hub process, armed to end at a failpoint once it passed it so often; `mail`: where its alarms go."""
        certificate, key = self.broker.client(HUB_USER)
        own = self.folder / HUB
        settings: Values = {
            "register_file": self.folder / "register.jws",
            "governance_file": self.folder / "governance.jwk",
            "keys": own / "keys",
            "state": own / "state",
            "database": self.database,
            "clock_file": self.folder / "clock",
        }
        parts = {
            "broker": self._broker(certificate, key),
            "relay": {"lane_count": len(self.vhost.topology.lanes), **relay},
            **({"alarms.mail": mail} if mail else {}),
        }
        file = self._settings(own / f"{name}.toml", settings, parts, point, after)
        self._run(name, [sys.executable, "-m", "adapters", "up", "--config", str(file)])

    def start_party(self, oin: str, point: Failpoint | None = None, after: int = 0) -> None:
        """A partner's process, armed likewise."""
        plays: Values = {"outside": f"http://{LOOPBACK}:{self.port}", "keyed": self.keyed}
        if oin == SHV:
            plays["orders"] = str(self.books.orders)
        file = self.edge_file(oin, plays, point, after)
        self._run(user_of(oin), [sys.executable, "-m", "tests.fault.party", str(file)])

    def edge_file(
        self, oin: str, plays: Values, point: Failpoint | None = None, after: int = 0, url: str | None = None
    ) -> Path:
        """The settings of a partner's edge, with what it plays in a file beside it; `url`: another broker's."""
        certificate, key = self.broker.partner(oin)
        own = self.folder / oin
        state = own / "state"
        state.mkdir(mode=0o700, exist_ok=True)
        (own / "own.toml").write_text(toml(plays))
        settings: Values = {
            "register_file": self.folder / "register.jws",
            "governance_file": self.folder / "governance.jwk",
            "keys": own / "keys",
            "state": state,
            "ledger": f"sqlite:///{own / 'ledger.db'}",
            "own": own / "own.toml",
            "clock_file": self.folder / "clock",
        }
        identity: Values = {"oin": oin, "system": "proef", "inbox": self.vhost.inbox(oin)}
        broker = self._broker(certificate, key) | ({"url": url} if url else {})
        return self._settings(own / "edge.toml", settings, {"identity": identity, "broker": broker}, point, after)

    def _broker(self, certificate: Path, key: Path) -> Values:
        return {"url": self.vhost.url, "ca": self.broker.ca, "certificate": certificate, "key": key}

    def _settings(
        self,
        file: Path,
        settings: Values,
        parts: dict[str, Values],
        point: Failpoint | None,
        after: int,
    ) -> Path:
        armed: dict[str, Values] = {"failpoint": {"point": point.value, "after": after}} if point else {}
        tables = [f"[{name}]\n{toml(values)}" for name, values in (parts | armed).items()]
        file.write_text("\n".join([toml(settings), *tables]))
        return file

    def _run(self, name: str, command: list[str]) -> None:
        if name in self.processes:
            self.processes.pop(name).stop()  # it ended by itself: what it leaves open is closed here
        self.starts[name] = len(self.events(name, "process.started")) + 1 if self.log(name).exists() else 1
        self.processes[name] = Guarded(
            command, environment=bare_environment(), folder=ROOT, log=self.log(name), grace_s=GRACE_S
        )

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.folder / f"{name}.log"

    def noise(self, name: str) -> list[str]:
        """What a process wrote that is no log line of ours: a warning of Python's, a library's own words."""
        written = self.log(name).read_text().rpartition("\n")[0]
        return [line for line in written.splitlines() if not line.startswith('{"')]

    def events(self, name: str, event: str) -> list[dict[str, Any]]:
        """What a process logged by this name of an event."""
        written = self.log(name).read_text().rpartition("\n")[0]  # the last line may be half there
        lines = (json.loads(line) for line in written.splitlines() if line.startswith("{"))
        return [line for line in lines if line.get("event") == event]

    def pid(self, name: str) -> int:
        """The process itself, behind its guard."""
        children = Path(f"/proc/{self.processes[name]._guard.pid}/task/{self.processes[name]._guard.pid}/children")
        return int(children.read_text().split()[0])

    def running(self, name: str) -> bool:
        """The process is there."""
        return name in self.processes and self.processes[name].running

    def everybody_runs(self) -> None:
        """Starts whoever does not run, the outside system too: a test that failed may have left it ended."""
        if not self.running("outside"):
            self.start_outside()
        if not self.running("hub"):
            self.start_hub()
        for oin in (SHV, TAX):
            if not self.running(user_of(oin)):
                self.start_party(oin)

    def is_up(self, name: str) -> bool:
        """The process that was started last under this name is at work: told to stop before that, it just ends."""
        return len(self.events(name, "process.started")) == self.starts[name]

    def stop(self, name: str) -> None:
        """Asks a process to stop, as an operator or a service manager does, once it is at work."""
        if name != "outside":
            until(lambda: self.is_up(name) or not self.running(name), f"{name} is at work", CRASH_S)
        self.processes.pop(name).stop()

    def kill(self, name: str) -> None:
        """Ends a process as a power cut would."""
        self.processes.pop(name).kill()

    def wait_for_crash(self, name: str) -> None:
        """Waits until a process ended at its failpoint, and by nothing else."""
        until(lambda: not self.running(name), f"{name} ends at its failpoint", CRASH_S)
        self.check_crashed(name)

    def check_crashed(self, name: str) -> None:
        """That a process which is gone ended at its failpoint, and by nothing else."""
        process = self.processes.pop(name)
        ended = process._guard.wait()
        process.stop()
        assert ended == KILLED, f"{name} ended with {ended}: {process.last_words()}"


def toml(values: Values) -> str:
    """Names with strings, numbers, booleans, lists and tables of those; tables come last."""
    flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
    lines = [
        f"{name} = {json.dumps(value if isinstance(value, int | float | list) else str(value))}\n"
        for name, value in flat.items()
    ]
    tables = [f"[{name}]\n{toml(value)}" for name, value in values.items() if isinstance(value, dict)]
    return "".join([*lines, *tables])
