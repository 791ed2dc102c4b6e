"""The real relay on a real link, batch by batch, with two partners that read their inboxes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.clock import new_pseudonym, rfc3339
from hub.keeper import Keeper, KeeperSettings
from hub.messagelog.tables import ENTRY, MESSAGE, State
from hub.relay.quota import Quota, QuotaSettings
from hub.relay.relay import Office, Relay
from hub.wire.link import CONTENT_TYPE, Arrival, Link
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from hub.wire.topology import HUB_USER
from tests import foreign
from tests.broker import Broker
from tests.road import Road, road_on
from tests.stranger import Stranger, header_of, payload_of, stranger_on
from tests.world import NOW, SHV, TAX, VISH, FixedClock, World, make_event, make_letter, make_world

WORLD = make_world()


def arrival(body: bytes, oin: str, *, redelivered: bool = False) -> Arrival:
    """A delivery as the broker hands it over."""
    payload, typ = payload_of(body) or {}, str(header_of(body).get("typ"))
    name = str(payload["type"]) if typ == "hub-envelope+jws" else typ.removesuffix("+jws")
    correlation = str(payload.get("correlationid", payload["id"]))
    return Arrival(body, CONTENT_TYPE, str(payload["id"]), name, correlation, f"p-{oin}", redelivered, 1)


def notice(conversation: str | None = None) -> bytes:
    """A message from Haarlem to the tax office."""
    return make_letter(WORLD, make_event(correlationid=conversation or new_pseudonym())).body()


def receipt(*bodies: bytes, result: str = "accepted", **more: object) -> bytes:
    """The tax office's receipt for messages of Haarlem; `more` replaces members of the payload."""
    extra = {"code": "schema_invalid"} if result == "refused" else {}
    payload = {
        "id": new_pseudonym(),
        "source": organisation_urn(TAX),
        "recipient": organisation_urn(SHV),
        "time": rfc3339(NOW),
        "receipts": [
            {"ref": (payload_of(body) or {})["id"], "refhash": refhash_of(body), "result": result} | extra
            for body in bodies
        ],
    } | more
    key = WORLD.private[f"{TAX}/sig/a"]
    header = {"alg": key["alg"], "kid": key["kid"], "typ": "recipient-receipt+jws"}
    return foreign.sign(header, json.dumps(payload).encode(), key).encode()


@dataclass
class Bench:
    """The real relay on a real link, with its database; the two partners read their inboxes."""

    road: Road
    office: Office
    relay: Relay
    keeper: Keeper
    link: Link
    sender: Stranger
    recipient: Stranger

    async def carry(self, bodies: Sequence[bytes], oin: str = SHV) -> None:
        """One batch."""
        await self.relay.handle(self.link, [arrival(body, oin) for body in bodies])

    def rows(self, table: Any) -> list[Any]:  # noqa: ANN401
        """Everything in a table."""
        with self.office.database.reading() as connection:
            return list(connection.execute(table.select()))

    @property
    def clock(self) -> FixedClock:
        """Of the hub."""
        assert isinstance(self.road.clock, FixedClock)
        return self.road.clock

    def outcomes(self) -> dict[str, tuple[State, str | None]]:
        """State and outcome by message id."""
        return {row.id: (State(row.state), row.outcome) for row in self.rows(MESSAGE)}

    def kinds(self) -> Counter[str]:
        """How many log entries there are of each kind."""
        return Counter(row.kind for row in self.rows(ENTRY))


@asynccontextmanager
async def bench_on(
    broker: Broker,
    folder: Path,
    url: str | None,
    *,
    world: World = WORLD,
    oins: tuple[str, ...] = (SHV, VISH, TAX),
    reading: tuple[str, ...] = (SHV, TAX),
    lanes: int = 2,
) -> AsyncIterator[Bench]:
    """A bench on a vhost of its own, with inboxes for `oins`; the two partners read theirs if named in `reading`."""
    async with (
        road_on(broker, folder, url, world=world, oins=oins, lanes=lanes, clock=FixedClock()) as road,
        stranger_on(road, SHV, reading=SHV in reading) as sender,
        stranger_on(road, TAX, reading=TAX in reading) as recipient,
        Link.opened(road.link(HUB_USER)) as link,
    ):
        office = road.hub_office()
        relay = Relay(office, Quota(QuotaSettings()))
        keeper = Keeper(office, KeeperSettings(), road.link(HUB_USER), lambda: road.vhost.inboxes)
        yield Bench(road, office, relay, keeper, link, sender, recipient)
