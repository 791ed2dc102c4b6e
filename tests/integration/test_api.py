"""The operators' API: by token and scope, every look and refusal in the trail, the console's queries, problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from sqlalchemy import select, text, update

from hub.api.access import Scope, digest_of, new_secret
from hub.api.access.store import revoke, tokens
from hub.api.access.tables import TOKEN
from hub.clock import new_pseudonym, rfc3339
from hub.console.audit import Act
from hub.messagelog.tables import ENTRY, MESSAGE
from hub.wire.shortnames import case_code
from hub.wire.tlogproof import read_proof, verify_proof
from tests.filled import HOUR, Writer
from tests.logbook import Logbook
from tests.operators_api import Desk
from tests.world import CRED, LOG_SIGNER, NOW, SHV, TAX, VISH

LISTS = {
    "/messages": "messages",
    "/terms": "terms",
    "/quarantine/evidence": "evidence",
    "/recoveries": "recoveries",
    "/alarms?past=true": "alarms",
    "/acts": "acts",
    "/trail": "lines",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk.on(tmp_path_factory.mktemp("api"))
    yield made
    made.stand.close()


# — what is told ——————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(("path", "name"), LISTS.items())
def test_a_list_page_by_page_is_the_list_at_once(desk: Desk, path: str, name: str) -> None:
    whole = desk.ask(path, most=200) if "?" not in path else desk.ask(f"{path}&most=200")
    found = desk.whole(path, name, 2)
    assert len(found) > 2
    if name == "lines":  # every page is a line itself, newer than the page before
        assert whole["lines"][0]["page"] == "listTrail"
        assert [one["line"] for one in found] == sorted((one["line"] for one in found), reverse=True)
    else:
        assert found == whole[name]


def test_messages_are_filtered_as_on_the_command_line(desk: Desk) -> None:
    refused = desk.ask("/messages", state="refused")["messages"]
    assert {one["state"] for one in refused} == {"refused"}
    both = desk.ask("/messages", state=["refused", "expired"])["messages"]
    assert {one["state"] for one in both} == {"refused", "expired"}
    mark = case_code(desk.filled.troubled)
    assert len(desk.ask("/messages", case=mark)["messages"]) == 3
    found = desk.ask("/messages", oin=TAX, type="kennisgeving-publiek")["messages"]
    assert found
    assert {(one["to"], one["type"]) for one in found} == {(TAX, "kennisgeving-publiek")}


def test_messages_are_filtered_by_when_they_arrived(desk: Desk) -> None:
    everything = desk.ask("/messages", most=200)["messages"]
    first, last = rfc3339(NOW - 26 * HOUR), rfc3339(NOW - 2 * HOUR)
    between = desk.ask("/messages", **{"from": first, "until": last})["messages"]
    assert between == [one for one in everything if first <= one["time"] < last]
    assert 0 < len(between) < len(everything)
    in_amsterdam = (NOW - 26 * HOUR + HOUR).strftime("%Y-%m-%dT%H:%M:%S+01:00")
    assert desk.ask("/messages", **{"from": in_amsterdam, "until": last})["messages"] == between


def test_one_message_says_who_must_act_and_its_proof_holds(desk: Desk) -> None:
    late = desk.ask(f"/messages/{desk.filled.messages['late']}")
    assert (late["state"], late["whoMustAct"]) == ("accepted", "administrator")  # its recipient is paused
    refused = desk.ask(f"/messages/{desk.filled.messages['refused by hub']}")
    assert (refused["state"], refused["by"], refused["code"]) == ("refused", "hub", "no_agreement")
    answered = desk.filled.messages["delivered"]
    for kind in ("accepted", "receipt"):
        proof = desk.ask(f"/messages/{answered}/proof", kind=kind)
        verify_proof(read_proof(proof["proof"]), proof["leaf"].encode(), LOG_SIGNER.verifier)
        assert f'"{kind}"' in proof["leaf"]
    assert desk.get(f"/messages/{new_pseudonym()}").status_code == 404
    assert desk.get(f"/messages/{new_pseudonym()}/proof").status_code == 404
    assert desk.get(f"/messages/{answered}/proof", kind="expired").status_code == 404


def test_a_case_shows_its_lanes_with_their_terms(desk: Desk) -> None:
    mark = case_code(desk.filled.troubled)
    found = desk.ask(f"/cases/{mark}")
    assert found == desk.ask(f"/cases/{desk.filled.troubled}")
    lanes = {lane["organisation"]: (lane["overdue"], lane["failed"]) for lane in found["lanes"]}
    assert lanes == {TAX: (1, 0), CRED: (0, 1), VISH: (0, 1)}
    assert found["hoursSince"] == pytest.approx(12 * 24)
    assert {one["progress"] for one in found["questions"]} == {"overdue", "refused", "expired"}
    listed = desk.ask("/cases")["cases"]
    assert [one["case"] for one in listed] == [desk.filled.troubled, desk.filled.waiting]
    terms = desk.ask("/terms")["terms"]
    assert terms[0] == listed[0]
    resting = desk.ask("/terms", rest="true")["terms"]
    assert 0 < len(resting) < len(terms)
    assert desk.get(f"/cases/{new_pseudonym()}").status_code == 404


def test_what_has_one_name_and_is_two_is_to_be_named_in_full(tmp_path: Path) -> None:
    desk = Desk.on(tmp_path)
    case, twin = desk.filled.calm, desk.filled.calm[:18] + desk.filled.waiting[18:]
    with desk.stand.database.begin() as connection:
        message_id = Writer(connection, NOW).message("kennisgeving", SHV, TAX, HOUR, twin, new_pseudonym())
        other = Writer(connection, NOW).message("kennisgeving", CRED, TAX, HOUR, twin, new_pseudonym())
        for table in (MESSAGE, ENTRY):
            connection.execute(update(table).where(table.c.id == other).values(id=message_id))
    answer = desk.get(f"/cases/{case_code(case)}")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:schuldhub:problem:ambiguous")
    assert desk.ask(f"/cases/{case}")["case"] == case
    assert desk.get(f"/messages/{message_id}").status_code == 409
    assert desk.ask(f"/messages/{message_id}", oin=CRED)["from"] == CRED
    desk.stand.close()


def test_quarantine_and_recoveries_are_told_and_nobody_is_named(desk: Desk) -> None:
    groups = desk.ask("/quarantine/groups")["groups"]
    assert [one["cause"] for one in groups] == ["lane", "inbox", "row"]
    assert groups[0]["takenOn"]
    assert groups[0]["note"]
    assert len(desk.ask("/quarantine/evidence", cause="lane")["evidence"]) == groups[0]["count"]
    settled = desk.ask("/quarantine/evidence", settled="true")["evidence"]
    assert {one["state"] for one in settled} <= {"released", "rejected"}
    assert desk.ask(f"/quarantine/evidence/{desk.done.settled}")["state"] == "rejected"
    assert desk.get("/quarantine/evidence/4711").status_code == 404
    stages = {one["id"]: one["stage"] for one in desk.ask("/recoveries")["recoveries"]}
    assert stages[desk.done.recoveries["asked"]] == "asked"
    done = desk.ask(f"/recoveries/{desk.done.recoveries['done']}")
    assert [one["outcome"] for one in done["items"]] == ["carried", "no_agreement"]
    assert desk.get(f"/recoveries/{new_pseudonym()}").status_code == 404
    read = desk.token(Scope.READ)
    for path in (
        "/quarantine/groups",
        "/recoveries",
        f"/recoveries/{desk.done.recoveries['done']}",
        f"/partners/{VISH}",
    ):
        assert not re.search("Hans|Vera|Bea|behandelaar|beheerder", desk.get(path, read).text)


def test_partners_are_told_as_on_their_cards(desk: Desk) -> None:
    partners = {one["oin"]: one for one in desk.ask("/partners")["partners"]}
    assert partners[VISH]["pausedSince"] == rfc3339(NOW - HOUR)
    assert (partners[TAX]["away"], partners[TAX]["report"]["circuit"]) == (True, "open")
    assert partners[CRED]["unreceipted"] == 1
    assert desk.ask(f"/partners/{VISH}") == partners[VISH]
    assert desk.get("/partners/00000099000000009999").status_code == 404
    agreed = desk.ask("/agreements", date="2026-11-20")
    assert agreed["registerVersion"] == 1
    assert any(TAX in route["recipients"] for route in agreed["routes"])
    before = desk.ask("/agreements", date="2020-01-01")
    assert (before["registerVersion"], before["routes"]) == (None, [])
    assert "2026-12-25" in desk.ask("/calendar")["holidays"]


# — for monitoring ————————————————————————————————————————————————————————————————————————————————————————————————


def test_the_first_screen_is_told_in_numbers(desk: Desk) -> None:
    found = desk.ask("/overview")
    assert found["questions"]["overdue"] == 1
    assert set(found["away"]) == {TAX, VISH}
    assert found["alarms"] == {"nu": 0, "werkdag": 2, "week": 0}
    assert found["quarantined"] == sum(one["count"] for one in desk.ask("/quarantine/groups")["groups"])
    assert [one["kind"] for one in desk.ask("/alarms")["alarms"]] == ["partner", "pause"]


def test_head_health_and_witnesses_are_told(desk: Desk) -> None:
    head = desk.ask("/log/checkpoint")
    assert head["note"].startswith(f"{head['origin']}\n{head['size']}\n")
    # what waits for a partner that is paused does not wait for the keeper
    assert desk.ask("/health") == {"keepsUp": True, "unsequenced": 0, "overdue": 0, "quarantined": 11}
    assert desk.ask("/log/witnesses") == {"witnesses": []}
    assert desk.ask("/log/verifications") == {"verifications": []}


def metrics(desk: Desk) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels, as an independent reader of the format sees it."""
    answer = desk.get("/metrics", desk.token(Scope.MONITOR))
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    families = list(text_string_to_metric_families(answer.text))  # type: ignore[no-untyped-call]
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_metrics_count_what_the_database_holds_and_go_on_counting(tmp_path: Path) -> None:
    desk = Desk.on(tmp_path)
    found = metrics(desk)
    with desk.stand.database.reading() as connection:
        kinds = list(connection.execute(select(ENTRY.c.kind)).scalars())
    assert found["schuldhub_log_entries_total", "accepted", ""] == kinds.count("accepted")
    assert sum(value for (name, *_), value in found.items() if name == "schuldhub_log_entries_total") == len(kinds)
    assert found["schuldhub_messages_open", "accepted"] == found["schuldhub_messages_open", "forwarded"] == 1
    assert found["schuldhub_messages_open_oldest_seconds", "accepted"] == 3600
    assert found["schuldhub_alarms", "werkdag", "pause"] == 1
    assert found["schuldhub_alarms", "nu", "database"] == 0
    assert found["schuldhub_edge_away", TAX] == found["schuldhub_partner_paused", VISH] == 1
    with desk.stand.database.begin() as connection:
        Writer(connection, NOW).refused_by_hub("no_agreement", SHV, TAX, HOUR)
    Logbook(desk.stand.database).sequence()
    later = metrics(desk)
    assert (
        later["schuldhub_log_entries_total", "refused", ""] == 1 + found["schuldhub_log_entries_total", "refused", ""]
    )
    assert later["schuldhub_log_entries_total", "accepted", ""] == found["schuldhub_log_entries_total", "accepted", ""]
    desk.stand.close()


