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
from adapters.ledger import Ledger, Sent
from adapters.outbox import Outbox
from adapters.status import StatusReporter
from adapters.worker import Worker
from hub.clock import milliseconds, new_id, rfc3339
from hub.database import Connection, instant
from hub.errors import Code, RefusedError, UnavailableError
from hub.events import Event as LogEvent
from hub.events import log
from hub.failpoints import Failpoint, reached
from hub.wire.link import Link, LinkSettings
from hub.wire.link import inbox as inbox_of
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from hub.wire.seal import Event, seal
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


class Edge:
    """One party's end of the road."""

    def __init__(self, identity: Identity, ledger: Ledger, office: Office, link: LinkSettings) -> None:
        self.identity = identity
        self.ledger = ledger
        self.office = office
        self._link_settings = link
        self._handlers: dict[str, Handler[Message]] = {}
        self._on_outcome: list[OnOutcome] = []
        self._link_down_since: datetime | None = office.clock.now()
        self.worker = Worker(ledger, office, self._handlers, self.publish)
        self.outbox = Outbox(identity, ledger, office)
        self.inbox = Inbox(identity, ledger, office, self._handlers, self._tell_outcome)
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
            RefusedError: unknown recipient, no key, BSN not allowed, too large: nothing was written.
        """
        now = self.office.clock.now()
        register = self.office.register.current
        recipient_key = register.sealing_key(to, now)
        data = message.to_wire()
        if "bsn" in data and not register.organisations[to].bsn_allowed:
            raise RefusedError(Code.BSN_NOT_ALLOWED, "bsn")
        sequence = rows.next_sequence(tx, conversation, to, milliseconds(now))
        event = Event(
            id=new_id(self.office.clock),
            source=self.identity.source,
            type=message.message_type.type,
            subject=f"urn:uuid:{case}",
            recipient=organisation_urn(to),
            correlationid=conversation,
            causationid=causation,
            sequence=str(sequence),
            time=rfc3339(now),
            expirytime=rfc3339(now + lifetime),
            dataschema=message.message_type.dataschema,
            data=data,
        )
        body = seal(event, signing=self.office.keys.signing(now), recipient_key=recipient_key)
        rows.add_outgoing(
            tx,
            {
                "id": event.id,
                "type": event.type,
                "recipient": to,
                "subject": case,
                "correlationid": conversation,
                "sequence": sequence,
                "body": body,
                "refhash": refhash_of(body),
                "created": instant(now),
                "expirytime": instant(now + lifetime),
                "state": Sent.QUEUED,
                "attempts": 0,
                "next_attempt": instant(now),
            },
        )
        reached(Failpoint.OUTBOX_BEFORE_COMMIT)
        return event.id

    async def run(self, stop: asyncio.Event) -> None:
        """Sends, receives and acts until `stop`. A bug in a handler ends the process; the ledger remembers."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.worker.run(stop))
            group.create_task(self._linked(stop))

    async def _linked(self, stop: asyncio.Event) -> None:
        """Everything that needs the broker, on one link after another."""
        wait_s = 0.2
        while not stop.is_set():
            try:
                async with (
                    Link.opened(self._link_settings) as link,
                    inbox_of(self._link_settings, self.identity.inbox, PREFETCH, self.inbox.deliver) as lost,
                ):
                    wait_s, self._link_down_since = 0.2, None
                    await self._exchange(link, lost, stop)
            except UnavailableError as error:
                self._link_down_since = self._link_down_since or self.office.clock.now()
                log().warning(LogEvent.LINK_LOST, code=error.code, advice=error.advice(), wait_s=wait_s)
                await wait_for(stop, wait_s)
                wait_s = min(wait_s * 2, 10.0)

    async def _exchange(self, link: Link, lost: asyncio.Event, stop: asyncio.Event) -> None:
        tasks = [
            asyncio.create_task(self.outbox.run(link)),
            asyncio.create_task(self.inbox.run(link, self.worker.wake)),
            asyncio.create_task(self.status.run(link)),
            *(asyncio.create_task(event.wait()) for event in (link.lost, lost, stop)),
        ]
        done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for task in done:
            task.result()


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Waits for the event, at most `seconds`; True when it was set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
