"""The outside systems over real loopback HTTP and SFTP: the clients against everything that the simulators do wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import asyncssh
import httpx2
import psutil
import pytest

from adapters.contract import OutsideKey
from adapters.gbkz import client as tax_client
from adapters.gbkz.client import HttpTaxSystem, reached
from adapters.gbkz.records import Lifting, Miss, Placement, Reason, Taxpayer
from adapters.gbkz.settings import TaxOfficeSettings
from adapters.gbkz.simulator import TaxSystem
from adapters.gbkz.simulator_record import Record
from adapters.outside.http import Exchange
from adapters.outside.sftp import SftpPlace, SftpSettings
from adapters.simulators.files import Place
from adapters.simulators.web import served as tax_serving
from adapters.vish.batch import Act, Cells, Outcome, read_results, write_batch
from adapters.vish.handlers import IDEMPOTENCY
from adapters.vish.simulator import serving as vish_serving
from adapters.vish.simulator_index import Index
from hub.errors import Code, RefusedError, UnavailableError
from tests.road import eventually

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-the-test"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
BSN, OTHER_BSN = "999900006", "999900018"
SEED = {
    "nu": "2026-11-23T12:00:00Z",
    "belastingplichtigen": [
        {"subjectnummer": "S1", "bsn": BSN, "geboortedatum": "1979-11-30", "geslachtsnaam": "Vries"}
    ],
    "dossiers": [
        {
            "dossiernummer": f"D{number}",
            "belanghebbenden": ["S1"],
            "gemeentecode": "0397",
            "bedragCent": 100_000,
            "stap": "HERINNERING",
            "stapdatum": "2026-11-13",
        }
        for number in (1, 2)
    ],
}
PLACEMENT = Placement(
    taxpayer="S1", dossiers=("D1", "D2"), start=date(2026, 11, 23), until=date(2027, 5, 28), reason=Reason.DEBT_HELP
)


class TaxOffice:
    """A simulated tax system that listens, and a client of it."""

    def __init__(self, system: HttpTaxSystem, desk: httpx2.AsyncClient) -> None:
        self.system = system
        self.desk = desk

    async def manage(self, what: str, document: object) -> None:
        """Tells the simulator something."""
        answer = await self.desk.post(f"/beheer/{what}", json=document)
        assert answer.status_code == 200, answer.text

    async def read(self, what: str) -> object:
        """Reads from its books."""
        return (await self.desk.get(f"/beheer/{what}")).json()


@pytest.fixture
async def tax(tmp_path: Path, anyio_backend: str) -> AsyncIterator[TaxOffice]:
    """The tax system on a loopback port."""
    (tmp_path / "token").write_text(TOKEN)
    record = Record(str(tmp_path / "tax.db"))
    async with tax_serving(TaxSystem(record, TOKEN).app) as served:
        url = f"http://127.0.0.1:{served.port}"
        settings = TaxOfficeSettings(
            base_url=url, token_file=tmp_path / "token", gemeentecodes=frozenset({"0397"}), deadline_s=0.25
        )
        async with reached(settings) as system, httpx2.AsyncClient(base_url=url, headers=HEADERS) as desk:
            office = TaxOffice(system, desk)
            await office.manage("vullen", SEED)
            yield office
    record.close()


# — the tax system ————————————————————————————————————————————————————————————————————————————————————————————————


async def test_a_taxpayer_is_found_by_bsn_and_birth_date_as_far_as_it_is_known(tax: TaxOffice) -> None:
    for known in ("1979-11-30", "1979-11-00", "1979-00-00"):
        found = await tax.system.find(BSN, known)
        assert isinstance(found, Taxpayer)
        assert found.number == "S1"
    assert await tax.system.find(BSN, "1979-11-29") is Miss.BIRTH_DATE_DIFFERS
    assert await tax.system.find(OTHER_BSN, "1979-11-30") is Miss.UNKNOWN


@pytest.mark.parametrize(
    "fault",
    ["fout-500", "fout-in-200", "te-druk", "uit", "druppel", "onzin", "verkeerd-antwoord", "stil-na-verwerking"],
)
@pytest.mark.parametrize("path", ["find", "open_dossiers", "place", "lift"])
async def test_every_fault_of_the_tax_system_is_worth_another_attempt(tax: TaxOffice, fault: str, path: str) -> None:
    act = {
        "find": lambda: tax.system.find(BSN, "1979-11-30"),
        "open_dossiers": lambda: tax.system.open_dossiers("S1"),
        "place": lambda: tax.system.place(PLACEMENT, "bericht-1"),
        "lift": lambda: tax.system.lift(Lifting(uitstellen=()), "bericht-2"),
    }[path]
    await tax.manage("storing", {"soort": fault, "aantal": 1, "duurS": 0.6, "retryAfterS": 7})
    with pytest.raises(UnavailableError) as raised:
        await act()  # type: ignore[no-untyped-call]
    assert raised.value.code is Code.OUTSIDE_UNAVAILABLE
    assert raised.value.retry_after_s == (7 if fault == "te-druk" else None)
    assert BSN not in str(raised.value)
    await act()  # type: ignore[no-untyped-call]


async def test_an_act_whose_answer_was_lost_is_done_once(tax: TaxOffice) -> None:
    assert tax_client.IDEMPOTENCY is OutsideKey.KEY
    await tax.manage("storing", {"soort": "stil-na-verwerking", "aantal": 1, "duurS": 0.6})
    with pytest.raises(UnavailableError):
        await tax.system.place(PLACEMENT, "bericht-1")
    placed = await tax.system.place(PLACEMENT, "bericht-1")
    assert [one.uitstel for one in placed] == ["U000001", "U000002"]
    effects = await tax.read("effecten")
    assert effects == {"bericht-1": {"uitgevoerd": 1, "herhaald": 1, "wijzigingen": 3}}


async def test_the_same_key_for_another_question_is_refused(tax: TaxOffice) -> None:
    await tax.system.place(PLACEMENT, "bericht-1")
    with pytest.raises(RefusedError) as raised:
        await tax.system.place(PLACEMENT.model_copy(update={"dossiers": ("D1",)}), "bericht-1")
    assert raised.value.code is Code.OUTSIDE_REFUSED


async def test_what_the_tax_system_does_not_know_is_a_refusal_and_changes_nothing(tax: TaxOffice) -> None:
    with pytest.raises(RefusedError):
        await tax.system.place(PLACEMENT.model_copy(update={"dossiers": ("D1", "D9")}), "bericht-1")
    assert (await tax.read("boeken"))["uitstellen"] == []  # type: ignore[index]


async def test_a_wrong_token_is_the_offices_fault_and_not_the_messages(tax: TaxOffice) -> None:
    tax.system._exchange.http.headers["authorization"] = "Bearer another"
    with pytest.raises(UnavailableError):
        await tax.system.find(BSN, "1979-11-30")
    refused = await tax.desk.get("/beheer/boeken", headers={"authorization": ""})
    assert refused.status_code == 401


async def test_a_tax_system_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:1") as http:
        with pytest.raises(UnavailableError):
            await HttpTaxSystem(Exchange(http, 1)).find(BSN, "1979-11-30")


async def test_dunning_goes_on_with_the_clock_of_the_tax_system_unless_there_is_uitstel(tax: TaxOffice) -> None:
    await tax.system.place(PLACEMENT.model_copy(update={"dossiers": ("D1",)}), "bericht-1")
    await tax.manage("klok", {"vooruitDagen": 25})
    books = await tax.read("boeken")
    assert [(one["dossiernummer"], one["stap"], one["kosten_cent"]) for one in books["dossiers"]] == [  # type: ignore[index]
        ("D1", "HERINNERING", 0),
        ("D2", "DWANGBEVEL", 5900),
    ]


async def test_the_clock_of_the_tax_system_runs_at_the_speed_that_it_is_given(tax: TaxOffice) -> None:
    await tax.manage("klok", {"nu": "2026-12-01T00:00:00Z", "snelheid": 8_640_000})

    async def step() -> str:
        books = await tax.read("boeken")
        return str(books["dossiers"][0]["stap"])  # type: ignore[index]

    until = time.monotonic() + 20
    while await step() != "DEURWAARDER":
        assert time.monotonic() < until
    await tax.manage("klok", {"snelheid": 1})


# — the index —————————————————————————————————————————————————————————————————————————————————————————————————————


class VishOffice:
    """A simulated index that listens, and a transport to it."""

    def __init__(self, settings: SftpSettings, desk: httpx2.AsyncClient, root: Path) -> None:
        self.settings = settings
        self.transport = SftpPlace(settings)
        self.desk = desk
        self.root = root

    async def manage(self, what: str, document: object) -> None:
        """Tells the simulator something."""
        answer = await self.desk.post(f"/beheer/{what}", json=document)
        assert answer.status_code == 200, answer.text

    async def supply(self, name: str, *rows: Cells) -> None:
        """Supplies a batch in a session of its own."""
        async with self.transport.session() as folders:
            await folders.supply(name, write_batch(rows))

    async def fetch(self, count: int) -> list[bytes]:
        """Waits for so many result files, reads them and takes them away."""
        await eventually(lambda: len(list((self.root / "uit").glob("*.csv"))) >= count, "the index has answered")
        async with self.transport.session() as folders:
            names = await folders.results()
            contents = [await folders.fetch(name) or b"" for name in names]
            for name in (*names, *names):
                await folders.discard(name)
            assert await folders.results() == []
        return contents


@asynccontextmanager
async def index_in(folder: Path) -> AsyncIterator[VishOffice]:
    """The index on loopback ports."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "id"))
    key.write_public_key(str(folder / "id.pub"))
    index = Index(str(folder / "index.db"))
    index.fill({"HLM01": "Gemeente Haarlem"}, [(OTHER_BSN, "1985-00-00", "Bakker")])
    place = Place(folder / "sftp", folder / "host", "haarlem", folder / "id.pub")
    async with vish_serving(index, place, TOKEN) as served:
        settings = SftpSettings(
            host="127.0.0.1",
            port=served.sftp_port,
            user="haarlem",
            key_file=folder / "id",
            host_key_file=folder / "host.pub",
            deadline_s=5,
        )
        url = f"http://127.0.0.1:{served.http_port}"
        async with httpx2.AsyncClient(base_url=url, headers=HEADERS) as desk:
            yield VishOffice(settings, desk, place.root)
    index.close()


