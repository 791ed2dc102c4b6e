"""Acts on stored messages: intent, act, result — in order within a conversation, in parallel across them.

The intent is recorded before the outside act and the result with its replies in one transaction after it. What a crash
leaves between the two is done again only where the outside system offers a key or a look-up; else a person decides.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Concatenate, ParamSpec

from adapters import ledger as rows
from adapters import order
from adapters.breaker import Backoff, Breaker
from adapters.contract import Done, Handler, Office, OutsideKey, Publish, Received
from adapters.ledger import IncomingRow, Key, Ledger, Taken
from hub.database import Connection, instant, moment
from hub.errors import Code, HubError, RefusedError, UnavailableError
from hub.events import Event, awaits_of, log
from hub.failpoints import Failpoint, reached
from schemas.errors import PayloadError
from schemas.messages import Message

P = ParamSpec("P")

AT_ONCE = 8  # conversations acted on side by side
LOOK_S = 1.0
ACT_LIMIT_S = 900.0  # far more than all questions of an act may take together
MOST_CRASHES = 5  # a row that was being acted on at this many ends of the process is not tried a further time
NOTE_CHARS = 64


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
        limit_s: float = ACT_LIMIT_S,
    ) -> None:
        self._ledger = ledger
        self._office = office
        self._handlers = handlers
        self._publish = publish
        self._backoff = backoff or Backoff()
        self.breaker = breaker or Breaker()
        self._chance = random.Random()  # noqa: S311 - jitter, not a secret
        self._changed = asyncio.Event()
        self._stop = asyncio.Event()
        self._limit_s = limit_s
        self._acting: dict[Key, IncomingRow] = {}
        self._abandoned: set[asyncio.Future[Done]] = set()
        self._judged = False  # what an earlier process left ACTING

    def wake(self) -> None:
        """Something new may be READY; called in the event loop."""
        self._changed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Acts until `stop`, and then finishes what it began. A bug in a handler ends the process."""
        self._stop = stop
        away = False
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                self._changed.clear()
                try:
                    for row in await self._begin_due():
                        group.create_task(self._act(row))
                    away = False
                except UnavailableError as error:
                    if not away:
                        log().error(Event.DATABASE_LOST, code=error.code, advice=error.advice())
                    away = True
                await self._until_changed()

    async def _until_changed(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._changed.wait()
        except TimeoutError:
            return

    async def act_due(self) -> int:
        """Acts on the next message of every conversation that has one due; returns how many were acted on."""
        begun = await self._begin_due()
        await asyncio.gather(*(self._act(row) for row in begun))
        return len(begun)

    # — intent ————————————————————————————————————————————————————————————————————————————————————————————————————

    async def _begin_due(self) -> list[IncomingRow]:
        """Records the intent for as many due messages as may be acted on beside those under way."""
        if not self._judged:
            await self._ledger.database.run(self.recover)
            self._judged = True
        now = self._office.clock.now()
        free = self.breaker.width(now, AT_ONCE) - len(self._acting)
        if free <= 0 or any(row.crashes for row in self._acting.values()):
            return []
        try:
            due = await self._ledger.database.run(self._begin, instant(now), free)
        except UnavailableError:
            self._judged = False  # the intent may be in the ledger although nobody acts on it
            raise
        self._acting |= {(row.source_oin, row.id): row for row in due}
        if due:
            reached(Failpoint.ACT_AFTER_INTENT)
        return due

    def recover(self, tx: Connection) -> None:
        """After a crash: what was being acted on may have happened. Done again only where that is safe."""
        for row in rows.in_state(tx, Taken.ACTING):
            key = (row.source_oin, row.id)
            if key in self._acting:
                continue  # by this very process, now
            handler = self._handlers.get(row.type)
            if handler is None or handler.outside is OutsideKey.NEITHER:
                rows.update_incoming(tx, [key], state=Taken.UNCERTAIN, note="crash")
                log().error(Event.MESSAGE_UNCERTAIN, id=row.id, type=row.type)
            elif row.crashes + 1 >= MOST_CRASHES:
                rows.update_incoming(tx, [key], state=Taken.FAILED, crashes=0, note="crashed-repeatedly")
                log().error(Event.MESSAGE_FAILED, id=row.id, type=row.type)
            else:
                rows.update_incoming(tx, [key], state=Taken.READY, crashes=row.crashes + 1, next_attempt=None)

    def _begin(self, tx: Connection, now: int, free: int) -> list[IncomingRow]:
        """What is due now; what a newer message has overtaken is closed without an act.

        What was being acted on when the process ended is acted on alone: it may be what ended it, and what is beside
        it then would seem to be so too.
        """
        types = list(self._handlers)
        while overtaken := [row for row in rows.heads(tx, now, types, free) if order.is_overtaken(tx, row)]:
            keys = [(row.source_oin, row.id) for row in overtaken]
            rows.update_incoming(tx, keys, state=Taken.OVERTAKEN, acted_at=now)
            for row in overtaken:
                log().warning(Event.MESSAGE_OVERTAKEN, id=row.id, type=row.type)
        begun: list[IncomingRow] = []
        for row in rows.heads(tx, now, types, free):
            if row.crashes and (begun or self._acting):
                break
            rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.ACTING, attempts=row.attempts + 1)
            begun.append(row)
            if row.crashes:
                break
        return begun

    # — act ———————————————————————————————————————————————————————————————————————————————————————————————————————

    async def _act(self, row: IncomingRow) -> None:
        handler = self._handlers[row.type]
        try:
            done = await self._come_back(handler, row)
        except UnavailableError as error:
            await self._postpone(row, handler, error)
        except HubError as error:
            self._answered()
            await self._keep(self._give_to_a_person, row, error)
        else:
            reached(Failpoint.ACT_AFTER_EFFECT)
            self._answered()
            await self._conclude(row, done)
        del self._acting[(row.source_oin, row.id)]
        self._changed.set()

    async def _come_back(self, handler: Handler[Message], row: IncomingRow) -> Done:
        """What the act came to. One that does not come back, or is cancelled by a library, counts as not answered.

        It must not keep its conversation for good. The act has a task of its own, since whatever holds it may hold it
        against being cancelled too.
        """
        act = asyncio.ensure_future(handler.act(_received(row, handler)))
        try:
            await asyncio.wait({act}, timeout=self._limit_s)
            if act.done() and not act.cancelled():
                return act.result()
            log().error(Event.ACT_ABANDONED, id=row.id, type=row.type, frames=awaits_of(act))
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "act")
        finally:
            if not act.done():
                self._abandon(act)

    def _abandon(self, act: asyncio.Future[Done]) -> None:
        act.cancel()
        self._abandoned.add(act)  # the loop itself would forget it
        act.add_done_callback(self._forget)

    def _forget(self, act: asyncio.Future[Done]) -> None:
        """It ended after all; whatever it came to is done again by its key, or was given to a person."""
        self._abandoned.discard(act)
        if not act.cancelled():
            act.exception()

    def _answered(self) -> None:
        """The outside system is there, whatever it said."""
        if self.breaker.succeeded(AT_ONCE):
            log().info(Event.CIRCUIT_CLOSED)

    async def _conclude(self, row: IncomingRow, done: Done) -> None:
        try:
            await self._keep(self._finish, row, done)
        except RefusedError as error:  # a reply that cannot be sealed; the act itself is done
            await self._keep(self._give_to_a_person, row, error)
            return
        reached(Failpoint.ACT_AFTER_RESULT)
        log().info(Event.MESSAGE_ACTED, id=row.id, type=row.type)

    async def _postpone(self, row: IncomingRow, handler: Handler[Message], error: UnavailableError) -> None:
        """The outside system is away: later again; where it cannot tell whether it acted, a person decides."""
        now = self._office.clock.now()
        if error.code is not Code.DATABASE_UNAVAILABLE and self.breaker.failed(now, error.retry_after_s):
            log().error(Event.CIRCUIT_OPENED, code=error.code, advice=error.advice())
        log().warning(Event.MESSAGE_RETRIED, id=row.id, type=row.type, code=error.code, attempt=row.attempts + 1)
        if handler.outside is OutsideKey.NEITHER:
            await self._keep(self._make_uncertain, row, error)
            return
        wait = self._backoff.after(row.attempts + 1, self._chance, error.retry_after_s)
        await self._keep(self._put_back, row, now + wait)

    # — result ————————————————————————————————————————————————————————————————————————————————————————————————————

    async def _keep(self, write: Callable[Concatenate[Connection, P], None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Writes what became of an act, and tries until the ledger takes it: nobody else knows."""

        def transaction() -> None:
            with self._ledger.begin() as tx:
                write(tx, *args, **kwargs)

        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(None, transaction)
            except UnavailableError as error:
                log().error(Event.DATABASE_LOST, code=error.code, advice=error.advice())
                if self._stop.is_set():
                    return None  # the intent stands: the next start judges it
                await asyncio.sleep(LOOK_S)

    def _finish(self, tx: Connection, row: IncomingRow, done: Done) -> None:
        """Result, replies and the adapter's own record, in one transaction."""
        key = (row.source_oin, row.id)
        if rows.incoming(tx, [key])[key].state != Taken.ACTING:
            return  # the ledger was away after it had taken this
        now = instant(self._office.clock.now())
        rows.update_incoming(tx, [key], state=Taken.DONE, acted_at=now, note=None)
        order.put_applied(tx, row)
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

    def _put_back(self, tx: Connection, row: IncomingRow, at: datetime) -> None:
        key = (row.source_oin, row.id)
        rows.update_incoming(tx, [key], state=Taken.READY, crashes=0, next_attempt=instant(at))

    def _make_uncertain(self, tx: Connection, row: IncomingRow, error: HubError) -> None:
        rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.UNCERTAIN, note=error.code.value)
        log().error(Event.MESSAGE_UNCERTAIN, id=row.id, type=row.type)

    def _give_to_a_person(self, tx: Connection, row: IncomingRow, error: HubError) -> None:
        note = f"{error.code.value}: {error.place}" if error.place else error.code.value
        rows.update_incoming(tx, [(row.source_oin, row.id)], state=Taken.FAILED, note=note[:NOTE_CHARS])
        log().error(Event.MESSAGE_FAILED, id=row.id, type=row.type, code=error.code, place=error.place)


def _received(row: IncomingRow, handler: Handler[Message]) -> Received[Message]:
    try:
        message = handler.model.from_wire(json.loads(row.data or "null"))
    except PayloadError:  # a newer release is stricter than the one that stored it
        raise RefusedError(Code.SCHEMA_INVALID, "data") from None
    return Received(
        message=message,
        id=row.id,
        sender=row.source_oin,
        case=row.subject,
        conversation=row.correlationid,
        causation=row.causationid,
        sequence=row.sequence,
        time=moment(row.time),
        again=row.attempts > 0,
    )
