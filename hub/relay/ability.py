"""Whether the hub can keep what arrives: the one place where its lanes wait for a database or a key to come back.

A lane that was read meanwhile would hand the same messages out and back again, each time with one delivery less
before the broker gives them up as dead letters.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hub.errors import Code, HubError
from hub.events import Event, log
from hub.waiting import pause

LOOK_S = 1.0
LONGEST_S = 60.0


class Ability:
    """Asked by every lane before it is read; one of them looks, the others wait for it."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._lock = asyncio.Lock()
        self._failures = 0  # in a row, of batches
        self._alarmed = False

    def failed(self, error: HubError) -> None:
        """A batch could not be kept or answered; alarms once until it can again. What the broker did is not ours."""
        if error.code is Code.BROKER_UNAVAILABLE:
            return
        self._failures += 1
        if not self._alarmed:
            self._alarmed = True
            log().error(Event.DATABASE_LOST, code=error.code, place=error.place, advice=error.advice())

    def worked(self) -> None:
        """A batch was kept and answered."""
        self._failures = 0
        if self._alarmed:
            self._alarmed = False
            log().info(Event.DATABASE_FOUND)

    async def there(self, *until: asyncio.Event) -> bool:
        """Waits until the hub can keep what arrives; False when one of the events is set first.

        A check that passes does not say that a batch will: where batches go on failing, the waits grow.
        """
        async with self._lock:
            if self._failures:
                await pause(until[0], min(LOOK_S * 2 ** min(self._failures - 1, 10), LONGEST_S))
            while not any(event.is_set() for event in until):
                try:
                    await asyncio.get_running_loop().run_in_executor(None, self._check)
                except HubError as error:
                    if not self._alarmed:
                        self.failed(error)
                    await pause(until[0], LOOK_S)
                    continue
                return True
        return False
