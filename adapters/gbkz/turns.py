"""One at a time per dossier, side by side otherwise."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager


class Turns:
    """Locks by name that exist only while somebody uses them."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: Counter[str] = Counter()

    @asynccontextmanager
    async def of(self, names: Iterable[str]) -> AsyncIterator[None]:
        """The only user of all these names; taken in one order everywhere, so that no two wait for each other."""
        ordered = sorted(set(names))
        self._users.update(ordered)
        try:
            async with AsyncExitStack() as stack:
                for name in ordered:
                    await stack.enter_async_context(self._locks.setdefault(name, asyncio.Lock()))
                yield
        finally:
            self._users.subtract(ordered)
            for name in ordered:
                if not self._users[name]:
                    del self._users[name]
                    self._locks.pop(name, None)
