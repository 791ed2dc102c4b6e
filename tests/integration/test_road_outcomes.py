"""Every message has its outcome (wire.md 8, T1 to T4): real edges, real hub, one clock that is moved."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Done, Received
from adapters.edge import Edge, Outcome
from adapters.tables import CONVERSATION, INBOX, OUTBOX, Sent, Taken
from hub.clock import milliseconds, new_pseudonym
from hub.database import Database
from hub.keeper import KeeperSettings
from hub.messagelog.tables import MESSAGE
from hub.wire.link import Link
from hub.wire.topology import HUB_USER, lane
from schemas.messages import PublicNotice
from tests.broker import Broker
from tests.edgebench import example
from tests.road import Road, eventually, road_on
from tests.world import NOW, SHV, TAX, FixedClock

pytestmark = pytest.mark.anyio
NOTICE = PublicNotice.from_wire(example("kennisgeving-publiek"))
QUICK = KeeperSettings(sequence_s=0.05, redeliver_s=0.1, expire_s=0.1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Pair:
    """A sender and a recipient; neither runs yet."""

    road: Road
    sender: Edge
    recipient: Edge
    clock: FixedClock
    acts: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, str, str | None]] = field(default_factory=list)

    def listen(self) -> None:
        """Keeps what each of them is told."""

        async def act(received: Received[PublicNotice]) -> Done:
            self.acts.append(received.id)
            return Done()

        def told(_tx: object, outcome: Outcome) -> None:
            self.outcomes.append((outcome.state, outcome.by, outcome.code))

        self.recipient.on(PublicNotice, act)
        self.sender.on_outcome(told)

    def publish(self, edge: Edge | None = None, conversation: str | None = None) -> str:
        """One notice."""
        sender = edge or self.sender
        with sender.ledger.begin() as tx:
            return sender.publish(
                tx, NOTICE, to=TAX, case=new_pseudonym(), conversation=conversation or new_pseudonym()
            )

    def sent(self, edge: Edge | None = None) -> list[Any]:
        """The outbox."""
        with (edge or self.sender).ledger.database.reading() as tx:
            return list(tx.execute(OUTBOX.select().order_by(OUTBOX.c.created)))

    def states(self) -> list[Sent]:
        """Where the messages are."""
        return [Sent(row.state) for row in self.sent()]


@asynccontextmanager
async def pair_on(
    broker: Broker, folder: Path, url: str | None = None, ahead: timedelta = timedelta()
) -> AsyncIterator[Pair]:
    """A sender, whose clock may be ahead, and a recipient on a road whose hub does not run yet."""
    clock, its_own = FixedClock(), FixedClock(NOW + ahead)
    async with road_on(broker, folder, url, oins=(SHV, TAX), lanes=1, clock=clock) as road:
        pair = Pair(road, road.edge(SHV, clock=its_own if ahead else None), road.edge(TAX), clock)
        pair.listen()
        yield pair


async def waiting(road: Road, queue: str) -> int:
    """How many messages are ready in a queue."""
    async with Link.opened(road.link(HUB_USER)) as link:
        return (await link.inspect(queue) or (0, 0))[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases of the hub."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def test_a_sender_repeats_itself_until_the_hub_answers_and_is_carried_once(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with pair_on(broker, tmp_path, url) as pair:
        await pair.road.run(pair.sender.run)
        await pair.road.run(pair.recipient.run)
        pair.publish()
        await eventually(lambda: pair.states() == [Sent.PUBLISHED], "the broker has it")
        for attempts, wait in ((2, 5), (3, 10), (4, 20)):
            pair.clock.move(wait * MINUTE)
            await eventually(lambda attempts=attempts: pair.sent()[0].attempts == attempts, "it goes out again")  # type: ignore[misc]
        office = await pair.road.hub(keeper=QUICK)
        await eventually(lambda: pair.states() == [Sent.SETTLED], "it has its outcome")
        await eventually(lambda: len(pair.acts) == 1, "it is acted on")
        assert pair.outcomes == [("accepted", "hub", None), ("delivered", "recipient", None)]
        with office.database.reading() as connection:
            assert len(connection.execute(MESSAGE.select()).all()) == 1
        pair.clock.move(30 * DAY)
        assert pair.sent()[0].next_attempt is None  # settled: nobody asks any more


async def test_a_sender_whose_clock_is_ahead_keeps_offering_and_its_offset_is_reported(
    broker: Broker, tmp_path: Path
) -> None:
    async with pair_on(broker, tmp_path, ahead=8 * MINUTE) as pair:
        await pair.road.hub(keeper=QUICK)
        await pair.road.run(pair.recipient.run)
        await pair.road.run(pair.sender.run)
        pair.publish()
        offset = pair.sender.inbox.receipts
        await eventually(lambda: offset.clock_offset == 8 * MINUTE, "the receipt shows how far")
        assert (pair.states(), pair.outcomes) == ([Sent.PUBLISHED], [])  # refused for now, and that is no outcome
        own = pair.sender.office.clock
        assert isinstance(own, FixedClock)
        own.move(5 * MINUTE)
        pair.clock.move(5 * MINUTE)
        await eventually(lambda: pair.states() == [Sent.SETTLED], "offered again by itself, it is taken")
        assert pair.outcomes == [("accepted", "hub", None), ("delivered", "recipient", None)]


async def test_expired_comes_a_day_after_the_expiry_and_a_late_receipt_replaces_it(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with pair_on(broker, tmp_path, url) as pair:
        await pair.road.hub(keeper=QUICK)
        await pair.road.run(pair.sender.run)
        pair.publish()
        await eventually(lambda: pair.states() == [Sent.ACCEPTED], "the hub keeps it")
        pair.clock.move(15 * DAY - MINUTE)
        await eventually(lambda: pair.sent()[0].next_attempt > _micro(pair.clock.now()), "the sender asked once more")
        assert pair.states() == [Sent.ACCEPTED]
        pair.clock.move(MINUTE)
        await eventually(lambda: pair.states() == [Sent.EXPIRED], "the hub gives up hope")
        await pair.road.run(pair.recipient.run)  # back after fifteen days, it refuses by its own clock (T1)
        await eventually(lambda: pair.states() == [Sent.SETTLED], "the late receipt stands")
        assert pair.outcomes == [
            ("accepted", "hub", None),
            ("expired", "hub", None),
            ("refused", "recipient", "expired"),
        ]
        assert pair.acts == []


def _micro(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


async def test_a_restored_sender_never_uses_a_sequence_again_and_learns_what_became_of_its_messages(
    broker: Broker, tmp_path: Path
) -> None:
    async with pair_on(broker, tmp_path) as pair:
        await pair.road.hub(keeper=QUICK)
        await pair.road.run(pair.recipient.run)
        conversation = new_pseudonym()
        stop = await pair.road.run(pair.sender.run)
        ids = [pair.publish(conversation=conversation) for _ in range(3)]
        last = pair.sent()[-1].sequence
        assert [row.sequence for row in pair.sent()] == [last - 2, last - 1, last]  # one clock reading, three numbers
        assert last - 2 == milliseconds(pair.clock.now())
        await eventually(lambda: len(pair.acts) == 3, "all are acted on")
        await stop()
        pair.sender.ledger.close()

        ledger = pair.road.folder / SHV / "ledger.db"
        restored = pair.road.folder / SHV / "hersteld.db"
        shutil.copy(ledger, restored)
        _forget(restored, ids[1:])  # a back-up from before the second and third
        pair.clock.move(MINUTE)
        edge = pair.road.edge(SHV, "hersteld.db")
        outcomes: list[tuple[str, str]] = []
        edge.on_outcome(lambda _tx, outcome: outcomes.append((outcome.message_id, outcome.state)))
        new = pair.publish(edge, conversation)
        assert pair.sent(edge)[-1].sequence > last
        await pair.road.run(edge.run)
        await eventually(lambda: pair.acts[3:] == [new], "what is new is acted on")
        pair.clock.move(5 * MINUTE)
        await eventually(lambda: (ids[0], "delivered") in outcomes, "the first has its outcome again")
        assert pair.acts == [*ids, new]  # and nobody acted twice


def _forget(ledger: Path, ids: list[str]) -> None:
    """Brings a ledger back to before these messages were made and before any receipt came."""
    database = Database(f"sqlite:///{ledger}")
    with database.begin() as connection:
        connection.execute(OUTBOX.delete().where(OUTBOX.c.id.in_(ids)))
        connection.execute(OUTBOX.update().values(state=Sent.PUBLISHED, outcome=None, next_attempt=_micro(NOW)))
        connection.execute(CONVERSATION.update().values(last_sent=0))
    database.close()


async def test_a_restored_recipient_stores_what_it_lost_and_acts_by_its_key_once_more(
    broker: Broker, tmp_path: Path
) -> None:
    """Its receipt is gone with its ledger only where the hub has none; then the bytes come again by themselves."""
    async with pair_on(broker, tmp_path) as pair:
        await pair.road.hub(keeper=QUICK)
        await pair.road.run(pair.sender.run)
        pair.publish()
        await eventually(lambda: pair.states() == [Sent.ACCEPTED], "the hub keeps it")
        # the broker's inbox is lost with the machine: read and thrown away
        async with Link.opened(pair.road.link(f"p-{TAX}")) as link:
            consumer = await link.consume(pair.road.vhost.inbox(TAX), 10)
            arrivals = await consumer.batch(10)
            await consumer.ack(arrivals[-1])
            await consumer.close()
        await pair.road.run(pair.recipient.run)
        await eventually(lambda: pair.recipient.link_down_since() is None, "the recipient reads")
        pair.clock.move(10 * MINUTE)
        await eventually(lambda: pair.states() == [Sent.SETTLED], "the keeper offered it again")
        await eventually(lambda: len(pair.acts) == 1, "it is acted on")
        with pair.recipient.ledger.database.reading() as tx:
            assert [Taken(row.state) for row in tx.execute(INBOX.select())] == [Taken.DONE]


async def test_nothing_is_left_in_the_lanes_when_a_road_is_quiet(broker: Broker, tmp_path: Path) -> None:
    async with pair_on(broker, tmp_path) as pair:
        await pair.road.hub(keeper=QUICK)
        await pair.road.run(pair.sender.run)
        await pair.road.run(pair.recipient.run)
        for _ in range(150):
            pair.publish()
        await eventually(lambda: pair.states() == [Sent.SETTLED] * 150, "all have their outcome", 60)
        await eventually(lambda: len(pair.acts) == 150, "all are acted on", 60)
        assert len(set(pair.acts)) == 150
        assert await waiting(pair.road, lane(0)) == 0
        assert await waiting(pair.road, pair.road.vhost.inbox(TAX)) == 0
        assert set(pair.outcomes) == {("accepted", "hub", None), ("delivered", "recipient", None)}
