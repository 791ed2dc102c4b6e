"""The delivery to DDAS: what is kept from the first act on, who may fetch it, and how it is cut into pages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import delete

from adapters.haarlem.ddas import store
from adapters.haarlem.ddas.facts import Fact, FactKind, Story
from adapters.haarlem.ddas.tables import FACT
from adapters.haarlem.ddas.trajectory import EXIT_OF, GOES_ON, MISTAKE, belongs, exit_of
from adapters.haarlem.ddas_desk import clients, recording
from adapters.haarlem.desk import store as desk_store
from adapters.haarlem.reasons import EndReason
from tests.unit.haarlem.desk import BAKKER, JANSEN, NOW, TODAY, VRIES, Desk, case, person
from tests.unit.haarlem.test_api import Case

MUNICIPALITIES = {
    "municipalities": [
        {"gemeentecode": "0397", "name": "Gemeente Heemstede", "kvk_number": "12345678"},
        {"gemeentecode": "0377"},
        {"gemeentecode": "0392"},
    ]
}


class Receiver:
    """The statistics office with a client of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.http = desk.client()
        with desk.ledger.begin() as tx:
            self.id, self.secret = clients.make_client(tx, "CBS", desk.clock.now())

    def asks_token(self, secret: str | None = None, **form: str) -> Response:
        """A request for a token."""
        sent = {"grant_type": "client_credentials"} | form
        return self.http.post("/ddas/v1/token", data=sent, auth=(self.id, secret or self.secret))

    def asks(self, document: object = None, *, token: str | None = None) -> Response:
        """A request for data."""
        headers = {"Authorization": f"Bearer {token or self.asks_token().json()['access_token']}"}
        return self.http.post("/ddas/v1/gegevens", json={} if document is None else document, headers=headers)

    def trajectories(self, document: object = None) -> list[dict[str, Any]]:
        """Every trajectory of every municipality."""
        answer = self.asks(document)
        assert answer.status_code == 200, answer.text
        return [one for part in answer.json()["gegevens"]["leveringen"] for one in part["schuldhulptrajecten"]]


@pytest.fixture
def receiver(desk: Desk) -> Receiver:
    """The statistics office at a debt helper."""
    return Receiver(desk)


def post(desk: Desk, path: str, document: object) -> Response:
    """An act of the case system."""
    return Case(desk).post(f"/schuldenrust/{path}", document)


# — what is kept —————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_case_is_a_trajectory_of_its_municipality_from_the_first_act_on(receiver: Receiver) -> None:
    owed = [{"naam": "Woonstad", "vorderingen": [{"factuurnummer": "F", "bedrag": "1234.50"}]}]
    receiver.desk.register(case(person(), fase="aanmelding", urgent=True, schuldeisers=owed))
    (found,) = receiver.trajectories()
    assert found == {
        "startdatum": TODAY.isoformat(),
        "gemeentecode": "GM0397",
        "aanmelding": {"startdatum": TODAY.isoformat(), "crisisinterventie": True},
        "client": [
            {"Burgerservicenummer": VRIES, "Geboortedatum": "1979-11-30", "Postcode": "2101CB", "Huisnummer": "1"}
        ],
        "crisisinterventies": [{"startdatum": TODAY.isoformat()}],
        "schulden": [{"bedrag": 1235, "peildatum": TODAY.isoformat(), "schuldeiser": {"naam": "Woonstad"}}],
    }


