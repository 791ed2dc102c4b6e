"""An adapter on its own: real ledger and worker; only the road is missing. The desks of the adapters build on it.

Messages are put into the ledger as the inbox would, and what is published is listed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TypeVar, cast

from adapters import ledger as rows
from adapters.breaker import Backoff, Breaker
from adapters.contract import Act, Handler, Office, OutsideKey
from adapters.ledger import Ledger, Taken
from adapters.worker import ACT_LIMIT_S, Worker
from hub.clock import new_id, new_pseudonym
from hub.database import Connection, instant
from schemas.messages import Message
from tests.world import SHV, FixedClock

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was published."""

    message: Message
    to: str
    case: str
    conversation: str
    causation: str | None


@dataclass(kw_only=True)
class Alone:
    """What an adapter sees of its edge, and what a test sees of the adapter."""

    ledger: Ledger
    clock: FixedClock = field(default_factory=FixedClock)
    handlers: dict[str, Handler[Message]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    link_down_since: datetime | None = None
    sequence: int = 0
    limit_s: float = ACT_LIMIT_S

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process: it knows what stands in the ledger and nothing else."""
        party = cast("Office", SimpleNamespace(clock=self.clock))
        patient = {"backoff": Backoff(first_s=1, most_s=1), "breaker": Breaker(threshold=1000), "limit_s": self.limit_s}
        self.worker = Worker(self.ledger, party, self.handlers, self.publish, **patient)  # type: ignore[arg-type]

    def on(self, model: type[M], act: Act[M], *, outside: OutsideKey = OutsideKey.KEY) -> None:
        """As the edge does."""
        self.handlers[model.message_type.type] = Handler(model, act, outside)  # type: ignore[arg-type]

    def publish(
        self, tx: Connection, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Lists what would be sent."""
        assert tx.in_transaction()
        assert all((to, case, conversation))
        self.sent.append(Sent(message, to, case, conversation, causation))
        return new_id(self.clock)

    def arrives(self, message: Message, conversation: str, *, sender: str = SHV, case: str | None = None) -> str:
        """Puts a message into the ledger, as the inbox does; returns its id."""
        self.sequence += 1
        now = instant(self.clock.now())
        row = {
            "source_oin": sender,
            "id": new_id(self.clock),
            "signing_hash": "0" * 64,
            "refhash": "sha-256:" + "0" * 64,
            "type": message.message_type.type,
            "subject": case or new_pseudonym(),
            "correlationid": conversation,
            "sequence": self.sequence,
            "time": now,
            "expirytime": now + timedelta(days=14) // timedelta(microseconds=1),
            "received": now + self.sequence,
            "data": json.dumps(message.to_wire()),
            "state": Taken.READY,
            "attempts": 0,
            "receipt_due": False,
        }
        with self.ledger.begin() as tx:
            rows.add_incoming(tx, [row])
        return str(row["id"])

    async def work(self) -> None:
        """Acts on everything that is due now, with one more attempt at what failed."""
        for _ in range(2):
            while await self.worker.act_due():
                pass
            self.clock.move(timedelta(seconds=2))

    async def receives(self, message: Message, conversation: str, *, sender: str = SHV, case: str | None = None) -> str:
        """One message, acted on; its id."""
        key = self.arrives(message, conversation, sender=sender, case=case)
        await self.work()
        return key

    def states(self, conversation: str) -> list[Taken]:
        """Where the incoming messages of a conversation are, in order."""
        with self.ledger.begin() as tx:
            query = rows.INBOX.select().where(rows.INBOX.c.correlationid == conversation)
            return [Taken(row.state) for row in tx.execute(query.order_by(rows.INBOX.c.sequence))]

    @property
    def messages(self) -> list[Message]:
        """What was published, in order."""
        return [one.message for one in self.sent]

    def said(self, to: str) -> list[tuple[str, dict[str, object]]]:
        """What was published to one organisation: type and payload."""
        return [(one.message.message_type.name, one.message.to_wire()) for one in self.sent if one.to == to]
