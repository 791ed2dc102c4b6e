"""Every adapter of ours keeps the contract of `adapter_contract`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import httpx2

from adapters.convenant.simulator import Fault as HouseFault
from adapters.convenant.simulator import House
from adapters.convenant.simulator import Mood as HouseMood
from adapters.convenant.simulator import serving as house_serving
from adapters.convenant.simulator_books import Books as HouseBooks
from adapters.convenant.simulator_files import FileFault, Partnership
from adapters.convenant.simulator_files import rounds as house_rounds
from adapters.convenant.simulator_files import serving as house_files
from adapters.convenant.simulator_words import HOUSES
from adapters.gbkz.simulator import TaxSystem
from adapters.gbkz.simulator_office import Office
from adapters.gbkz.simulator_record import Record
from adapters.gbkz.simulator_words import Seed
from adapters.kredietbank.simulator import Bank, Fault, Mood
from adapters.kredietbank.simulator import serving as bank_serving
from adapters.kredietbank.simulator_books import Books
from adapters.kredietbank.simulator_files import FileFault as FolderFault
from adapters.kredietbank.simulator_files import Folders
from adapters.kredietbank.simulator_files import rounds as bank_rounds
from adapters.kredietbank.simulator_files import serving as bank_files
from adapters.simulators.files import Place
from adapters.simulators.web import served as tax_serving
from adapters.vish.simulator import serving as vish_serving
from adapters.vish.simulator_index import Index
from schemas.identifiers import is_bsn
from schemas.messages import (
    DebtRestRegistration,
    DebtRestWithdrawal,
    Message,
    PauseEnd,
    PublicNotice,
)
from tests.integration.adapter_contract import AdapterContract
from tests.parties import example
from tests.unit.convenant import desk as creditors
from tests.unit.kredietbank.desk import referral, report
from tests.world import CRED, CRED_WITHOUT_BSN, KBN, TAX, VISH

TOKEN = "token"
BEARER = {"authorization": f"Bearer {TOKEN}"}
MISTAKE = {"einddatum": "2030-01-01", "klasse": "ten-onrechte-gemeld"}


def secrets(folder: Path) -> None:
    """A token for HTTP and a key for SFTP."""
    (folder / "token").write_text(TOKEN)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "id"))
    key.write_public_key(str(folder / "id.pub"))


def http_settings(port: int) -> str:
    """Where an HTTP system is; nobody waits long in a test."""
    return f'base_url = "http://127.0.0.1:{port}"\ntoken_file = "token"\ndeadline_s = 2\n'


def sftp_settings(port: int) -> str:
    """Where the folders are."""
    known = f'host = "127.0.0.1"\nport = {port}\nuser = "haarlem"\n'
    return f'[sftp]\n{known}key_file = "id"\nhost_key_file = "host.pub"\ndeadline_s = 5\n'


async def over(task: asyncio.Task[None]) -> None:
    """Ends a task."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


# — a local tax office —————————————————————————————————————————————————————————————————————————————————————————————


@dataclass
class TaxOutside:
    """The tax system, misbehaving when told to."""

    own: Path
    tax: Office
    url: str
    faults: tuple[str, ...] = ("stil-na-verwerking", "fout-500", "verkeerd-antwoord", "te-druk", "uit", "onzin")

    def effects(self) -> Mapping[str, int]:
        """Acts by key; a look-up has none."""
        return {key: counts["uitgevoerd"] for key, counts in self.tax.effects().items()}

    async def misbehave(self, fault: str) -> None:
        """Does this at the next act."""
        path = "/v1/uitstel" if fault == "stil-na-verwerking" else "/v1/"
        asked = {"soort": fault, "aantal": 1, "pad": path, "duurS": 3}
        async with httpx2.AsyncClient(trust_env=False, headers=BEARER) as http:
            assert (await http.post(f"{self.url}/beheer/storing", json=asked)).status_code == 200

    def ended(self) -> bool:
        """No *uitstel* is left but that of the other conversation."""
        return self.tax.record()["aantekeningen"] == [] or len(self.tax.record()["aantekeningen"]) == 1


#: As many taxpayers as there are faults and crashes, from the test range: *uitstel* on one dossier serves every pause.
TAXPAYERS = tuple(bsn for bsn in map(str, range(999_990_000, 999_990_200)) if is_bsn(bsn))[:10]


def seed() -> Seed:
    """Taxpayers with one open dossier each."""
    name = {"geboortedatum": "1979-11-30", "voorvoegsel": "de", "geslachtsnaam": "Groot"}
    today = datetime.now(UTC).date().isoformat()  # noqa: TID251 - its own clock
    dossier = {"gemeentecode": "0397", "bedragCent": 10_000, "stapdatum": today}
    known = {
        "belastingplichtigen": [{"subjectnummer": f"S{n}", "bsn": bsn} | name for n, bsn in enumerate(TAXPAYERS)],
        "dossiers": [
            {"dossiernummer": f"D{n}", "belanghebbenden": [f"S{n}"]} | dossier for n, _ in enumerate(TAXPAYERS)
        ],
    }
    return Seed.model_validate_json(json.dumps(known), by_alias=True, by_name=False)


