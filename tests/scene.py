"""A road on which everything happened that a command can show: what each screen and command is tried on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.edge import Done, Edge, Identity, Ledger, OutsideKey, Received, Reply
from adapters.edge import Office as EdgeOffice
from adapters.outbox import outgoing
from adapters.tables import INBOX, Taken
from hub.clock import SystemClock, new_pseudonym
from hub.errors import Code, RefusedError, UnavailableError
from hub.messagelog.tables import MESSAGE, State
from hub.register.current import CurrentKeys
from hub.relay.relay import Office
from hub.wire.link import Outgoing
from hub.wire.topology import HUB_USER, OUT, user_of
from schemas.messages import DebtRestRegistration, NoticeAnswer, PublicNotice
from tests.broker import Broker
from tests.cli import Ended, Terminal, hub_config
from tests.road import Road, eventually, road_on
from tests.world import SHV, TAX, VISH, make_body, make_event

EXAMPLES = Path(__file__).parents[1] / "schemas/v1/examples"
#: What the published examples say of persons, and nothing else in the road does.
PLANTED = ("999001012", "Groot", "HLM-2026-0417", "1979-11-30", "4471902", "Bakkerij De Proef", "5550100")
REASON = "in het belastingsysteem nagekeken, stond er al"


def notice() -> PublicNotice:
    """The published example of a notice."""
    return PublicNotice.from_wire(json.loads((EXAMPLES / "kennisgeving-publiek.json").read_bytes()))


def answer() -> NoticeAnswer:
    """The published example of an answer."""
    return NoticeAnswer.from_wire(json.loads((EXAMPLES / "kennisgeving-antwoord.json").read_bytes()))


@dataclass
class Party:
    """The tax office of the test: acts as it is told."""

    mode: str = "act"

    async def notice(self, _: Received[PublicNotice]) -> Done:
        """Acts, refuses, or does not know whether it acted."""
        if self.mode == "refuse":
            raise RefusedError(Code.OUTSIDE_REFUSED, "dossier")
        if self.mode == "lose":
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "tax-system")
        return Done(replies=(Reply(answer()),))


@dataclass
class Scene:
    """A road on which everything happened that a command can show."""

    road: Road
    office: Office
    haarlem: Edge
    gbkz: Edge
    party: Party
    case: str
    acted: str
    failed: str
    uncertain: str
    unread: str
    refused: str
    terminal: Terminal

    async def hub(self, *arguments: str) -> Ended:
        """A command with the hub's settings."""
        return await self.terminal.run(*arguments, "--config", hub_config(self.road))


async def no_more(received: Received[NoticeAnswer]) -> Done:
    """A party that takes note."""
    return Done()


def publish(edge: Edge, message: PublicNotice | DebtRestRegistration, to: str, case: str) -> str:
    """A message in a conversation of its own."""
    with edge.ledger.begin() as tx:
        return edge.publish(tx, message, to=to, case=case, conversation=new_pseudonym())


def state_of(office: Office, message_id: str) -> tuple[State, str | None] | None:
    """Where the hub has a message."""
    with office.database.reading() as connection:
        row = connection.execute(MESSAGE.select().where(MESSAGE.c.id == message_id)).first()
    return None if row is None else (State(row.state), row.outcome)


def has(office: Office, message_id: str, state: State) -> bool:
    """Whether the hub has a message there."""
    found = state_of(office, message_id)
    return found is not None and found[0] is state


def tax_edge(road: Road, ledger_url: str) -> Edge:
    """The tax office's edge on any ledger."""
    ledger = Ledger(ledger_url)
    road.stack.callback(ledger.close)
    register = road.register(TAX)
    office = EdgeOffice(register, CurrentKeys(road.folder / TAX / "keys", TAX, register), road.clock)
    return Edge(Identity(TAX, "proef", road.vhost.inbox(TAX)), ledger, office, road.link(user_of(TAX)))


@asynccontextmanager
async def scene(broker: Broker, folder: Path, hub_url: str | None, ledger_url: str | None) -> AsyncIterator[Scene]:
    """One notice acted on, one refused by the tax system, one uncertain, one unread, one that the hub refuses."""
    async with road_on(broker, folder, hub_url) as road:
        office = await road.hub()
        haarlem = road.edge(SHV)
        gbkz = tax_edge(road, ledger_url or f"sqlite:///{folder / TAX / 'ledger.db'}")
        party = Party()
        gbkz.on(PublicNotice, party.notice, outside=OutsideKey.NEITHER)
        haarlem.on(NoticeAnswer, no_more)
        await road.run(haarlem.run)
        await road.run(gbkz.run)
        case = new_pseudonym()
        acted = publish(haarlem, notice(), TAX, case)
        await eventually(lambda: counted(gbkz, "done") == 1, "the first is acted on")
        party.mode = "refuse"
        failed = publish(haarlem, notice(), TAX, case)
        await eventually(lambda: counted(gbkz, "failed") == 1, "the second is refused by the tax system")
        party.mode = "lose"
        uncertain = publish(haarlem, notice(), TAX, case)
        await eventually(lambda: counted(gbkz, "uncertain") == 1, "the third is uncertain")
        registration = json.loads((EXAMPLES / "schuldenrust-aanmelding.json").read_bytes())
        unread = publish(haarlem, DebtRestRegistration.from_wire(registration), VISH, case)
        await eventually(lambda: has(office, unread, State.FORWARDED), "the fourth is in an inbox that nobody reads")
        await eventually(lambda: has(office, uncertain, State.ANSWERED), "the third has its receipt")
        refused = await _refused_by_hub(road)
        terminal = Terminal()
        yield Scene(road, office, haarlem, gbkz, party, case, acted, failed, uncertain, unread, refused, terminal)


def counted(edge: Edge, word: str) -> int:
    with edge.ledger.database.reading() as tx:
        return len(tx.execute(INBOX.select().where(INBOX.c.state == Taken[word.upper()])).all())


async def _refused_by_hub(road: Road) -> str:
    """A stranger's message that no agreement allows."""
    now = SystemClock().now()
    event = make_event("kennisgeving-antwoord", sender=SHV, to=TAX, now=now)
    link = await road.foreign(user_of(SHV))
    body = make_body(road.world, event, now)
    identity = Identity(SHV, "proef", road.vhost.inbox(SHV))
    sent = await link.publish([outgoing(identity, body, event.id, event.type, event.correlationid)])
    assert sent == [None]
    return event.id


async def into_inbox(road: Road, body: bytes) -> None:
    """Bytes in the tax office's inbox that no relay let through."""
    link = await road.foreign(HUB_USER)
    assert await link.publish([Outgoing(OUT, TAX, body, new_pseudonym(), "x", new_pseudonym())]) == [None]


def nothing_planted(text: str) -> bool:
    """Whether no word about a person stands in it."""
    return not [word for word in PLANTED if word in text]
