"""A whole town as real processes: the hub, a debt helper, the tax office and the referral index with what lies behind.

The adapters are those of this release with their settings, the outside systems their simulators, each a process with
books of its own. Every process can be killed, armed with a failpoint and started again; the hub's database goes back
to a back-up as the manual says.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import asyncssh

from adapters.contract import Identity
from adapters.demo.cast import bare_environment
from adapters.demo.outside import ask
from adapters.demo.process import LOOPBACK, free_ports
from adapters.gbkz.simulator_faults import FaultKind
from adapters.outbox import outgoing
from hub.clock import SystemClock
from hub.failpoints import Failpoint
from hub.wire.link import Link, LinkSettings, Outgoing
from hub.wire.topology import HUB_USER, OUT, user_of
from tests.broker import Broker
from tests.fault.debt_helper import LETTERS
from tests.fault.harness import ROOT, Stage, until
from tests.fault.residents import CONNECTION_CODE, GEMEENTECODE, Letter, Resident
from tests.fault.town_books import Sealed
from tests.world import HUB, SHV, TAX, VISH

HUB_PROCESS: Final = "hub"
TAX_SYSTEM: Final = "tax-system"
INDEX_SYSTEM: Final = "index-system"
EDGES: Final = {user_of(oin): oin for oin in (SHV, TAX, VISH)}
OURS: Final = (HUB_PROCESS, *EDGES)
TOKEN: Final = "token"


@dataclass
class Town(Stage):
    """The stage with everybody on it. Make it with `founded`, end it with `close`."""

    ports: list[int] = field(default_factory=lambda: free_ports(3))
    armed: set[str] = field(default_factory=set)
    without_link: bool = False

    @classmethod
    def founded(cls, broker: Broker, folder: Path) -> Self:
        """Everybody at work."""
        for part in ("sftp/in", "sftp/uit"):
            (folder / part).mkdir(parents=True)
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(folder / "id"))
        (folder / "id").chmod(0o600)
        key.write_public_key(str(folder / "id.pub"))
        (folder / "token").write_text(TOKEN)
        (folder / "connected.json").write_text(json.dumps({"aansluitingen": {CONNECTION_CODE: "Haarlem"}}))
        with closing(sqlite3.connect(folder / "letters.db")) as book:
            book.executescript(LETTERS)
        town = cls.create(broker, folder, parties=(SHV, TAX, VISH))
        until((folder / "host.pub").exists, "the index's server has its key")
        town.everybody_runs()
        for name in OURS:
            until(lambda name=name: town.is_up(name), f"{name} is at work")  # type: ignore[misc]
        return town

    # — who runs ——————————————————————————————————————————————————————————————————————————————————————————————————————

    def start(self, name: str, point: Failpoint | None = None, after: int = 0) -> None:
        """Starts a process by its name; one of ours may be armed."""
        if point is not None:
            self.armed.add(name)
        if name in EDGES:
            self.start_party(EDGES[name], point, after)
        elif name == HUB_PROCESS:
            self.start_hub(point=point, after=after)
        elif name == TAX_SYSTEM:
            self._start_tax_system()
        else:
            self._start_index()

    def start_outside(self) -> None:
        """The systems behind the parties."""
        self._start_tax_system()
        self._start_index()

    def _start_tax_system(self) -> None:
        files = ["--db", self.folder / "tax.db", "--token-file", self.folder / "token", "--port", self.ports[0]]
        self._run(TAX_SYSTEM, [sys.executable, "-m", "adapters.gbkz.simulator", *map(str, files)])

    def _start_index(self) -> None:
        files = ["--db", self.folder / "index.db", "--root", self.folder / "sftp", "--host-key", self.folder / "host"]
        access = ["--user", "haarlem", "--authorized-keys", self.folder / "id.pub", "--token-file"]
        rest = [self.folder / "token", "--seed", self.folder / "connected.json"]
        doors = ["--port", self.ports[1], "--http-port", self.ports[2]]
        command = ["adapters.vish.simulator", "serve", *map(str, [*files, *access, *rest, *doors])]
        self._run(INDEX_SYSTEM, [sys.executable, "-m", *command])

    def start_party(self, oin: str, point: Failpoint | None = None, after: int = 0) -> None:
        """A partner's process, armed likewise; the debt helper's without a link while `without_link`."""
        plays: dict[str, object] = {"letters": str(self.folder / "letters.db")}
        if oin == TAX:
            plays = {
                "base_url": f"http://{LOOPBACK}:{self.ports[0]}",
                "token_file": str(self.folder / "token"),
                "gemeentecodes": [GEMEENTECODE],
                "deadline_s": 2,
                "tick_s": 1,
            }
        if oin == VISH:
            door = {"host": LOOPBACK, "port": self.ports[1], "user": "haarlem", "deadline_s": 5}
            keys = {"key_file": str(self.folder / "id"), "host_key_file": str(self.folder / "host.pub")}
            plays = {"supply_minutes": 0.01, "resupply_h": 0.1, "poll_s": 0.3, "tick_s": 0.2, "sftp": door | keys}
        url = f"amqps://{LOOPBACK}:{self.port}" if oin == SHV and self.without_link else None  # nobody listens there
        file = self.edge_file(oin, plays, point, after, url)
        what = {SHV: ["tests.fault.debt_helper", str(file)]}
        adapter = {TAX: "gbkz", VISH: "vish"}.get(oin, "")
        command = what.get(oin, ["adapters", "adapter", "run", adapter, "--config", str(file)])
        self._run(user_of(oin), [sys.executable, "-m", *command])

    def tend(self) -> None:
        """Starts again who ended at a failpoint, as a service manager does; who ended by itself is a fault."""
        for name in [one for one in self.processes if not self.running(one)]:
            assert name in self.armed, f"{name} ended by itself: {self.processes[name].last_words()}"
            self.armed.discard(name)
            self.check_crashed(name)
            self.start(name)

    def everybody_runs(self) -> None:
        """Starts whoever does not run, and disarms who is armed."""
        self.tend()
        for name in (*OURS, TAX_SYSTEM, INDEX_SYSTEM):
            if name in self.armed:
                self.end(name)
            if not self.running(name):
                self.start(name)

    def end(self, name: str) -> None:
        """Ends a process as a power cut would, armed or not."""
        self.tend()
        self.armed.discard(name)
        if name in self.processes:
            self.kill(name)

    # — what is said ——————————————————————————————————————————————————————————————————————————————————————————————————

    def today(self) -> date:
        """By everybody's clock."""
        return (SystemClock().now() + timedelta(seconds=self.ahead_s)).date()

    def moves_in(self, resident: Resident) -> None:
        """The tax office knows somebody more."""
        self.asks_tax_system("/beheer/vullen", resident.tax_books(datetime.now(UTC).date()))  # noqa: TID251 - its clock

    def says(self, resident: Resident, letter: Letter) -> None:
        """The debt helper writes a letter into its book; its process takes it from there."""
        row = (letter.to, resident.case, letter.conversation, letter.name, json.dumps(letter.data))
        with closing(sqlite3.connect(self.folder / "letters.db", timeout=20)) as book, book:
            book.execute(
                "INSERT INTO letter (recipient, subject, conversation, name, data) VALUES (?, ?, ?, ?, ?)", row
            )
        resident.said.append(letter)

    def comes_again(self, letters: Sequence[Sealed]) -> None:
        """These bytes are offered to the hub by their sender, in this order."""
        identity = Identity(SHV, "proef", self.vhost.inbox(SHV))
        known = [outgoing(identity, one.body, one.id, one.type, one.conversation) for one in letters]
        self._publish(user_of(SHV), known)

    def is_forwarded_again(self, letters: Sequence[Sealed]) -> None:
        """The hub forwards these bytes, in this order: once more, or before it did."""
        known = [Outgoing(OUT, one.to, one.body, one.id, one.type, one.conversation, None) for one in letters]
        self._publish(HUB_USER, known)

    def _publish(self, user: str, batch: Sequence[Outgoing]) -> None:
        certificate, key = self.broker.client(user)
        settings = LinkSettings(self.vhost.url, self.broker.ca, certificate, key)

        async def publish() -> None:
            async with Link.opened(settings) as link:
                assert not any(await link.publish(batch))

        asyncio.run(publish())

    # — what goes wrong ———————————————————————————————————————————————————————————————————————————————————————————————

    def misbehaves(self, kind: FaultKind, times: int | None) -> None:
        """The tax system does, so many times or until it is told otherwise."""
        fault = {"soort": kind.value, "duurS": 3} | ({"aantal": times} if times else {})
        self.asks_tax_system("/beheer/storing", fault)

    def asks_tax_system(self, path: str, question: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - its JSON
        """Something of the simulator that no adapter asks."""
        if not self.running(TAX_SYSTEM):
            self.start(TAX_SYSTEM)
        until(lambda: _listens(self.ports[0]), "the tax system listens")
        return ask(self.ports[0], self.folder / "token", "POST" if question is not None else "GET", path, question)

    def backs_up_hub(self) -> None:
        """A back-up of the hub's database while it runs."""
        with closing(sqlite3.connect(self._hub_file, timeout=20)) as live, closing(sqlite3.connect(self._copy)) as copy:
            live.backup(copy)

    @property
    def backed_up(self) -> bool:
        """There is a back-up."""
        return self._copy.exists()

    def forgets_back_up(self) -> None:
        """An older one is of no use to who comes next."""
        self._copy.unlink(missing_ok=True)

    def restores_hub(self) -> None:
        """The hub's database goes back to the back-up, and its log begins anew (docs/operating.md)."""
        self.end(HUB_PROCESS)
        for suffix in ("", "-wal", "-shm"):
            self._hub_file.with_name(self._hub_file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._copy, self._hub_file)
        own = self.folder / HUB
        if (own / "state" / "log-floor").exists():
            command = [sys.executable, "-m", "adapters", "log", "restore", "--config", str(own / "hub.toml")]
            done = subprocess.run(command, env=bare_environment(), cwd=ROOT, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr.decode()
        self.start(HUB_PROCESS)

    @property
    def _hub_file(self) -> Path:
        return self.folder / HUB / "hub.db"

    @property
    def _copy(self) -> Path:
        return self.folder / "hub.back-up"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
