"""A process under test behind a gate: it gets ready, says so, and begins when told, so that its start costs nothing.

The words between the two are lines of JSON on the child's standard input and output.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Self

from tests.bench.machine import memory_mb

LIMIT_S = 60.0
LINE_LIMIT = 64 * 2**20  # a pacer answers with every latency in one line


def say(word: str, **content: object) -> None:
    """In the child: one line to the parent."""
    print(json.dumps({"word": word, **content}), flush=True)  # noqa: T201 - this is the pipe to the parent


def gate() -> None:
    """In the child: everything is prepared; wait until the parent says go."""
    say("ready")
    sys.stdin.readline()


class Child:
    """A started process: `ready`, `go`, `heard` for what it says, and its end with the context."""

    def __init__(self, module: str, *arguments: str, log: Path) -> None:
        self._command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        return self._running.pid

    @property
    def memory_mb(self) -> float:
        """Resident memory now."""
        return memory_mb(self.pid)

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise AssertionError(self._command)
        return self._process

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=Path(__file__).parents[2],
                limit=LINE_LIMIT,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running.returncode is None:
            self._running.terminate()
            try:
                await asyncio.wait_for(self._running.wait(), LIMIT_S)
            except TimeoutError:
                self._running.kill()
        await self._running.wait()

    async def heard(self, word: str, limit_s: float = LIMIT_S) -> dict[str, Any]:
        """The next thing that it says, which must be `word`."""
        output = self._running.stdout
        line = await asyncio.wait_for(output.readline(), limit_s) if output else b""
        if not line:
            raise AssertionError(f"{self._command[2]} ended: {self._last_words()}")
        said: dict[str, Any] = json.loads(line)
        if said["word"] != word:
            raise AssertionError(f"{self._command[2]} said {said['word']}, not {word}")
        return said

    def check(self) -> None:
        """AssertionError with its last words if it has ended."""
        if self._running.returncode is not None:
            raise AssertionError(f"{self._command[2]} ended: {self._last_words()}")

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]

    async def go(self) -> None:
        """Opens the gate."""
        if self._running.stdin is not None:
            self._running.stdin.write(b"go\n")
            await self._running.stdin.drain()