@pytest.fixture
async def vish(tmp_path: Path, anyio_backend: str) -> AsyncIterator[VishOffice]:
    """The index behind its SFTP server."""
    async with index_in(tmp_path) as office:
        yield office


def asked(key: str, bsn: str = BSN, birth_date: str = "1979-11-30", **more: str) -> Cells:
    """A row that asks for a registration."""
    known = {"connection_code": "HLM01", "surname": "Vries", "start_date": "2026-01-01", "phase": "intake"}
    return replace(Cells(key=key, act=Act.REGISTER, bsn=bsn, birth_date=birth_date, **known), **more)


async def test_a_batch_is_answered_row_by_row_and_a_bailiff_sees_who_is_registered(vish: VishOffice) -> None:
    rows = (
        asked("k1"),
        asked("k2", OTHER_BSN, "1986-01-01"),
        asked("k3", connection_code="X"),
        asked("k4", "999900007"),
    )
    await vish.supply("batch-1.csv", *rows)
    (content,) = await vish.fetch(1)
    found = [(row.key, row.outcome, row.reason) for row in read_results(content).rows]
    assert found == [
        ("k1", Outcome.REGISTERED, ""),
        ("k2", Outcome.REJECTED, "GEBOORTEDATUM_WIJKT_AF"),
        ("k3", Outcome.REJECTED, "AANSLUITCODE_ONBEKEND"),
        ("k4", Outcome.REJECTED, "REGEL_ONGELDIG"),
    ]
    seen = (await vish.desk.post("/raadplegen", json={"bsn": BSN})).json()
    assert (seen["geregistreerd"], seen["registraties"][0]["organisatie"]) == (True, "Gemeente Haarlem")
    unseen = (await vish.desk.post("/raadplegen", json={"bsn": OTHER_BSN})).json()
    assert unseen == {"geregistreerd": False, "registraties": []}


