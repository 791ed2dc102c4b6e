"""`schuldhub cases` and `schuldhub alarms` on a hub's database: what operators read, and no person in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.cli.app import make_app, run
from hub.clock import SystemClock, new_pseudonym
from hub.console.audit.store import visits
from hub.database import Database
from hub.messagelog import schema
from hub.operations.acts import Act, ActName, Doer
from hub.operations.acts.store import newest_acts
from hub.operations.terms.store import note
from hub.wire.shortnames import case_code
from tests.filled import Filled, fill
from tests.world import HUB, VISH, make_world

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
        assert run(make_app(), [*words, *at(tmp_path), "-o", "json"]) == ends
        said = capsys.readouterr().out
        return json.loads(said) if said else None

    return asked


def at(folder: Path) -> list[str]:
    """The option that names the settings."""
    return ["--config", str(folder / "hub.toml")]


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


def test_a_message_for_a_paused_partner_says_that_it_is_kept_and_who_can_change_that(
    ask: Ask, filled: Filled, tmp_path: Path
) -> None:
    assert ask("messages", "show", filled.messages["late"])["whoMustAct"] == "hub"
    run(make_app(), ["partners", "pause", VISH, "--reason", "hun systeem wordt vervangen", *at(tmp_path)])
    shown = ask("messages", "show", filled.messages["late"])
    assert (shown["state"], shown["whoMustAct"], shown["nextAt"]) == ("accepted", "administrator", None)
    assert "paused" in shown["why"]


def test_messages_of_a_time_are_listed(ask: Ask) -> None:
    everything, newest = ask("messages", "list"), ask("messages", "list", "--since", "90m")
    assert 0 < len(newest) < len(everything)
    assert newest + ask("messages", "list", "--until", "90m") == everything


def test_what_operators_wrote_about_a_case_is_blanked_and_that_they_acted_is_not(
    ask: Ask, filled: Filled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'hub.db'}")
    written = Act(
        new_pseudonym(),
        ActName.TERM_NOTED,
        SystemClock().now(),
        Doer("hans", "Hans"),
        filled.messages["unread"],
        "zij bellen morgen terug",
        cases=(filled.waiting,),
    )
    with database.begin() as connection:
        assert note(connection, written)
    blanked = ["cases", "blank", case_code(filled.waiting), "--reason", "bewaartermijn voorbij", *at(tmp_path)]
    for count in (1, 0):
        assert run(make_app(), blanked) == 0
        assert capsys.readouterr().err == f"{count} blanked\n"
    with database.reading() as connection:
        noted, blanking = sorted(newest_acts(connection, 5), key=lambda done: done.at)
        assert (noted.name, noted.reason, noted.blanked) == ("term-noted", None, True)
        assert (blanking.name, blanking.target, blanking.reason) == (
            "case-blanked",
            filled.waiting,
            "bewaartermijn voorbij",
        )
        assert visits(connection, 1)[0][1].detail == "case-blanked"
    database.close()
    assert run(make_app(), ["cases", "blank", "FFFFFFFFFF", "--reason", "bewaartermijn voorbij", *at(tmp_path)]) == 3


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
    assert run(make_app(), ["alarms", "watch", *at(tmp_path)]) == 5
    assert "alarms" in capsys.readouterr().err
