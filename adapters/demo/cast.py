"""The processes of the demo: each party's and each outside system's own, on loopback, all gone when the demo ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.demo.process import Guarded, wait_until
from hub.errors import Code, UnavailableError

START_LIMIT_S = 60.0
GRACE_S = 15.0
SCHULDHUB = Path(sys.executable).with_name("schuldhub")


def bare_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process of the demo sees: a path and a home, and nothing that the caller's shell happened to hold."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **(extra or {})}


@dataclass
class Cast:
    """Starts and stops processes by name; each logs into `logs`. Several threads may use it."""

    logs: Path
    _running: dict[str, Guarded] = field(default_factory=dict)

    def start(self, name: str, module: str, *arguments: str, folder: Path) -> None:
        """Starts `python -m module …`; its folder is its working directory."""
        self._start(name, [sys.executable, "-m", module, *arguments], folder)

    def start_ours(self, name: str, *arguments: str, folder: Path) -> None:
        """Starts `schuldhub …`."""
        self._start(name, [str(SCHULDHUB), *arguments], folder)

    def _start(self, name: str, command: list[str], folder: Path) -> None:
        self._running[name] = Guarded(
            command,
            environment=bare_environment(),
            folder=folder,
            log=self.logs / f"{name}.log",
            grace_s=GRACE_S,
        )

    def wait(self, name: str, ready: Callable[[], bool]) -> None:
        """Waits until a process is ready; UnavailableError with its last words when it ends or takes too long."""
        wait_until(ready, self._running[name], limit_s=START_LIMIT_S, what=name)

    def stop(self, *names: str) -> None:
        """Stops processes orderly, side by side."""
        stopping = [self._running.pop(name) for name in names]
        for process in stopping:
            process.ask_to_stop()
        for process in stopping:
            process.stop()

    def check(self) -> None:
        """UnavailableError when a process has ended by itself."""
        for name, process in list(self._running.items()):
            if not process.running:
                raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, f"{name} ended: {process.last_words()}")

    def stop_all(self) -> None:
        """Stops every process."""
        self.stop(*self._running)