def test_monitoring_says_nothing_of_a_case_or_a_message(desk: Desk) -> None:
    with desk.stand.database.reading() as connection:
        rows = connection.execute(select(MESSAGE.c.subject, MESSAGE.c.id)).all()
    names = {name for row in rows for name in row}
    secret = desk.token(Scope.MONITOR)
    for path in ("/metrics", "/overview", "/health", "/log/witnesses", "/log/verifications"):
        said = desk.get(path, secret).text
        assert not [name for name in names if name in said or case_code(name) in said]


# — who may ——————————————————————————————————————————————————————————————————————————————————————————————————————


def test_nobody_comes_in_without_a_token_that_is_good(desk: Desk) -> None:
    over, revoked = desk.token(*Scope, lasts=timedelta(0)), desk.token(*Scope)
    with desk.stand.database.begin() as connection:
        row = connection.execute(select(TOKEN.c.id).filter_by(digest=digest_of(revoked))).scalar_one()
        assert revoke(connection, row, NOW)
        assert not revoke(connection, row, NOW)
    for secret in (over, revoked, new_secret(), "kort", "'; drop table"):
        answer = desk.get("/messages", secret)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert desk.client.get("/v1/messages").status_code == 401


@pytest.mark.parametrize("scope", Scope)
def test_a_token_allows_its_scope_and_no_other(desk: Desk, scope: Scope) -> None:
    allows = {
        Scope.READ: ("/messages", "/cases", "/terms", "/quarantine/groups", "/recoveries", "/partners", "/alarms"),
        Scope.MONITOR: ("/overview", "/health", "/metrics", "/log/checkpoint", "/log/witnesses", "/calendar"),
        Scope.AUDIT: ("/trail", "/acts"),
    }
    secret = desk.token(scope)
    for other, paths in allows.items():
        assert {desk.get(path, secret).status_code for path in paths} == {200 if other is scope else 403}