async def test_the_same_batch_supplied_twice_registers_once(vish: VishOffice) -> None:
    assert IDEMPOTENCY is OutsideKey.KEY
    await vish.supply("batch-1.csv", asked("k1"))
    (first,) = await vish.fetch(1)
    await vish.supply("batch-1.csv", asked("k1"))
    (second,) = await vish.fetch(1)
    assert first == second
    assert (await vish.desk.get("/beheer/effecten")).json() == {"k1": {"uitgevoerd": 1, "herhaald": 1}}


@pytest.mark.parametrize("fault", ["verbreek-voor", "verbreek-na", "dicht", "traag"])
async def test_a_connection_that_fails_is_worth_another_attempt_and_registers_once(tmp_path: Path, fault: str) -> None:
    async with index_in(tmp_path) as vish:
        hasty = SftpPlace(vish.settings.model_copy(update={"deadline_s": 0.5}))
        await vish.manage("storing", {"deur": fault, "aantal": 1, "duur": 2})
        with pytest.raises(UnavailableError) as raised:
            async with hasty.session() as folders:
                await folders.supply("batch-1.csv", write_batch([asked("k1")]))
        assert raised.value.code is Code.OUTSIDE_UNAVAILABLE
        await vish.supply("batch-1.csv", asked("k1"))
        await vish.fetch(1)
        books = (await vish.desk.get("/beheer/boeken")).json()
        assert len(books["registraties"]) == 1


