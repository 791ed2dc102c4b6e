"""An entrepreneur is referred on the real road, the Kredietbank settles with two creditors, and everybody hears it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.contract import Done, Received
from adapters.convenant.process import compose as compose_creditor
from adapters.convenant.simulator import House
from adapters.convenant.simulator import serving as house_serving
from adapters.convenant.simulator_books import Books as HouseBooks
from adapters.convenant.simulator_words import HOUSES
from adapters.edge import Edge
from adapters.kredietbank.process import compose as compose_bank
from adapters.kredietbank.simulator import Bank
from adapters.kredietbank.simulator import serving as bank_serving
from adapters.kredietbank.simulator_books import Books
from hub.clock import new_pseudonym
from schemas.messages import DebtRestRequest, Message, ReferralStatusReport, StatusReport
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.unit.convenant import desk as creditor_desk
from tests.unit.kredietbank.desk import referral, report
from tests.world import CRED, KBN, SHV

pytestmark = pytest.mark.anyio
TOKEN = "token"


@dataclass
class Parties:
    """Haarlem with a plain edge, the Kredietbank and a water board with theirs."""

    haarlem: Edge
    bank: Bank
    house: House
    case: str = field(default_factory=new_pseudonym)
    heard: list[Message] = field(default_factory=list)

    async def hear(self, received: Received[Message]) -> Done:
        """Haarlem takes note."""
        self.heard.append(received.message)
        return Done()

    def says(self, message: Message, conversation: str) -> None:
        """Haarlem says something to the Kredietbank."""
        with self.haarlem.ledger.begin() as tx:
            self.haarlem.publish(tx, message, to=KBN, case=self.case, conversation=conversation)

    def statuses(self) -> list[str]:
        """How the referral went, as Haarlem heard."""
        return [str(one.status) for one in self.heard if isinstance(one, ReferralStatusReport)]

    async def day(self, days: float) -> None:
        """Time goes on at the Kredietbank."""
        await asyncio.to_thread(self.bank.books.advance, days)


@asynccontextmanager
async def parties_on(road: Road, folder: Path) -> AsyncIterator[Parties]:
    """Everybody, running."""
    (folder / "token").write_text(TOKEN)
    async with AsyncExitStack() as stack:
        house_books = HouseBooks(folder / "house.db")
        creditor_desk.fill(house_books)
        house_books.add_customer("K7", "999001012", "1979-11-30", "de Groot")
        house_books.add_invoice("F7", "K7", "aanmaning")
        books = Books(folder / "bank.db", creditors=((CRED, None),))
        bank, house = Bank(books, TOKEN), House(HOUSES["waterschap"], house_books, TOKEN)
        for one in (books, house_books):
            stack.callback(one.close)
        ports = (
            await stack.enter_async_context(bank_serving(bank)),
            await stack.enter_async_context(house_serving(house)),
        )
        http = '[http]\nbase_url = "http://127.0.0.1:{}"\ntoken_file = "token"\npoll_s = 0.2\n'
        contact = '[contact]\nname = "Team ondernemers"\nphone = "088-5550500"\n'
        (folder / "bank.toml").write_text(f"tick_s = 0.1\n{contact}{http.format(ports[0])}")
        (folder / "house.toml").write_text(f'bsn = true\ntick_s = 0.1\n{http.format(ports[1])}words = "waterschap"\n')
        await road.hub()
        parties = Parties(road.edge(SHV), bank, house)
        for model in (ReferralStatusReport, StatusReport, DebtRestRequest):
            parties.haarlem.on(model, parties.hear)
        for oin, compose, own in ((KBN, compose_bank, "bank.toml"), (CRED, compose_creditor, "house.toml")):
            edge = road.edge(oin)
            for part in (edge.run, *await stack.enter_async_context(compose(edge, folder / own))):
                await road.run(part)
        await road.run(parties.haarlem.run)
        yield parties
        await road.stack.aclose()


async def test_an_entrepreneur_is_helped_from_referral_to_discharge(broker: Broker, tmp_path: Path) -> None:
    oins = (SHV, KBN, CRED)
    async with (
        road_on(broker, tmp_path / "road", oins=oins) as road,
        parties_on(road, tmp_path) as parties,
    ):
        talk = new_pseudonym()
        parties.says(referral(), talk)
        await eventually(lambda: talk in parties.bank.books.dossiers(), "the Kredietbank has the referral")
        await parties.day(1)
        await eventually(lambda: parties.statuses() == ["aangenomen"], "it was accepted")
        await parties.day(7)
        await eventually(lambda: parties.statuses() == ["aangenomen", "gestart"], "it was started")
        await parties.day(14)
        books = parties.bank.books
        await eventually(lambda: any(isinstance(one, DebtRestRequest) for one in parties.heard), "rest was asked for")
        await eventually(lambda: books.dossiers()[talk] == "regeling", "everybody agreed, over the road")
        assert [one["inhoud"]["vorderingen"][0]["factuurnummer"] for one in books.told("saldo")] == ["F7"]
        books.finish(talk)
        await eventually(lambda: parties.statuses()[-1:] == ["afgerond"], "the referral is completed")
        assert {done for done, _ in books.effects().values()} == {1}


async def test_a_referral_that_is_taken_back_is_closed_there_too(broker: Broker, tmp_path: Path) -> None:
    oins = (SHV, KBN, CRED)
    async with (
        road_on(broker, tmp_path / "road", oins=oins) as road,
        parties_on(road, tmp_path) as parties,
    ):
        talk = new_pseudonym()
        parties.says(referral(), talk)
        parties.says(report("ingetrokken", reden="Verhuisd naar een andere gemeente."), talk)
        await eventually(lambda: parties.bank.books.dossiers().get(talk) == "gestopt", "it is closed")
        assert parties.statuses() == []
