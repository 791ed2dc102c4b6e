"""A hub takes up a newer register while it runs, and every version that was in use is a leaf of its log, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.database import Database
from hub.messagelog.entries.store import add_register_version
from hub.messagelog.tables import ENTRY, REGISTER_VERSION
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.relay.office import Office
from hub.relay.registers import RegisterWatch
from tests.broker import Broker
from tests.relaybench import WORLD, Bench, bench_on
from tests.road import eventually
from tests.world import HUB, NOW

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def another_process(bench: Bench, name: str) -> Office:
    """The hub's office as another process of it has it."""
    database = Database(bench.office.database.url.render_as_string(hide_password=False))
    bench.road.stack.callback(database.close)
    file = RegisterFile(bench.road.folder / "register.jws", bench.road.world.governance, bench.road.folder / name)
    register = CurrentRegister(file)
    return Office(register, CurrentKeys(bench.road.folder / HUB / "keys", HUB, register), bench.clock, database)


async def test_each_version_in_use_is_one_leaf_however_many_processes_and_restarts(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        offices = [bench.office, *(another_process(bench, f"floor-{number}.json") for number in range(2))]
        for office in offices * 2:
            await RegisterWatch(office).look()
        newer = WORLD.edited(lambda document: document.update(nextUpdate="2099-01-01T00:00:00Z"))
        (bench.road.folder / "register.jws").write_bytes(newer.body)
        for office in offices * 2:
            await RegisterWatch(office).look()
            assert office.register.current.version == 2
        entries = [row.refhash for row in bench.rows(ENTRY) if row.kind == "register"]
        assert entries == [f"sha-256:{world.register.hash}" for world in (WORLD, newer)]
        assert [row.version for row in bench.rows(REGISTER_VERSION)] == [1, 2]


async def test_other_bytes_by_a_version_in_use_are_alarmed_once(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        with bench.office.database.begin() as connection:
            assert add_register_version(connection, 1, "0" * 64, NOW) == "0" * 64
        with capture_logs() as logs:
            await bench.road.run(RegisterWatch(bench.office, 0.02).run)
            await eventually(lambda: bool(logs), "the alarm")
            await asyncio.sleep(0.2)  # ten more looks
        assert [line["event"] for line in logs] == ["register.refused"]


async def test_keys_that_are_put_into_the_folder_are_found_while_the_hub_runs(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        folder = bench.road.folder / HUB / "keys"
        files = list(folder.glob("*.jwk.json"))
        kept = [(file, file.rename(tmp_path / file.name)) for file in files]
        bench.office.keys.refresh()
        assert bench.office.keys.folder.kids() == ()
        await bench.road.run(RegisterWatch(bench.office, 0.05).run)
        for file, lost in kept:
            lost.rename(file)
        await eventually(lambda: bench.office.keys.folder.kids() != (), "the key is found")
