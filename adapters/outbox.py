"""The way out: publishes what the ledger holds, and publishes it again until there is an outcome (wire.md 8, T3)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from adapters import ledger as rows
from adapters.contract import Identity, Office
from adapters.ledger import Ledger, Sent
from hub.database import Connection, instant
from hub.errors import Code, HubError, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.waiting import when_any
from hub.wire.link import Link, Outgoing
from hub.wire.topology import INTAKE, routing_key, user_of

FIRST_REPEAT = timedelta(minutes=5)
LAST_REPEAT = timedelta(hours=6)
DAILY = timedelta(days=1)
REFUSED_BY_BROKER = timedelta(seconds=10)
AT_ONCE = 200
LOOK_S = 1.0  # a transaction of another process (a command) wakes nobody


def next_repeat(attempts: int, *, accepted: bool) -> timedelta:
    """When the same bytes are published again: 5 min doubling to 6 h; once the hub has them, once a day."""
    return DAILY if accepted else min(FIRST_REPEAT * 2 ** min(attempts, 10), LAST_REPEAT)


class Outbox:
    """Publishes due rows in pipelined batches."""

    def __init__(self, identity: Identity, ledger: Ledger, office: Office) -> None:
        self._identity = identity
        self._ledger = ledger
        self._office = office
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        ledger.on_commit(self._wake)

    def _wake(self) -> None:
        """Called in whatever thread committed."""
        reached(Failpoint.OUTBOX_AFTER_COMMIT)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def run(self, link: Link, over: asyncio.Event) -> None:
        """Publishes until `over`, or until broker or ledger are away (UnavailableError)."""
        self._loop = asyncio.get_running_loop()
        while not over.is_set():
            self._changed.clear()
            if await self.publish_due(link) == 0:
                await when_any(self._changed, over, limit_s=LOOK_S)

    async def publish_due(self, link: Link) -> int:
        """Publishes what is due now; returns how many."""
        now = self._office.clock.now()
        due = await self._ledger.database.read(rows.outgoing_due, instant(now), AT_ONCE)
        if not due:
            return 0
        results = await link.publish([self._outgoing(row) for row in due])
        reached(Failpoint.OUTBOX_AFTER_PUBLISH)
        await self._ledger.database.run(_mark, due, results, now)
        reached(Failpoint.OUTBOX_AFTER_MARK)
        for row, error in zip(due, results, strict=True):
            if error is not None:
                log().warning(Event.MESSAGE_DELAYED, id=row.id, code=error.code, advice=error.advice())
        if link.lost.is_set():
            raise UnavailableError(Code.BROKER_UNAVAILABLE, "link")
        return len(due)

    def _outgoing(self, row: Any) -> Outgoing:  # noqa: ANN401 - a row of OUTBOX
        return outgoing(self._identity, row.body, row.id, row.type, row.correlationid)


def outgoing(identity: Identity, body: bytes, message_id: str, name: str, correlation: str) -> Outgoing:
    """A publish to the hub: `name` is the type, or the JWS `typ` without `+jws` (wire.md 3)."""
    key = routing_key(identity.oin, name)
    return Outgoing(INTAKE, key, body, message_id, name, correlation, user_of(identity.oin))


def _mark(tx: Connection, due: Sequence[Any], results: Sequence[HubError | None], now: datetime) -> None:
    """Moves up what the broker confirmed; news of the hub that came in the meantime stands."""
    marks = []
    for row, error in zip(due, results, strict=True):
        wait = REFUSED_BY_BROKER if error else next_repeat(row.attempts, accepted=row.state >= Sent.ACCEPTED)
        marks.append(
            {
                "key": row.id,
                "was": row.state,
                "to": row.state if error else max(row.state, Sent.PUBLISHED),
                "new_attempts": row.attempts + (0 if error else 1),
                "at": instant(now + wait),
            },
        )
    rows.mark_published(tx, marks)
