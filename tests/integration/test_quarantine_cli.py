"""`schuldhub quarantine` and the acts of `schuldhub partners`, as their user runs them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.console.audit.store import visits
from hub.database import Database
from hub.messagelog import schema
from hub.messagelog.pauses.store import paused_oins
from hub.operations.acts.store import newest_acts
from hub.operations.recovery.store import recoveries
from tests.broker import Broker
from tests.cli import COMMAND, Ended, Terminal
from tests.operated import lay_aside
from tests.relaybench import WORLD, bench_on
from tests.world import HUB, SHV, TAX, make_world

pytestmark = pytest.mark.anyio
WHY = "nagevraagd bij de ontvanger"
CONFIG = """
register_file = "register.jws"
governance_file = "governance.jwk"
keys = "{hub}/keys"
state = "state"
database = "{database}"

[broker]
url = "amqps://127.0.0.1:9/hub"
ca = "ca.pem"
certificate = "hub.pem"
key = "hub.key"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hub with three pieces in quarantine."""
    world = make_world()
    world.write(tmp_path)
    (tmp_path / "hub.toml").write_text(CONFIG.format(hub=HUB, database="sqlite:///hub.db"))
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    schema.upgrade(database)
    lay_aside(database, world, 3)
    database.close()
    return tmp_path


async def run(folder: Path, *arguments: str) -> Ended:
    """One command on that hub."""
    return await Terminal().run(*arguments, "--config", folder / "hub.toml")


def opened(folder: Path) -> Database:
    """Its database."""
    return Database(f"sqlite:///{folder / 'hub.db'}")


async def test_evidence_is_listed_planned_and_released_by_number(folder: Path) -> None:
    listed = (await run(folder, "quarantine", "list")).rows
    assert [row["state"] for row in listed] == ["open"] * 3
    assert {(row["cause"], row["from"], row["to"], row["type"]) for row in listed} == {
        ("lane", SHV, TAX, "kennisgeving-publiek")
    }
    number = str(listed[0]["number"])
    shown = await run(folder, "quarantine", "release", number, "--reason", WHY, "--dry-run")
    assert shown.record == {"number": listed[0]["number"], "id": listed[0]["id"], "sent": True, "skipped": None}
    database = opened(folder)
    with database.reading() as connection:
        assert recoveries(connection, 5) == []
    done = await run(folder, "quarantine", "release", number, "--reason", WHY)
    assert done.code == 0
    with database.reading() as connection:
        (found,) = recoveries(connection, 5)
        assert found.stage.value == "running"
        assert found.confirmed is not None
        assert (found.confirmed.reason, found.confirmed.doer.subject[:8]) == (WHY, "machine:")
        assert [visit.detail for _, visit in visits(connection, 5)] == ["recovery-confirmed"]
    database.close()
    again = await run(folder, "quarantine", "release", number, "--reason", WHY)
    assert again.record["skipped"] == "taken"
    assert "nothing was changed" in again.err


async def test_evidence_is_settled_once_and_by_a_reason_that_may_be_kept(folder: Path) -> None:
    numbers = [str(row["number"]) for row in (await run(folder, "quarantine", "list")).rows]
    refused = await run(folder, "quarantine", "reject", *numbers, "--reason", "over 999990019 gebeld")
    assert refused.code == 2
    assert "999990019" not in refused.err
    assert (await run(folder, "quarantine", "reject", *numbers[:2], "--reason", WHY)).code == 0
    late = await run(folder, "quarantine", "archive", *numbers, "--reason", WHY)
    assert late.code == 5
    assert late.err.startswith("refused: overtaken\n")
    settled = (await run(folder, "quarantine", "list", "--settled")).rows
    assert [row["state"] for row in settled] == ["rejected", "rejected"]
    assert (await run(folder, "quarantine", "reject", "4711", "--reason", WHY)).code == 3


async def test_a_partner_is_paused_and_resumed_once(folder: Path) -> None:
    assert (await run(folder, "partners", "pause", TAX, "--reason", WHY)).code == 0
    assert (await run(folder, "partners", "pause", TAX, "--reason", WHY)).code == 5
    database = opened(folder)
    with database.reading() as connection:
        assert paused_oins(connection) == {TAX}
    assert (await run(folder, "partners", "resume", TAX, "--reason", WHY)).code == 0
    with database.reading() as connection:
        assert paused_oins(connection) == frozenset()
        assert [act.name for act in newest_acts(connection, 5)] == ["partner-resumed", "partner-paused"]
    database.close()
    assert (await run(folder, "partners", "pause", "0" * 20, "--reason", WHY)).code == 3


async def test_a_test_message_is_waited_for_until_it_lies_in_the_inbox(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        (tmp_path / "hub.toml").write_text(CONFIG.format(hub=HUB, database=bench.road.database_url))
        assert WORLD.register.organisation(TAX)
        command = [*COMMAND, "partners", "test", TAX, "--config", str(tmp_path / "hub.toml")]
        process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=-1)
        while process.returncode is None:
            await bench.keeper.tell(bench.link)
            await asyncio.sleep(0.1)
        _, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        assert len(bench.recipient.of("hub-notice+jws")) == 1
