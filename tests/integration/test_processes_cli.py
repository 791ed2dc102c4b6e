"""`schuldhub up` and `adapter run` as processes, and every command without its database or broker."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from hub.clock import new_pseudonym
from tests.broker import Broker
from tests.cli import Terminal, edge_config, hub_config
from tests.road import road_on
from tests.scene import nothing_planted, notice, publish
from tests.world import SHV, TAX

pytestmark = pytest.mark.anyio


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
