"""What an adapter's package offers to the process that runs it: one function that composes it around an edge.

    @asynccontextmanager
    async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
        settings = load(own)
        async with connected(settings) as system:      # clients of outside systems live as long as the context
            edge.on(PublicNotice, …)                   # the handlers are there before the edge runs
            yield [sweep]                              # what runs beside the edge until `stop` is set

It stands in `adapters/<name>/process.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from adapters.edge import Edge
from hub.errors import Code, RefusedError

#: Runs until the event is set, then finishes what it has in hand.
Task = Callable[[asyncio.Event], Awaitable[None]]
#: From an edge and the file with the adapter's own settings to the tasks beside the edge.
Compose = Callable[[Edge, Path | None], AbstractAsyncContextManager[Sequence[Task]]]


def own_file(own: Path | None) -> Path:
    """The file with the adapter's own settings, for an adapter that cannot do without.

    Raises:
        RefusedError: `settings_invalid`.
    """
    if own is None:
        raise RefusedError(Code.SETTINGS_INVALID, "own")
    return own
