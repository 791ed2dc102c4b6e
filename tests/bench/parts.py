"""What each verb of the road costs by itself, in this process: CPU microseconds per message, and of the servers.

consume · check · keep (the transaction that decides and writes) · answer (forwards and signed receipts) · publish ·
mark · seal · open. Each verb does all its batches in a row, with the relay's own functions, so that the sum is what the
relay does but for the event loop between the verbs. The keeper's numbering is beside them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hub.clock import SystemClock
from hub.messagelog.tables import MESSAGE
from hub.process import keeper_of, open_office
from hub.relay.answers import forwards, hub_receipts
from hub.relay.quota import Quota, QuotaSettings
from hub.relay.relay import Office, Relay
from hub.settings import load_hub_settings
from hub.wire.keys import KeyFolder
from hub.wire.link import Arrival, Link
from hub.wire.topology import HUB_USER, lane
from hub.wire.unseal import open_message
from tests.bench.letters import read_letters, seal_letters
from tests.bench.machine import Meter, between
from tests.bench.parties import RECIPIENTS
from tests.bench.servers import Servers
from tests.bench.stand import LANE_COUNT, NO_QUOTA, fresh_stand


@dataclass
class Costs:
    """Microseconds per message by verb."""

    count: int
    meter: Meter
    rows: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def of(self, verb: str) -> Iterator[None]:
        """Takes what happens inside as the cost of `verb` for all messages."""
        before, cpu = self.meter.read(), time.process_time()
        yield
        spent = time.process_time() - cpu
        used = between(before, self.meter.read())
        self.rows[verb] = {"own": round(spent / self.count * 1e6, 1), **used.per_message(self.count)}


async def parts(servers: Servers, folder: Path, count: int) -> dict[str, dict[str, float]]:
    """Every verb on `count` letters."""
    async with fresh_stand(servers, folder, folder / "parts") as stand:
        await stand.put_on_lanes(read_letters(folder, count))
        settings = load_hub_settings(stand.settings)
        office = open_office(settings)
        costs = Costs(count, Meter(servers.roots))
        async with Link.opened(stand.link(HUB_USER)) as link:
            with costs.of("consume"):
                arrivals = await _consume(link, count)
            await _carry(costs, office, link, arrivals, settings.relay.batch)
        keeper = keeper_of(settings, office)
        with costs.of("sequence"):
            while await keeper.sequence():
                pass
        office.database.close()
    _seal_and_open(costs, folder, office)
    return costs.rows


async def _consume(link: Link, count: int) -> list[Arrival]:
    """Everything on the lanes, lane by lane, each acked as a whole."""
    found: list[Arrival] = []
    for number in range(LANE_COUNT):
        waiting = await link.inspect(lane(number))
        consumer = await link.consume(lane(number), count)
        mine: list[Arrival] = []
        while waiting and len(mine) < waiting[0]:
            mine += await consumer.batch(count)
        if mine:
            await consumer.ack(mine[-1])
        await consumer.close()
        found += mine
    return found


async def _carry(costs: Costs, office: Office, link: Link, arrivals: Sequence[Arrival], batch: int) -> None:
    """The relay's own steps, each for all batches."""
    relay = Relay(office, Quota(QuotaSettings(rate=float(NO_QUOTA), burst=NO_QUOTA)))
    now = office.clock.now()
    key = office.keys.signing(now)
    _warm(office)
    batches = [arrivals[start : start + batch] for start in range(0, len(arrivals), batch)]
    with costs.of("check"):
        checked = [[relay._check(arrival, now) for arrival in some] for some in batches]
    with costs.of("keep"):
        decided = [(await office.database.run(relay._transaction, some, now))[0] for some in checked]
    with costs.of("answer"):
        letters = [forwards(some) for some in decided]
        receipts = [hub_receipts(some, source=office.source, key=key, clock=office.clock, now=now) for some in decided]
    with costs.of("publish"):
        results = [
            await link.publish([*(one.outgoing for one in mine), *theirs])
            for mine, theirs in zip(letters, receipts, strict=True)
        ]
    with costs.of("mark"):
        for mine, taken in zip(letters, results, strict=True):
            await relay._mark(mine, taken[: len(mine)])


def _warm(office: Office) -> None:
    """The first statement of a process pays for the connection and for what is loaded once."""
    with office.database.begin() as connection:
        connection.execute(MESSAGE.select().limit(1))


def _seal_and_open(costs: Costs, folder: Path, office: Office) -> None:
    """What edges do, with no ledger and no broker."""
    with costs.of("seal"):
        letters = list(seal_letters(folder, costs.count))
    now, register = SystemClock().now(), office.register.current
    keys = {oin: KeyFolder.load(folder / oin / "keys", oin, register) for oin in RECIPIENTS}
    with costs.of("open"):
        for letter in letters:
            me = letter.recipient
            open_message(letter.body.encode(), register=register, keys=keys[me], me=me, now=now)
