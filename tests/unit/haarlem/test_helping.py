"""Referrals, administrations, questions and phases from the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.contract import Received
from adapters.haarlem.overview import Line, overview
from hub.clock import new_id, new_pseudonym
from hub.errors import Code, RefusedError
from schemas.messages import MODELS
from tests.unit.haarlem.desk import CRED, SMIT, TAX, TODAY, VRIES, Desk, person
from tests.unit.haarlem.test_api import Case
from tests.world import BEW, KBN, MUN, VOL

BUSINESS = {"kvkNummer": "12345678", "handelsnaam": "Bloemen", "rechtsvorm": "eenmanszaak"}


@pytest.fixture
def system(desk: Desk) -> Case:
    """A case system that may do everything."""
    return Case(desk)


def arrives(desk: Desk, name: str, data: dict[str, Any], *, sender: str, talk: str, subject: str | None = None) -> str:
    """A message that nobody asked for; its id."""
    desk.clock.move(timedelta(seconds=1))
    received = Received(
        message=MODELS[f"nl.schuldhulpverlening.{name}.v1"].from_wire(data),
        id=new_id(desk.clock),
        sender=sender,
        case=subject or new_pseudonym(),
        conversation=talk,
        causation=None,
        sequence=next(desk.sequence),
        time=desk.clock.now(),
        again=False,
    )
    desk.hand_over(received)
    desk.hand_over(received)  # everything that comes may come twice
    return received.id


def lines(desk: Desk, number: str, kind: str) -> list[Line]:
    with desk.ledger.begin() as tx:
        return [one for one in overview(desk.helper, tx, number) if one.kind == kind]


def refer(system: Case, number: str, naar: str = KBN, **more: object) -> Any:  # noqa: ANN401 - a response
    who = system.get(f"/schuldenrust/{number}").json()["personen"][0]["id"]
    asked = {
        "persoonId": who,
        "naar": naar,
        "soort": "ondernemer-schuldhulp",
        "reden": "Ondernemer met schulden.",
        "grondslag": "mandaat",
        "bereikbaarheid": {"telefoon": "06-00000000", "veiligBereikbaar": True},
    }
    return system.post(f"/schuldenrust/{number}/verwijzingen", asked | more)


def status(desk: Desk, letter: Any, said: str, **more: object) -> None:  # noqa: ANN401 - a letter
    desk.answer(letter, "verwijzing-status", status=said, **more)


# — referrals ——————————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_referral_goes_its_way_and_only_the_target_says_how(desk: Desk, system: Case) -> None:
    number = system.registered(person(onderneming=BUSINESS))
    assert refer(system, number).status_code == 200
    letter = desk.letters(KBN)[0]
    assert (letter.data["bsn"], letter.data["onderneming"]["kvkNummer"]) == (VRIES, "12345678")
    desk.outcome(letter)
    assert (lines(desk, number, "verwijzing")[0].state, lines(desk, number, "verwijzing")[0].days_left) == (
        "aangevraagd",
        3,
    )
    for said, more in (
        ("aangenomen", {"afspraakOp": "2026-12-01T09:00:00Z"}),
        ("gestart", {}),
        ("aangehouden", {"reden": "Wacht op stukken."}),
        ("gestart", {}),
        ("afgerond", {"uitkomst": "regeling-getroffen"}),
    ):
        status(desk, letter, said, **more)
        assert lines(desk, number, "verwijzing")[0].state == said
    line = lines(desk, number, "verwijzing")[0]
    assert not line.open
    withdrawn = system.post(f"/schuldenrust/{number}/verwijzingen/{line.id}/intrekking", {"reden": "te laat"})
    assert withdrawn.status_code == 409
    shown = system.get(f"/gesprekken/{line.id}").json()
    assert shown["berichten"][-1]["inhoud"]["uitkomst"] == "regeling-getroffen"
    assert VRIES not in str(shown)


def test_a_referral_that_was_rejected_is_followed_up_and_one_that_is_not_needed_withdrawn(
    desk: Desk, system: Case
) -> None:
    number = system.registered(person(onderneming=BUSINESS))
    refer(system, number)
    first = lines(desk, number, "verwijzing")[0].id
    assert refer(system, number, vervolgOp=first).json()["velden"][0]["pointer"] == "/vervolgOp"
    status(desk, desk.letters(KBN)[0], "afgewezen", reden="Geen ondernemer meer.")
    assert refer(system, number, vervolgOp=first).status_code == 200
    again = desk.letters(KBN)[-1]
    assert again.data["vervolgOp"] == first
    taken_back = system.post(f"/schuldenrust/{number}/verwijzingen/{again.conversation}/intrekking", {"reden": "x"})
    assert taken_back.status_code == 200, taken_back.text
    assert desk.letters(KBN)[-1].data == {"status": "ingetrokken", "reden": "x"}


def test_who_may_not_have_a_bsn_is_told_by_name_and_address_and_nobody_without_either(desk: Desk, system: Case) -> None:
    number = system.registered(person())
    assert refer(system, number, VOL, soort="vrijwilliger", grondslag="toestemming").status_code == 200
    sent = desk.letters(VOL)[0].data
    assert ("bsn" in sent, sent["adres"]["woonplaats"]) == (False, "Heemstede")
    hidden = system.registered(person(SMIT, adresGeheim=True))
    refused = refer(system, hidden, VOL, soort="vrijwilliger", grondslag="toestemming")
    assert refused.json()["velden"][0]["code"] == "niet-vindbaar"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"naar": "00000099000000009999"}, "/naar"),
        ({"naar": CRED}, "/naar"),
        ({"soort": "ondernemer-administratie", "naar": KBN}, "/soort"),
        ({"reden": f"Over {VRIES}."}, "/reden"),
    ],
)
def test_a_referral_that_cannot_be_is_refused_with_the_place(
    desk: Desk, system: Case, more: dict[str, str], place: str
) -> None:
    number = system.registered(person())
    answer = refer(system, number, **{"soort": "vrijwilliger", **more})
    assert answer.json()["velden"][0]["pointer"] == place
    assert desk.letters(KBN) == []


def test_the_terms_of_a_referral_are_alarms_that_start_and_clear_once(desk: Desk, system: Case) -> None:
    number = system.registered(person(onderneming=BUSINESS))
    refer(system, number, urgent=True)
    desk.days_pass(3)
    assert lines(desk, number, "verwijzing")[0].alarm == "geen-ontvangst"
    letter = desk.letters(KBN)[0]
    desk.outcome(letter)
    desk.days_pass(6)
    desk.office.tick()
    assert lines(desk, number, "verwijzing")[0].alarm == "termijn-verstreken"
    status(desk, letter, "gestart")
    assert lines(desk, number, "verwijzing")[0].alarm is None
    desk.days_pass(31)
    assert lines(desk, number, "verwijzing")[0].alarm == "lang-geen-bericht"
    alarms = [state for kind, state in desk.events(number) if kind == "alarm"]
    assert alarms.count("termijn-verstreken") == alarms.count("lang-geen-bericht") == 1


# — administrations ————————————————————————————————————————————————————————————————————————————————————————————————

START = {
    "bsn": VRIES,
    "geboortedatum": "1979-11-30",
    "geslachtsnaam": "Vries",
    "startdatum": TODAY.isoformat(),
    "rechtbank": "Noord-Holland",
    "grond": "schulden",
    "kantoorKvk": "12345678",
}
DOSSIER = {"boedelbeschrijving": "Schulden: 12.000 euro.", "planVanAanpak": "Een regeling treffen."}


def test_a_bewind_is_told_filed_advised_on_and_ended(desk: Desk, system: Case) -> None:
    number, talk = system.registered(), new_pseudonym()
    arrives(desk, "bewind-gestart", START, sender=BEW, talk=talk)
    (line,) = lines(desk, number, "bewind")
    assert (line.state, line.actor, line.due and line.due.date().isoformat()) == ("gestart", "partij", "2027-02-23")
    advice = {"advies": "voortzetten", "motivering": "Het plan past."}
    assert system.post(f"/bewinden/{talk}/advies", advice).status_code == 409
    dossier = arrives(desk, "bewind-dossier", DOSSIER, sender=BEW, talk=talk)
    (line,) = lines(desk, number, "bewind")
    assert (line.state, line.actor, line.due and line.due.date().isoformat()) == (
        "dossier-ontvangen",
        "schuldhulpverlener",
        "2026-12-21",
    )
    assert talk in {one["id"] for one in system.get("/werkpunten").json()["gesprekken"]}
    assert system.post(f"/bewinden/{talk}/advies", advice).status_code == 200
    sent = desk.letters(BEW)[-1]
    assert (sent.name, sent.data["advies"], sent.data["datum"]) == ("bewind-advies", "voortzetten", TODAY.isoformat())
    assert dossier
    assert lines(desk, number, "bewind")[0].state == "geadviseerd"
    arrives(desk, "bewind-beeindigd", {"einddatum": TODAY.isoformat(), "reden": "klaar"}, sender=BEW, talk=talk)
    assert lines(desk, number, "bewind")[0].state == "beeindigd"


def test_a_bewind_of_somebody_whom_no_case_is_about_says_who_it_is(desk: Desk, system: Case) -> None:
    talk = new_pseudonym()
    arrives(desk, "bewind-gestart", START, sender=BEW, talk=talk)
    (line,) = system.get("/bewinden").json()["gesprekken"]
    assert "zaak" not in line
    assert system.get(f"/gesprekken/{talk}").json()["berichten"][0]["inhoud"]["bsn"] == VRIES
    assert system.get(f"/gesprekken/{new_pseudonym()}").status_code == 404


def test_advice_that_is_late_is_our_own_alarm(desk: Desk, system: Case) -> None:
    number, talk = system.registered(), new_pseudonym()
    arrives(desk, "bewind-gestart", START, sender=BEW, talk=talk)
    arrives(desk, "bewind-dossier", DOSSIER, sender=BEW, talk=talk)
    desk.days_pass(29)
    assert lines(desk, number, "bewind")[0].alarm == "eigen-termijn-verstreken"


# — questions ——————————————————————————————————————————————————————————————————————————————————————————————————————


def rest_request(kind: str, *names: str) -> dict[str, Any]:
    return {"soort": kind, "schuldeisers": [{"naam": name} for name in names], "reden": "Er loopt een regeling."}


def test_who_has_a_mandate_gets_its_rest_without_a_person(desk: Desk, system: Case) -> None:
    number = system.registered(person(onderneming=BUSINESS))
    refer(system, number)
    talk = desk.letters(KBN)[0].conversation
    arrives(desk, "rustverzoek", rest_request("toevoegen", "Publieke schuldeiser", "Bakker"), sender=KBN, talk=talk)
    assert [one.name for one in desk.letters(CRED)] == ["kennisgeving-publiek"]
    assert "niet-aangesloten" in desk.calls(number)
    answer = desk.letters(KBN)[-1]
    assert (answer.data["status"], answer.data["toelichting"]) == (
        "beantwoord",
        "Uitgevoerd voor 2 van 2 schuldeisers.",
    )
    arrives(desk, "rustverzoek", rest_request("beeindigen", "Publieke schuldeiser", "Onbekend"), sender=KBN, talk=talk)
    assert desk.letters(CRED)[-1].name == "pauze-beeindiging"
    assert "Uitgevoerd voor 1 van 2" in desk.letters(KBN)[-1].data["toelichting"]


def test_who_has_none_waits_for_a_person_who_carries_it_out_or_answers(desk: Desk, system: Case) -> None:
    number, talk = system.registered(), new_pseudonym()
    arrives(desk, "bewind-gestart", START, sender=BEW, talk=talk)
    asked = arrives(desk, "rustverzoek", rest_request("toevoegen", "Publieke schuldeiser"), sender=BEW, talk=talk)
    assert desk.letters(CRED) == []
    assert desk.letters(BEW)[-1].data == {"status": "in-behandeling"}
    (line,) = lines(desk, number, "rustverzoek")
    assert (line.id, line.actor, line.days_left) == (asked, "schuldhulpverlener", 1)
    done = system.post(f"/verzoeken/{asked}/uitvoering", {})
    assert done.status_code == 200, done.text
    assert [one.name for one in desk.letters(CRED)] == ["kennisgeving-publiek"]
    assert desk.letters(BEW)[-1].data["status"] == "beantwoord"
    assert system.post(f"/verzoeken/{asked}/antwoord", {"toelichting": "x"}).status_code == 409


def test_rest_asked_outside_a_conversation_with_us_is_an_operators_item(desk: Desk, system: Case) -> None:
    number = system.registered()
    with pytest.raises(RefusedError) as stranger:
        arrives(desk, "rustverzoek", rest_request("verlengen", "A"), sender=KBN, talk=new_pseudonym(), subject=number)
    assert stranger.value.code is Code.NOT_FOUND


def test_how_it_stands_is_answered_at_once_and_a_question_by_a_person(desk: Desk, system: Case) -> None:
    number = system.registered()
    talk = desk.letters(TAX)[0].conversation
    arrives(desk, "statusverzoek", {}, sender=TAX, talk=talk)
    assert desk.letters(TAX)[-1].data["status"] == "beantwoord"
    asked = arrives(desk, "statusverzoek", {"toelichting": "Wanneer komt er een voorstel?"}, sender=TAX, talk=talk)
    assert desk.letters(TAX)[-1].data == {"status": "in-behandeling"}
    refused = system.post(f"/verzoeken/{asked}/antwoord", {"toelichting": f"Het gaat om {VRIES}."})
    assert refused.json()["velden"][0]["pointer"] == "/toelichting"
    assert system.post(f"/verzoeken/{asked}/antwoord", {"toelichting": "Volgende maand."}).status_code == 200
    assert desk.letters(TAX)[-1].data == {"status": "beantwoord", "toelichting": "Volgende maand."}
    for letter in desk.letters(TAX):
        desk.outcome(letter)
    assert not [one for one in lines(desk, number, "statusverzoek") if one.open]
    with pytest.raises(RefusedError):
        arrives(desk, "statusverzoek", {}, sender=CRED, talk=talk)


# — phases and the end of a case ——————————————————————————————————————————————————————————————————————————————————


def test_a_phase_is_told_to_the_municipality_of_the_case(desk: Desk, system: Case) -> None:
    number = system.registered()
    changed = system.post(f"/schuldenrust/{number}/fasewijziging", {"fase": "schuldregeling"})
    assert changed.status_code == 200, changed.text
    told = [one.data for one in desk.letters(MUN)]
    where = {"datum": TODAY.isoformat(), "gemeentecode": "0397"}
    assert told == [{"fase": "intake"} | where, {"fase": "schuldregeling"} | where]
    assert len({one.conversation for one in desk.letters(MUN)}) == 1
    assert desk.look(number)["fase"] == "schuldregeling"
    assert system.post(f"/schuldenrust/{number}/fasewijziging", {"fase": "schuldregeling"}).status_code == 409
    elsewhere = system.registered(person(SMIT), gemeentecode="0377")
    system.post(f"/schuldenrust/{elsewhere}/fasewijziging", {"fase": "nazorg"})
    assert len(desk.letters(MUN)) == 2


def test_a_phase_that_is_put_right_is_told_to_the_municipality_and_another_correction_is_not(
    desk: Desk, system: Case
) -> None:
    number = system.registered()
    for change in ({"urgent": True}, {"fase": "stabilisatie"}, {"fase": "stabilisatie"}):
        assert system.post(f"/schuldenrust/{number}/correctie", change).status_code == 200
    assert [one.data["fase"] for one in desk.letters(MUN)] == ["intake", "stabilisatie"]


def test_a_case_that_starts_later_is_in_its_phase_from_today_and_an_earlier_one_from_its_first_day(
    desk: Desk, system: Case
) -> None:
    earlier, later = (TODAY + timedelta(days=days) for days in (-10, 10))
    system.registered(ingangsdatum=later.isoformat())
    system.registered(person(SMIT), ingangsdatum=earlier.isoformat())
    assert [one.data["datum"] for one in desk.letters(MUN)] == [TODAY.isoformat(), earlier.isoformat()]


def test_what_goes_on_after_its_case_ended_is_an_alarm(desk: Desk, system: Case) -> None:
    number = system.registered(person(onderneming=BUSINESS))
    refer(system, number)
    desk.outcome(desk.letters(KBN)[0])
    status(desk, desk.letters(KBN)[0], "gestart")
    system.post(f"/schuldenrust/{number}/beeindiging", {"reden": "zelf"})
    desk.days_pass(2)
    assert lines(desk, number, "verwijzing")[0].alarm == "zaak-gesloten"
    assert ("alarm", "zaak-gesloten") in desk.events(number)