def tax_notice(nth: int) -> PublicNotice:
    """About one of them, until long after today."""
    known = example(PublicNotice, "kennisgeving-publiek").to_wire()
    person = {"bsn": TAXPAYERS[nth], "geboortedatum": "1979-11-30", "voorvoegsel": "de", "geslachtsnaam": "Groot"}
    return PublicNotice.from_wire(known | person | {"einddatum": "2030-01-01"})


class TestLocalTaxOffice(AdapterContract):
    """`gbkz`."""

    adapter = "gbkz"
    oin = TAX

    def opening(self) -> Message:
        """A notice."""
        return tax_notice(0)

    def opening_about(self, nth: int) -> Message:
        """A notice about another taxpayer."""
        return tax_notice(nth)

    def closing(self) -> Message:
        """It was all a mistake."""
        return PauseEnd.from_wire(MISTAKE)

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[TaxOutside]:
        """The tax system."""
        secrets(folder)
        record = Record(str(folder / "tax.db"))
        tax = Office(record)
        tax.fill(seed())
        async with tax_serving(TaxSystem(record, TOKEN).app) as served:
            own = folder / "gbkz.toml"
            own.write_text(f'gemeentecodes = ["0397"]\ntick_s = 0.2\n{http_settings(served.port)}')
            yield TaxOutside(own, tax, f"http://127.0.0.1:{served.port}")
        record.close()


# — the index of the bailiffs ——————————————————————————————————————————————————————————————————————————————————————


@dataclass
class IndexOutside:
    """The index behind its SFTP server."""

    own: Path
    index: Index
    url: str
    faults: tuple[str, ...] = ("deur:verbreek-voor", "deur:verbreek-na", "deur:dicht", "uitslag:dubbele-uitslag")

    def effects(self) -> Mapping[str, int]:
        """Rows by key."""
        return {key: counts["uitgevoerd"] for key, counts in self.index.effects().items()}

    async def misbehave(self, fault: str) -> None:
        """Does this once."""
        kind, _, what = fault.partition(":")
        async with httpx2.AsyncClient(trust_env=False, headers=BEARER) as http:
            asked = {kind: what, "aantal": 1, "duur": 1}
            assert (await http.post(f"{self.url}/beheer/storing", json=asked)).status_code == 200

    def ended(self) -> bool:
        """Only that of the other conversation is left."""
        return len(self.index.record()) <= 1


class TestReferralIndex(AdapterContract):
    """`vish`."""

    adapter = "vish"
    oin = VISH

    def opening(self) -> Message:
        """A registration."""
        return example(DebtRestRegistration, "schuldenrust-aanmelding")

    def closing(self) -> Message:
        """It was all a mistake."""
        return DebtRestWithdrawal.from_wire(MISTAKE)

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[IndexOutside]:
        """The index."""
        secrets(folder)
        index = Index(str(folder / "index.db"))
        index.fill({"HLM01": "Gemeente Haarlem"}, [])
        place = Place(folder / "sftp", folder / "host", "haarlem", folder / "id.pub")
        async with vish_serving(index, place, TOKEN) as served:
            own = folder / "vish.toml"
            own.write_text(f"tick_s = 0.1\npoll_s = 0.2\nsupply_minutes = 0.005\n{sftp_settings(served.sftp_port)}")
            yield IndexOutside(own, index, f"http://127.0.0.1:{served.http_port}")
        index.close()


# — creditors of the covenant ——————————————————————————————————————————————————————————————————————————————————————


@dataclass
class HouseOutside:
    """A creditor with an interface."""

    own: Path
    house: House
    faults: tuple[str, ...] = ("stil-na-verwerking", "fout-500", "andere-opdracht", "te-druk", "uit", "onzin")

    def effects(self) -> Mapping[str, int]:
        """Orders by key."""
        return {key: done for key, (done, _) in self.house.books.effects().items()}

    async def misbehave(self, fault: str) -> None:
        """Does this once."""
        self.house.mood = HouseMood(HouseFault(fault), 1, 3)

    def ended(self) -> bool:
        """Only the pause of the other conversation is left."""
        return len(self.house.books.pauses()) <= 1


