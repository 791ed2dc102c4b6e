"""The API of an office with software: the acts of its pages, by a token of its own, and problems without values."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from adapters.bewindvoerder.access import Scope
from tests.portal import JANSEN, SHOP, VRIES, Stand, later, referral

START = {"bsn": VRIES, "geboortedatum": "1979-11-30", "geslachtsnaam": "Vries", "startdatum": "2026-11-20",
         "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}  # fmt: skip


class Software:
    """A program of an office, with a token that its colleague made on the page."""

    def __init__(self, stand: Stand, key: str, *scopes: str) -> None:
        page = stand.browser(f"{key}-beheer").post(
            "/kantoor/tokens", {"naam": "Pakket", "recht": list(scopes or (one.value for one in Scope))}, 200
        )
        self.secret = page.partition('class="secret">')[2].partition("<")[0]
        self.client = TestClient(
            stand.portal.app,
            base_url=stand.portal.desk.origin,
            headers={"authorization": f"Bearer {self.secret}"},
            raise_server_exceptions=False,
        )

    def get(self, path: str, status: int = 200) -> dict[str, Any]:
        """What is answered."""
        answer = self.client.get(f"/v1{path}")
        assert answer.status_code == status, answer.text
        assert answer.headers["api-version"] == "1.0.0"
        found: dict[str, Any] = answer.json()
        return found

    def post(self, path: str, body: object, key: str | None = "een", status: int = 201) -> dict[str, Any]:
        """What is answered."""
        headers = {"idempotency-key": key} if key else {}
        answer = self.client.post(f"/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = answer.json()
        return found


def test_letters_are_listed_without_content_and_opened_by_reading_them(stand: Stand) -> None:
    asked = stand.arrives("jansen", "verwijzing", **referral())
    software = Software(stand, "jansen")
    listed = software.get("/berichten")
    assert [one["id"] for one in listed["berichten"]] == [asked.id]
    assert listed["berichten"][0]["inhoud"] is None
    assert stand.sent("jansen") == []
    assert software.get(f"/berichten?na={listed['laatste']}")["berichten"] == []
    assert software.get(f"/berichten/{asked.id}")["inhoud"]["geslachtsnaam"] == "Groot"
    assert software.get(f"/berichten/{asked.id}")["geopend"]
    assert stand.sent("jansen") == ["statusbericht"]
    assert ("Pakket (API)", "gelezen", asked.id) in stand.accesses("jansen")


def test_a_bewind_runs_by_program_from_start_to_end_and_each_key_is_one_letter(stand: Stand) -> None:
    software = Software(stand, "jansen")
    told = software.post("/bewinden", {"inhoud": START})
    assert software.post("/bewinden", {"inhoud": START}) == told
    assert software.post("/bewinden", {"inhoud": START | {"grond": "toestand"}}, status=400)["type"].endswith(
        "hergebruikt"
    )
    place = f"/zaken/{told['zaak']}/berichten"
    dossier = {"boedelbeschrijving": "Niets.", "planVanAanpak": "Rust."}
    software.post(place, {"soort": "bewind-dossier", "inhoud": dossier}, "twee")
    assert [one["wat"] for one in software.get("/termijnen")["termijnen"]] == ["advies van de gemeente"]
    end = {"einddatum": "2026-12-31", "reden": "Klaar"}
    software.post(place, {"soort": "bewind-beeindigd", "inhoud": end}, "drie")
    software.post(place, {"soort": "bewind-dossier", "inhoud": dossier}, "vier", 404)
    assert stand.sent("jansen") == ["bewind-gestart", "bewind-dossier", "bewind-beeindigd"]


def test_an_incident_is_told_by_program_to_a_creditor_that_may_be_told(stand: Stand) -> None:
    asked = stand.arrives("jansen", "verwijzing", **referral())
    software, place = Software(stand, "jansen"), f"/zaken/{asked.case}/incassomeldingen"
    told = {"aan": SHOP, "inhoud": {"maatregel": "aanmaning", "datum": "2026-11-20"}}
    assert {one["oin"]: one["naam"] for one in software.get("/schuldeisers")["schuldeisers"]}[SHOP]
    software.post(place, told, status=404)  # the referral is not taken on
    software.get(f"/berichten/{asked.id}")
    accepted = {"soort": "verwijzing-status", "inhoud": {"status": "aangenomen"}}
    software.post(f"/berichten/{asked.id}/antwoorden", accepted, "twee")
    sent = software.post(place, told)
    assert (sent["wederpartij"], sent["zaak"], sent["inhoud"]) == (SHOP, asked.case, told["inhoud"])
    assert software.post(place, told) == sent
    assert software.post(place, told | {"aan": JANSEN}, "drie", 400)["velden"][0]["pointer"] == "/aan"
    assert software.post(place, told | {"inhoud": {}}, "vier", 400)["velden"][0]["pointer"] == "/inhoud/maatregel"
    kinds = ["incasso-ondanks-pauze", "statusbericht", "statusbericht", "verwijzing-status"]
    assert sorted(stand.sent("jansen")) == kinds


def test_an_answer_is_given_to_what_was_read_and_in_an_order_that_can_be(stand: Stand) -> None:
    asked = stand.arrives("jansen", "verwijzing", **referral())
    software, place = Software(stand, "jansen"), f"/berichten/{asked.id}/antwoorden"
    accepted = {"soort": "verwijzing-status", "inhoud": {"status": "aangenomen"}}
    software.post(place, accepted, status=404)
    software.get(f"/berichten/{asked.id}")
    refused = software.post(place, {"soort": "verwijzing-status", "inhoud": {"status": "afgerond"}}, status=400)
    assert refused["velden"][0]["pointer"] == "/inhoud"
    late = {"soort": "verwijzing-status", "inhoud": {"status": "gestart"}}
    assert software.post(place, late, status=400)["velden"][0]["pointer"] == "/inhoud/status"
    assert software.post(place, accepted)["inhoud"] == {"status": "aangenomen"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"inhoud": START | {"bsn": "123456789"}}, "/inhoud/bsn"),
        ({"inhoud": START | {"Geheimelaar": 1}}, "/inhoud"),
        ({"inhoud": "niets"}, "/body/inhoud"),
        ({}, "/body/inhoud"),
        ({"inhoud": START, "Geheimelaar": 1}, "/body"),
    ],
)
def test_what_is_wrong_is_said_by_place_and_never_by_value(stand: Stand, body: object, pointer: str) -> None:
    refused = Software(stand, "jansen").post("/bewinden", body, status=400)
    assert [one["pointer"] for one in refused["velden"]] == [pointer]
    assert "123456789" not in str(refused)
    assert "Geheimelaar" not in str(refused)
    assert stand.sent("jansen") == []


def test_a_token_is_of_one_office_allows_what_it_says_and_ends_at_once(stand: Stand) -> None:
    asked = stand.arrives("pieters", "verwijzing", **referral())
    stand.browser("pieters").get(f"/berichten/{asked.id}")
    software, reader = Software(stand, "jansen"), Software(stand, "jansen", "lezen")
    assert software.get("/berichten")["berichten"] == []
    software.get(f"/berichten/{asked.id}", 404)
    software.post(
        f"/berichten/{asked.id}/antwoorden", {"soort": "statusbericht", "inhoud": {"status": "overig"}}, status=404
    )
    software.post(f"/zaken/{asked.case}/berichten", {"soort": "rustverzoek", "inhoud": {}}, status=400)
    software.post("/bewinden", {"zaak": asked.case, "inhoud": START}, status=404)
    reader.post("/bewinden", {"inhoud": START}, status=403)
    software.post("/bewinden", {"inhoud": START}, None, 400)
    manager = stand.browser("jansen-beheer")
    page = manager.get("/kantoor")
    for token in [part.partition('"')[0] for part in page.split('name="token" value="')[1:]]:
        stand.browser("pieters-beheer").post("/kantoor/tokens/intrekken", {"token": token}, 404)
        manager.post("/kantoor/tokens/intrekken", {"token": token})
    later(stand.clock, minutes=1)
    software.get("/berichten", 401)
    with stand.database.begin() as connection:
        assert software.secret not in str(connection.exec_driver_sql("SELECT * FROM portal_token").all())


def test_the_api_is_described_for_who_builds_on_it(stand: Stand) -> None:
    client = TestClient(stand.portal.app, base_url=stand.portal.desk.origin)
    described = client.get("/v1/openapi.json").json()
    assert described["servers"][0]["url"].endswith("/v1")
    assert {"name", "email", "url"} == set(described["info"]["contact"])
    assert set(described["paths"]) == {
        "/berichten",
        "/berichten/{berichtId}",
        "/berichten/{berichtId}/antwoorden",
        "/bewinden",
        "/zaken/{zaakId}/berichten",
        "/zaken/{zaakId}/incassomeldingen",
        "/schuldeisers",
        "/termijnen",
    }
    assert all("422" not in one["responses"] for path in described["paths"].values() for one in path.values())
    assert client.get("/v1/nergens").json()["status"] == 404
    assert client.get("/v1/berichten/").status_code == 404
    assert client.delete("/v1/berichten").json()["status"] == 405