def test_a_phase_lasts_until_the_day_before_the_next_one(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register(case(fase="aanmelding"))
    for phase in ("intake", "plan-van-aanpak", "stabilisatie"):
        desk.clock.move(timedelta(days=10))
        assert post(desk, f"{number}/correctie", {"fase": phase}).status_code == 200
    (found,) = receiver.trajectories()
    day = [(TODAY + timedelta(days=days)).isoformat() for days in (0, 9, 10, 19, 29, 30)]
    assert found["aanmelding"] == {"startdatum": day[0], "einddatum": day[1], "crisisinterventie": False}
    assert found["intake"] == {"startdatum": day[2], "einddatum": day[3]}
    assert found["planVanAanpak"] == {"datumAfronding": day[4]}
    assert found["stabilisatie"] == {"startdatum": day[5]}


@pytest.mark.parametrize(
    "reason", [reason for reason in EXIT_OF if reason not in {EndReason.COMPLETED, EndReason.OTHER}]
)
def test_an_end_is_told_in_the_words_of_ddas(receiver: Receiver, reason: EndReason) -> None:
    number = receiver.desk.register()
    assert post(receiver.desk, f"{number}/beeindiging", {"reden": reason.value}).status_code == 200
    (found,) = receiver.trajectories()
    assert found["einddatum"] == found["uitstroom"]["datum"] == TODAY.isoformat()
    assert found["uitstroom"]["reden"] == EXIT_OF[reason].value
    assert ("omschrijving" in found["uitstroom"]) is (found["uitstroom"]["reden"] == "Overig")


def test_every_reason_has_its_meaning() -> None:
    assert set(EXIT_OF) | GOES_ON | {MISTAKE} == set(EndReason)


def test_help_goes_on_when_the_pauses_end_because_an_arrangement_was_agreed(receiver: Receiver) -> None:
    number = receiver.desk.register(case(fase="schuldregeling"))
    post(receiver.desk, f"{number}/beeindiging", {"reden": "schuldregeling-akkoord"})
    (found,) = receiver.trajectories()
    assert "einddatum" not in found
    assert "uitstroom" not in found
    assert found["schuldregeling"] == {"datum": TODAY.isoformat(), "toegekend": TODAY.isoformat()}


def test_what_was_registered_by_mistake_is_no_trajectory(receiver: Receiver) -> None:
    number = receiver.desk.register()
    post(receiver.desk, f"{number}/beeindiging", {"reden": "ten-onrechte-gemeld"})
    assert receiver.trajectories() == []


def test_an_end_that_is_taken_back_is_no_end(receiver: Receiver) -> None:
    number = receiver.desk.register()
    receiver.desk.confirm_everything()
    assert post(receiver.desk, f"{number}/beeindiging", {"reden": "zelf"}).status_code == 200
    assert post(receiver.desk, f"{number}/verlenging", {"reden": "toch verder"}).status_code == 200
    (found,) = receiver.trajectories()
    assert "uitstroom" not in found


def test_who_goes_on_alone_takes_the_story_along_and_is_counted_once(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register(case(person(), person(BAKKER), fase="intake"))
    desk.clock.move(timedelta(days=5))
    second = desk.look(number)["personen"][1]["id"]
    other = {"klantnummerShv": "NIEUW", "gemeentecode": "0377"}
    assert post(desk, f"{number}/personen/{second}/afsplitsing", other).status_code == 201
    by_client = {one["client"][0]["Burgerservicenummer"]: one for one in receiver.trajectories()}
    assert {bsn: one["gemeentecode"] for bsn, one in by_client.items()} == {VRIES: "GM0397", BAKKER: "GM0377"}
    assert all(len(one["client"]) == 1 for one in by_client.values())
    assert by_client[BAKKER]["startdatum"] == TODAY.isoformat()


def test_a_mistaken_bsn_is_not_delivered_and_a_secret_address_neither(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register(case(person(adresGeheim=True)))
    somebody = desk.look(number)["personen"][0]["id"]
    fixed = {"personen": [{"id": somebody, "bsn": JANSEN}]}
    assert post(desk, f"{number}/correctie", fixed).status_code == 200
    (found,) = receiver.trajectories()
    assert found["client"] == [{"Burgerservicenummer": JANSEN, "Geboortedatum": "1979-11-30"}]


def test_a_cooling_off_period_and_a_new_phase_are_told_by_their_acts(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register()
    court = {"soort": "fw-287b", "rechtbank": "Noord-Holland", "kenmerk": "C/15/1"}
    court |= {"ingangsdatum": TODAY.isoformat(), "einddatum": "2027-04-30"}
    assert post(desk, f"{number}/afkoelingsperiode", court).status_code == 200
    assert post(desk, f"{number}/fasewijziging", {"fase": "stabilisatie"}).status_code == 200
    (found,) = receiver.trajectories()
    assert found["moratoria"] == [{"startdatum": TODAY.isoformat(), "einddatum": "2027-04-30"}]
    assert found["stabilisatie"] == {"startdatum": TODAY.isoformat()}


def test_facts_are_only_ever_added(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register()
    with desk.ledger.begin() as tx:
        before = store.facts(tx, number)
    post(desk, f"{number}/correctie", {"fase": "stabilisatie", "urgent": True})
    post(desk, f"{number}/beeindiging", {"reden": "zelf"})
    with desk.ledger.begin() as tx:
        after = store.facts(tx, number)
    assert after[: len(before)] == before
    assert [fact.kind for fact in after[len(before) :]] == [FactKind.PHASE, FactKind.CRISIS, FactKind.EXIT]


def test_an_act_that_is_refused_leaves_no_fact(desk: Desk) -> None:
    desk.register()
    assert Case(desk).post("/schuldenrust", case()).status_code == 409
    with desk.ledger.begin() as tx:
        assert len({fact.case_id for fact in store.facts(tx)}) == 1


def test_a_case_that_is_older_than_these_books_is_told_from_its_rows(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register()
    post(desk, f"{number}/beeindiging", {"reden": "verhuisd"})
    with desk.ledger.begin() as tx:
        before = [replace(fact, number=0) for fact in store.facts(tx)]
        tx.execute(delete(FACT))
        assert recording.catch_up(desk.helper, tx) == 1
        assert [replace(fact, number=0, at=NOW) for fact in store.facts(tx)] == [replace(one, at=NOW) for one in before]
        assert recording.catch_up(desk.helper, tx) == 0
    assert receiver.trajectories()[0]["uitstroom"]["reden"] == "Verhuisd"


# — what the case system reports ——————————————————————————————————————————————————————————————————————————————————


def test_what_no_act_knows_the_case_system_reports(receiver: Receiver) -> None:
    number = receiver.desk.register(case(fase="intake", ingangsdatum="2026-11-01"))
    day = "2026-11-02"
    facts = [
        {"soort": "toekenning", "datum": day},
        {"soort": "beschikking", "datum": day, "waarde": "Toelatingsbeschikking"},
        {"soort": "begeleiding", "datum": day, "waarde": "Budgetbeheer", "einddatum": "2026-11-30"},
        {"soort": "moratorium", "datum": day, "einddatum": "2027-05-01"},
        {"soort": "schuldregeling", "datum": day, "waarde": "dwangakkoord"},
        {"soort": "oplossing", "datum": day, "waarde": "Saneringskrediet"},
        {"soort": "vtlb", "datum": day, "waarde": "1450"},
        {"soort": "schuldbedrag", "datum": day, "waarde": "20000"},
    ]
    assert post(receiver.desk, f"{number}/trajectfeiten", {"feiten": facts}).status_code == 200
    (found,) = receiver.trajectories()
    assert found["toekenningsdatum"] == day
    assert found["totaalSchuldbedragBijAanvangSchuld"] == 20000
    assert found["intake"] == {
        "startdatum": "2026-11-01",
        "beschikkingsdatum": day,
        "beschikkingssoort": "Toelatingsbeschikking",
    }
    assert found["begeleiding"] == [{"startdatum": day, "einddatum": "2026-11-30", "soort": "Budgetbeheer"}]
    assert found["moratoria"] == [{"startdatum": day, "einddatum": "2027-05-01"}]
    assert found["schuldregeling"] == {"dwangakkoord": True}
    assert found["oplossing"] == {"startdatum": day, "soort": "Saneringskrediet", "vtlb": 1450}


@pytest.mark.parametrize(
    ("fact", "place"),
    [
        ({"soort": "beschikking", "waarde": "Toewijzingsbeschikking"}, "waarde"),
        ({"soort": "toekenning", "waarde": "ja"}, "waarde"),
        ({"soort": "vtlb", "waarde": "12,50"}, "waarde"),
        ({"soort": "fase", "waarde": "intake", "einddatum": "2026-11-30"}, "einddatum"),
        ({"soort": "fase", "waarde": "intake", "datum": "2027-11-30"}, "datum"),
        ({"soort": "gemeente", "waarde": "0392"}, "soort"),
    ],
)
def test_a_fact_that_does_not_fit_is_refused_at_its_place(desk: Desk, fact: dict[str, str], place: str) -> None:
    number = desk.register()
    answer = post(desk, f"{number}/trajectfeiten", {"feiten": [{"datum": TODAY.isoformat()} | fact]})
    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json()["velden"]] == [f"/feiten/0/{place}"]


# — periods and pages —————————————————————————————————————————————————————————————————————————————————————————————


def test_a_period_that_is_over_reads_the_same_later(receiver: Receiver) -> None:
    desk = receiver.desk
    number = desk.register(case(fase="aanmelding"))
    period = {"aanleverperiodeStartdatum": TODAY.isoformat(), "aanleverperiodeEinddatum": TODAY.isoformat()}
    before = receiver.trajectories(period)
    desk.clock.move(timedelta(days=40))
    post(desk, f"{number}/correctie", {"fase": "intake"})
    post(desk, f"{number}/beeindiging", {"reden": "zelf"})
    assert receiver.trajectories(period) == before


def test_help_that_ended_before_a_period_or_began_after_it_is_not_in_it() -> None:
    day = date(2026, 6, 1)
    begun = [Fact("z", NOW, day, FactKind.MUNICIPALITY, "0397"), Fact("z", NOW, day, FactKind.PHASE, "intake")]
    over = Fact("z", NOW, date(2026, 7, 1), FactKind.EXIT, "zelf")
    story = Story([*begun, over])
    assert belongs(story, date(2026, 7, 1), date(2026, 8, 1))
    assert not belongs(story, date(2026, 7, 2), date(2026, 8, 1))
    assert not belongs(story, date(2026, 1, 1), date(2026, 5, 31))
    assert exit_of(Story([*begun, over, Fact("z", NOW, day, FactKind.REOPENED)])) is None


def test_there_is_one_delivery_for_each_municipality_also_without_a_trajectory(make_desk: Callable[..., Desk]) -> None:
    receiver = Receiver(make_desk(ddas=MUNICIPALITIES))
    receiver.desk.register()
    deliveries = receiver.asks().json()["gegevens"]["leveringen"]
    assert [one["teller"] for one in deliveries] == list(range(1, len(deliveries) + 1))
    named = {one["aanleverende_organisatie"]["gemeentecode"]: one for one in deliveries}
    assert set(named) == {"GM0377", "GM0392", "GM0397"}
    assert named["GM0397"]["aanleverende_organisatie"]["(Statutaire) Naam"] == "Gemeente Heemstede"
    assert len(named["GM0397"]["schuldhulptrajecten"]) == 1
    assert named["GM0392"]["schuldhulptrajecten"] == []
    only = receiver.asks({"aanleverende_organisatie": "gemeente heemstede"}).json()["gegevens"]["leveringen"]
    assert [one["aanleverende_organisatie"]["gemeentecode"] for one in only] == ["GM0397"]


def test_pages_together_are_the_whole_and_a_later_registration_moves_nothing(receiver: Receiver) -> None:
    desk = receiver.desk
    bsns = ["999000111", "999001474", "999002831", "999004189"]
    for bsn in bsns:
        desk.register(case(person(bsn)))
    assert "paginering" not in receiver.asks().json()
    first = receiver.asks({"page": 1, "pageSize": 2}).json()
    assert first["paginering"] == {"pageSize": 2, "currentPage": 1, "totalPages": 2, "totalRecords": 4}
    desk.register(case(person(None)))
    pages = [receiver.trajectories({"page": page, "pageSize": 2}) for page in (1, 2, 3)]
    assert [one["client"][0].get("Burgerservicenummer") for page in pages for one in page] == [*bsns, None]
    refused = receiver.asks({"page": 4, "pageSize": 2})
    assert (refused.status_code, refused.json()["velden"][0]["pointer"]) == (400, "/page")


@pytest.mark.parametrize(
    "document",
    [
        {"onbekend": 1},
        {"aanleverperiodeStartdatum": "1-1-2026"},
        {"page": 0},
        {"page": "1"},
        {"aanleverende_organisatie": "Amsterdam"},
        {"aanleverperiodeStartdatum": "2026-12-31", "aanleverperiodeEinddatum": "2026-01-01"},
        {"aanleverperiodeEinddatum": None},
        [],
    ],
)
def test_a_question_that_does_not_fit_is_a_problem_with_a_place(receiver: Receiver, document: object) -> None:
    answer = receiver.asks(document)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["velden"]


# — who may fetch —————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_delivery_is_in_the_access_log_of_each_case_and_says_its_digest(receiver: Receiver) -> None:
    number = receiver.desk.register()
    answer = receiver.asks()
    with receiver.desk.ledger.begin() as tx:
        lines = desk_store.accesses(tx, number)
        everything = desk_store.accesses(tx)
    assert [line[1:3] for line in lines] == [(receiver.id, "ddas-leveren")]
    assert len(everything) == 2
    assert answer.headers["digest"] == f"SHA-256={base64.b64encode(hashlib.sha256(answer.content).digest()).decode()}"
    assert answer.headers["cache-control"] == "no-store"


def test_what_cannot_be_written_down_is_not_delivered(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.desk.register()
    token = receiver.asks_token().json()["access_token"]

    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(store, "log_delivered", broken)
    answer = receiver.asks(token=token)
    assert answer.status_code == 500
    assert VRIES not in answer.text


def test_a_token_ends_and_a_revoked_client_has_none(receiver: Receiver) -> None:
    answer = receiver.asks_token()
    token = answer.json()["access_token"]
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
    assert receiver.asks(token=token).status_code == 200
    receiver.desk.clock.move(timedelta(seconds=3600))
    late = receiver.asks(token=token)
    assert (late.status_code, late.headers["fsc-error-code"]) == (401, "ERROR_CODE_ACCESS_TOKEN_EXPIRED")
    fresh = receiver.asks_token().json()["access_token"]
    with receiver.desk.ledger.begin() as tx:
        assert store.revoke_client(tx, receiver.id, receiver.desk.clock.now())
    assert receiver.asks(token=fresh).headers["fsc-error-code"] == "ERROR_CODE_ACCESS_TOKEN_INVALID"
    assert receiver.asks_token().json() == {"error": "invalid_client"}


def test_nobody_comes_in_without_the_right_secret(receiver: Receiver) -> None:
    assert receiver.asks_token(secret="geraden").status_code == 401
    assert receiver.asks_token(grant_type="password").json() == {"error": "unsupported_grant_type"}
    assert receiver.asks_token(scope="write").json() == {"error": "invalid_scope"}
    in_form = {"grant_type": "client_credentials", "client_id": receiver.id, "client_secret": receiver.secret}
    assert receiver.http.post("/ddas/v1/token", data=in_form).status_code == 200
    assert receiver.http.post("/ddas/v1/token", json=in_form).json() == {"error": "invalid_request"}
    nobody = receiver.http.post("/ddas/v1/gegevens", json={})
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert nobody.json()["code"] == "ERROR_CODE_ACCESS_TOKEN_MISSING"
    with receiver.desk.ledger.begin() as tx:
        (client,) = store.clients(tx)
    assert receiver.secret not in repr(client)


def test_a_token_of_the_case_system_opens_nothing_here(receiver: Receiver) -> None:
    assert receiver.asks(token=receiver.desk.token()).status_code == 401


def test_another_method_or_address_says_so_in_the_codes_of_fsc(receiver: Receiver) -> None:
    wrong = receiver.http.get("/ddas/v1/gegevens")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "ERROR_CODE_METHOD_UNSUPPORTED")
    nothing = receiver.http.get("/ddas/v1/anders")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "ERROR_CODE_SERVICE_NOT_FOUND")
