"""What this edge tells the hub's operators about itself: every five minutes and on change; counts, never persons."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from adapters import ledger as rows
from adapters.breaker import Breaker
from adapters.contract import Handler, Identity, Office
from adapters.ledger import Ledger
from adapters.outbox import outgoing
from adapters.receipts import ReceiptReader
from hub.clock import new_id
from hub.database import moment
from hub.waiting import pause
from hub.wire.link import Link
from hub.wire.names import organisation_urn
from hub.wire.receipt import sign_payload
from schemas.catalogue import CATALOGUE
from schemas.codes import Circuit
from schemas.messages import Message
from schemas.road import EdgeStatus, EdgeVersions

EVERY = timedelta(minutes=5)
LOOK_S = 5.0


class StatusReporter:
    """Publishes `edge-status`."""

    def __init__(
        self,
        identity: Identity,
        ledger: Ledger,
        office: Office,
        breaker: Breaker,
        handlers: Mapping[str, Handler[Message]],
        receipts: ReceiptReader,
    ) -> None:
        self._identity = identity
        self._ledger = ledger
        self._office = office
        self._breaker = breaker
        self._handlers = handlers
        self._receipts = receipts
        self._told: object = None
        self._told_at: datetime | None = None

    async def run(self, link: Link, over: asyncio.Event) -> None:
        """Reports at once, then on every change of circuit, uncertain acts or register, and every five minutes."""
        while True:
            status = await self._status()
            news = (status.circuit, status.uncertain, status.register_version)
            if news != self._told or is_due(self._told_at, status.time):
                body = sign_payload(status, self._office.keys.signing(status.time))
                errors = await link.publish([outgoing(self._identity, body, status.id, EdgeStatus.name, status.id)])
                if errors == [None]:
                    self._told, self._told_at = news, status.time
            if await pause(over, LOOK_S):
                return

    async def _status(self) -> EdgeStatus:
        waiting, oldest, uncertain = await self._ledger.database.read(rows.open_counts)
        values = {"oldest_waiting": moment(oldest)} if oldest is not None else {}
        return EdgeStatus(
            id=new_id(self._office.clock),
            source=organisation_urn(self._identity.oin),
            time=self._office.clock.now(),
            waiting=waiting,
            uncertain=uncertain,
            circuit=Circuit(self._breaker.state),
            versions=EdgeVersions(
                software=self._identity.software,
                types=tuple(sorted(CATALOGUE[name].accepts for name in self._handlers)),
            ),
            register_version=self._office.register.current.version,
            clock_offset_ms=int(self._receipts.clock_offset / timedelta(milliseconds=1)),
            **values,
        )


def is_due(told_at: datetime | None, now: datetime) -> bool:
    """Whether the last report is too old, by the clock that its readers go by: one that was moved makes it old."""
    return told_at is None or not timedelta() <= now - told_at < EVERY
