"""The command line on a real road: what operators see, what partners see and decide, and no person in any of it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import signal
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.edge import Done, Edge, Identity, Ledger, OutsideKey, Received, Reply
from adapters.edge import Office as EdgeOffice
from adapters.outbox import outgoing
from adapters.tables import EVIDENCE, HELD, INBOX, Taken
from adapters.upkeep.tables import ACCESS
from hub.clock import SystemClock, new_pseudonym
from hub.errors import Code, RefusedError, UnavailableError
from hub.messagelog.tables import EDGE_STATUS, ENTRY, MESSAGE, State
from hub.register.current import CurrentKeys
from hub.relay.relay import Office
from hub.wire.jwk import load_private
from hub.wire.keys import PrivateKey
from hub.wire.link import Outgoing
from hub.wire.seal import seal
from hub.wire.shortnames import case_code
from hub.wire.topology import HUB_USER, OUT, user_of
from schemas.messages import DebtRestRegistration, NoticeAnswer, PublicNotice
from tests.broker import Broker
from tests.cli import COMMAND, ROOT, Ended, Terminal, edge_config, hub_config
from tests.road import Road, eventually, road_on
from tests.world import HUB, SHV, TAX, VISH, full_type, make_body, make_event, new_key

pytestmark = pytest.mark.anyio
EXAMPLES = Path(__file__).parents[2] / "schemas/v1/examples"
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
        await eventually(lambda: _counted(gbkz, "done") == 1, "the first is acted on")
        party.mode = "refuse"
        failed = publish(haarlem, notice(), TAX, case)
        await eventually(lambda: _counted(gbkz, "failed") == 1, "the second is refused by the tax system")
        party.mode = "lose"
        uncertain = publish(haarlem, notice(), TAX, case)
        await eventually(lambda: _counted(gbkz, "uncertain") == 1, "the third is uncertain")
        registration = json.loads((EXAMPLES / "schuldenrust-aanmelding.json").read_bytes())
        unread = publish(haarlem, DebtRestRegistration.from_wire(registration), VISH, case)
        await eventually(lambda: has(office, unread, State.FORWARDED), "the fourth is in an inbox that nobody reads")
        await eventually(lambda: has(office, uncertain, State.ANSWERED), "the third has its receipt")
        refused = await _refused_by_hub(road)
        terminal = Terminal()
        yield Scene(road, office, haarlem, gbkz, party, case, acted, failed, uncertain, unread, refused, terminal)


def _counted(edge: Edge, word: str) -> int:
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


async def _into_inbox(road: Road, body: bytes) -> None:
    """Bytes in the tax office's inbox that no relay let through."""
    link = await road.foreign(HUB_USER)
    assert await link.publish([Outgoing(OUT, TAX, body, new_pseudonym(), "x", new_pseudonym())]) == [None]


def nothing_planted(text: str) -> bool:
    """Whether no word about a person stands in it."""
    return not [word for word in PLANTED if word in text]


# — the hub's operators ———————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_operators_see_where_each_message_is_and_who_must_act(
    broker: Broker, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    async with scene(broker, tmp_path, url, None) as at:
        await _listed(at)
        await _shown(at)
        await _followed(at)
        assert nothing_planted("".join(at.terminal.printed))


