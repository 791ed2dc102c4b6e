"""`schuldhub messages` on a real road: what operators see, live too, and no person in any of it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import signal
import termios
from pathlib import Path
from typing import Any

import pytest

from hub.clock import new_pseudonym
from hub.messagelog.tables import ENTRY
from hub.wire.shortnames import case_code
from tests.broker import Broker
from tests.cli import COMMAND, ROOT, hub_config
from tests.road import eventually, road_on
from tests.scene import Scene, nothing_planted, notice, publish, scene
from tests.world import SHV, TAX, VISH, full_type

pytestmark = pytest.mark.anyio


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
