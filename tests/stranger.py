"""A partner that does not use our edge: it sends anything over its own connection, and keeps what comes back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from hub.clock import new_id, rfc3339
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from tests import foreign
from tests.road import Road, eventually

UNSET = object()


@dataclass
class Letter:
    """What lay in the inbox: the JWS `typ`, its payload and the exact body."""

    typ: str
    payload: dict[str, Any]
    body: bytes


@dataclass
class Stranger:
    """One partner's raw connection."""

    road: Road
    oin: str
    channel: aio_pika.abc.AbstractChannel
    letters: list[Letter] = field(default_factory=list)

    async def send(self, body: bytes, **properties: Any) -> None:  # noqa: ANN401 - anything may be sent
        """Publishes a body; properties are those that the protocol asks for unless given (None leaves one out)."""
        given = self.properties_of(body) | properties
        key = given.pop("routing_key", f"p-{self.oin}.{given['type'] or 'onbekend'}")
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, **given)
        exchange = await self.channel.get_exchange("hub.in", ensure=False)
        await exchange.publish(message, routing_key=key, mandatory=True, timeout=10)

    def properties_of(self, body: bytes) -> dict[str, Any]:
        """What wire.md 3 asks for; made up where the body does not say."""
        payload = payload_of(body) or {}
        message_id = str(payload.get("id", new_id(self.road.clock)))
        typ = header_of(body).get("typ", "")
        name = payload.get("type") if typ == "hub-envelope+jws" else str(typ).removesuffix("+jws")
        return {
            "content_type": "application/jose",
            "message_id": message_id,
            "type": str(name or "onbekend"),
            "correlation_id": str(payload.get("correlationid", message_id)),
            "user_id": f"p-{self.oin}",
        }

    def signed(self, typ: str, **payload: object) -> bytes:
        """A payload that is no envelope, signed by this partner."""
        now = rfc3339(self.road.clock.now())
        content = {"id": new_id(self.road.clock), "source": organisation_urn(self.oin), "time": now} | payload
        key = self.road.world.private[f"{self.oin}/sig/a"]
        return foreign.sign(
            {"alg": key["alg"], "kid": key["kid"], "typ": typ}, json.dumps(content).encode(), key
        ).encode()

    def receipt(self, *bodies: bytes, to: str, result: str = "accepted", **more: object) -> bytes:
        """This partner's receipt for messages of one sender."""
        entries = [
            {"ref": (payload_of(body) or {})["id"], "refhash": refhash_of(body), "result": result} | more
            for body in bodies
        ]
        return self.signed("recipient-receipt+jws", recipient=organisation_urn(to), receipts=entries)

    def of(self, typ: str) -> list[Letter]:
        """What came of this kind."""
        return [letter for letter in self.letters if letter.typ == typ]

    def entries(self) -> list[dict[str, Any]]:
        """Every entry of every hub receipt, as they came."""
        return [entry for letter in self.of("hub-receipt+jws") for entry in letter.payload["receipts"]]

    def entries_for(self, body: bytes) -> list[dict[str, Any]]:
        """What the hub said of one body."""
        refhash = refhash_of(body)
        return [entry for entry in self.entries() if entry["refhash"] == refhash]

    async def told(self, body: bytes, count: int = 1) -> list[dict[str, Any]]:
        """Waits until the hub said `count` things of a body."""
        await eventually(lambda: len(self.entries_for(body)) >= count, "the hub's receipt")
        return self.entries_for(body)


def header_of(body: bytes) -> dict[str, Any]:
    """The header of a JWS, or nothing."""
    return _json(body, 0) or {}


def payload_of(body: bytes) -> dict[str, Any] | None:
    """The payload of a JWS, unverified; None where there is none."""
    return _json(body, 1)


def _json(body: bytes, part: int) -> dict[str, Any] | None:
    try:
        found = json.loads(foreign.unb64(body.decode().split(".")[part]))
    except (ValueError, IndexError):
        return None
    return found if isinstance(found, dict) else None


@asynccontextmanager
async def stranger_on(road: Road, oin: str, *, reading: bool = True) -> AsyncIterator[Stranger]:
    """A partner's connection; `reading` consumes and acks its inbox all the time."""
    link = road.link(f"p-{oin}")
    connection = await aio_pika.connect(f"{link.url}?auth=EXTERNAL", ssl_context=link.context())
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        stranger = Stranger(road, oin, channel)

        async def keep(message: AbstractIncomingMessage) -> None:
            body = message.body
            stranger.letters.append(Letter(str(header_of(body).get("typ")), payload_of(body) or {}, body))
            await message.ack()

        if reading:
            inbox = await channel.get_queue(road.vhost.inbox(oin), ensure=False)
            await inbox.consume(keep)
        yield stranger