async def _listed(at: Scene) -> None:
    await eventually(lambda: _indexed(at), "every entry has its index")
    everything = (await at.hub("messages", "list")).rows
    states = {row["id"]: (row["state"], row["by"], row["code"]) for row in everything}
    assert states[at.acted] == ("delivered", "recipient", None)
    assert states[at.unread] == ("forwarded", None, None)
    assert states[at.refused] == ("refused", "hub", "no_agreement")
    assert [row["index"] for row in everything] == sorted((row["index"] for row in everything), reverse=True)
    of_case = {at.acted, at.failed, at.uncertain, at.unread}
    for named in (at.case, case_code(at.case), case_code(at.case).lower()):
        rows = (await at.hub("messages", "list", "--case", named)).rows
        assert of_case <= {row["id"] for row in rows}
        assert {row["dossierkenmerk"] for row in rows} == {case_code(at.case)}
    assert {row["id"] for row in (await at.hub("messages", "list", "--state", "forwarded")).rows} == {at.unread}
    assert {row["id"] for row in (await at.hub("messages", "list", "--state", "refused")).rows} == {at.refused}
    registrations = (await at.hub("messages", "list", "--type", "schuldenrust-aanmelding")).rows
    assert [row["id"] for row in registrations] == [at.unread]
    full = (await at.hub("messages", "list", "--type", full_type("schuldenrust-aanmelding"))).rows
    assert full == registrations
    assert [row["id"] for row in (await at.hub("messages", "list", "--oin", VISH)).rows] == [at.unread]
    assert (await at.hub("messages", "list", "--since", "1h")).rows == everything
    assert (await at.hub("messages", "list", "--since", "2099-01-01T00:00:00Z")).rows == []
    await _paged(at, everything)
    table = await at.hub("messages", "list", "-o", "table")
    assert "GBKZ" in table.out
    assert case_code(at.case) in table.out
    assert json.loads((await at.hub("messages", "list", "-o", "json")).out) == everything


async def _paged(at: Scene, everything: list[dict[str, Any]]) -> None:
    """Pages of two, following what the command says, meet every message once."""
    found: list[dict[str, Any]] = []
    page = await at.hub("messages", "list", "--most", "3")
    while page.rows:
        found += page.rows
        assert f"--before {page.rows[-1]['index']}" in page.err or len(page.rows) < 3
        page = await at.hub("messages", "list", "--most", "3", "--before", str(page.rows[-1]["index"]))
    assert found == everything


def _indexed(at: Scene) -> bool:
    with at.office.database.reading() as connection:
        rows = connection.execute(ENTRY.select()).all()
    return bool(rows) and at.refused in {row.id for row in rows} and all(row.leaf_index is not None for row in rows)


async def _shown(at: Scene) -> None:
    acted = (await at.hub("messages", "show", at.acted)).record
    assert [step["event"] for step in acted["timeline"]][:2] == ["made", "accepted"]
    assert {"forwarded", "receipt accepted"} <= {step["event"] for step in acted["timeline"]}
    assert (acted["state"], acted["whoMustAct"], acted["toName"]) == ("delivered", "nobody", "GBKZ")
    assert acted["dossierkenmerk"] == case_code(at.case)
    unread = (await at.hub("messages", "show", at.unread)).record
    assert (unread["state"], unread["cause"], unread["whoMustAct"]) == ("forwarded", "partner", "recipient")
    assert unread["nextAt"] > unread["timeline"][0]["time"]
    refused = (await at.hub("messages", "show", at.refused)).record
    assert (refused["by"], refused["code"], refused["cause"]) == ("hub", "no_agreement", "policy")
    table = await at.hub("messages", "show", at.unread.upper(), "-o", "table")
    assert "whoMustAct" in table.out
    nobody = await at.hub("messages", "show", new_pseudonym())
    assert (nobody.code, nobody.out) == (3, "")
    assert nobody.err.startswith("refused: not_found\n")


async def _followed(at: Scene) -> None:
    """Live: what happens now comes by itself, and a second tail goes on where the first ended."""
    config = hub_config(at.road)
    before = (await at.hub("messages", "list", "--most", "1")).rows[0]["index"]
    async with at.terminal.running("messages", "tail", "--after", str(before), "--config", config) as tail:
        sent = publish(at.haarlem, notice(), TAX, at.case)
        seen: list[dict[str, Any]] = []
        while not seen or (seen[-1]["kind"], seen[-1]["message"]) != ("receipt", sent):
            seen.append(await at.terminal.line(tail))
        ended = await at.terminal.end(tail, signal.SIGINT)
    assert ended.code == 0
    assert ended.out == ""
    assert f"--after {seen[-1]['index']}" in ended.err
    assert [line["index"] for line in seen] == list(range(before + 1, seen[-1]["index"] + 1))
    accepted = next(line for line in seen if (line["kind"], line["message"]) == ("accepted", sent))
    assert accepted["dossierkenmerk"] == case_code(at.case)
    assert (accepted["from"], accepted["to"], accepted["type"]) == (SHV, TAX, "kennisgeving-publiek")
    async with at.terminal.running("messages", "tail", "--after", str(seen[0]["index"]), "--config", config) as tail:
        again = [await at.terminal.line(tail) for _ in seen[1:]]
        await at.terminal.end(tail, signal.SIGTERM)
    assert again == seen[1:]