def test_every_look_and_refusal_is_in_the_trail_before_its_answer(desk: Desk) -> None:
    case = desk.filled.calm
    desk.ask("/partners")
    desk.ask("/messages", state="refused", most=2)
    desk.ask(f"/cases/{case}")
    desk.get("/partners", new_secret())
    desk.get("/partners", desk.token(Scope.MONITOR))
    lines = desk.trail(5)
    assert [(one.act, one.page, one.target, one.detail) for one in lines] == [
        (Act.VIEWED, "listPartners", None, None),
        (Act.SEARCHED, "listMessages", None, "state=refused&most=2"),
        (Act.VIEWED, "getCase", case, None),
        (Act.REFUSED, "listPartners", None, "no_token"),
        (Act.REFUSED, "listPartners", None, "no_scope"),
    ]
    assert [one.name for one in lines] == [*["proef (API)"] * 3, None, "proef (API)"]
    told = desk.ask("/trail", most=6)["lines"]
    assert [(one["act"], one["by"]) for one in told[1:]] == [(one.act, one.name) for one in lines[::-1]]


def test_a_monitor_that_looks_all_day_leaves_no_line_for_each_look(desk: Desk) -> None:
    before = desk.trail(1)
    for path in ("/metrics", "/health", "/overview", "/log/checkpoint"):
        assert desk.get(path).status_code == 200
    assert desk.trail(1) == before


