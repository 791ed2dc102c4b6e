"""The commands of a party's people as they run them, over the ledger of a running adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from adapters import convenant_cli, kredietbank_cli
from adapters.cli import whole_app
from adapters.convenant import store as creditor_store
from adapters.convenant.simulator_files import FileFault as CreditorFault
from adapters.gbkz import store as tax_store
from adapters.gbkz.approval.tables import APPROVAL
from adapters.gbkz.store import PauseState
from adapters.gbkz_cli.approvals import Refusal
from adapters.kredietbank import store as bank_store
from adapters.kredietbank.simulator_files import FileFault as BankFault
from adapters.ledger import Ledger
from adapters.outside.deaths.store import Decision
from adapters.upkeep import store as upkeep
from adapters.upkeep.tables import ACCESS
from adapters.vish.batch import RESULT_HEADER
from adapters.vish.simulator_round import ResultFault
from adapters.vish.store import ItemKind
from adapters.vish.tables import ITEM
from adapters.vish_cli import ADVICE
from hub.cli.app import run
from hub.clock import SystemClock, new_pseudonym
from hub.workdays import local_day
from schemas.codes import NoCooperationReason, Status
from schemas.messages import NoCooperation, NoticeAnswer, PublicNotice, StatusReport
from tests.broker import Broker
from tests.cli import Ended, Terminal, edge_config
from tests.parties import Parties, example, parties_on
from tests.road import eventually, road_on
from tests.unit.convenant import desk as creditor_desk
from tests.unit.gbkz import desk as tax_desk
from tests.unit.kredietbank import desk as bank_desk
from tests.unit.vish import desk as vish_desk
from tests.world import CRED, KBN, SHV, TAX, VISH

pytestmark = pytest.mark.anyio
CLERK: Final = "medewerker-7"
WHY: Final = "de erfgenamen hebben gebeld"
OFFICE: Final = 'base_url = "http://127.0.0.1:1"\ntoken_file = "token"\ngemeentecodes = ["0397"]\n'
PLANTED: Final = f"{vish_desk.VRIES};Vries;onleesbaar"
#: Every word about a person in what these tests send.
PERSONS: Final = ("999001012", "Groot", "999900006", "Vries", "1979-11-30", "HLM-", "Team schulddienstverlening", WHY)


def looked(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Who looked at persons, by the access log: command, sender and message."""
    upkeep.prepare(ledger.database)
    with ledger.database.reading() as tx:
        rows = tx.execute(ACCESS.select().order_by(ACCESS.c.row_id)).all()
    assert all(row.who and row.at for row in rows)
    return [(row.command, row.source_oin, row.id) for row in rows]


def silent(printed: Sequence[str]) -> bool:
    """Whether commands printed something, and no word about a person."""
    text = "".join(printed)
    return bool(text) and not [word for word in PERSONS if word in text]


@dataclass
class Screen:
    """Runs commands in this process, for those that need no road, and remembers what they printed."""

    capsys: pytest.CaptureFixture[str]
    config: Path
    printed: list[str] = field(default_factory=list)

    def run(self, *words: str, aside: bool = False) -> Ended:
        """One command over the ledger; what is printed aside is meant to show persons."""
        self.capsys.readouterr()
        code = run(whole_app(), [*words, "--config", str(self.config)])
        captured = self.capsys.readouterr()
        if not aside:
            self.printed += captured
        return Ended(code, captured.out, captured.err)

    def rows(self, *words: str, aside: bool = False) -> list[dict[str, Any]]:
        """The rows that a list shows."""
        return self.run(*words, "list", *(("--persons",) if aside else ()), aside=aside).rows


