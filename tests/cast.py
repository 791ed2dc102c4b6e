"""Everybody with a real adapter and an outside system on one road: Haarlem, VISH, two tax offices, creditors, KBN."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import httpx2

from adapters.contract import Done, Received
from adapters.convenant.process import compose as compose_creditor
from adapters.convenant.simulator import House
from adapters.convenant.simulator import serving as house_serving
from adapters.convenant.simulator_books import Books as HouseBooks
from adapters.convenant.simulator_files import Partnership, rounds
from adapters.convenant.simulator_files import serving as files_serving
from adapters.convenant.simulator_words import HOUSES
from adapters.gbkz.process import compose as compose_tax
from adapters.gbkz.simulator import TaxSystem
from adapters.gbkz.simulator_office import Office
from adapters.gbkz.simulator_record import Record
from adapters.gbkz.simulator_words import Seed
from adapters.haarlem.desk.access import Scope, make_token
from adapters.haarlem.process import compose as compose_haarlem
from adapters.kredietbank.process import compose as compose_bank
from adapters.kredietbank.simulator import Bank
from adapters.kredietbank.simulator import serving as bank_serving
from adapters.kredietbank.simulator_books import Books
from adapters.simulators.files import Place
from adapters.simulators.web import served as tax_serving
from adapters.vish.process import compose as compose_vish
from adapters.vish.simulator import serving as vish_serving
from adapters.vish.simulator_index import Index
from hub.clock import new_pseudonym
from schemas.messages import PhaseChange
from tests.road import Road, eventually
from tests.travelled import under_way
from tests.world import CRED, CRED_WITHOUT_BSN, KBN, MUN, SHV, TAX, TAX_HAARLEM, VISH

TOKEN = "token"
OINS = (SHV, VISH, TAX, TAX_HAARLEM, CRED, CRED_WITHOUT_BSN, KBN, MUN)
#: An entrepreneur whom everybody knows, each by its own number.
BSN, BORN = "999001012", "1979-11-30"
PERSON = {
    "bsn": BSN,
    "geboortedatum": BORN,
    "voorletters": "J.",
    "voorvoegsel": "de",
    "geslachtsnaam": "Groot",
    "adres": {"straat": "Dreef", "huisnummer": 1, "postcode": "2101CB", "woonplaats": "Heemstede"},
    "onderneming": {"kvkNummer": "69599084", "handelsnaam": "Bakkerij De Proef", "rechtsvorm": "Eenmanszaak"},
}
#: What stands in the messages about that person and nowhere at hub and broker, whatever anybody said.
PERSONAL = (BSN, BORN, "Bakkerij De Proef", "06-55501234")
CREDITORS = [
    {"naam": "Hoogheemraadschap van de Duinen", "oin": CRED},
    {"naam": "Belastingsamenwerking Zuid", "oin": CRED_WITHOUT_BSN, "klantnummerSe": "K7"},
]


@dataclass
class Cast:
    """The case system of Haarlem, and everybody's own books."""

    http: httpx2.AsyncClient
    taxes: Mapping[str, Office]
    index: Index
    house: House
    partnership: Partnership
    bank: Bank

    async def post(self, path: str, document: object) -> dict[str, Any]:
        """One act of a consulent."""
        answer = await self.http.post(path, json=document, headers={"Idempotency-Key": new_pseudonym()})
        assert answer.status_code in {200, 201}, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str) -> dict[str, Any]:
        """What the case system may look up."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def registered(self, **more: object) -> str:
        """A case with everybody in it; its id."""
        document = {
            "klantnummerShv": f"SHV-{new_pseudonym()[:8]}",
            "gemeentecode": "0397",
            "fase": "intake",
            "personen": [PERSON],
            "belastinggemeenten": ["0397", "0392"],
            "schuldeisers": CREDITORS,
        }
        return str((await self.post("/schuldenrust", document | more))["id"])

    async def standing(self, case_id: str) -> dict[str, str]:
        """Every party with its state, by name."""
        case = await self.get(f"/schuldenrust/{case_id}")
        return {party["naam"]: party["stand"] for person in case["personen"] for party in person["partijen"]}

    async def until(self, condition: Callable[[], Any], what: str, limit_s: float = 60) -> None:
        """Waits until a question has a true answer."""
        loop = asyncio.get_running_loop()
        end = loop.time() + limit_s
        while not await condition():
            assert loop.time() < end, f"not within {limit_s} s: {what}"
            await asyncio.sleep(0.1)


@asynccontextmanager
async def cast_on(road: Road, folder: Path) -> AsyncIterator[Cast]:
    """Everybody, running."""
    (folder / "token").write_text(TOKEN)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "id"))
    key.write_public_key(str(folder / "id.pub"))
    async with AsyncExitStack() as stack:
        await road.hub()
        taxes = {
            oin: await _tax(stack, road, folder, oin, code) for oin, code in ((TAX, "0397"), (TAX_HAARLEM, "0392"))
        }
        index = await _vish(stack, road, folder)
        house = await _house(stack, road, folder)
        partnership = await _partnership(stack, road, folder)
        bank = await _bank(stack, road, folder)
        await _municipality(road)
        http = await _haarlem(stack, road, folder)
        try:
            yield Cast(http, taxes, index, house, partnership, bank)
            await eventually(lambda: under_way(road.database_url) == 0, "nothing is under way any more", 60)
            assert await asyncio.to_thread(road.holding, PERSONAL) == []
        finally:
            await road.stack.aclose()  # the edges before what they speak to


async def _joins(stack: AsyncExitStack, road: Road, oin: str, compose: Any, own: Path) -> Any:  # noqa: ANN401
    edge = road.edge(oin)
    for part in (edge.run, *await stack.enter_async_context(compose(edge, own))):
        await road.run(part)
    return edge


async def _tax(stack: AsyncExitStack, road: Road, folder: Path, oin: str, gemeentecode: str) -> Office:
    """A local tax office: the same adapter, other settings."""
    record = Record(str(folder / f"tax-{gemeentecode}.db"))
    stack.callback(record.close)
    office = Office(record)
    dossier = {"dossiernummer": f"D-{gemeentecode}", "belanghebbenden": ["S1"], "gemeentecode": gemeentecode}
    seed = {
        "belastingplichtigen": [
            {"subjectnummer": "S1", "bsn": BSN, "geboortedatum": BORN, "voorvoegsel": "de", "geslachtsnaam": "Groot"}
        ],
        "dossiers": [dossier | {"bedragCent": 10_000, "stapdatum": datetime.now(UTC).date().isoformat()}],  # noqa: TID251
    }
    office.fill(Seed.model_validate_json(json.dumps(seed), by_alias=True, by_name=False))
    served = await stack.enter_async_context(tax_serving(TaxSystem(record, TOKEN).app))
    own = folder / f"tax-{gemeentecode}.toml"
    where = f'base_url = "http://127.0.0.1:{served.port}"\ntoken_file = "token"\ntick_s = 0.2\n'
    own.write_text(f'gemeentecodes = ["{gemeentecode}"]\nproposals = "automatisch"\n{where}')
    await _joins(stack, road, oin, compose_tax, own)
    return office


async def _vish(stack: AsyncExitStack, road: Road, folder: Path) -> Index:
    index = Index(str(folder / "index.db"))
    stack.callback(index.close)
    index.fill({"HLM01": "Gemeente Haarlem"}, [])
    place = Place(folder / "vish", folder / "vish-host", "haarlem", folder / "id.pub")
    door = await stack.enter_async_context(vish_serving(index, place, TOKEN))
    own = folder / "vish.toml"
    own.write_text(f"tick_s = 0.1\npoll_s = 0.2\nsupply_minutes = 0.005\n{_sftp(door.sftp_port, 'vish-host.pub')}")
    await _joins(stack, road, VISH, compose_vish, own)
    return index


async def _house(stack: AsyncExitStack, road: Road, folder: Path) -> House:
    house = House(HOUSES["waterschap"], _house_books(stack, folder, "house"), TOKEN)
    port = await stack.enter_async_context(house_serving(house))
    own = folder / "house.toml"
    own.write_text(f'bsn = true\ntick_s = 0.1\n[http]\n{_http(port)}words = "waterschap"\npoll_s = 0.2\n')
    await _joins(stack, road, CRED, compose_creditor, own)
    return house


async def _partnership(stack: AsyncExitStack, road: Road, folder: Path) -> Partnership:
    books = _house_books(stack, folder, "partnership")
    house = Partnership(folder / "files", folder / "files-host", "haarlem", folder / "id.pub", books)
    port = await stack.enter_async_context(files_serving(house))
    working = asyncio.create_task(rounds(house, 0.3))

    async def over() -> None:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    stack.push_async_callback(over)
    own = folder / "partnership.toml"
    often = "supply_minutes = 0.005\npoll_s = 0.2\n"
    own.write_text(f"bsn = false\ntick_s = 0.1\n{_sftp(port, 'files-host.pub')}{often}")
    await _joins(stack, road, CRED_WITHOUT_BSN, compose_creditor, own)
    return house


def _house_books(stack: AsyncExitStack, folder: Path, name: str) -> HouseBooks:
    books = HouseBooks(folder / f"{name}.db")
    stack.callback(books.close)
    books.add_customer("K7", BSN, BORN, "de Groot")
    books.add_invoice(f"F-{name}", "K7", "aanmaning")
    return books


async def _bank(stack: AsyncExitStack, road: Road, folder: Path) -> Bank:
    books = Books(folder / "bank.db", creditors=((CRED, None), (CRED_WITHOUT_BSN, "K7"), (TAX_HAARLEM, None)))
    stack.callback(books.close)
    bank = Bank(books, TOKEN)
    port = await stack.enter_async_context(bank_serving(bank))
    own = folder / "bank.toml"
    contact = '[contact]\nname = "Team ondernemers"\nphone = "088-5550500"\n'
    own.write_text(f"tick_s = 0.1\n{contact}[http]\n{_http(port)}poll_s = 0.2\n")
    await _joins(stack, road, KBN, compose_bank, own)
    return bank


async def _municipality(road: Road) -> None:
    """The municipality's own system, which is not ours: a plain edge that takes note of phases."""

    async def hear(_: Received[PhaseChange]) -> Done:
        return Done()

    edge = road.edge(MUN)
    edge.on(PhaseChange, hear)
    await road.run(edge.run)


async def _haarlem(stack: AsyncExitStack, road: Road, folder: Path) -> httpx2.AsyncClient:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    own = folder / "haarlem.toml"
    own.write_text(f'connection_code = "HLM01"\nsweep_s = 0.2\n[api]\nport = {port}\n')
    edge = await _joins(stack, road, SHV, compose_haarlem, own)
    with edge.ledger.begin() as tx:
        token = make_token(tx, "proef", tuple(Scope), road.clock.now(), None)[1]
    headers = {"Authorization": f"Bearer {token}", "Medewerker-Id": "m-1"}
    url = f"http://127.0.0.1:{port}/v1"
    return await stack.enter_async_context(
        httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30)
    )


def _http(port: int) -> str:
    return f'base_url = "http://127.0.0.1:{port}"\ntoken_file = "token"\n'


def _sftp(port: int, host_key: str) -> str:
    known = f'host = "127.0.0.1"\nport = {port}\nuser = "haarlem"\nkey_file = "id"\n'
    return f'[sftp]\n{known}host_key_file = "{host_key}"\ndeadline_s = 5\n'
