"""The screens, asked as a browser without JavaScript asks: empty, filled, wrong, and while the database is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.console.audit import Act
from hub.console.audit.store import visits
from hub.messagelog.entries.store import add_entries
from tests.console import Stand
from tests.filled import Filled, fill
from tests.world import SHV, TAX, World, make_world

ACTED = ("/quarantaine", "/quarantaine/lane", "/herstel", "/beheer", f"/ketenpartners/{TAX}")
SCREENS = ("/overzicht", "/berichtenlog", "/dossiers", "/termijnen", "/ketenpartners", "/beheer/spoor", *ACTED)
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(params=["sqlite", "postgresql"])
def stand(tmp_path: Path, world: World, request: pytest.FixtureRequest) -> Iterator[Stand]:
    on_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'hub.db'}" if on_file else request.getfixturevalue("postgres_url")
    made = Stand.on(tmp_path, world, url)
    yield made
    made.close()


@pytest.fixture
def filled(stand: Stand) -> Filled:
    return fill(stand.database, stand.clock.now())


@pytest.fixture
def client(stand: Stand) -> TestClient:
    return stand.client(stand.token())


def acts(stand: Stand) -> list[tuple[str, str, str | None]]:
    """The trail, oldest first: act, page and what was looked at or searched."""
    with stand.database.reading() as connection:
        found = [visit for _, visit in visits(connection, 50)]
    return [(visit.act.value, visit.page, visit.target or visit.detail) for visit in reversed(found)]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_shows_when_nothing_has_happened_yet(client: TestClient, screen: str) -> None:
    assert client.get(screen).status_code == 200


def test_green_says_so_in_words(client: TestClient) -> None:
    assert "Niets vraagt nu aandacht." in client.get("/overzicht").text


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_shows_a_busy_day(client: TestClient, filled: Filled, screen: str) -> None:
    assert client.get(screen).status_code == 200


def test_the_first_screen_says_what_hurts(client: TestClient, filled: Filled) -> None:
    text = client.get("/overzicht").text
    assert "2 niet ontvangen, 2 geweigerd of verlopen, 1 zonder antwoord na de termijn" in text
    assert "GBKZ, VISH" in text
    assert "Niets vraagt nu aandacht." not in text


def test_the_log_pages_by_its_own_index(stand: Stand, client: TestClient) -> None:
    for _ in range(6):
        fill(stand.database, stand.clock.now())
    seen: list[str] = []
    page = "/berichtenlog"
    while page:
        text = client.get(page).text
        seen += [part.split('"', 1)[0] for part in text.split('id="rij-')[1:]]
        older = text.partition('rel="next" href="')[2].partition('"')[0]
        page = older.replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 6 * 11


def test_a_search_is_in_the_trail_and_a_bare_list_is_not(stand: Stand, client: TestClient, filled: Filled) -> None:
    client.get("/berichtenlog")
    assert acts(stand) == []
    client.get("/berichtenlog", params={"partij": TAX, "stand": "delivered"})
    assert acts(stand) == [("searched", "berichtenlog", f"partij={TAX}&stand=delivered")]


def test_a_wrong_filter_is_named_and_what_was_typed_does_not_come_back(client: TestClient, filled: Filled) -> None:
    answer = client.get("/berichtenlog", params={"dossier": HOSTILE})
    assert answer.status_code == 400
    assert "Een dossierkenmerk heeft tien tekens" in answer.text
    assert "alert(1)" not in answer.text


def test_a_message_says_where_it_is_and_who_must_act(stand: Stand, client: TestClient, filled: Filled) -> None:
    unread = client.get(f"/berichten/{filled.messages['unread']}").text
    assert "Het ligt in de postbus van de ontvanger." in unread
    assert "<strong>Publieke schuldeiser</strong>" in unread
    late = client.get(f"/berichten/{filled.messages['late']}").text
    assert "de beheerder van de hub, nu" in late
    assert acts(stand)[0] == ("viewed", "bericht", filled.messages["unread"])


def test_a_message_that_the_hub_refused_has_a_page_of_its_own(client: TestClient, filled: Filled) -> None:
    text = client.get(f"/berichten/{filled.messages['refused by hub']}").text
    assert "Geen geldende afspraak staat dit bericht" in text


def test_a_case_shows_its_clock_and_the_same_messages_twice(stand: Stand, client: TestClient, filled: Filled) -> None:
    text = client.get(f"/dossiers/{filled.calm}").text
    assert text.count("beantwoord") == 2
    assert text.count('<path class="arrow') == 4
    assert text.count("<li>") - text.count("<li><a href") == 4
    assert "1 dag 2 u" in text
    assert acts(stand) == [("viewed", "dossier", filled.calm)]


def test_a_mark_that_was_read_out_leads_to_its_case(client: TestClient, filled: Filled) -> None:
    mark = filled.calm.replace("-", "")[:10].upper()
    answer = client.get("/dossiers", params={"kenmerk": mark})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/dossiers/{filled.calm}")


@pytest.mark.parametrize("path", ["/dossiers/onzin", f"/dossiers/{SHV}", "/berichten/onzin", "/nergens"])
def test_what_is_not_there_is_said_so(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Niet gevonden" in answer.text


def test_a_partner_is_shown_with_what_its_edge_reports(client: TestClient, filled: Filled) -> None:
    text = client.get("/ketenpartners").text
    assert "achterliggend systeem is weg; iemand moet over onzekere handelingen beslissen" in text
    assert "meldt zich niet meer" in text
    assert text.index("GBKZ") < text.index("Cocensus") < text.index("Schuldhulp Haarlem")


def test_a_hostile_partners_strings_are_shown_as_text(stand: Stand, client: TestClient) -> None:
    from hub.messagelog.store import put_edge_status  # noqa: PLC0415 - writes what a checked report could not hold

    now = stand.clock.now()
    row = {"oin": TAX, "time": 1, "waiting": 0, "oldest_waiting": None, "uncertain": 0, "circuit": HOSTILE[:9]}
    more = {"software": HOSTILE * 1000, "types": HOSTILE, "register_version": 1, "clock_offset_ms": 0}
    with stand.database.begin() as connection:
        put_edge_status(connection, [row | more | {"received": int(now.timestamp() * 1e6)}])
        add_entries(connection, [{"kind": "refused", "ts": 1, "src": TAX, "code": HOSTILE[:32], "type": HOSTILE}])
    for screen in SCREENS:
        assert "<script>alert" not in client.get(screen).text


def test_the_trail_shows_who_looked_and_pages(stand: Stand, filled: Filled) -> None:
    client = stand.client(stand.token())
    for _ in range(105):
        client.get(f"/dossiers/{filled.calm}")
    first = client.get("/beheer/spoor", params={"wat": "viewed"}).text
    assert "Pia Proef" in first
    assert filled.calm in first
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert older.startswith("/beheer/spoor?wat=viewed&voor=")
    assert client.get(older).status_code == 200
    assert Act.VIEWED.value in older


def test_signing_out_ends_the_session_here(stand: Stand) -> None:
    token, session = stand.session()
    client = stand.client(token)
    answer = client.post("/afmelden", data={"csrf": session.csrf})
    assert answer.headers["location"] == "/aanmelden?afgemeld=1"
    assert stand.client(token).get("/overzicht").status_code == 303
    assert acts(stand)[-1] == ("signed-out", "afmelden", None)


def test_without_a_database_the_page_says_what_still_works(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    token = stand.token()
    stand.database.engine.dispose()
    for file in tmp_path.glob("hub.db*"):
        file.unlink()
    (tmp_path / "hub.db").mkdir()
    answer = stand.client(token).get("/overzicht")
    assert answer.status_code == 503
    assert "Berichten wachten veilig" in answer.text
    assert "content-security-policy" in answer.headers
    stand.close()
