"""The API over HTTP: who may come in, what is written down of it, and how it is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from adapters.haarlem.desk import store
from adapters.haarlem.desk.access import Scope
from hub.clock import new_pseudonym
from tests.unit.haarlem.desk import BAKKER, CRED, TAX, VRIES, Desk, case, person

PLANTED = "Plantenga-Planttak"


class Case:
    """A case system with a token, over HTTP."""

    def __init__(self, desk: Desk, *scopes: Scope) -> None:
        self.desk = desk
        self.http = desk.client()
        self.headers = {"Authorization": f"Bearer {desk.token(*scopes)}", "Medewerker-Id": "m-1"}

    def post(self, path: str, document: object, *, key: str | None = None, **headers: str) -> Response:
        """A POST with a fresh key, unless one is given."""
        sent = self.headers | {"Idempotency-Key": key or new_pseudonym()} | headers
        return self.http.post(f"/v1{path}", json=document, headers=sent)

    def get(self, path: str) -> Response:
        """A GET."""
        return self.http.get(f"/v1{path}", headers=self.headers)

    def registered(self, *persons: dict[str, Any], **more: object) -> str:
        """A fresh case; its id."""
        answer = self.post("/schuldenrust", case(*persons, **more))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
def system(desk: Desk) -> Case:
    """A case system that may do everything."""
    return Case(desk)


def accesses(desk: Desk, case_id: str | None = None) -> list[tuple[str, str, str | None, int]]:
    """(employee, act, case, status) of every line of the access log."""
    with desk.ledger.begin() as tx:
        return [line[1:] for line in store.accesses(tx, case_id)]


# — acts and answers ——————————————————————————————————————————————————————————————————————————————————————————————


def test_a_case_is_registered_looked_up_and_followed(system: Case) -> None:
    answer = system.post("/schuldenrust", case(person(kenmerk="P-1")))
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/schuldenrust/{answer.json()['id']}"
    found = system.http.get(answer.headers["location"], headers=system.headers).json()
    (somebody,) = found["personen"]
    assert (somebody["rust"], somebody["kenmerk"]) == ("nog-niet", "P-1")
    assert [party["stand"] for party in somebody["partijen"]] == ["aangevraagd", "verzonden"]
    events = system.get("/gebeurtenissen?na=0").json()
    assert [one["soort"] for one in events["gebeurtenissen"]] == [
        "zaak-geregistreerd",
        "fasebericht-gewijzigd",
        "stand-gewijzigd",
        "stand-gewijzigd",
    ]
    assert system.get(f"/gebeurtenissen?na={events['laatste']}").json() == {
        "gebeurtenissen": [],
        "laatste": events["laatste"],
    }
    assert system.get(f"/schuldenrust/{found['id']}/gebeurtenissen?aantal=1").json()["laatste"] == 1


def test_every_act_has_an_address(system: Case) -> None:
    number = system.registered(person(), person(BAKKER), schuldeisers=[{"naam": "A", "oin": CRED}])
    view = system.get(f"/schuldenrust/{number}").json()
    second = view["personen"][1]["id"]
    creditor = view["personen"][0]["partijen"][-1]["id"]
    acts: list[tuple[str, dict[str, Any], int]] = [
        ("/partijen", {"belastinggemeente": "0377"}, 200),
        ("/correctie", {"fase": "stabilisatie"}, 200),
        (f"/partijen/{creditor}/beeindiging", {"reden": "zelf"}, 200),
        (f"/personen/{second}/afsplitsing", {"klantnummerShv": "NIEUW"}, 201),
        ("/personen", {"persoon": person("999002831")}, 200),
        ("/verlenging", {"reden": "langer"}, 409),
        ("/beeindiging", {"reden": "zelf"}, 200),
    ]
    for path, document, status in acts:
        answer = system.post(f"/schuldenrust/{number}{path}", document)
        assert (path, answer.status_code) == (path, status), answer.text
    assert system.get(f"/schuldenrust/{number}").json()["stand"] == "beeindigd"


def test_an_end_of_many_asks_for_their_number(make_desk: Callable[..., Desk]) -> None:
    system = Case(make_desk(rules={"confirm_above": 0}))
    number = system.registered()
    refused = system.post(f"/schuldenrust/{number}/beeindiging", {"reden": "zelf"})
    assert (refused.status_code, refused.json()["aantalPauzes"]) == (409, 1)
    assert system.post(f"/schuldenrust/{number}/beeindiging", {"reden": "zelf", "aantalPauzes": 1}).status_code == 200


def test_a_second_case_is_a_conflict_that_names_the_first(system: Case) -> None:
    number = system.registered()
    answer = system.post("/schuldenrust", case())
    assert (answer.status_code, answer.json()["zaak"]) == (409, number)
    assert answer.json()["type"] == "urn:schuldhub:probleem:zaak-bestaat"


def test_a_search_is_a_post_and_shows_no_name(system: Case) -> None:
    number = system.registered(person(geslachtsnaam=PLANTED))
    answer = system.post("/zoekopdrachten", {"bsn": VRIES})
    assert answer.json()["zaken"][0] | {"persoonId": ""} == {
        "zaak": number,
        "stand": "open",
        "persoonId": "",
        "rust": "nog-niet",
    }
    assert system.post("/zoekopdrachten", {"bsn": BAKKER}).json() == {"zaken": []}
    assert PLANTED not in answer.text + system.get(f"/schuldenrust/{number}").text


def test_calls_are_listed_and_settled_once(system: Case) -> None:
    number = system.registered(person(None))
    listed = system.get("/belpunten").json()["belpunten"]
    assert [one["reden"] for one in listed] == ["geen-bsn", "geen-bsn"]
    assert system.get(f"/schuldenrust/{number}/belpunten").json()["belpunten"] == listed
    settled = [system.post(f"/belpunten/{one['id']}/afhandeling", {"uitkomst": "geregeld"}) for one in listed]
    assert [one.status_code for one in settled] == [200, 200]
    assert settled[-1].json()["personen"][0]["rust"] == "volledig"
    again = system.post(f"/belpunten/{listed[0]['id']}/afhandeling", {"uitkomst": "geregeld"})
    assert again.status_code == 409


def test_rest_that_was_promised_until_yesterday_is_no_rest(system: Case) -> None:
    system.registered(person(None))
    (item, *_) = system.get("/belpunten").json()["belpunten"]
    answer = system.post(f"/belpunten/{item['id']}/afhandeling", {"uitkomst": "geregeld", "einddatum": "2020-01-01"})
    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["velden"]] == [("/einddatum", "in-het-verleden")]
    assert item in system.get("/belpunten").json()["belpunten"]


def test_calls_of_a_case_that_does_not_exist_are_not_found(system: Case) -> None:
    assert system.get(f"/schuldenrust/{new_pseudonym()}/belpunten").status_code == 404


def test_a_party_can_be_told_again(system: Case) -> None:
    number = system.registered()
    system.desk.outcome(system.desk.letters(TAX)[0], "refused", code="no_agreement")
    party = system.desk.party(number, "belastingkantoor")["id"]
    assert system.post(f"/schuldenrust/{number}/partijen/{party}/herhaling", {}).status_code == 200
    assert system.post(f"/schuldenrust/{number}/partijen/{party}/herhaling", {}).status_code == 409


# — who may come in ————————————————————————————————————————————————————————————————————————————————————————————————


def test_nobody_comes_in_without_a_token_whatever_else_is_wrong(desk: Desk) -> None:
    http = desk.client()
    for headers in ({}, {"Authorization": "Bearer shv_nee"}, {"Authorization": "Basic bTpt"}):
        for method, path in (("GET", "/v1/gebeurtenissen"), ("POST", "/v1/schuldenrust"), ("POST", "/v1/importen")):
            answer = http.request(method, path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_allows_what_its_scopes_say_and_no_more(desk: Desk) -> None:
    reader = Case(desk, Scope.READ)
    assert reader.get("/gebeurtenissen").status_code == 200
    assert reader.post("/schuldenrust", case()).status_code == 403
    assert reader.post("/zoekopdrachten", {"bsn": VRIES}).status_code == 403
    assert reader.post("/importen", {}).status_code == 403


def test_a_revoked_or_ended_token_lets_nobody_in(desk: Desk) -> None:
    system = Case(desk)
    with desk.ledger.begin() as tx:
        token = store.tokens(tx)[0]
        assert store.revoke_token(tx, token.id, desk.clock.now())
        assert not store.revoke_token(tx, token.id, desk.clock.now())
    assert system.get("/gebeurtenissen").status_code == 401
    ended = desk.token(expires_at=desk.clock.now() + timedelta(hours=1))
    desk.clock.move(timedelta(hours=2))
    system.headers["Authorization"] = f"Bearer {ended}"
    assert system.get("/gebeurtenissen").status_code == 401


def test_a_token_is_kept_as_a_hash_alone(desk: Desk) -> None:
    secret = desk.token()
    desk.ledger.close()
    kept = b"".join(file.read_bytes() for file in desk.folder.glob("ledger.db*"))
    assert secret.encode() not in kept
    assert secret.removeprefix("shv_").encode() not in kept


@pytest.mark.parametrize("employee", ["", "Jan Jansen", VRIES, "x" * 65, None])
def test_every_call_names_who_acts_by_an_opaque_id(system: Case, employee: str | None) -> None:
    if employee is None:
        del system.headers["Medewerker-Id"]
    else:
        system.headers["Medewerker-Id"] = employee
    answer = system.get("/gebeurtenissen")
    assert answer.status_code == 400
    assert answer.json()["velden"][0]["pointer"] == "/header/Medewerker-Id"
    assert VRIES not in answer.text


# — what is written down ————————————————————————————————————————————————————————————————————————————————————————————


def test_every_read_search_and_act_is_in_the_access_log(system: Case) -> None:
    number = system.registered()
    system.get(f"/schuldenrust/{number}")
    system.post("/zoekopdrachten", {"bsn": VRIES})
    system.post("/schuldenrust", case())
    system.get(f"/schuldenrust/{new_pseudonym()}")
    system.post("/schuldenrust", {"bsn": VRIES})
    assert accesses(system.desk)[0] == ("m-1", "aanmelden", number, 201)
    assert [(act, status) for _, act, _, status in accesses(system.desk)] == [
        ("aanmelden", 201),
        ("opvragen", 200),
        ("zoeken", 200),
        ("aanmelden", 409),
        ("opvragen", 404),
        ("aanmelden", 400),
    ]


def test_what_cannot_be_written_down_is_not_answered(system: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    number = system.registered(person(geslachtsnaam=PLANTED))

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(store, "add_access", full)
    answer = system.get(f"/schuldenrust/{number}")
    assert answer.status_code == 500
    assert number not in answer.text
    refused = system.post("/schuldenrust", case(person(BAKKER)))
    assert refused.status_code == 500
    assert len(system.desk.letters()) == 2


# — once for its key ————————————————————————————————————————————————————————————————————————————————————————————————


def test_the_same_key_and_body_get_the_same_answer_and_act_once(system: Case) -> None:
    document = case()
    first = system.post("/schuldenrust", document, key="k-1")
    system.desk.confirm_everything()
    second = system.post("/schuldenrust", document, key="k-1")
    assert (second.status_code, second.text, second.headers["location"]) == (201, first.text, first.headers["location"])
    assert len(system.desk.letters()) == 2


def test_the_same_key_with_another_body_or_address_is_refused(system: Case) -> None:
    number = system.registered()
    assert system.post(f"/schuldenrust/{number}/correctie", {"fase": "intake"}, key="k-1").status_code == 200
    for path, document in (
        (f"/schuldenrust/{number}/correctie", {"urgent": True}),
        ("/schuldenrust", {"fase": "intake"}),
    ):
        answer = system.post(path, document, key="k-1")
        assert (answer.status_code, answer.json()["type"]) == (
            400,
            "urn:schuldhub:probleem:idempotentiesleutel-hergebruikt",
        )


def test_a_refused_act_may_be_tried_again_under_its_key(system: Case) -> None:
    number = system.registered()
    path = f"/schuldenrust/{number}/beeindiging"
    assert system.post(path, {"reden": "overig"}, key="k-1").status_code == 400
    assert system.post(path, {"reden": "zelf"}, key="k-1").status_code == 200


def test_a_key_of_one_token_is_another_key_of_another_token(desk: Desk) -> None:
    assert Case(desk).post("/schuldenrust", case(), key="k").status_code == 201
    assert Case(desk).post("/schuldenrust", case(person(BAKKER)), key="k").status_code == 201


def test_a_post_without_a_key_is_refused(system: Case) -> None:
    answer = system.http.post("/v1/schuldenrust", json=case(), headers=system.headers)
    assert (answer.status_code, answer.json()["velden"][0]["pointer"]) == (400, "/header/Idempotency-Key")


def test_kept_answers_are_forgotten_in_time(system: Case) -> None:
    document = case()
    system.post("/schuldenrust", document, key="k")
    system.desk.days_pass(31)
    assert system.post("/schuldenrust", document, key="k").status_code == 409


# — bad input ———————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"{", "", "geen-json"),
        (b'{"fase":"a","fase":"b"}', "", "geen-json"),
        (b"[]", "", "geen-json"),
        (b"[" * 100_000, "", "geen-json"),
        (json.dumps(case(fase=PLANTED)).encode(), "/fase", "unknown_code"),
        (json.dumps(case(person("999000112"))).encode(), "/personen/0/bsn", "bsn_elfproef"),
        (json.dumps(case(person(geboortedatum=PLANTED))).encode(), "/personen/0/geboortedatum", "birth_date_form"),
        (json.dumps(case(**{PLANTED: 1})).encode(), "", "unknown_member"),
        (json.dumps(case() | {"personen": []}).encode(), "/personen", "geen-persoon"),
        (json.dumps(case(einddatum=None)).encode(), "/einddatum", "null"),
    ],
)
def test_bad_input_is_400_with_its_place_and_never_its_value(
    system: Case, body: bytes, pointer: str, code: str
) -> None:
    headers = system.headers | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = system.http.post("/v1/schuldenrust", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    problem = answer.json()
    assert {"type", "status", "title", "detail"} <= set(problem)
    assert (problem["velden"][0]["pointer"], problem["velden"][0]["code"]) == (pointer, code)
    assert PLANTED not in answer.text
    assert "999000112" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/schuldenrust/", 404),
        ("GET", "/v1/gebeurtenissen/", 404),
        ("GET", "/v1/nergens", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/gebeurtenissen", 404),
        ("GET", "/", 404),
        ("DELETE", "/v1/gebeurtenissen", 405),
        ("GET", "/v1/schuldenrust/geen-uuid", 400),
        ("GET", "/v1/gebeurtenissen?na=x", 400),
        ("GET", "/v1/gebeurtenissen?na=-1", 400),
        ("GET", "/v1/gebeurtenissen?aantal=501", 400),
    ],
)
def test_every_answer_is_a_problem_of_the_standard_with_the_version(
    system: Case, method: str, path: str, status: int
) -> None:
    answer = system.http.request(method, path, headers=system.headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["api-version"] == "1.0.0"
    assert answer.json()["status"] == status


def test_a_body_is_measured_before_it_is_read(make_desk: Callable[..., Desk]) -> None:
    system = Case(make_desk(api={"most_json_bytes": 2048, "most_csv_bytes": 4096}))

    def chunks(count: int) -> Iterator[bytes]:
        return (b" " * 1024 for _ in range(count))

    for body in (b" " * 3000, chunks(3)):
        answer = system.http.post("/v1/schuldenrust", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["api-version"]) == (413, "1.0.0")
    headers = system.headers | {"Idempotency-Key": "k", "Content-Type": "text/csv"}
    assert system.http.post("/v1/importen", content=chunks(3), headers=headers).status_code == 400
    assert system.http.post("/v1/importen", content=chunks(5), headers=headers).status_code == 413


def test_another_media_type_is_refused(system: Case) -> None:
    answer = system.post("/schuldenrust", case(), **{"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_without_a_database_it_says_so_and_when_to_come_again(system: Case) -> None:
    system.desk.ledger.close()
    (system.desk.folder / "ledger.db").unlink()
    (system.desk.folder / "ledger.db").mkdir()
    answer = system.get("/gebeurtenissen")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_the_description_is_open_to_all(desk: Desk) -> None:
    http: TestClient = desk.client()
    answer = http.get("/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["api-version"] == "1.0.0"
    assert answer.json()["info"]["contact"]["email"]
