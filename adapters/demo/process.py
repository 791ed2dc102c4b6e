"""Private servers on loopback: free ports, and a guarded process that never outlives its starter."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hub.errors import Code, UnavailableError

GUARD = Path(__file__).with_name("guard.py")
LOOPBACK = "127.0.0.1"
PORTS = range(20_000, 32_000)  # below the range from which the kernel takes ports for outgoing connections
POLL_S = 0.05


def free_ports(count: int) -> list[int]:
    """Different loopback ports that nobody listens on now; taken at random so that parallel runs do not meet."""
    found: list[int] = []
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "no free port")


class Guarded:
    """One running command with its guard. Its output goes to a file, for whoever looks why it did not start."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        grace_s: float,
        stop_signal: str = "SIGTERM",
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), str(grace_s), stop_signal, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,  # a Ctrl-C meant for the starter does not reach it; the starter ends it
            )
        self._grace_s = grace_s

    @property
    def running(self) -> bool:
        """The guard, and so the command, has not ended."""
        return self._guard.poll() is None

    def ask_to_stop(self) -> None:
        """Ask the command to stop, and go on; `stop` waits for it. Twice is allowed."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()

    def stop(self) -> None:
        """Ask the command to stop, wait for it; after its grace it is killed. Twice is allowed."""
        self.ask_to_stop()
        self._guard.wait(self._grace_s + 10)

    def kill(self) -> None:
        """End the command and its children at once, as a power cut would."""
        self._guard.send_signal(signal.SIGUSR1)
        self._guard.wait(self._grace_s + 10)
        self.ask_to_stop()

    def last_words(self) -> str:
        """The end of what the command printed."""
        return self.log.read_text(errors="replace")[-2_000:]


def wait_until(ready: Callable[[], bool], process: Guarded, *, limit_s: float, what: str) -> None:
    """Return when `ready()`; `broker_unavailable` or its like belongs to the caller: this raises UnavailableError."""
    end = time.monotonic() + limit_s
    while not ready():
        if not process.running or time.monotonic() > end:
            process.stop()
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, f"{what} did not start: {process.last_words()}")
        time.sleep(POLL_S)