class TestCreditorWithAnInterface(AdapterContract):
    """`convenant` over HTTP."""

    adapter = "convenant"
    oin = CRED

    def opening(self) -> Message:
        """A notice."""
        return creditors.public_notice(einddatum="2030-01-01")

    def closing(self) -> Message:
        """It was all a mistake."""
        return PauseEnd.from_wire(MISTAKE)

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[HouseOutside]:
        """A water board that answers at once."""
        secrets(folder)
        books = HouseBooks(folder / "house.db")
        creditors.fill(books)
        house = House(HOUSES["waterschap"], books, TOKEN, direct=True)
        async with house_serving(house) as port:
            own = folder / "house.toml"
            http = f'[http]\n{http_settings(port)}words = "waterschap"\npoll_s = 0.2\n'
            own.write_text(f"bsn = true\ntick_s = 0.2\n{http}")
            yield HouseOutside(own, house)
        books.close()


@dataclass
class PartnershipOutside:
    """A creditor that takes files."""

    own: Path
    house: Partnership
    faults: tuple[str, ...] = ("verbreek-voor", "verbreek-na", "dicht", "dubbel", "onzin")

    def effects(self) -> Mapping[str, int]:
        """Orders by key."""
        return {key: done for key, (done, _) in self.house.books.effects().items()}

    async def misbehave(self, fault: str) -> None:
        """Does this once."""
        self.house.fault = FileFault(fault)

    def ended(self) -> bool:
        """Only the pause of the other conversation is left."""
        return len(self.house.books.pauses()) <= 1


class TestCreditorWithFiles(AdapterContract):
    """`convenant` by CSV over SFTP."""

    adapter = "convenant"
    oin = CRED_WITHOUT_BSN

    def opening(self) -> Message:
        """A notice without BSN."""
        return creditors.notice(einddatum="2030-01-01")

    def closing(self) -> Message:
        """It was all a mistake."""
        return PauseEnd.from_wire(MISTAKE)

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[PartnershipOutside]:
        """A tax partnership."""
        secrets(folder)
        books = HouseBooks(folder / "house.db")
        creditors.fill(books)
        house = Partnership(folder / "sftp", folder / "host", "haarlem", folder / "id.pub", books)
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(house_files(house))
            stack.push_async_callback(over, asyncio.create_task(house_rounds(house, 0.3)))
            own = folder / "house.toml"
            often = "supply_minutes = 0.005\npoll_s = 0.2\n"
            own.write_text(f"bsn = false\ntick_s = 0.1\n{sftp_settings(port)}{often}")
            yield PartnershipOutside(own, house)
        books.close()


# — the Kredietbank ————————————————————————————————————————————————————————————————————————————————————————————————


@dataclass
class BankOutside:
    """The Kredietbank with an interface, or with files."""

    own: Path
    books: Books
    bank: Bank | None = None
    files: Folders | None = None
    faults: tuple[str, ...] = ("stil-na-verwerking", "fout-500", "ander-dossier", "te-druk", "uit", "onzin")

    def effects(self) -> Mapping[str, int]:
        """Orders by key."""
        return {key: done for key, (done, _) in self.books.effects().items()}

    async def misbehave(self, fault: str) -> None:
        """Does this once."""
        if self.files is not None:
            self.files.fault = FolderFault(fault)
        else:
            assert self.bank is not None
            self.bank.mood = Mood(Fault(fault), 1, 3)

    def ended(self) -> bool:
        """One was taken back, the other goes on."""
        return "gestopt" in self.books.dossiers().values()


class TestKredietbank(AdapterContract):
    """`kredietbank` over HTTP; what becomes of a referral it says in its own time."""

    adapter = "kredietbank"
    oin = KBN
    answers = False

    def opening(self) -> Message:
        """A referral."""
        return referral()

    def closing(self) -> Message:
        """It is taken back."""
        return report("ingetrokken", reden="Verhuisd naar een andere gemeente.")

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[BankOutside]:
        """The case system."""
        secrets(folder)
        books = Books(folder / "bank.db")
        bank = Bank(books, TOKEN)
        async with bank_serving(bank) as port:
            own = folder / "bank.toml"
            contact = '[contact]\nname = "Team ondernemers"\nphone = "088-5550500"\n'
            own.write_text(f"tick_s = 0.2\n{contact}[http]\n{http_settings(port)}poll_s = 0.2\n")
            yield BankOutside(own, books, bank)
        books.close()


class TestKredietbankWithFiles(TestKredietbank):
    """`kredietbank` by CSV over SFTP."""

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[BankOutside]:
        """The case system behind two folders."""
        secrets(folder)
        books = Books(folder / "bank.db")
        files = Folders(folder / "sftp", folder / "host", "haarlem", folder / "id.pub", books)
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(bank_files(files))
            stack.push_async_callback(over, asyncio.create_task(bank_rounds(files, 0.3)))
            own = folder / "bank.toml"
            contact = '[contact]\nname = "Team ondernemers"\nphone = "088-5550500"\n'
            often = "supply_minutes = 0.005\npoll_s = 0.2\n"
            own.write_text(f"tick_s = 0.1\n{contact}{sftp_settings(port)}{often}")
            yield BankOutside(own, books, files=files, faults=("dicht", "verbreek-voor", "verbreek-na"))
        books.close()
