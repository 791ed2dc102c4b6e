"""What every adapter shares: publish a message, act on a message, and nothing lost in between.

    edge = Edge(identity, ledger, office, link_settings)
    edge.on(PublicNotice, handler, outside=OutsideKey.KEY)
    with edge.ledger.begin() as tx:
        edge.publish(tx, message, to=oin, case=case, conversation=conversation)
    await edge.run(stop)

Out: validate · seal · outbox row, in the caller's transaction; the pump publishes and repeats until there is an
outcome. In: verify · open · validate · inbox row · receipt · ack; a worker acts from the ledger, intent first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import TypeVar

from adapters import ledger as rows
from adapters.contract import (
    Act,
    Done,
    Handler,
    Identity,
    Office,
    OnOutcome,
    Outcome,
    OutsideKey,
    Received,
    Reply,
)
from adapters.inbox import Inbox
from adapters.ledger import Ledger
from adapters.letter import Address, key_for, written
from adapters.outbox import Outbox
from adapters.standstill import Standstill
from adapters.status import StatusReporter
from adapters.witness import Witness
from adapters.worker import Worker
from hub.clock import milliseconds
from hub.database import Connection, Lead
from hub.errors import Code, HubError, RefusedError, UnavailableError
from hub.events import Event as LogEvent
from hub.events import log
from hub.failpoints import Failpoint, reached
from hub.waiting import pause, set_when_any
from hub.wire.inbox import inbox as inbox_of
from hub.wire.link import Link, LinkSettings
from schemas.messages import Message

__all__ = [
    "Done",
    "Edge",
    "Identity",
    "Ledger",
    "Office",
    "Outcome",
    "OutsideKey",
    "Received",
    "Reply",
]

M = TypeVar("M", bound=Message)
LIFETIME = timedelta(days=14)  # the longest that wire.md 4 allows: nothing expires because we were hasty
PREFETCH = 100
WATCH_S = 15.0
REFRESH_S = 5.0
LEAD = 0x5C420  # any number that only we use
LEAD_S = 1.0
FIRST_WAIT_S = 0.2  # before the broker is tried again; doubles
LONGEST_WAIT_S = 10.0


class Edge:
    """One party's end of the road."""

    def __init__(self, identity: Identity, ledger: Ledger, office: Office, link: LinkSettings) -> None:
        self.identity = identity
        self.ledger = ledger
        self.office = office
        self._link_settings = link
        self._handlers: dict[str, Handler[Message]] = {}
        self._on_outcome: list[OnOutcome] = []
        self._lead: Lead | None = None
        self._link_down_since: datetime | None = office.clock.now()
        self.worker = Worker(ledger, office, self._handlers, self.publish)
        self.outbox = Outbox(identity, ledger, office)
        self.standstill = Standstill(ledger, office)
        self.witness = Witness(identity, ledger, office)
        self.inbox = Inbox(identity, ledger, office, self._handlers, self._tell_outcome, self.witness.take)
        self.status = StatusReporter(identity, ledger, office, self.worker.breaker, self._handlers, self.inbox.receipts)

    def on(self, model: type[M], act: Act[M], *, outside: OutsideKey = OutsideKey.KEY) -> None:
        """`act` is what this party does on such a message; `outside` is what its system offers against acting twice."""
        self._handlers[model.message_type.type] = Handler(model, act, outside)  # type: ignore[arg-type]

    def on_outcome(self, call: OnOutcome) -> None:
        """`call` runs in the transaction that stores an outcome."""
        self._on_outcome.append(call)

    def _tell_outcome(self, tx: Connection, outcome: Outcome) -> None:
        for call in self._on_outcome:
            call(tx, outcome)

    def link_down_since(self) -> datetime | None:
        """Since when nothing could come in, or None while the link is up: what is lifted must know of what was said."""
        return self._link_down_since

    def publish(
        self,
        tx: Connection,
        message: Message,
        *,
        to: str,
        case: str,
        conversation: str,
        causation: str | None = None,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """Seals `message` for one recipient and puts it into the outbox, in the caller's transaction.

        Args:
            tx: a transaction of `ledger.begin()`; when it commits the message goes out, when it does not it never was.
            message: what is said; valid by construction.
            to: OIN of the recipient.
            case: pseudonym of the case (UUID).
            conversation: UUID of the conversation.
            causation: id of the message that this one answers.
            lifetime: how long the recipient may still store it, at most 14 days.

        Returns:
            The message id.

        Raises:
            RefusedError: unknown recipient, no key, no agreement, a member that the recipient may not have (named), too
                large: nothing was written.
        """
        now = self.office.clock.now()
        key = key_for(self.office.register.current, self.identity.oin, message, to, now)
        sequence = rows.next_sequence(tx, conversation, to, milliseconds(now))
        address = Address(to, case, conversation, causation)
        source = self.identity.source
        row = written(self.office, source, message, address, key=key, sequence=sequence, lifetime=lifetime)
        rows.add_outgoing(tx, row)
        reached(Failpoint.OUTBOX_BEFORE_COMMIT)
        return str(row["id"])

    async def run(self, stop: asyncio.Event) -> None:
        """Sends, receives and acts until `stop`. A bug in a handler ends the process; the ledger remembers.

        One process at a time works on a ledger: a second one waits until the first is gone.
        """
        self._lead = await self._take_lead(stop)
        if self._lead is None:
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_lead(stop))
                group.create_task(self.worker.run(stop))
                group.create_task(self.standstill.run(stop))
                group.create_task(self._refresh(stop))
                group.create_task(self._linked(stop))
        finally:
            self._lead.give_back()

    async def _keep_lead(self, stop: asyncio.Event) -> None:
        """A ledger on a server may lose our lock with its connection; who cannot have it back may act no further."""
        while not await pause(stop, REFRESH_S):
            if self._lead is None or await self.ledger.database.still(self._lead):
                continue
            log().warning(LogEvent.LEAD_LOST)
            self._lead.give_back()
            try:
                lead = await self.ledger.database.lead(LEAD)
            except UnavailableError:
                continue  # nobody can have it now
            if lead is None:
                raise UnavailableError(Code.DATABASE_UNAVAILABLE, "ledger: another process works on it")
            self._lead = lead

    async def _take_lead(self, stop: asyncio.Event) -> Lead | None:
        told = False
        while not stop.is_set():
            try:
                lead = await self.ledger.database.lead(LEAD)
            except UnavailableError as error:
                log().error(LogEvent.DATABASE_LOST, code=error.code, advice=error.advice())
                lead = None
            else:
                if lead is not None:
                    return lead
                if not told:
                    log().warning(LogEvent.LEAD_AWAITED)
                told = True
            await pause(stop, LEAD_S)
        return None

    async def _refresh(self, stop: asyncio.Event) -> None:
        """Takes up a newer register, and keys that were put into the folder."""
        told: object = None
        while not await pause(stop, REFRESH_S):
            self.office.register.refresh(self.office.clock.now())
            try:
                self.office.keys.refresh()
                told = None
            except RefusedError as error:
                if told != error.place:
                    log().error(LogEvent.REGISTER_REFUSED, code=error.code, place=error.place, advice=error.advice())
                told = error.place

    async def _linked(self, stop: asyncio.Event) -> None:
        """Everything that needs the broker, on one link after another."""
        wait_s = FIRST_WAIT_S
        while not stop.is_set():
            try:
                # Whoever cannot store or answer does not read: what is handed back too often the broker gives up.
                await asyncio.get_running_loop().run_in_executor(None, self._check_able)
                async with Link.opened(self._link_settings) as link:
                    while await self._consume(link, stop):
                        wait_s = FIRST_WAIT_S
            except HubError as error:
                self._link_down_since = self._link_down_since or self.office.clock.now()
                log().warning(LogEvent.LINK_LOST, code=error.code, advice=error.advice(), wait_s=wait_s)
                await pause(stop, wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _check_able(self) -> None:
        self.office.keys.signing(self.office.clock.now())
        self.ledger.check()

    async def _consume(self, link: Link, stop: asyncio.Event) -> bool:
        """Reads the inbox until the link ends or we stop; True when it is to be read on, with the whole prefetch.

        Until this process has stored a message that came for the first time, it takes one at a time: after a crash
        the one that caused it comes alone, and no delivery is used up of what waits behind it.
        """
        prefetch = PREFETCH if self.inbox.trusted.is_set() else 1
        self.inbox.open()
        async with inbox_of(self._link_settings, self.identity.inbox, prefetch, self.inbox.deliver) as lost:
            self._link_down_since = None
            over, careful = asyncio.Event(), prefetch == 1
            trusted = [self.inbox.trusted] if careful else []
            parts = (
                self.outbox.run(link, over),
                self.inbox.run(link, self.worker.wake, over),
                self.inbox.run_sweep(link, self.worker.wake, over),
                self.status.run(link, over),
                self.witness.run(link, over),
                self._watch(link, over),
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(set_when_any(over, link.lost, lost, stop, *trusted))
                tasks = [group.create_task(_until_over(part, over)) for part in parts]
            for error in filter(None, (task.result() for task in tasks)):
                raise error
            if link.lost.is_set() or lost.is_set():
                raise UnavailableError(Code.BROKER_UNAVAILABLE, "link")
        return careful and not stop.is_set()

    async def _watch(self, link: Link, over: asyncio.Event) -> None:
        """After a broker's fail-over the consumer may be gone though the connection is there."""
        while not await pause(over, WATCH_S):
            found = await link.inspect(self.identity.inbox)
            if found is None or found[1] == 0:
                raise UnavailableError(Code.BROKER_UNAVAILABLE, "inbox")


async def _until_over(part: Coroutine[object, object, None], over: asyncio.Event) -> HubError | None:
    """Runs a part; when it cannot go on the others finish what they have in hand."""
    try:
        await part
    except HubError as error:
        return error
    finally:
        over.set()
    return None
