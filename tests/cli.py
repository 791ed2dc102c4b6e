"""Commands as their user runs them: processes of their own, against the databases and the broker of a road."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.road import LIMIT_S, Road
from tests.world import HUB

COMMAND = (sys.executable, "-m", "adapters")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def record(self) -> dict[str, Any]:
        """Its output as one JSON object."""
        (row,) = self.rows
        return row


@dataclass
class Terminal:
    """Runs commands and remembers everything that any of them printed, for whoever searches it."""

    printed: list[str] = field(default_factory=list)

    async def run(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ended:
        """Runs one command to its end, its output into pipes."""
        process = await self._start(arguments, environment)
        async with asyncio.timeout(LIMIT_S):
            out, err = await process.communicate()
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        self.printed += [ended.out, ended.err]
        return ended

    @asynccontextmanager
    async def running(self, *arguments: str | Path) -> AsyncIterator[asyncio.subprocess.Process]:
        """A command that runs on; killed where the test did not end it."""
        process = await self._start(arguments, None)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def end(self, process: asyncio.subprocess.Process, how: signal.Signals) -> Ended:
        """Ends a running command by a signal and waits for it."""
        process.send_signal(how)
        async with asyncio.timeout(LIMIT_S):
            out, err = await process.communicate()
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        self.printed += [ended.out, ended.err]
        return ended

    async def line(self, process: asyncio.subprocess.Process) -> dict[str, Any]:
        """The next line that a running command prints, as JSON."""
        assert process.stdout is not None
        async with asyncio.timeout(LIMIT_S):
            text = (await process.stdout.readline()).decode()
        self.printed.append(text)
        found: dict[str, Any] = json.loads(text)
        return found

    async def _start(
        self, arguments: tuple[str | Path, ...], environment: Mapping[str, str] | None
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *COMMAND,
            *map(str, arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", **(environment or {})},
        )


def hub_config(road: Road, **changes: object) -> Path:
    """The hub's settings of this road, as a file in the hub's own folder (0700)."""
    folder = road.folder / HUB
    state = folder / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    (state / "inboxes.json").write_text(json.dumps(road.vhost.inboxes))
    certificate, key = road.broker.client("hub")
    lines = {
        "register_file": "../register.jws",
        "governance_file": "../governance.jwk",
        "keys": "keys",
        "state": "state",
        "database": road.database_url,
        **changes,
    }
    text = _toml(lines) + _broker(road, certificate, key) + f"[relay]\nlane_count = {road.lane_count}\n"
    return _written(folder / "hub.toml", text)


def edge_config(road: Road, oin: str, ledger: str = "sqlite:///ledger.db", **changes: object) -> Path:
    """The settings of a partner's edge of this road."""
    folder = road.folder / oin
    (folder / "state").mkdir(mode=0o700, exist_ok=True)
    certificate, key = road.broker.partner(oin)
    lines = {
        "register_file": "../register.jws",
        "governance_file": "../governance.jwk",
        "keys": "keys",
        "state": "state",
        "ledger": ledger,
        **changes,
    }
    identity = f'[identity]\noin = "{oin}"\nsystem = "proef"\ninbox = "{road.vhost.inbox(oin)}"\n'
    return _written(folder / "edge.toml", _toml(lines) + identity + _broker(road, certificate, key))


def _toml(lines: Mapping[str, object]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())


def _broker(road: Road, certificate: Path, key: Path) -> str:
    paths = {"url": road.vhost.url, "ca": str(road.broker.ca), "certificate": str(certificate), "key": str(key)}
    return "[broker]\n" + _toml(paths)


def _written(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path
