"""`schuldhub check` and `edge check` on a real road: what is well, and what to do about what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.messagelog.tables import EDGE_STATUS
from hub.relay.relay import Office
from tests.broker import Broker
from tests.cli import Ended, Terminal, edge_config, hub_config
from tests.road import Road, eventually, road_on
from tests.scene import nothing_planted
from tests.world import HUB, SHV, TAX, VISH

pytestmark = pytest.mark.anyio


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