def bare_config(folder: Path, oin: str, ledger: str, own: str = "") -> Path:
    """Settings of an edge without a road: what a command on a ledger needs of them."""
    file = folder / "edge.toml"
    file.write_text(
        'register_file = "register.jws"\ngovernance_file = "governance.jwk"\nkeys = "keys"\nstate = "state"\n'
        f'ledger = "{ledger}"\n{own}'
        f'[identity]\noin = "{oin}"\nsystem = "proef"\ninbox = "inbox.p-{oin}.{"0" * 32}"\n'
        '[broker]\nurl = "amqps://localhost:1/hub"\nca = "ca"\ncertificate = "crt"\nkey = "key"\n'
    )
    return file


# — on the real road ——————————————————————————————————————————————————————————————————————————————————————————————


CAREFUL: Final = 'mode = "ter-goedkeuring"\ntick_s = 0.1\n'


@dataclass
class Waiting:
    """A road on which two notices about one person wait at the tax office, and its people have a command line."""

    parties: Parties
    config: Path
    first: str
    second: str
    terminal: Terminal = field(default_factory=Terminal)

    async def clerk(self, *words: str) -> Ended:
        """Somebody at the tax office runs the command."""
        return await self.terminal.run("gbkz", "approvals", *words, "--config", self.config)

    def paused(self) -> list[bool]:
        """Which dossiers have *uitstel*, by the tax office's own books."""
        return [one["uitstel"] for one in self.parties.tax.record()["dossiers"]]


@asynccontextmanager
async def two_wait(broker: Broker, folder: Path) -> AsyncIterator[Waiting]:
    """Until both have come to wait."""
    async with road_on(broker, folder / "road") as road, parties_on(road, folder, CAREFUL) as parties:
        notice = example(PublicNotice, "kennisgeving-publiek").model_copy(update={"end_date": date(2030, 1, 1)})
        first = parties.says(notice, TAX, new_pseudonym())
        await eventually(lambda: len(parties.heard) == 1, "Haarlem hears that the first waits")
        second = parties.says(notice, TAX, new_pseudonym())
        await eventually(lambda: len(parties.heard) == 2, "Haarlem hears that the second waits")
        yield Waiting(parties, edge_config(road, TAX, own=str(folder / "gbkz.toml")), first, second)


async def test_a_notice_waits_until_a_person_lets_it_through_or_refuses_it(broker: Broker, tmp_path: Path) -> None:
    async with two_wait(broker, tmp_path) as at:
        heard = at.parties.heard
        assert {said.status for said in heard if isinstance(said, StatusReport)} == {Status.IN_PROGRESS}
        listed = [(row["id"], row["state"], row["party"]) for row in (await at.clerk("list")).rows]
        assert listed == [(at.first, "waiting", SHV), (at.second, "waiting", SHV)]
        assert "Schuldhulp Haarlem" in (await at.clerk("list", "-o", "table")).out
        assert at.paused() == [False]

        assert (await at.clerk("approve", at.first, "--by", CLERK)).code == 0
        await eventually(lambda: len(heard) == 3, "the first is answered")
        answered = heard[2]
        assert isinstance(answered, NoticeAnswer)
        assert (answered.end_date, at.paused()) == (date(2030, 1, 1), [True])

        refuse = ("refuse", at.second, "--reason", "recent-finale-kwijting", "--by", CLERK)
        assert (await at.clerk(*refuse)).code == 0
        await eventually(lambda: len(heard) == 4, "the second is answered")
        assert heard[3] == NoCooperation(reason=NoCooperationReason.RECENT_FINAL_DISCHARGE)
        assert at.paused() == [True]
        assert {counts["uitgevoerd"] for counts in at.parties.tax.effects().values()} == {1}
        assert (await at.clerk("list")).rows == []
        assert (await at.clerk("approve", at.first, "--by", CLERK)).code == 3
        assert silent(at.terminal.printed)


# — at a tax office ———————————————————————————————————————————————————————————————————————————————————————————————

Opened = Callable[..., Screen]


@pytest.fixture
def screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Opened:
    """Opens the command line over a ledger."""

    def opened(oin: str, ledger: str = "sqlite:///ledger.db", own: str = "") -> Screen:
        return Screen(capsys, bare_config(tmp_path, oin, ledger, own))

    return opened


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a ledger on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