async def test_a_tail_on_a_terminal_is_a_table_and_ends_on_ctrl_c(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path) as road:
        await road.hub()
        haarlem = road.edge(SHV)
        await road.run(haarlem.run)
        sent = publish(haarlem, notice(), TAX, new_pseudonym())
        shown, code = await _on_terminal(
            ("messages", "tail", "--config", str(hub_config(road))), until=sent, then=b"\x03"
        )
        assert code == 0
        assert "dossierkenmerk" in shown
        assert "Schuldhulp Haarlem" in shown
        assert "stopped; go on with --after" in shown


async def _on_terminal(arguments: tuple[str, ...], *, until: str, then: bytes) -> tuple[str, int]:
    """Runs a command on a terminal of its own, types `then` when `until` is on the screen, and waits for its end."""
    controller, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=ROOT,
        env={"PATH": os.defpath, "TERM": "xterm"},
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(terminal)
    loop = asyncio.get_running_loop()
    shown = b""
    try:
        while until.encode() not in shown:
            shown += await asyncio.wait_for(loop.run_in_executor(None, os.read, controller, 65_536), 30)
        os.write(controller, then)
        code = await asyncio.wait_for(process.wait(), 30)
        shown += await asyncio.wait_for(loop.run_in_executor(None, _rest, controller), 30)
    finally:
        os.close(controller)
        if process.returncode is None:
            process.kill()
    return shown.decode(), code


def _rest(controller: int) -> bytes:
    """What is still to be read; a terminal that nobody has open any more ends with an error."""
    found = b""
    while True:
        try:
            piece = os.read(controller, 65_536)
        except OSError:
            return found
        if not piece:
            return found
        found += piece


