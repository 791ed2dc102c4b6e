"""Signing in at a real issuer over HTTP, with a code and PKCE; and every answer that must not let anybody in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from hub.console.audit import Act
from hub.console.audit.store import visits
from tests.console import Stand, issuer_for
from tests.world import World, make_world

ORIGIN = "http://127.0.0.1:8470"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def stand(tmp_path: Path, world: World) -> Iterator[Stand]:
    with issuer_for(ORIGIN) as issuer:
        made = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}", issuer=issuer)
        yield made
        made.close()


def at_issuer(client: TestClient, person: str, return_to: str = "/ketenpartners") -> str:
    """Goes to the issuer, picks somebody, and is sent back: where to."""
    there = client.get("/aanmelden/start", params={"terug": return_to}).headers["location"]
    with httpx2.Client() as browser:
        answer = browser.get(f"{there}&person={person}")
    assert answer.status_code == 303
    back = answer.headers["location"]
    assert back.startswith(ORIGIN)
    return back.removeprefix(ORIGIN)


def refusals(stand: Stand) -> list[str | None]:
    """Why somebody was not let in, newest first."""
    with stand.database.reading() as connection:
        return [visit.detail for _, visit in visits(connection, 10) if visit.act is Act.REFUSED]


def test_somebody_signs_in_and_is_where_he_wanted_to_be(stand: Stand) -> None:
    client = stand.client()
    answer = client.get(at_issuer(client, "vrijgever"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/ketenpartners")
    cookie = answer.headers["set-cookie"]
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    page = client.get("/ketenpartners").text
    assert "Vera Vrijgever" in page
    assert "(behandelaar, vrijgever)" in page
    with stand.database.reading() as connection:
        assert visits(connection, 1)[0][1].detail == "handler releaser"


def test_the_request_asks_for_a_code_with_pkce(stand: Stand) -> None:
    asked = parse_qs(urlsplit(stand.client().get("/aanmelden/start").headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 43


def test_who_has_no_role_is_told_so_and_stays_outside(stand: Stand) -> None:
    client = stand.client()
    answer = client.get(at_issuer(client, "gast"))
    assert answer.status_code == 403
    assert "hebt hier geen rol" in answer.text
    assert refusals(stand) == ["no role"]
    assert client.get("/overzicht").status_code == 303


def test_an_answer_is_good_once(stand: Stand) -> None:
    client = stand.client()
    back = at_issuer(client, "lezer")
    state = client.cookies["schuldhub-aanmelding"]
    assert client.get(back).status_code == 303
    again = stand.client()
    again.cookies.set("schuldhub-aanmelding", state)
    assert again.get(back).status_code == 403
    assert refusals(stand) == ["state"]


def test_an_answer_for_another_browser_is_refused(stand: Stand) -> None:
    back = at_issuer(stand.client(), "beheerder")
    assert stand.client().get(back).status_code == 403
    assert refusals(stand) == ["state"]


def test_a_code_of_another_sign_in_is_refused(stand: Stand) -> None:
    one, other = stand.client(), stand.client()
    stolen = parse_qs(urlsplit(at_issuer(one, "beheerder")).query)["code"][0]
    mine = parse_qs(urlsplit(at_issuer(other, "lezer")).query)["state"][0]
    answer = other.get("/aanmelden/terug", params={"code": stolen, "state": mine})
    assert answer.status_code == 403
    assert refusals(stand) == ["token"]


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?error=access_denied&state=x"])
def test_half_an_answer_lets_nobody_in(stand: Stand, query: str) -> None:
    assert stand.client().get(f"/aanmelden/terug{query}").status_code == 403


@pytest.mark.parametrize(
    "wanted",
    ["//elsewhere.example", "https://elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example", "x", "/\n"],
)
def test_nobody_is_sent_to_another_site_after_signing_in(stand: Stand, wanted: str) -> None:
    client = stand.client()
    assert client.get(at_issuer(client, "lezer", wanted)).headers["location"] == "/"


def test_an_issuer_that_is_away_is_said_so(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    answer = stand.client().get("/aanmelden/start")
    assert answer.status_code == 503
    assert "Aanmelden kan nu niet" in answer.text
    stand.close()
