"""Result files of an outside system: recorded and taken away, or set aside whole when they are no result file.

Nothing is lost: what cannot be read, or is far larger than any result, stays on their server under another name, and an
item says so. A row that cannot be read is kept as it was written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from hub.database import Connection


class ResultFolder(Protocol):
    """Where results lie."""

    async def results(self) -> list[str]:
        """The names of the result files that are there, oldest first."""
        ...

    async def fetch(self, name: str) -> bytes | None:
        """The content of a result file; None when it is far larger than any result."""
        ...

    async def discard(self, name: str) -> None:
        """Takes a result file away that has been recorded."""
        ...

    async def set_aside(self, name: str) -> None:
        """Leaves a file that is no result file where it lies, under a name that is not looked at again."""
        ...


#: Takes a file in, by name and content; whether it was a result file. It may come again.
Record = Callable[[Connection, str, bytes | None], bool]
_EXCERPT_BYTES: Final = 10_000


async def take_results(folder: ResultFolder, record: Callable[[str, bytes | None], Awaitable[bool]]) -> None:
    """Every result file that is there, one after another."""
    for name in await folder.results():
        readable = await record(name, await folder.fetch(name))
        await (folder.discard(name) if readable else folder.set_aside(name))


def excerpt(content: bytes | None) -> str:
    """How a file begins that cannot be read, for a person."""
    return "" if content is None else content[:_EXCERPT_BYTES].decode("utf-8", "backslashreplace")