def test_a_secret_is_kept_nowhere(desk: Desk) -> None:
    secret = desk.token(*Scope)
    with desk.stand.database.reading() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM api_token")).all())
        assert all(secret not in repr(one) for one in tokens(connection))


# — what goes wrong ———————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/messages?most=0", 400),
        ("/messages?most=x", 400),
        ("/messages?most=50&most=60", 400),
        ("/messages?oin=x", 400),
        ("/messages?state=x", 400),
        ("/messages?case=zzzzzzzzzz", 400),
        ("/messages?case=------------------------------------", 400),
        ("/messages?before=-1", 400),
        ("/messages?from=1795435200", 400),
        ("/messages?from=2026-11-23", 400),
        ("/messages?from=2026-11-23T12:00:00", 400),
        ("/messages?until=0001-01-01T00:00:00%2B01:00", 400),
        ("/messages?form=2026-11-23T12:00:00Z", 400),
        ("/messages/x", 400),
        ("/terms?after=1.x", 400),
        ("/agreements?date=20261123", 400),
        ("/quarantine/evidence/0", 400),
        ("/cases/zzzzzzzzzz", 400),
        ("/messages/", 404),
        ("/nergens", 404),
        ("", 404),
    ],
)
def test_what_is_wrong_is_a_problem_that_repeats_nothing(desk: Desk, path: str, status: int) -> None:
    answer = desk.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["api-version"] == "1.0.0"
    assert answer.json()["status"] == status
    assert "zzzz" not in answer.text


def test_another_method_is_told_which_there_are(desk: Desk) -> None:
    answer = desk.client.post("/v1/messages", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_pages_of_the_console_are_where_they_were(desk: Desk) -> None:
    assert desk.client.get("/aanmelden", headers={"accept": "text/html"}).status_code == 200
    assert desk.client.get("/v10").status_code != 200