def _take_terminal() -> None:
    """Makes the standard input the controlling terminal, so that Ctrl-C reaches the process as a signal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


# — a partner's operators ———————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_partner_sees_and_decides_in_its_own_ledger(
    broker: Broker, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    async with scene(broker, tmp_path, None, url) as at:
        config = edge_config(at.road, TAX, url or "sqlite:///ledger.db")
        await _into_inbox(at.road, b"no letter at all")
        await _into_inbox(at.road, _of_an_unknown_key(at.road))
        await eventually(lambda: _aside(at.gbkz) == (1, 1), "one body is held and one is evidence")
        await _status(at, config)
        await _items(at, config)
        await _decisions(at, config)
        assert nothing_planted("".join(at.terminal.printed))
        assert REASON not in "".join(at.terminal.printed)
        await _persons(at, config)


def _of_an_unknown_key(road: Road) -> bytes:
    """A letter signed with a key that the register does not know yet."""
    now = SystemClock().now()
    jwk = new_key(SHV, "Ed25519", "b")
    key = PrivateKey(str(jwk["kid"]), "sig", "Ed25519", load_private(jwk))
    return seal(make_event(now=now), signing=key, recipient_key=road.world.register.sealing_key(TAX, now))


def _aside(edge: Edge) -> tuple[int, int]:
    with edge.ledger.database.reading() as tx:
        return len(tx.execute(HELD.select()).all()), len(tx.execute(EVIDENCE.select()).all())


async def _status(at: Scene, config: Path) -> None:
    status = (await at.terminal.run("edge", "status", "--config", config)).record
    assert (status["oin"], status["uncertain"], status["failed"], status["evidence"]) == (TAX, 1, 1, 1)
    assert status["register"] == "version 1, ok"
    counted = {(row["kind"], row["state"]): row["count"] for row in status["counts"]}
    assert counted["in", "done"] == 1
    assert counted["held", "held"] == 1
    table = await at.terminal.run("edge", "status", "--config", config, "-o", "table")
    assert "uncertain" in table.out
    sender = (await at.terminal.run("edge", "status", "--config", edge_config(at.road, SHV))).record
    assert ("out", "accepted") in {(row["kind"], row["state"]) for row in sender["counts"]}


async def _items(at: Scene, config: Path) -> None:
    open_items = (await at.terminal.run("edge", "list", "--config", config)).rows
    states = {row["id"]: row["state"] for row in open_items}
    assert (states[at.failed], states[at.uncertain]) == ("failed", "uncertain")
    assert at.acted not in states
    assert sorted(state for state in states.values() if state in {"held", "evidence"}) == ["evidence", "held"]
    everything = (await at.terminal.run("edge", "list", "--all", "--config", config)).rows
    assert at.acted in {row["id"] for row in everything}
    paged: list[dict[str, Any]] = []
    page = await at.terminal.run("edge", "list", "--all", "--most", "3", "--config", config)
    while page.rows:
        paged += page.rows
        if "--before" not in page.err:
            break
        cursor = page.err.split("--before ")[1].strip()
        page = await at.terminal.run("edge", "list", "--all", "--most", "3", "--before", cursor, "--config", config)
    assert paged == everything
    uncertain = await at.terminal.run(
        "edge", "list", "--kind", "in", "--state", "uncertain", "--case", case_code(at.case), "--config", config
    )
    assert [row["id"] for row in uncertain.rows] == [at.uncertain]
    evidence = next(row for row in open_items if row["state"] == "evidence")
    shown = (await at.terminal.run("edge", "show", evidence["id"], "--config", config)).record
    assert (shown["kind"], shown["whoMustAct"], shown["code"]) == ("evidence", "you", "malformed")
    table = await at.terminal.run("edge", "list", "-o", "table", "--config", config)
    assert "Schuldhulp Haarlem" in table.out


async def _decisions(at: Scene, config: Path) -> None:
    shown = (await at.terminal.run("edge", "show", at.uncertain, "--config", config)).record
    assert (shown["state"], shown["whoMustAct"], shown["dossierkenmerk"]) == ("uncertain", "you", case_code(at.case))
    assert "data" not in shown
    early = await at.terminal.run("edge", "retry", at.failed, "--config", config)
    assert early.code == 5
    both = await at.terminal.run(
        "edge", "resolve", at.failed, "--done", "--redo", "--reason", REASON, "--config", config
    )
    assert both.code == 2
    done = await at.terminal.run("edge", "resolve", at.uncertain, "--done", "--reason", REASON, "--config", config)
    assert (done.code, done.out) == (0, "")
    twice = await at.terminal.run("edge", "resolve", at.uncertain, "--done", "--reason", REASON, "--config", config)
    assert twice.code == 5
    at.party.mode = "act"
    redo = await at.terminal.run("edge", "resolve", at.failed, "--redo", "--reason", REASON, "--config", config)
    assert redo.code == 0
    await eventually(lambda: _counted(at.gbkz, "done") == 3, "the running edge did the failed act again")
    nobody = await at.terminal.run("edge", "show", new_pseudonym(), "--config", config)
    assert nobody.code == 3
    sent = await at.terminal.run("edge", "retry", at.unread, "--config", edge_config(at.road, SHV))
    assert sent.code == 0


async def _persons(at: Scene, config: Path) -> None:
    """Who asks to see a person does, once it stands in the access log."""
    shown = (await Terminal().run("edge", "show", at.uncertain, "--persons", "--config", config)).record
    assert shown["data"] == json.loads((EXAMPLES / "kennisgeving-publiek.json").read_bytes())
    assert [step["reason"] for step in shown["timeline"] if step["event"].startswith("decided")] == [REASON]
    with at.gbkz.ledger.database.reading() as tx:
        accesses = tx.execute(ACCESS.select()).all()
    assert [(row.id, row.source_oin, row.command) for row in accesses] == [(at.uncertain, SHV, "show")]
    assert accesses[0].who


# — the doctor ————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_doctor_says_what_is_well_and_what_to_do(
    broker: Broker, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    terminal = Terminal()
    async with road_on(broker, tmp_path, url, oins=(SHV, VISH, TAX)) as road:
        config = hub_config(road)
        missing = await terminal.run("check", "--config", config)
        assert missing.code == 6
        assert "schuldhub db upgrade" in missing.out
        office = await road.hub()
        gbkz = road.edge(TAX)
        await road.run(gbkz.run)
        edge = edge_config(road, TAX)
        await eventually(lambda: _reports(office) == 1, "the edge's report is here")
        findings = (await terminal.run("check", "--config", config)).rows
        assert {row["check"] for row in findings if row["level"] == "ok"} >= {
            "settings",
            "register",
            "keys",
            "partner keys",
            "certificate",
            "modes",
            "database",
            "message log",
            "keeper",
            "broker",
            "lanes",
            "inbox",
            "edge",
            "dead letters",
        }
        unconnected = [row for row in findings if row["level"] == "warn" and row["check"] == "inbox"]
        assert {row["advice"] for row in unconnected} == {"call Schuldhulp Haarlem", "call VISH"}
        partner = await terminal.run("edge", "check", "--config", edge)
        assert partner.code == 0
        assert {row["level"] for row in partner.rows} == {"ok"}
        if database == "sqlite":  # none of these is about the database
            await _ailing(terminal, road, config)
        assert nothing_planted("".join(terminal.printed))


def _reports(office: Office) -> int:
    with office.database.reading() as connection:
        return len(connection.execute(EDGE_STATUS.select()).all())


async def _ailing(terminal: Terminal, road: Road, config: Path) -> None:
    """Each ailment by itself is found, with what to do about it."""
    key = next((road.folder / HUB / "keys").iterdir())
    key.chmod(0o644)
    wide = await terminal.run("check", "--config", config)
    assert _problem(wide, "keys", "key_invalid")
    key.chmod(0o600)
    (road.folder / HUB / "state").chmod(0o755)
    assert _problem(await terminal.run("check", "--config", config), "modes", "open to others")
    (road.folder / HUB / "state").chmod(0o700)
    stolen = road.folder / HUB / "keys" / "gestolen.jwk.json"
    stolen.write_bytes(next((road.folder / TAX / "keys").glob("enc-*")).read_bytes())
    stolen.chmod(0o600)
    assert _problem(await terminal.run("check", "--config", config), "keys", "a key to open messages with")
    stolen.unlink()
    more = {"HUB_RELAY__LANE_COUNT": "3"}
    assert _problem(await terminal.run("check", "--config", config, environment=more), "lanes", "not there")
    fewer = {"HUB_RELAY__LANE_COUNT": "1"}
    assert _problem(await terminal.run("check", "--config", config, environment=fewer), "lanes", "more than 1")
    nowhere = {"HUB_BROKER__URL": "amqps://localhost:1/hub"}
    away = await terminal.run("check", "--config", config, environment=nowhere)
    assert _problem(away, "broker", "broker_unavailable")
    unknown = {"HUB_BROKER__URL": road.vhost.url, "HUB_BROKER__CERTIFICATE": str(road.folder / "register.jws")}
    assert _problem(await terminal.run("check", "--config", config, environment=unknown), "certificate", "key_invalid")
    assert (await terminal.run("check", "--config", road.folder / "absent.toml")).code == 6


def _problem(ended: Ended, check: str, says: str) -> bool:
    """The doctor found this, and says what to do."""
    found = [row for row in ended.rows if (row["level"], row["check"]) == ("problem", check)]
    return ended.code == 6 and any(says in row["finding"] and row["advice"] for row in found)


# — processes —————————————————————————————————————————————————————————————————————————————————————————————————————


async def test_hub_and_adapter_run_as_processes_and_stop_in_order(broker: Broker, tmp_path: Path) -> None:
    terminal = Terminal()
    async with road_on(broker, tmp_path) as road:
        config = hub_config(road)
        assert (await terminal.run("db", "check", "--config", config)).code == 3
        early = await terminal.run("up", "--config", config)
        assert (early.code, "schuldhub db upgrade" in early.err) == (5, True)
        assert (await terminal.run("db", "check", "--config", config)).code == 6
        upgraded = (await terminal.run("db", "upgrade", "--config", config)).record
        assert (upgraded["before"], upgraded["changed"]) == (None, True)
        assert (await terminal.run("db", "upgrade", environment={"HUB_CONFIG": str(config)})).record["changed"] is False
        assert (await terminal.run("db", "check", "--config", config)).record["fits"] is True
        (tmp_path / TAX / "token").write_text("geheim")
        (tmp_path / TAX / "gbkz.toml").write_text(
            'base_url = "http://127.0.0.1:1"\ntoken_file = "token"\ngemeentecodes = ["0397"]\n'
        )
        edge = edge_config(road, TAX, own="gbkz.toml")
        haarlem = road.edge(SHV)
        await road.run(haarlem.run)
        async with (
            terminal.running("up", "--config", config) as hub,
            terminal.running("adapter", "run", "gbkz", "--config", edge) as gbkz,
        ):
            sent = publish(haarlem, notice(), TAX, new_pseudonym())
            await _until_shown(terminal, config, sent, "delivered")
            await _until_listed(terminal, edge, sent, "ready")
            stopped = await terminal.end(gbkz, signal.SIGTERM)
            ended = await terminal.end(hub, signal.SIGTERM)
        assert (stopped.code, stopped.out) == (0, "")
        assert (ended.code, ended.out) == (0, "")
        for output, process in ((stopped, "gbkz"), (ended, "hub")):
            lines = [json.loads(line) for line in output.err.splitlines()]
            assert {line["process"] for line in lines} == {process}
            assert [lines[0]["event"], lines[-1]["event"]] == ["process.started", "process.stopped"]
        assert "outside_unavailable" in stopped.err
        assert nothing_planted("".join(terminal.printed))


async def _until_shown(terminal: Terminal, config: Path, message_id: str, state: str) -> None:
    for _ in range(40):
        shown = await terminal.run("messages", "show", message_id, "--config", config)
        if shown.code == 0 and shown.record["state"] == state:
            return
    raise AssertionError(f"the message is not {state}")


async def _until_listed(terminal: Terminal, config: Path, message_id: str, state: str) -> None:
    for _ in range(40):
        shown = await terminal.run("edge", "show", message_id, "--config", config)
        if shown.code == 0 and shown.record["state"] == state and shown.record["attempts"]:
            return
    raise AssertionError(f"the message is not {state}")


async def test_commands_without_their_database_or_broker_say_so(broker: Broker, tmp_path: Path) -> None:
    terminal = Terminal()
    async with road_on(broker, tmp_path) as road:
        config = hub_config(road)
        for arguments in (("messages", "list"), ("messages", "show", new_pseudonym()), ("messages", "tail")):
            assert (await terminal.run(*arguments, "--config", config)).code == 3
        assert not (tmp_path / "hub.db").exists()
        assert (await terminal.run("edge", "status", "--config", edge_config(road, TAX))).code == 3
        away = {"HUB_DATABASE": "postgresql+psycopg://hub@127.0.0.1:1/hub"}
        assert (await terminal.run("messages", "list", "--config", config, environment=away)).code == 4
        assert (await terminal.run("messages", "list", "--config", tmp_path / "absent.toml")).code == 5
        assert (await terminal.run("messages", "list")).code == 5
