"""What operators do from the console, as a browser without JavaScript does it: forms, reasons, seconds, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from hub.console.audit.store import visits
from hub.console.roles import Role
from hub.messagelog.store import Row, add_quarantined
from hub.messagelog.tables import ENTRY, QUARANTINE
from hub.operations.acts.store import newest_acts
from hub.operations.recovery.store import recoveries
from hub.web.sessions import User
from tests import operated
from tests.console import Stand
from tests.world import World, make_world

WHY = "nagevraagd bij de ontvanger"
KEY = re.compile(r'name="sleutel" value="([0-9a-f-]{36})"')
HASH = re.compile(r'name="plan" value="(sha-256:[0-9a-f]{64})"')


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture
def stand(tmp_path: Path, world: World) -> Iterator[Stand]:
    made = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}")
    yield made
    made.close()


class Operator:
    """Somebody at a browser."""

    def __init__(self, stand: Stand, *roles: Role, subject: str = "proef") -> None:
        self.stand = stand
        user = User(subject, subject.title(), frozenset(roles or Role))
        token, self.session = stand.session(user=user)
        self.client: TestClient = stand.client(token)

    def get(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, path
        return answer.text

    def post(self, path: str, **fields: Any) -> Response:  # noqa: ANN401
        """Sends a form of this session."""
        return self.client.post(path, data={"csrf": self.session.csrf, **fields})


def lay_aside(stand: Stand, world: World, count: int = 3) -> list[int]:
    """Dead letters of a lane; their numbers."""
    return operated.lay_aside(stand.database, world, count)


def settled(stand: Stand) -> list[str | None]:
    """How each piece was settled."""
    with stand.database.reading() as connection:
        return [row.settled_how for row in connection.execute(QUARANTINE.select().order_by(QUARANTINE.c.row_id))]


def trail(stand: Stand) -> list[tuple[str, str | None]]:
    """Acts and refusals in the trail, oldest first."""
    with stand.database.reading() as connection:
        found = [visit for _, visit in visits(connection, 100)]
    return [(visit.act.value, visit.detail) for visit in reversed(found) if visit.act.value in {"acted", "refused"}]


def leaves(stand: Stand) -> list[str]:
    """The operators' acts in the message log."""
    with stand.database.reading() as connection:
        return [row.code for row in connection.execute(ENTRY.select().where(ENTRY.c.kind == "operator"))]


def test_a_release_goes_by_plan_count_and_reason(stand: Stand, world: World) -> None:
    numbers = lay_aside(stand, world)
    vera = Operator(stand, Role.HANDLER, Role.RELEASER)
    assert "De hub vervoerde het niet" in vera.get("/quarantaine")
    where = vera.post("/quarantaine/lane/plan", stuk=numbers[:2]).headers["location"]
    page = vera.get(where)
    assert "Typ het getal 2" in page
    plan, fresh = HASH.search(page), KEY.search(page)
    assert plan
    assert fresh
    form = {"plan": plan[1], "sleutel": fresh[1], "reden": WHY, "tempo": 600}
    assert vera.post(f"{where}/bevestigen", **form, aantal=3).status_code == 400
    assert leaves(stand) == []
    for _ in range(3):  # an impatient finger
        assert vera.post(f"{where}/bevestigen", **form, aantal=2).status_code == 303
    assert "60" in vera.get(where)
    assert leaves(stand) == ["recovery-confirmed"]
    with stand.database.reading() as connection:
        (found,) = recoveries(connection, 5)
        assert (found.stage.value, found.per_minute, found.to_send) == ("running", 600, 2)
        assert found.confirmed is not None
        assert found.confirmed.reason == WHY
    assert "in herstel" in vera.get("/quarantaine/lane")


def test_a_second_operator_is_told_who_was_first(stand: Stand, world: World) -> None:
    lay_aside(stand, world)
    vera, ben = Operator(stand, subject="vera"), Operator(stand, subject="ben")
    where = vera.post("/quarantaine/lane/plan", alles="1").headers["location"]
    plan = HASH.search(vera.get(where))
    assert plan
    form = {"plan": plan[1], "reden": WHY, "aantal": 3}
    assert vera.post(f"{where}/bevestigen", sleutel=key(1), **form).status_code == 303
    answer = ben.post(f"{where}/bevestigen", sleutel=key(2), **form)
    assert answer.status_code == 409
    assert "Iemand anders was eerder" in answer.text
    assert leaves(stand) == ["recovery-confirmed"]
    assert trail(stand)[-1][0] == "refused"


def key(number: int) -> str:
    """A key of one's own."""
    return f"00000000-0000-4000-8000-00000000000{number}"


