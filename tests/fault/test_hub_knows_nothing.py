"""What a running hub has at hand: planted persons nowhere, and no key that opens a seal or signs a register."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.demo.postgres import PrivatePostgres
from hub.wire.topology import user_of
from tests.broker import Broker
from tests.fault.harness import Stage, until
from tests.planted import places
from tests.world import HUB, SHV, TAX

pytestmark = pytest.mark.timeout(240)
# The person of the published examples, which the parties of this suite send about, and what they call the case.
PLANTED = ("999001012", "1979-11-30", "Bakkerij De Proef", "Team schulddienstverlening", "2026-88-001")


@pytest.fixture
def stage(own_stage: Stage) -> Stage:
    """A stage of its own for every test."""
    return own_stage


def open_files(pid: int) -> list[Path]:
    """Every file that a process has open."""
    found = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = descriptor.readlink()
        except OSError:
            continue  # closed in the meantime
        if target.is_absolute() and target.is_file():
            found.append(target)
    return found


def private_keys(folder: Path) -> list[str]:
    """The kids of the private keys in the files below a folder, by what is in them and not by their names."""
    found = []
    for file in folder.rglob("*"):
        if not file.is_file() or file.stat().st_size > 65_536:
            continue
        try:
            content = json.loads(file.read_bytes())
        except ValueError:
            continue
        if isinstance(content, dict) and "d" in content:
            found.append(str(content["kid"]))
    return found


def test_a_hub_that_carried_a_story_holds_no_person_and_no_key_to_one(
    stage: Stage, broker: Broker, postgres_server: PrivatePostgres
) -> None:
    stage.everybody_runs()
    stage.stop(user_of(TAX))
    orders = stage.books.order(20)  # while the recipient is away, everything lies at hub and broker
    until(lambda: stage.books.count(orders).accepted == 20, "the hub keeps them")
    hub_side = [stage.folder / HUB, stage.log("hub"), broker.node.folder, postgres_server.folder]
    hub_side += open_files(stage.pid("hub"))
    assert list(places(hub_side, PLANTED)) == []
    stage.start_party(TAX)
    assert stage.settle(orders).clean
    stage.kill("hub")  # what a crash leaves behind counts too
    stage.everybody_runs()
    assert stage.settle(stage.books.order(1)).clean
    hub_side += open_files(stage.pid("hub"))
    assert list(places(hub_side, PLANTED)) == []
    said = [stage.log(user_of(oin)) for oin in (SHV, TAX)]  # the parties may know, and tell no log
    assert [log.stat().st_size > 0 for log in said] == [True, True]
    assert list(places(said, PLANTED)) == []

    for oin in (SHV, TAX):  # the search itself works: a party's own ledger holds what it must know
        with closing(sqlite3.connect(stage.folder / oin / "ledger.db")) as ledger:
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert {line.rpartition(": ")[2] for line in places([stage.folder / TAX / "ledger.db"], PLANTED)} == set(PLANTED)

    kids = private_keys(stage.folder / HUB)
    assert kids == [f"{HUB}/sig/a"]
    named = (stage.folder / HUB / "hub.toml").read_text()
    assert "/keys" in named
    assert f"{SHV}" not in named
    assert f"{TAX}" not in named
    environment = Path(f"/proc/{stage.pid('hub')}/environ").read_bytes()
    assert b"governance" not in environment
    opened = {str(path) for path in open_files(stage.pid("hub"))}
    assert not [path for path in opened if "governance" in path or "/enc-" in path]


def test_the_search_finds_a_private_key_where_there_is_one(stage: Stage) -> None:
    assert sorted(private_keys(stage.folder / TAX)) == [f"{TAX}/enc/a", f"{TAX}/sig/a"]