async def test_a_clerk_sees_in_which_order_messages_are_done(tmp_path: Path, ledger_url: str, screen: Opened) -> None:
    at = screen(TAX, ledger_url)
    async with tax_desk.opened(tmp_path, ledger_url, mode="ter-goedkeuring") as desk:
        talk = new_pseudonym()
        first = desk.arrives(tax_desk.notice(), talk)
        second = desk.arrives(tax_desk.extension(date(2027, 7, 16)), talk)
        await desk.work()
        assert [(row["id"], row["type"], row["before"]) for row in at.rows("gbkz", "approvals")] == [
            (first, "kennisgeving-publiek", 0),
            (second, "pauze-verlenging", 1),
        ]
        late = at.run("gbkz", "approvals", "approve", second, "--by", CLERK)
        assert (late.code, "1 earlier in its conversation go first" in late.err) == (0, True)
        await desk.office.tick(desk.clock.now())
        listed = at.rows("gbkz", "approvals")
        assert [(row["state"], row["whoMustAct"]) for row in listed] == [("waiting", "you"), ("approved", "nobody yet")]
        with desk.ledger.database.reading() as tx:
            decided = {row.id: row.decided_by for row in tx.execute(APPROVAL.select())}
        assert decided == {first: None, second: CLERK}
        assert silent(at.printed)


async def test_a_clerk_sees_persons_only_on_the_record(tmp_path: Path, ledger_url: str, screen: Opened) -> None:
    at = screen(TAX, ledger_url)
    async with tax_desk.opened(tmp_path, ledger_url, mode="ter-goedkeuring") as desk:
        notice = tax_desk.notice()
        message_id = desk.arrives(notice, new_pseudonym())
        await desk.work()
        assert "data" not in at.rows("gbkz", "approvals")[0]
        assert (looked(desk.ledger), silent(at.printed)) == ([], True)
        (shown,) = at.rows("gbkz", "approvals", aside=True)
        assert shown["data"] == notice.to_wire()
        assert looked(desk.ledger) == [("approvals", SHV, message_id)]


async def test_what_cannot_be_done_waits_again_and_a_person_closes_it(tmp_path: Path, screen: Opened) -> None:
    at = screen(TAX)
    async with tax_desk.opened(tmp_path, mode="ter-goedkeuring") as desk:
        talk = new_pseudonym()
        notice = desk.arrives(tax_desk.notice(), talk)
        intruder = desk.arrives(tax_desk.ending(date(2026, 12, 4)), talk, sender=SHV[:-1] + "9")
        await desk.work()
        close = ("gbkz", "approvals", "close", intruder, "--reason", WHY, "--by", CLERK)
        assert at.run(*close).code == 3
        for message_id in (notice, intruder):
            assert at.run("gbkz", "approvals", "approve", message_id, "--by", CLERK).code == 0
            await desk.office.tick(desk.clock.now())
        (row,) = at.rows("gbkz", "approvals")
        assert (row["id"], row["state"], row["whoMustAct"]) == (intruder, "waiting", "you")
        assert row["code"].startswith("outside_refused")
        assert at.run(*close).code == 0
        assert at.rows("gbkz", "approvals") == []
        with desk.ledger.database.reading() as tx:
            closed = tx.execute(APPROVAL.select().where(APPROVAL.c.id == intruder)).one()
        assert (closed.state, closed.data, closed.decided_by, closed.reason) == ("done", None, CLERK, WHY)
        assert silent(at.printed)