def test_with_four_eyes_one_person_sends_nothing(tmp_path: Path, world: World) -> None:
    stand = Stand.on(tmp_path, world, f"sqlite:///{tmp_path / 'hub.db'}", four_eyes=True)
    lay_aside(stand, world)
    vera, ben = Operator(stand, subject="vera"), Operator(stand, subject="ben")
    where = vera.post("/quarantaine/lane/plan", alles="1").headers["location"]
    page = vera.get(where)
    assert "moet een tweede vrijgever dit goedkeuren" in page
    plan = HASH.search(page)
    assert plan
    vera.post(f"{where}/bevestigen", plan=plan[1], sleutel=key(1), reden=WHY, aantal=3)
    assert "Dit moet een ander zijn dan wie bevestigde." in vera.get(where)
    assert vera.post(f"{where}/goedkeuren", sleutel=key(2), reden=WHY).status_code == 409
    assert ben.post(f"{where}/goedkeuren", sleutel=key(3), reden=WHY).status_code == 303
    assert leaves(stand) == ["recovery-confirmed", "recovery-approved"]
    stand.close()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "Schrijf ten minste 5 tekens op."),
        ("over 999990019 gebeld", "een getal dat een BSN kan zijn"),
        ("zie piet@example.test", "een e-mailadres"),
    ],
)
def test_a_reason_that_may_not_be_kept_is_not_and_does_not_come_back(
    stand: Stand, world: World, reason: str, said: str
) -> None:
    numbers = lay_aside(stand, world)
    vera = Operator(stand)
    answer = vera.post("/quarantaine/lane/afhandelen", stuk=numbers, hoe="afwijzen", sleutel=key(1), reden=reason)
    assert answer.status_code == 400
    assert said in answer.text
    assert "999990019" not in answer.text
    assert "piet@" not in answer.text
    assert settled(stand) == [None, None, None]
    assert answer.text.count('name="stuk"') == 3  # the form can be mended and sent again


def test_evidence_is_rejected_once_and_stays_to_be_looked_at(stand: Stand, world: World) -> None:
    numbers = lay_aside(stand, world)
    vera = Operator(stand)
    form = {"stuk": numbers[:2], "hoe": "afwijzen", "sleutel": key(1), "reden": WHY}
    for _ in range(2):
        assert vera.post("/quarantaine/lane/afhandelen", **form).status_code == 303
    assert settled(stand) == ["rejected", "rejected", None]
    assert leaves(stand) == ["evidence-rejected"]
    text = vera.get(f"/quarantaine/stuk/{numbers[0]}")
    assert "afgewezen" in text
    assert WHY in text
    other = vera.post("/quarantaine/lane/afhandelen", **form | {"sleutel": key(2), "hoe": "archiveren"})
    assert other.status_code == 409
    assert settled(stand) == ["rejected", "rejected", None]


def test_a_group_has_a_note_and_somebody_who_looks(stand: Stand, world: World) -> None:
    lay_aside(stand, world)
    vera = Operator(stand)
    vera.post("/quarantaine/lane/op-zich", sleutel=key(1))
    vera.post("/quarantaine/lane/notitie", sleutel=key(2), reden="hersteld in de volgende versie")
    text = vera.get("/quarantaine")
    assert "hersteld in de volgende versie" in text
    assert "<dd>Proef</dd>" in text
    vera.post("/quarantaine/lane/op-zich", sleutel=key(3), terug="1")
    assert "<strong>niemand</strong>" in vera.get("/quarantaine")


def test_who_may_not_act_is_told_why_instead_of_a_form(stand: Stand, world: World) -> None:
    lay_aside(stand, world)
    lies = Operator(stand, Role.READER)
    text = lies.get("/quarantaine/lane")
    assert "Alleen een behandelaar of vrijgever mag een plan maken." in text
    assert "Alleen een vrijgever mag afwijzen of archiveren." in text


def test_evidence_is_shown_without_content_and_a_strangers_words_as_text(stand: Stand, world: World) -> None:
    (number,) = lay_aside(stand, world, 1)
    vera = Operator(stand)
    text = vera.get(f"/quarantaine/stuk/{number}")
    assert "kennisgeving publiek" in text
    assert "eyJ" not in text
    with stand.database.begin() as connection:
        row: Row = {"cause": "dead-letter", "code": None, "received": 1, "refhash": "sha-256:" + "0" * 64}
        add_quarantined(connection, [row | {"oin": None, "queue": "hub.dead", "body": b"<script>alert(1)</script>"}])
    for path in ("/quarantaine", "/quarantaine/inbox", f"/quarantaine/stuk/{number + 1}"):
        assert "<script>alert" not in vera.get(path)
    with stand.database.reading() as connection:
        assert newest_acts(connection, 1) == []
