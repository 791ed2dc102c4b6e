"""Beheer on any day, what changed since a last visit, and who may open what, as a table made from the routes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.console.roles import Role
from hub.messagelog.entries.store import add_register_version, sequence_entries
from hub.web.sessions import User
from tests import permissions
from tests.console import Stand
from tests.filled import Writer, fill
from tests.world import CRED, NOW, SHV, FixedClock, World, make_world

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def stand(tmp_path: Path, world: World) -> Iterator[Stand]:
    made = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}", FixedClock())
    yield made
    made.close()


def test_what_was_agreed_on_a_past_day_is_read_from_the_signed_bytes_of_that_day(stand: Stand, world: World) -> None:
    old = world.edited(lambda document: document["agreements"][0].update(name="Oude afspraak", legalBasis="convenant"))
    with stand.database.begin() as connection:
        add_register_version(connection, 0, old.register.hash, NOW - 30 * DAY, old.body)
        add_register_version(connection, 1, world.register.hash, NOW - 10 * DAY, world.body)
    client = stand.client(stand.token())
    assert "Proefafspraak" in client.get("/beheer").text
    past = client.get("/beheer", params={"datum": (NOW - 20 * DAY).date().isoformat()}).text
    assert "Oude afspraak" in past
    assert "Proefafspraak" not in past
    before = client.get("/beheer", params={"datum": (NOW - 60 * DAY).date().isoformat()}).text
    assert "Op deze dag gebruikte de hub nog geen register." in before


@pytest.mark.parametrize("body", [None, b"somebody else's"])
def test_a_day_whose_bytes_are_missing_or_altered_is_said_so(stand: Stand, body: bytes | None) -> None:
    with stand.database.begin() as connection:
        add_register_version(connection, 0, "0" * 64, NOW - 30 * DAY, body)
    text = stand.client(stand.token()).get("/beheer", params={"datum": (NOW - 20 * DAY).date().isoformat()}).text
    assert "zijn hier niet bewaard, of kloppen niet meer" in text


@pytest.mark.parametrize("given", ["gisteren", "2026-02-30", "<script>"])
def test_what_is_no_day_shows_today_and_does_not_come_back(stand: Stand, given: str) -> None:
    answer = stand.client(stand.token()).get("/beheer", params={"datum": given})
    assert answer.status_code == 400
    assert "Dit is geen dag." in answer.text
    assert "<script>" not in answer.text.replace('<script src="', "")


def test_the_first_screen_says_what_changed_since_the_last_visit(stand: Stand) -> None:
    clock = stand.clock
    assert isinstance(clock, FixedClock)
    fill(stand.database, clock.now())
    first = stand.client(stand.token())
    assert "Sinds uw vorige bezoek" not in first.get("/overzicht").text
    clock.move(timedelta(minutes=30))
    with stand.database.begin() as connection:
        Writer(connection, clock.now()).delivered("kennisgeving-publiek", SHV, CRED, timedelta(0), *_pseudonyms())
        Writer(connection, clock.now()).refused_by_hub("no_agreement", SHV, CRED, timedelta(0))
        sequence_entries(connection, 100)
    again = stand.client(stand.token()).get("/overzicht").text
    assert "Sinds uw vorige bezoek" in again
    for said in ("<strong>1</strong> aangenomen", "<strong>1</strong> bewaard", "<strong>1</strong> geweigerd"):
        assert said in again
    other = stand.session(user=User("ander", "Ander", frozenset(Role)))[0]
    assert "Sinds uw vorige bezoek" not in stand.client(other).get("/overzicht").text
    clock.move(timedelta(minutes=30))
    assert "Er is niets gebeurd." in stand.client(stand.token()).get("/overzicht").text


def _pseudonyms() -> tuple[str, str]:
    return "0a1b2c3d-4e5f-4123-8abc-0123456789ab", "0a1b2c3d-4e5f-4123-8abc-0123456789ac"


def test_the_table_of_permissions_is_that_of_the_routes() -> None:
    written = permissions.FILE.read_text(encoding="utf-8")
    assert written.splitlines()[-len(permissions.table()) :] == permissions.table(), "python -m tests.permissions"