async def test_only_a_notice_that_waits_is_refused(tmp_path: Path, screen: Opened) -> None:
    at = screen(TAX)
    async with tax_desk.opened(tmp_path, mode="ter-goedkeuring") as desk:
        ending = desk.arrives(tax_desk.ending(date(2026, 12, 4)), new_pseudonym())
        await desk.work()
        options = ("--by", CLERK, "--reason", "klant-onbekend")
        refused = at.run("gbkz", "approvals", "refuse", ending, *options)
        assert (refused.code, "only a notice is refused" in refused.err) == (5, True)
        absent = at.run("gbkz", "approvals", "refuse", new_pseudonym(), *options)
        assert (absent.code, absent.err.splitlines()[0]) == (3, "refused: not_found")
        assert [row["state"] for row in at.rows("gbkz", "approvals")] == ["waiting"]


def test_every_reason_of_the_list_can_be_given() -> None:
    assert get_args(Refusal) == tuple(reason.value for reason in NoCooperationReason)


@pytest.mark.parametrize(("choice", "state"), [("--resume", PauseState.ACTIVE), ("--keep", PauseState.KEPT)])
async def test_a_person_decides_what_becomes_of_a_pause_after_a_death(
    tmp_path: Path, ledger_url: str, screen: Opened, choice: str, state: PauseState
) -> None:
    at = screen(TAX, ledger_url, own='own = "gbkz.toml"\n')
    (tmp_path / "gbkz.toml").write_text(OFFICE)
    async with tax_desk.opened(tmp_path, ledger_url) as desk:
        talk = new_pseudonym()
        await desk.receives(tax_desk.notice(), talk)
        await desk.receives(tax_desk.ending(date(2026, 12, 4), "overleden"), talk)
        (row,) = at.rows("gbkz", "deaths")
        assert (row["conversation"], row["end"]) == (talk, "2026-12-04")
        decide = ("gbkz", "deaths", "decide", talk, "--by", CLERK, "--reason", WHY)
        assert [at.run(*decide, *unclear).code for unclear in ((), ("--resume", "--keep"))] == [2, 2]
        assert [at.run(*decide, choice).code for _ in range(2)] == [0, 3]
        assert at.rows("gbkz", "deaths") == []
        with desk.ledger.database.reading() as tx:
            pause = tax_store.pause(tx, talk)
            (decision,) = tax_store.DEATHS.of(tx, talk)
        assert pause is not None
        assert pause.state is state
        assert (pause.lift_due is not None) == (state is PauseState.ACTIVE)
        assert (pause.until == local_day(SystemClock().now())) == (state is PauseState.ACTIVE)
        assert decision == Decision(resume=choice == "--resume", by=CLERK, reason=WHY)
        assert silent(at.printed)