async def test_half_a_batch_is_never_picked_up(vish: VishOffice) -> None:
    async with vish.transport.session() as folders:
        client = folders._client  # type: ignore[attr-defined]
        async with client.open("in/batch-1.deel", "wb") as file:
            await file.write(write_batch([asked("k1")])[:40])
    await vish.supply("batch-2.csv", asked("k2"))
    await vish.fetch(1)
    assert (await vish.desk.get("/beheer/effecten")).json().keys() == {"k2"}


async def test_another_server_is_not_spoken_to(vish: VishOffice, tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_public_key(str(tmp_path / "other.pub"))
    wrong = SftpPlace(vish.settings.model_copy(update={"host_key_file": tmp_path / "other.pub"}))
    with pytest.raises(UnavailableError):
        async with wrong.session():
            pass


async def test_nobody_else_is_let_in(vish: VishOffice, tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(tmp_path / "other"))
    for change in ({"user": "iemand"}, {"key_file": tmp_path / "other"}):
        with pytest.raises(UnavailableError):
            async with SftpPlace(vish.settings.model_copy(update=change)).session():
                pass


async def test_a_key_that_is_not_there_is_a_wrong_setting(vish: VishOffice, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as raised:
        async with SftpPlace(vish.settings.model_copy(update={"key_file": tmp_path / "absent"})).session():
            pass
    assert raised.value.code is Code.SETTINGS_INVALID


async def test_the_user_of_the_server_sees_no_more_than_its_own_folders(vish: VishOffice) -> None:
    async with vish.transport.session() as folders:
        client = folders._client  # type: ignore[attr-defined]
        assert sorted(name for name in await client.listdir("/") if not name.startswith(".")) == ["in", "uit"]
        with pytest.raises(asyncssh.SFTPError):
            await client.stat("/../index.db")


# — as processes of their own —————————————————————————————————————————————————————————————————————————————————————


@contextmanager
def process(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A simulator started as its user does; stopped at the end."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder, env=environment)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


def tax_arguments(folder: Path) -> list[str]:
    """The command line of the tax system."""
    (folder / "seed.json").write_text(json.dumps(SEED))
    names = {"--db": "tax.db", "--port-file": "port", "--token-file": "token", "--seed": "seed.json"}
    return ["adapters.gbkz.simulator", *(part for name, file in names.items() for part in (name, str(folder / file)))]


def vish_arguments(folder: Path) -> list[str]:
    """The command line of the index."""
    asyncssh.generate_private_key("ssh-ed25519").write_public_key(str(folder / "id.pub"))
    (folder / "seed.json").write_text(json.dumps({"aansluitingen": {"HLM01": "Gemeente Haarlem"}}))
    names = {"--db": "index.db", "--root": "sftp", "--host-key": "host", "--authorized-keys": "id.pub"}
    names |= {"--port-file": "port", "--token-file": "token", "--seed": "seed.json"}
    files = [part for name, file in names.items() for part in (name, str(folder / file))]
    return ["adapters.vish.simulator", "serve", "--user", "haarlem", *files]


@pytest.mark.parametrize("arguments", [tax_arguments, vish_arguments])
async def test_as_a_process_it_listens_on_loopback_only_and_stops_when_told(tmp_path: Path, arguments: object) -> None:
    with process(tmp_path, *arguments(tmp_path)) as running:  # type: ignore[operator]
        await eventually((tmp_path / "port").exists, "the simulator listens")
        port = (tmp_path / "port").read_text().split()[-1]
        token = (tmp_path / "token").read_text()
        assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
        listening = [one.laddr.ip for one in psutil.Process(running.pid).net_connections() if one.status == "LISTEN"]
        assert set(listening) == {"127.0.0.1"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as desk:
            books = await desk.get("/beheer/boeken", headers={"authorization": f"Bearer {token}"})
            assert books.status_code == 200
        running.terminate()
        assert running.wait(20) in {0, -15}


async def test_the_books_of_the_tax_system_outlive_its_process(tmp_path: Path) -> None:
    for placed in (False, True):
        (tmp_path / "port").unlink(missing_ok=True)
        with process(tmp_path, *tax_arguments(tmp_path)):
            await eventually((tmp_path / "port").exists, "the simulator listens")
            token = (tmp_path / "token").read_text()
            base_url = f"http://127.0.0.1:{(tmp_path / 'port').read_text().strip()}"
            async with httpx2.AsyncClient(base_url=base_url, headers={"authorization": f"Bearer {token}"}) as desk:
                if not placed:
                    await HttpTaxSystem(Exchange(desk, 10)).place(PLACEMENT, "bericht-1")
                books = (await desk.get("/beheer/boeken")).json()
        assert [one["uitstel"] for one in books["dossiers"]] == [True, True]


def test_a_bailiff_can_consult_the_index_from_the_command_line(tmp_path: Path) -> None:
    index = Index(str(tmp_path / "index.db"))
    index.fill({"HLM01": "Gemeente Haarlem"}, [])
    index.close()
    found = subprocess.run(
        [sys.executable, "-m", "adapters.vish.simulator", "consult", "--db", str(tmp_path / "index.db")],
        input=f"{BSN}\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
    )
    assert json.loads(found.stdout) == {"geregistreerd": False, "registraties": []}


@pytest.mark.parametrize(
    "module",
    [
        "adapters.gbkz.simulator",
        "adapters.vish.simulator",
        "adapters.convenant.simulator",
        "adapters.convenant.simulator_files",
        "adapters.kredietbank.simulator",
        "adapters.kredietbank.simulator_files",
    ],
)
def test_a_simulator_imports_nothing_of_hub_adapters_or_schemas(module: str) -> None:
    own = module.rpartition(".")[0]
    ours = (f"{own}.simulator", "adapters.simulators")  # and what all simulators share, which imports nothing either
    script = (
        f"import sys, {module}\n"
        f"print([name for name in sys.modules if name.split('.')[0] in ('hub', 'schemas')"
        f" or name.startswith('adapters.') and name != '{own}' and not name.startswith({ours})])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
    )
    assert found.stdout.strip() == "[]"


def test_the_simulators_keep_time_by_themselves() -> None:
    index = Index(":memory:")
    assert abs((index.now() - datetime.now(UTC)).total_seconds()) < 5  # noqa: TID251 - the machine's own time is asked
    index.close()
