"""The operators' API: by token and scope, every call in the trail, problems and never an error, described truly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from starlette.testclient import TestClient

from hub.api.access import Scope, Token, digest_of, new_secret
from hub.api.access.store import add_token, revoke, tokens
from hub.api.access.tables import CALL, TOKEN
from hub.api.app import Api, create_api
from hub.clock import new_pseudonym
from hub.console.process import beside
from hub.messagelog.tables import ENTRY
from hub.wire.tlogproof import read_proof, verify_proof
from tests.adr_rules import findings
from tests.console import Stand
from tests.filled import fill
from tests.logbook import Logbook
from tests.world import LOG_SIGNER, NOW, TAX, FixedClock, make_world


@dataclass
class Desk:
    """The API beside the console, on a filled log."""

    stand: Stand
    client: TestClient

    def token(self, *scopes: Scope, lasts: timedelta = timedelta(days=1)) -> str:
        secret = new_secret()
        token = Token(new_pseudonym(), "proef", frozenset(scopes), NOW, NOW + lasts)
        with self.stand.database.begin() as connection:
            add_token(connection, token, digest_of(secret))
        return secret

    def get(self, path: str, secret: str | None = None, **query: Any) -> Any:  # noqa: ANN401
        secret = secret or self.token(*Scope)
        return self.client.get(f"/v1{path}", params=query, headers={"Authorization": f"Bearer {secret}"})

    def calls(self) -> list[tuple[str, int]]:
        with self.stand.database.reading() as connection:
            return [tuple(row) for row in connection.execute(select(CALL.c.operation, CALL.c.status))]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("api")
    stand = Stand.on(folder, make_world(), f"sqlite:///{folder / 'hub.db'}", FixedClock())
    fill(stand.database, NOW)
    log = Logbook(stand.database)
    log.sequence()
    log.checkpoint()
    inner = stand.console.desk
    api = create_api(Api(stand.database, inner.register, inner.clock), "https://hub.example")
    app = beside(stand.console.app, api)
    yield Desk(stand, TestClient(app, base_url=inner.origin, raise_server_exceptions=False, follow_redirects=False))
    stand.close()


def test_messages_are_listed_paged_and_filtered_as_on_the_command_line(desk: Desk) -> None:
    first = desk.get("/messages", most=2).json()
    second = desk.get("/messages", most=2, before=first["before"]).json()
    assert len(first["messages"]) == len(second["messages"]) == 2
    assert not {one["id"] for one in first["messages"]} & {one["id"] for one in second["messages"]}
    refused = desk.get("/messages", state="refused").json()["messages"]
    assert refused
    assert {one["state"] for one in refused} == {"refused"}
    mark = next(one["dossierkenmerk"] for one in desk.get("/messages").json()["messages"] if one["dossierkenmerk"])
    assert {one["dossierkenmerk"] for one in desk.get("/messages", case=mark).json()["messages"]} == {mark}
    assert desk.get("/messages", oin=TAX, type="kennisgeving-publiek").json()["messages"]


def test_one_message_says_who_must_act_and_its_proof_holds(desk: Desk) -> None:
    with desk.stand.database.reading() as connection:
        message_id = connection.execute(select(ENTRY.c.id).filter_by(kind="accepted")).scalars().first()
    one = desk.get(f"/messages/{message_id}").json()
    assert {"whoMustAct", "nextStep", "timeline"} <= set(one)
    proof = desk.get(f"/messages/{message_id}/proof").json()
    verify_proof(read_proof(proof["proof"]), proof["leaf"].encode(), LOG_SIGNER.verifier)
    assert desk.get(f"/messages/{new_pseudonym()}").status_code == 404
    assert desk.get(f"/messages/{new_pseudonym()}/proof").status_code == 404


def test_partners_head_and_health_are_told(desk: Desk) -> None:
    assert TAX in {one["oin"] for one in desk.get("/partners").json()["partners"]}
    head = desk.get("/log/checkpoint").json()
    assert head["note"].startswith(f"{head['origin']}\n{head['size']}\n")
    assert desk.get("/health").json()["unsequenced"] == 0


def test_nobody_comes_in_without_a_token_that_is_good_and_allows_it(desk: Desk) -> None:
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
    monitor = desk.token(Scope.MONITOR)
    assert desk.get("/health", monitor).status_code == 200
    assert desk.get("/messages", monitor).status_code == 403


def test_every_call_is_in_the_trail_before_its_answer(desk: Desk) -> None:
    before = len(desk.calls())
    desk.get("/partners")
    desk.get("/partners", new_secret())
    desk.get("/partners", desk.token(Scope.MONITOR))
    assert desk.calls()[before:] == [("listPartners", 200), ("listPartners", 401), ("listPartners", 403)]


def test_a_secret_is_kept_nowhere(desk: Desk) -> None:
    secret = desk.token(*Scope)
    with desk.stand.database.reading() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM api_token")).all())
        assert all(secret not in repr(one) for one in tokens(connection))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/messages?most=0", 400),
        ("/messages?most=x", 400),
        ("/messages?oin=x", 400),
        ("/messages?state=x", 400),
        ("/messages?case=zzzzzzzzzz", 400),
        ("/messages?before=-1", 400),
        ("/messages/x", 400),
        ("/messages/", 404),
        ("/nergens", 404),
        ("", 404),
    ],
)
def test_what_is_wrong_is_a_problem_that_repeats_nothing(desk: Desk, path: str, status: int) -> None:
    answer = (
        desk.get(path)
        if "?" not in path
        else desk.client.get(f"/v1{path}", headers={"Authorization": f"Bearer {desk.token(*Scope)}"})
    )
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.headers["api-version"] == "1.0.0"
    assert answer.json()["status"] == status
    assert "zzzz" not in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/messages", "/messages/{}", "/messages/{}/proof", "/partners", "/log/checkpoint", "/health"]),
    st.text(max_size=30),
    st.dictionaries(st.sampled_from(["case", "oin", "type", "state", "before", "most", "x"]), st.text(max_size=40)),
)
def test_whatever_is_asked_the_answer_is_described(desk: Desk, path: str, name: str, query: dict[str, str]) -> None:
    answer = desk.client.get(
        httpx_path(path, name), params=query, headers={"Authorization": f"Bearer {desk.token(*Scope)}"}
    )
    assert answer.status_code in {200, 400, 404}


def httpx_path(path: str, name: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return "/v1" + path.format(quote(name.encode("utf-8", "replace"), safe=""))


def test_the_pages_of_the_console_are_where_they_were(desk: Desk) -> None:
    assert desk.client.get("/aanmelden", headers={"accept": "text/html"}).status_code == 200
    assert desk.client.get("/v10").status_code != 200


# — the description ———————————————————————————————————————————————————————————————————————————————————————————————


def test_the_description_is_published_with_contact_and_says_what_can_go_wrong(desk: Desk) -> None:
    document = desk.client.get("/v1/openapi.json").json()
    assert document["info"]["contact"]["email"]
    assert document["servers"][0]["url"].endswith("/v1")
    operations = [one for item in document["paths"].values() for one in item.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) == 6
    for one in operations:
        assert {"200", "400", "401", "403", "404", "503"} == set(one["responses"])
        assert all("API-Version" in response["headers"] for response in one["responses"].values())


@pytest.mark.timeout(240)
def test_the_official_rules_find_nothing(desk: Desk, tmp_path: Path) -> None:
    assert findings(desk.client.get("/v1/openapi.json").json(), tmp_path) == []