async def test_who_died_shows_only_on_the_record(tmp_path: Path, screen: Opened) -> None:
    at = screen(TAX)
    async with tax_desk.opened(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.receives(tax_desk.notice(), talk)
        died = desk.arrives(tax_desk.ending(date(2026, 12, 4), "overleden"), talk)
        await desk.work()
        assert not {"taxpayer", "dossiers"} & at.rows("gbkz", "deaths")[0].keys()
        (shown,) = at.rows("gbkz", "deaths", aside=True)
        assert (shown["taxpayer"], shown["dossiers"]) == ("S1", ["D1", "D2", "D3"])
        assert looked(desk.ledger) == [("deaths", SHV, died)]


# — at the index ——————————————————————————————————————————————————————————————————————————————————————————————————


async def odd_results(desk: vish_desk.Desk) -> str:
    """The index contradicts itself about one row, and writes a line that nobody can read; the id of the message."""
    message_id = await desk.receives(vish_desk.registration(), new_pseudonym())
    desk.mood.fault, desk.mood.times = ResultFault.CONFLICT, 1
    await desk.round()
    (desk.folders.root / "uit" / "Vries.csv").write_text(f"{';'.join(RESULT_HEADER)}\r\n{PLANTED}\r\n")
    await desk.tick(minutes=2)
    return message_id


async def test_what_the_index_says_out_of_place_is_listed_and_closed_by_a_person(
    tmp_path: Path, ledger_url: str, screen: Opened
) -> None:
    at = screen(VISH, ledger_url)
    async with vish_desk.opened(tmp_path, ledger_url) as desk:
        message_id = await odd_results(desk)
        by_kind = {row["kind"]: row for row in at.rows("vish", "items")}
        assert {kind: row["message"] for kind, row in by_kind.items()} == {
            "conflict": message_id,
            "unreadable-line": None,
        }
        assert len(by_kind["conflict"]["dossierkenmerk"]) == 10
        resolve = ("vish", "items", "resolve", str(by_kind["conflict"]["id"]), "--by", CLERK)
        assert at.run(*resolve).code == 2
        assert [at.run(*resolve, "--reason", WHY).code for _ in range(2)] == [0, 3]
        assert [row["kind"] for row in at.rows("vish", "items")] == ["unreadable-line"]
        with desk.ledger.database.reading() as tx:
            resolved = tx.execute(ITEM.select().where(ITEM.c.resolved)).one()
        assert (resolved.resolved_by, resolved.reason) == (CLERK, WHY)
        assert resolved.resolved_at
        assert silent(at.printed)


async def test_what_the_index_wrote_shows_only_on_the_record(tmp_path: Path, screen: Opened) -> None:
    at = screen(VISH)
    async with vish_desk.opened(tmp_path) as desk:
        await odd_results(desk)
        listed = at.rows("vish", "items")
        assert silent(at.printed)
        shown = at.rows("vish", "items", aside=True)
        assert (PLANTED, "Vries.csv") in {(row["line"], row["file"]) for row in shown}
        assert looked(desk.ledger) == [("items", VISH, f"item-{row['id']}") for row in listed]


def test_every_kind_of_item_says_what_to_do() -> None:
    assert ADVICE.keys() == set(ItemKind)


# — at a creditor and at the Kredietbank —————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Odd:
    """A party whose outside system did odd things: its noun, its OIN, its ledger, and the words that it wrote."""

    noun: str
    oin: str
    ledger: Ledger
    written: str


@asynccontextmanager
async def odd_party(noun: str, folder: Path) -> AsyncIterator[Odd]:
    """A file that is none, and a row that cannot be read."""
    if noun == "convenant":
        async with creditor_desk.file_desk(folder) as desk:
            assert desk.files is not None
            (desk.files.root / "uit" / "Vries.csv").write_bytes(b"\xff\xfe999900006")
            desk.files.fault = CreditorFault.BAD_ROW
            await desk.receives(creditor_desk.notice(), new_pseudonym())
            await desk.rounds()
            yield Odd(noun, CRED, desk.ledger, "999900006")
    else:
        async with bank_desk.file_desk(folder) as bank:
            assert bank.files is not None
            (bank.files.root / "uit" / "Vries.csv").write_bytes(b"\xff\xfe999900006")
            bank.files.fault = BankFault.BAD_ROW
            await bank.receives(bank_desk.referral(), new_pseudonym())
            for days in (1, 7):
                await bank.tick(days)
            yield Odd(noun, KBN, bank.alone.ledger, "999900006")


@pytest.mark.parametrize("noun", ["convenant", "kredietbank"])
async def test_what_an_outside_system_wrote_is_listed_shown_on_the_record_and_closed(
    tmp_path: Path, screen: Opened, noun: str
) -> None:
    async with odd_party(noun, tmp_path) as party:
        at = screen(party.oin, str(party.ledger.database.engine.url))
        listed = at.rows(noun, "items")
        assert {row["kind"] for row in listed} >= {"unreadable-file", "unreadable-row"}
        assert all(row["advice"] for row in listed)
        assert (looked(party.ledger), silent(at.printed)) == ([], True)
        shown = at.rows(noun, "items", aside=True)
        by_kind = {row["kind"]: row for row in shown}
        assert (by_kind["unreadable-file"]["place"], party.written in by_kind["unreadable-file"]["line"]) == (
            "Vries.csv",
            True,
        )
        assert by_kind["unreadable-row"]["line"].startswith("2: ")
        assert looked(party.ledger) == [("items", party.oin, f"item-{row['id']}") for row in listed]
        resolve = (noun, "items", "resolve", str(listed[0]["id"]), "--by", CLERK)
        assert at.run(*resolve).code == 2
        assert [at.run(*resolve, "--reason", WHY).code for _ in range(2)] == [0, 3]
        assert [row["id"] for row in at.rows(noun, "items")] == [row["id"] for row in listed[1:]]
        assert silent(at.printed)


@pytest.mark.parametrize("noun", ["convenant", "kredietbank"])
async def test_a_file_that_is_none_stays_where_it_lies_under_another_name(tmp_path: Path, noun: str) -> None:
    async with odd_party(noun, tmp_path):
        kept = {file.name: file.read_bytes() for file in tmp_path.rglob("Vries.csv*")}  # noqa: ASYNC240 - a few files
        assert kept == {"Vries.csv.onleesbaar": b"\xff\xfe999900006"}


@pytest.mark.parametrize(("choice", "state"), [("--resume", "active"), ("--keep", "kept")])
async def test_a_creditor_decides_what_becomes_of_a_pause_after_a_death(
    tmp_path: Path, screen: Opened, choice: str, state: str
) -> None:
    (tmp_path / "own.toml").write_text(
        'bsn = true\n[http]\nbase_url = "http://127.0.0.1:1"\ntoken_file = "t"\nwords = "waterschap"\npoll_s = 1\n'
    )
    async with creditor_desk.http_desk(tmp_path, "waterschap", direct=True) as desk:
        at = screen(CRED, str(desk.ledger.database.engine.url), own='own = "own.toml"\n')
        talk = new_pseudonym()
        await desk.receives(creditor_desk.public_notice(), talk)
        await desk.receives(creditor_desk.ending(date(2026, 12, 4), "overleden"), talk)
        (row,) = at.rows("convenant", "deaths")
        assert (row["conversation"], "customer" in row) == (talk, False)
        assert at.rows("convenant", "deaths", aside=True)[0]["customer"] == "K1"
        decide = ("convenant", "deaths", "decide", talk, "--by", CLERK, "--reason", WHY)
        assert at.run(*decide).code == 2
        assert [at.run(*decide, choice).code for _ in range(2)] == [0, 3]
        assert desk.pause(talk).state == state
        with desk.ledger.database.reading() as tx:
            assert creditor_store.DEATHS.of(tx, talk) == [Decision(resume=choice == "--resume", by=CLERK, reason=WHY)]
        assert silent(at.printed)


def test_every_kind_of_item_at_a_creditor_and_at_the_kredietbank_says_what_to_do() -> None:
    assert convenant_cli.ADVICE.keys() == set(creditor_store.ItemKind)
    assert kredietbank_cli.ADVICE.keys() == set(bank_store.ItemKind)


# — elsewhere —————————————————————————————————————————————————————————————————————————————————————————————————————


def test_the_ledger_of_another_party_has_none_of_it(tmp_path: Path, screen: Opened) -> None:
    at = screen(SHV)
    nouns = ("gbkz approvals", "gbkz deaths", "vish items", "convenant items", "convenant deaths", "kredietbank items")
    lists = [(*noun.split(), "list") for noun in nouns]
    assert {at.run(*command).code for command in lists} == {3}
    assert not (tmp_path / "ledger.db").exists()
    Ledger(f"sqlite:///{tmp_path / 'ledger.db'}").close()
    for command in lists:
        ended = at.run(*command)
        assert (ended.code, ended.err.splitlines()[0]) == (3, "refused: not_found")


@pytest.mark.parametrize("wrong", ["999900006", "J. de Vries", "x" * 65, ""])
def test_an_employee_is_an_opaque_id_and_never_a_bsn(screen: Opened, wrong: str) -> None:
    at = screen(TAX)
    assert at.run("gbkz", "approvals", "approve", new_pseudonym(), "--by", wrong).code == 2
    assert silent(at.printed)
