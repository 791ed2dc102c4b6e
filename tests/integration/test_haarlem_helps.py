"""The whole conversation of the debt helper on the real road.

Settling with creditors that agree, are silent and refuse; a referral to the Kredietbank and back; and what an
administrator, a tax office and a municipality say and hear.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Done, Received
from adapters.convenant.process import compose as compose_creditor
from adapters.convenant.simulator import House
from adapters.convenant.simulator import serving as house_serving
from adapters.convenant.simulator_books import Books as HouseBooks
from adapters.convenant.simulator_words import HOUSES
from adapters.edge import Edge
from adapters.haarlem import acts, advising, arranging, asides, balancing, phasing, referring, settling
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.handlers import CaseOffice
from adapters.haarlem.overview import Line, overview
from adapters.haarlem.requests import RegisterRequest
from adapters.haarlem.settings import Settings
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_requests import (
    AdviseRequest,
    AgreeRequest,
    BalancesRequest,
    EndArrangementRequest,
    IncidentRequest,
    MoratoriumRequest,
    PhaseRequest,
    ProposalsRequest,
    ReconsiderRequest,
    ReferRequest,
)
from adapters.kredietbank.process import compose as compose_bank
from adapters.kredietbank.simulator import Bank
from adapters.kredietbank.simulator import serving as bank_serving
from adapters.kredietbank.simulator_books import Books as BankBooks
from hub.clock import ShiftedClock, new_pseudonym
from schemas.document import Document
from schemas.messages import MODELS, Message
from tests.broker import Broker
from tests.planted import nobody_named
from tests.road import Road, eventually, road_on
from tests.travelled import arrived
from tests.unit.convenant import desk as creditor_desk
from tests.world import BEW, CRED, CRED_WITHOUT_BSN, KBN, MUN, SHV, TAX, TAX_HAARLEM, VISH, World, full_type, make_world

pytestmark = pytest.mark.anyio
TOKEN = "token"
AGREEING, SILENT, REFUSING = CRED, TAX_HAARLEM, CRED_WITHOUT_BSN
NAMES = {AGREEING: "Waterschap", SILENT: "Gemeente Zeewijk", REFUSING: "Energie"}
BUSINESS = {"kvkNummer": "12345678", "handelsnaam": "Bloemen", "rechtsvorm": "eenmanszaak"}


def world_of_three() -> World:
    """The world, in which the second tax office stands in as another municipality that is a creditor."""

    def edit(document: dict[str, Any]) -> None:
        organisation = next(one for one in document["organisations"] if one["oin"] == SILENT)
        organisation |= {"roles": ["CRED"], "gemeentecodes": []}

    return make_world(edit=edit)


@dataclass
class Haarlem:
    """The debt helper, and the clock of everybody."""

    helper: DebtHelper
    shift: Path
    houses: dict[str, House] = field(default_factory=dict)

    def act(self, do: Callable[..., object], *more: object) -> Any:  # noqa: ANN401 - what the act returns
        """An act in one transaction."""
        with self.helper.edge.ledger.begin() as tx:
            return do(self.helper, tx, *more)

    def registered(self, **more: object) -> str:
        """A case of one resident; its id."""
        case = {"klantnummerShv": "SHV-1", "gemeentecode": "0397", "fase": "intake", "personen": [resident()]}
        return str(self.act(acts.register, asked(RegisterRequest, **(case | more))))

    def lines(self, case_id: str, kind: str) -> dict[str, Line]:
        """The conversations of this kind by party."""

        def read(tx: Transaction) -> dict[str, Line]:
            return {one.party: one for one in overview(self.helper, tx, case_id) if one.kind == kind}

        with self.helper.edge.ledger.database.reading() as tx:
            return read(tx)

    def states(self, case_id: str, kind: str = "schuldregeling") -> dict[str, str]:
        """How they stand."""
        return {party: line.state for party, line in self.lines(case_id, kind).items()}

    def days_pass(self, days: int) -> None:
        """Time goes on for everybody."""
        self.shift.write_text(str(timedelta(days=days).total_seconds()))


def asked(model: type[Document], **members: object) -> Any:  # noqa: ANN401 - a request
    """A request as the API reads it."""
    return model.from_wire(members)


#: What stands in the messages of these tests about whoever they are about, and nowhere at hub and broker.
PERSONAL = (creditor_desk.VRIES, "1979-11-30", "06-55501234")


@pytest.fixture(autouse=True)
def nobody_is_named(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    with nobody_named(capfd, PERSONAL):
        yield


def resident(**more: object) -> dict[str, Any]:
    """Whom the three creditors know."""
    known = {"bsn": creditor_desk.VRIES, "geboortedatum": "1979-11-30", "voorvoegsel": "de", "geslachtsnaam": "Vries"}
    return known | more


@asynccontextmanager
async def haarlem_on(road: Road, folder: Path) -> AsyncIterator[Haarlem]:
    """Hub and debt helper, running; what else runs is up to the test."""
    await road.hub()
    settings = Settings.model_validate({"connection_code": "HLM-01", "sweep_s": 0.2})
    helper = DebtHelper(road.edge(SHV), settings)
    office = CaseOffice(helper)
    office.listen()
    await road.run(helper.edge.run)
    await road.run(office.run_tasks)
    try:
        yield Haarlem(helper, folder / "shift")
        assert await asyncio.to_thread(road.holding, PERSONAL) == []
    finally:
        await road.stack.aclose()  # before the systems that the adapters speak to are gone


async def with_creditors(road: Road, folder: Path, stack: AsyncExitStack, haarlem: Haarlem) -> None:
    """Three creditors, each with its own system."""
    (folder / TOKEN).write_text(TOKEN)
    for number, oin in enumerate((AGREEING, SILENT, REFUSING)):
        words = ("waterschap", "gemeente", "waterschap")[number]
        books = HouseBooks(folder / f"house-{number}.db")
        creditor_desk.fill(books)
        stack.callback(books.close)
        house = haarlem.houses[oin] = House(HOUSES[words], books, TOKEN)
        port = await stack.enter_async_context(house_serving(house))
        own = folder / f"house-{number}.toml"
        own.write_text(
            f"bsn = {'false' if oin == REFUSING else 'true'}\ntick_s = 0.1\n"
            f"agreed_in_advance = {'true' if oin == SILENT else 'false'}\n"
            f'[http]\nbase_url = "http://127.0.0.1:{port}"\ntoken_file = "{TOKEN}"\nwords = "{words}"\npoll_s = 0.2\n'
        )
        edge = road.edge(oin)
        for part in (edge.run, *await stack.enter_async_context(compose_creditor(edge, own))):
            await road.run(part)


async def test_creditors_that_agree_are_silent_and_refuse_come_to_an_arrangement(
    broker: Broker, tmp_path: Path
) -> None:
    oins = (SHV, VISH, TAX, AGREEING, SILENT, REFUSING)
    clock = ShiftedClock(tmp_path / "shift")
    async with (
        road_on(broker, tmp_path / "road", world=world_of_three(), oins=oins, clock=clock) as road,
        AsyncExitStack() as stack,
        haarlem_on(road, tmp_path) as haarlem,
    ):
        await with_creditors(road, tmp_path, stack, haarlem)
        creditors = [{"naam": NAMES[oin], "oin": oin, "klantnummerSe": "K1"} for oin in NAMES]
        case_id = haarlem.registered(schuldeisers=creditors)
        parties = {line.party: line.party_id for line in haarlem.lines(case_id, "pauze").values()}
        await eventually(
            lambda: {haarlem.states(case_id, "pauze")[name] for name in NAMES.values()} == {"actief"}, "all rest"
        )
        haarlem.act(
            balancing.request_balances,
            case_id,
            asked(BalancesRequest, partijen=[parties[name] for name in NAMES.values()]),
        )
        known = {"Waterschap": "saldo-bekend", "Gemeente Zeewijk": "vooraf-akkoord", "Energie": "saldo-bekend"}
        await eventually(lambda: haarlem.states(case_id) == known, "every balance is known")
        haarlem.houses[SILENT].by_hand = True
        haarlem.houses[REFUSING].books.objection = "saldo-gewijzigd"
        valid = (haarlem.helper.today() + timedelta(days=90)).isoformat()
        offer = asked(
            ProposalsRequest, typeSchuldregeling="SB", looptijdMaanden=18, geldigTot=valid, percentage="10.00"
        )
        haarlem.act(settling.propose, case_id, offer)
        decided = {"Waterschap": "akkoord", "Gemeente Zeewijk": "voorgesteld", "Energie": "afgewezen"}
        await eventually(lambda: haarlem.states(case_id) == decided, "two have decided")
        plea = asked(ReconsiderRequest, motivering="Het hoogst haalbare.")
        haarlem.act(settling.reconsider, case_id, parties["Energie"], plea)
        await eventually(lambda: haarlem.states(case_id)["Energie"] == "akkoord", "it thought again")
        await eventually(lambda: haarlem.lines(case_id, "schuldregeling")["Gemeente Zeewijk"].due is not None, "there")
        haarlem.days_pass(20)
        await _arranged(haarlem, case_id)


async def _arranged(haarlem: Haarlem, case_id: str) -> None:
    """Silence is consent by now; the arrangement runs, and ends with a discharge."""
    accepted = {"akkoord", "akkoord-door-stilte"}
    await eventually(lambda: haarlem.states(case_id)["Gemeente Zeewijk"] in accepted, "silence was consent")
    haarlem.act(arranging.agree, case_id, asked(AgreeRequest, betaalreferentie="R-1"))
    await eventually(lambda: set(haarlem.states(case_id).values()) == {"regeling-loopt"}, "it runs")
    haarlem.act(arranging.end_arrangement, case_id, asked(EndArrangementRequest, reden="afgerond-kwijting"))
    await eventually(
        lambda: not any(line.open for line in haarlem.lines(case_id, "schuldregeling").values()), "all know the end"
    )
    assert set(haarlem.states(case_id).values()) == {"kwijting"}
    assert {done for house in haarlem.houses.values() for done, _ in house.books.effects().values()} == {1}


async def test_an_entrepreneur_is_referred_and_its_rest_is_arranged_without_a_person(
    broker: Broker, tmp_path: Path
) -> None:
    async with (
        road_on(broker, tmp_path / "road", oins=(SHV, VISH, TAX, KBN, CRED)) as road,
        AsyncExitStack() as stack,
        haarlem_on(road, tmp_path) as haarlem,
    ):
        (tmp_path / TOKEN).write_text(TOKEN)
        books = BankBooks(tmp_path / "bank.db", creditors=())
        stack.callback(books.close)
        port = await stack.enter_async_context(bank_serving(Bank(books, TOKEN)))
        own = tmp_path / "bank.toml"
        own.write_text(
            'tick_s = 0.1\n[contact]\nname = "Team ondernemers"\nphone = "088-5550500"\n'
            f'[http]\nbase_url = "http://127.0.0.1:{port}"\ntoken_file = "{TOKEN}"\npoll_s = 0.2\n'
        )
        edge = road.edge(KBN)
        for part in (edge.run, *await stack.enter_async_context(compose_bank(edge, own))):
            await road.run(part)
        case_id = haarlem.registered(personen=[resident(onderneming=BUSINESS)])
        who = next(iter(haarlem.lines(case_id, "pauze").values())).person_id
        refer = asked(
            ReferRequest,
            persoonId=who,
            naar=KBN,
            soort="ondernemer-schuldhulp",
            reden="Ondernemer met schulden.",
            grondslag="mandaat",
            bereikbaarheid={"telefoon": "06-00000000"},
        )
        haarlem.act(referring.refer, case_id, refer)
        await eventually(lambda: len(books.dossiers()) == 1, "the Kredietbank has it")
        talk = haarlem.lines(case_id, "verwijzing")["Kredietbank"].id
        for days, state in ((1, "aangenomen"), (7, "gestart")):
            await asyncio.to_thread(books.advance, days)
            await eventually(
                lambda state=state: haarlem.states(case_id, "verwijzing") == {"Kredietbank": state},  # type: ignore[misc]
                f"Haarlem hears {state}",
            )
        books.say(talk, "rust", wat="ERBIJ", bij=[{"naam": "Publieke schuldeiser"}], waarom="Inventarisatie.")
        await eventually(lambda: "Publieke schuldeiser" in haarlem.states(case_id, "pauze"), "rest was asked for")
        await eventually(
            lambda: haarlem.states(case_id, "rustverzoek") == {"Kredietbank": "beantwoord"}, "and that was said"
        )
        books.finish(talk)
        await eventually(
            lambda: haarlem.states(case_id, "verwijzing") == {"Kredietbank": "afgerond"}, "the referral is completed"
        )


@dataclass
class Others:
    """Plain edges of who else takes part, and what they heard."""

    edges: dict[str, Edge]
    heard: list[Message] = field(default_factory=list)
    talks: dict[str, str] = field(default_factory=dict)

    async def hear(self, received: Received[Message]) -> Done:
        """They take note."""
        self.heard.append(received.message)
        self.talks[received.message.message_type.name] = received.conversation
        return Done()

    def says(self, oin: str, name: str, talk: str, **data: object) -> None:
        """One of them says something to Haarlem."""
        message = MODELS[full_type(name)].from_wire(data)
        with self.edges[oin].ledger.begin() as tx:
            self.edges[oin].publish(tx, message, to=SHV, case=new_pseudonym(), conversation=talk)

    def named(self, *names: str) -> list[dict[str, Any]]:
        """What was heard of these types."""
        return [one.to_wire() for one in self.heard if one.message_type.name in names]


async def others_on(road: Road, **takes: tuple[str, ...]) -> Others:
    """Plain edges, each taking these messages."""
    others = Others({oin.removeprefix("p"): road.edge(oin.removeprefix("p")) for oin in takes})
    for oin, names in takes.items():
        edge = others.edges[oin.removeprefix("p")]
        for name in names:
            edge.on(MODELS[full_type(name)], others.hear)
        await road.run(edge.run)
    return others


async def test_a_tax_office_and_a_municipality_are_heard_and_told(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path / "road", oins=(SHV, VISH, TAX, MUN)) as road,
        haarlem_on(road, tmp_path) as haarlem,
    ):
        beside = ("afkoelingsperiode", "incasso-ondanks-pauze")
        takes = {f"p{TAX}": ("kennisgeving-publiek", "statusbericht", *beside), f"p{MUN}": ("fasewijziging",)}
        others = await others_on(road, **takes)
        case_id = haarlem.registered()
        haarlem.act(phasing.change_phase, case_id, asked(PhaseRequest, fase="stabilisatie"))
        await eventually(lambda: len(others.named("fasewijziging")) == 2, "the municipality knows the phases")
        assert [one["fase"] for one in others.named("fasewijziging")] == ["intake", "stabilisatie"]
        await eventually(lambda: "kennisgeving-publiek" in others.talks, "the tax office has the notice")
        others.says(TAX, "statusverzoek", others.talks["kennisgeving-publiek"])
        await eventually(lambda: others.named("statusbericht") != [], "and hears how it stands")
        assert others.named("statusbericht")[-1]["status"] == "beantwoord"
        today = haarlem.helper.today()
        court = {"soort": "wgs-5", "rechtbank": "Noord-Holland", "kenmerk": "C/15/1"}
        days = {"ingangsdatum": today.isoformat(), "einddatum": (today + timedelta(days=100)).isoformat()}
        haarlem.act(asides.protect, case_id, asked(MoratoriumRequest, **court, **days))
        tax = next(one for one in haarlem.lines(case_id, "pauze").values() if one.oin == TAX)
        told = asked(IncidentRequest, maatregel="beslag", datum=today.isoformat())
        haarlem.act(asides.report, case_id, tax.party_id, told)
        await eventually(lambda: len(others.named(*beside)) == 2, "of the court, and of what was collected")
        await eventually(lambda: "fasewijziging" in arrived(road.database_url), "the hub knows that it came")


async def test_an_administrator_files_a_dossier_and_gets_advice(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path / "road", oins=(SHV, VISH, TAX, BEW)) as road,
        haarlem_on(road, tmp_path) as haarlem,
    ):
        others = await others_on(road, **{f"p{BEW}": ("bewind-advies", "statusbericht")})
        case_id, talk, today = haarlem.registered(), new_pseudonym(), haarlem.helper.today().isoformat()
        start = {"startdatum": today, "rechtbank": "Noord-Holland", "grond": "schulden", "kantoorKvk": "12345678"}
        others.says(BEW, "bewind-gestart", talk, **resident(**start))
        others.says(BEW, "bewind-dossier", talk, boedelbeschrijving="Schulden.", planVanAanpak="Regelen.")
        await eventually(
            lambda: set(haarlem.states(case_id, "bewind").values()) == {"dossier-ontvangen"}, "the dossier is there"
        )
        haarlem.act(advising.advise, talk, asked(AdviseRequest, advies="voortzetten", motivering="Het plan past."))
        await eventually(lambda: len(others.named("bewind-advies")) == 1, "the office has the advice")
        rest = {"soort": "toevoegen", "schuldeisers": [{"naam": "Bakker"}], "reden": "Nieuwe schuld."}
        others.says(BEW, "rustverzoek", talk, **rest)
        await eventually(lambda: others.named("statusbericht") == [{"status": "in-behandeling"}], "somebody looks")
        others.says(BEW, "bewind-beeindigd", talk, einddatum=today, reden="Klaar.")
        await eventually(lambda: set(haarlem.states(case_id, "bewind").values()) == {"beeindigd"}, "it is over")
