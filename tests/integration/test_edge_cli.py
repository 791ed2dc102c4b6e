"""`schuldhub edge` on a real road: what a partner sees and decides in its own ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.edge import Edge
from adapters.tables import EVIDENCE, HELD
from adapters.upkeep.tables import ACCESS
from hub.clock import SystemClock, new_pseudonym
from hub.wire.jwk import load_private
from hub.wire.keys import PrivateKey
from hub.wire.seal import seal
from hub.wire.shortnames import case_code
from tests.broker import Broker
from tests.cli import Terminal, edge_config
from tests.road import Road, eventually
from tests.scene import EXAMPLES, REASON, Scene, counted, into_inbox, nothing_planted, scene
from tests.world import SHV, TAX, make_event, new_key

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_partner_sees_and_decides_in_its_own_ledger(
    broker: Broker, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    async with scene(broker, tmp_path, None, url) as at:
        config = edge_config(at.road, TAX, url or "sqlite:///ledger.db")
        await into_inbox(at.road, b"no letter at all")
        await into_inbox(at.road, _of_an_unknown_key(at.road))
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
    await eventually(lambda: counted(at.gbkz, "done") == 3, "the running edge did the failed act again")
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
