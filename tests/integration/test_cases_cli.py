"""`schuldhub cases` and `schuldhub alarms` on a hub's database: what operators read, and no person in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.cli.app import make_app, run
from hub.clock import SystemClock, new_pseudonym
from hub.database import Database
from hub.messagelog import schema
from hub.wire.shortnames import case_code
from tests.filled import Filled, fill
from tests.world import HUB, make_world

Ask = Callable[..., Any]


@pytest.fixture
def filled(tmp_path: Path) -> Filled:
    """A hub's database as a busy day leaves it, with settings that name it."""
    make_world().write(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    schema.upgrade(database)
    made = fill(database, SystemClock().now())
    database.close()
    (tmp_path / "hub.toml").write_text(
        f"""
register_file = "register.jws"
governance_file = "governance.jwk"
keys = "{HUB}/keys"
state = "state"
database = "sqlite:///hub.db"
[broker]
url = "amqps://localhost:1/hub"
ca = "ca"
certificate = "certificate"
key = "key"
"""
    )
    return made


@pytest.fixture
def ask(tmp_path: Path, filled: Filled, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on it; what it printed, as JSON."""

    def asked(*words: str, ends: int = 0) -> Any:  # noqa: ANN401
        assert run(make_app(), [*words, "--config", str(tmp_path / "hub.toml"), "-o", "json"]) == ends
        said = capsys.readouterr().out
        return json.loads(said) if said else None

    return asked


def test_a_case_shows_its_lanes(ask: Ask, filled: Filled) -> None:
    shown = ask("cases", "show", case_code(filled.calm))
    assert shown["case"] == filled.calm
    lanes = {lane["organisation"]: lane for lane in shown["lanes"]}
    assert lanes["VISH"] == {
        "organisation": "VISH",
        "sent": 1,
        "delivered": 1,
        "questions": 1,
        "confirmed": 1,
        "overdue": 0,
        "failed": 0,
        "hoursWithoutRest": 23.0,
    }
    assert lanes["GBKZ"]["hoursWithoutRest"] == 1.0
    assert lanes["Schuldhulp Haarlem"]["hoursWithoutRest"] is None
    assert [question["progress"] for question in shown["questions"]] == ["answered", "answered"]


def test_a_troubled_case_says_where_rest_is_still_asked(ask: Ask, filled: Filled) -> None:
    shown = ask("cases", "show", filled.troubled)
    assert {lane["organisation"]: (lane["overdue"], lane["failed"]) for lane in shown["lanes"]} == {
        "GBKZ": (1, 0),
        "Publieke schuldeiser": (0, 1),
        "VISH": (0, 1),
    }
    assert all(lane["hoursWithoutRest"] >= 10 * 24 for lane in shown["lanes"])
    assert shown["hoursSince"] == pytest.approx(12 * 24, abs=1)


def test_cases_are_listed_by_what_asks_for_attention(ask: Ask, filled: Filled) -> None:
    listed = ask("cases", "list")
    assert [row["dossierkenmerk"] for row in listed] == [case_code(filled.troubled), case_code(filled.waiting)]
    assert listed[0]["progress"] == "refused"
    assert len(ask("cases", "list", "--most", "1")) == 1


def test_a_case_that_nobody_knows_is_not_found(ask: Ask) -> None:
    assert ask("cases", "show", new_pseudonym(), ends=3) is None
    assert ask("cases", "show", "geen kenmerk", ends=2) is None


def test_alarms_that_stand_are_listed_and_those_that_are_over_on_demand(ask: Ask, filled: Filled) -> None:
    listed = ask("alarms", "list")
    assert [(row["class"], row["kind"], row["until"]) for row in listed] == [
        ("werkdag", "partner", None),
        ("werkdag", "pause", None),
    ]
    assert listed[1]["title"] == f"Pauze zonder bevestiging: dossier {case_code(filled.troubled)}, GBKZ"
    assert [row["kind"] for row in ask("alarms", "list", "--past")] == ["partner", "pause", "broker"]


def test_a_watchman_without_settings_for_alarms_says_what_is_missing(
    tmp_path: Path, filled: Filled, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(make_app(), ["alarms", "watch", "--config", str(tmp_path / "hub.toml")]) == 5
    assert "alarms" in capsys.readouterr().err
