"""Acts on stored messages: intent, act, result — in order within a conversation, in parallel across them.

The intent is recorded before the outside act and the result with its replies in one transaction after it. What a crash
leaves between the two is done again only where the outside system offers a key or a look-up; else a person decides.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from adapters import ledger as rows
from adapters.breaker import Backoff, Breaker
from adapters.contract import Done, Handler, Office, OutsideKey, Received
from adapters.ledger import Ledger, Taken
from hub.database import Connection, instant, moment
from hub.errors import HubError, RefusedError, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from schemas.catalogue import CATALOGUE
from schemas.messages import Message

AT_ONCE = 8  # conversations acted on side by side
LOOK_S = 1.0
MOST_CRASHES = 5  # a row that was being acted on at this many ends of the process is not tried a further time


class Publish(Protocol):
    """`Edge.publish`."""

    def __call__(
        self, tx: Connection, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Puts a message into the outbox."""
        ...


class Worker:
    """Carries out what is READY in the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        office: Office,
        handlers: Mapping[str, Handler[Message]],
        publish: Publish,
        *,
        backoff: Backoff | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._ledger = ledger
        self._office = office
        self._handlers = handlers
        self._publish = publish
        self._backoff = backoff or Backoff()
        self.breaker = breaker or Breaker()
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something new may be READY; called in the event loop."""
        self._changed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Acts until `stop`. UnavailableError of the ledger waits; a bug ends the process."""
        recovered = False
        while not stop.is_set():
            self._changed.clear()
            try:
                if not recovered:
                    await self._ledger.database.run(self.recover)
                    recovered = True
                if await self.act_due() > 0:
                    continue
            except UnavailableError as error:
                log().error(Event.DATABASE_LOST, code=error.code, advice=error.advice())
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def recover(self, tx: Connection) -> None:
        """After a crash: what was being acted on may have happened. Done again only where that is safe."""
        for row in rows.in_state(tx, Taken.ACTING):
            handler = self._handlers.get(row.type)
            key = [(row.source_oin, row.id)]
            if handler is None or handler.outside is OutsideKey.NEITHER:
                rows.update_incoming(tx, key, state=Taken.UNCERTAIN, note="crash")
                log().error(Event.MESSAGE_UNCERTAIN, id=row.id, type=row.type)
            elif row.attempts >= MOST_CRASHES:
                rows.update_incoming(tx, key, state=Taken.FAILED, note="crashed-repeatedly")
                log().error(Event.MESSAGE_FAILED, id=row.id, type=row.type)
            else:
                rows.update_incoming(tx, key, state=Taken.READY, next_attempt=None)

    async def act_due(self) -> int:
        """Acts on the next message of every conversation that has one due; returns how many were acted on."""
        now = self._office.clock.now()
        if not self.breaker.allows(now):
            return 0
        probing = self.breaker.state == "half-open"
        due = await self._ledger.database.run(self._begin, instant(now), 1 if probing else AT_ONCE)
        reached(Failpoint.ACT_AFTER_INTENT)
        await asyncio.gather(*(self._act(row, again=row.attempts > 0) for row in due))
        return len(due)

    def _begin(self, tx: Connection, now: int, most: int) -> Sequence[Any]:
        """Records the intent for what is due; what a newer message has overtaken is closed without an act."""
        begun = []
        for row in rows.heads(tx, now, most):
            key = [(row.source_oin, row.id)]
            setting = CATALOGUE[row.type].state_setting
            if setting and row.sequence < rows.last_applied(tx, row.correlationid, row.source_oin):
                rows.update_incoming(tx, key, state=Taken.OVERTAKEN, acted_at=now)
                log().warning(Event.MESSAGE_OVERTAKEN, id=row.id, type=row.type)
                continue
            rows.update_incoming(tx, key, state=Taken.ACTING, attempts=row.attempts + 1)
            begun.append(row)
        return begun

    async def _act(self, row: Any, *, again: bool) -> None:  # noqa: ANN401 - a row of INBOX
        handler = self._handlers[row.type]
        received = Received(
            message=handler.model.from_wire(json.loads(row.data)),
            id=row.id,
            sender=row.source_oin,
            case=row.subject,
            conversation=row.correlationid,
            sequence=row.sequence,
            time=moment(row.time),
            again=again,
        )
        try:
            done = await handler.act(received)
        except UnavailableError as error:
            await self._postpone(row, handler, error)
            return
        except RefusedError as error:
            await self._ledger.database.run(self._give_to_a_person, row, error)
            return
        reached(Failpoint.ACT_AFTER_EFFECT)
        if self.breaker.succeeded():
            log().info(Event.CIRCUIT_CLOSED)
        await asyncio.get_running_loop().run_in_executor(None, self._finish, row, done)
        reached(Failpoint.ACT_AFTER_RESULT)
        log().info(Event.MESSAGE_ACTED, id=row.id, type=row.type)

    def _finish(self, row: Any, done: Done) -> None:  # noqa: ANN401
        """Result, replies and the adapter's own record, in one transaction."""
        with self._ledger.begin() as tx:
            now = instant(self._office.clock.now())
            rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.DONE, acted_at=now, note=None)
            if CATALOGUE[row.type].state_setting:
                rows.put_applied(tx, row.correlationid, row.source_oin, row.sequence)
            if done.record is not None:
                done.record(tx)
            for reply in done.replies:
                self._publish(
                    tx,
                    reply.message,
                    to=row.source_oin,
                    case=row.subject,
                    conversation=row.correlationid,
                    causation=row.id,
                )

    async def _postpone(self, row: Any, handler: Handler[Message], error: UnavailableError) -> None:  # noqa: ANN401
        """The outside system is away: later again; where it cannot tell whether it acted, a person decides."""
        now = self._office.clock.now()
        if self.breaker.failed(now, error.retry_after_s):
            log().error(Event.CIRCUIT_OPENED, code=error.code, advice=error.advice())
        log().warning(Event.MESSAGE_RETRIED, id=row.id, type=row.type, code=error.code, attempt=row.attempts + 1)
        if handler.outside is OutsideKey.NEITHER:
            await self._ledger.database.run(self._make_uncertain, row, error)
            return
        wait = self._backoff.after(row.attempts + 1, self._chance, error.retry_after_s)
        await self._ledger.database.run(self._put_back, row, now + wait)

    def _put_back(self, tx: Connection, row: Any, at: datetime) -> None:  # noqa: ANN401
        rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.READY, next_attempt=instant(at))

    def _make_uncertain(self, tx: Connection, row: Any, error: HubError) -> None:  # noqa: ANN401
        rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.UNCERTAIN, note=error.code.value)
        log().error(Event.MESSAGE_UNCERTAIN, id=row.id, type=row.type)

    def _give_to_a_person(self, tx: Connection, row: Any, error: HubError) -> None:  # noqa: ANN401
        note = f"{error.code.value}: {error.place}" if error.place else error.code.value
        rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.FAILED, note=note[:64])
        log().error(Event.MESSAGE_FAILED, id=row.id, type=row.type, code=error.code, place=error.place)
