"""The page for case workers: search, a case in words, every act shown before it is done, and written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from adapters.haarlem.api import routes
from adapters.haarlem.desk import store as desk_store
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.page.catalogue import CASE_FORMS, REGISTER, TALK_FORMS
from adapters.haarlem.page.desk import employee_of
from adapters.haarlem.page.fields import Field, Kind, day_of, money_of, read
from adapters.haarlem.page.site import PageSite
from hub.clock import new_pseudonym
from tests.page import Worker, page_settings
from tests.unit.haarlem.desk import BAKKER, CRED, TAX, VRIES, Desk, case, person
from tests.unit.haarlem.test_helping import DOSSIER, START, arrives
from tests.world import BEW, KBN, VOL

FILLED = {
    "/klantnummerShv": "SHV-900",
    "/gemeentecode": "0397",
    "/fase": "intake",
    "/personen/0/bsn": VRIES,
    "/personen/0/geboortedatum": "30-11-1979",
    "/personen/0/voorletters": "J.",
    "/personen/0/geslachtsnaam": "Vries",
    "/schuldeisers/1/oin": CRED,
    "/schuldeisers/1/vorderingen/0/factuurnummer": "F-1",
    "/schuldeisers/1/vorderingen/0/bedrag": "1.234,5",
}


@pytest.fixture
def worker(desk: Desk, tmp_path: Path) -> Iterator[Worker]:
    """A case worker who is signed in."""
    site = PageSite(desk.helper, page_settings(tmp_path), desk.clock)
    yield Worker.at(desk, site)
    site.listening.close()


def lines(desk: Desk, case_id: str | None = None) -> list[tuple[str, str]]:
    """(employee, act) of every line of the access log."""
    with desk.ledger.begin() as tx:
        return [(line[1], line[2]) for line in desk_store.accesses(tx, case_id)]


def text(answer: Response) -> str:
    """What a page says, without its markup."""
    body = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


# — acts ——————————————————————————————————————————————————————————————————————————————————————————————————————————


def test_a_registration_shows_what_it_sends_and_is_done_once_confirmed(worker: Worker) -> None:
    shown = worker.send("/zaken/nieuw", FILLED)
    assert shown.status_code == 200, text(shown)
    said = text(shown)
    assert "GBKZ (gemeente 0397) verzoek om de incasso te stoppen, met BSN J. Vries" in said
    assert "aanmelding in VISH" in said
    assert worker.desk.letters() == []
    done = worker.confirm("/zaken/nieuw", shown)
    assert done.status_code == 303
    assert re.fullmatch(r"/zaken/[0-9a-f-]{36}\?gedaan=nieuw", done.headers["location"])
    assert len(worker.desk.letters()) == 3
    assert worker.desk.letters(CRED)[0].data["vorderingen"] == [{"factuurnummer": "F-1"}]
    page = worker.get(done.headers["location"])
    assert "De schuldenrust is aangemeld." in text(page)
    assert "nog niet" in text(page)


def test_a_second_click_does_nothing_twice(worker: Worker) -> None:
    shown = worker.send("/zaken/nieuw", FILLED)
    first, second = (worker.confirm("/zaken/nieuw", shown) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(worker.desk.letters()) == 3


def test_what_changed_since_it_was_shown_is_shown_again_and_not_done(worker: Worker) -> None:
    number = worker.desk.register(case(schuldeisers=[{"naam": "A", "oin": CRED}]))
    worker.desk.confirm_everything()
    path = f"/zaken/{number}/zaak-beeindigen"
    shown = worker.send(path, {"/reden": "zelf"})
    assert "bericht dat de pauze eindigt" in text(shown)
    party = worker.desk.party(number, "schuldeiser")["id"]
    ending = worker.send(f"/zaken/{number}/partij-beeindigen", {"partij": party, "/reden": "zelf"})
    assert worker.confirm(f"/zaken/{number}/partij-beeindigen", ending).status_code == 303
    again = worker.confirm(path, shown)
    assert again.status_code == 409
    assert "Er is intussen iets veranderd" in text(again)
    assert worker.desk.look(number)["stand"] == "open"
    assert worker.confirm(path, again).status_code == 303
    assert worker.desk.look(number)["stand"] == "beeindigd"


def test_many_pauses_end_only_when_their_number_is_typed(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = make_desk(rules={"confirm_above": 0})
    site = PageSite(desk.helper, page_settings(tmp_path), desk.clock)
    worker = Worker.at(desk, site)
    number = desk.register()
    path = f"/zaken/{number}/zaak-beeindigen"
    shown = worker.send(path, {"/reden": "zelf"})
    assert "Er eindigen 1 pauzes" in text(shown)
    wrong = worker.confirm(path, shown, **{"/aantalPauzes": "7"})
    assert "Dat is niet het aantal." in text(wrong)
    assert desk.look(number)["stand"] == "open"
    assert worker.confirm(path, wrong, **{"/aantalPauzes": "1"}).status_code == 303
    assert desk.look(number)["stand"] == "beeindigd"
    site.listening.close()


def test_every_field_that_is_wrong_says_so_in_dutch_at_its_place_and_keeps_what_was_typed(worker: Worker) -> None:
    wrong = FILLED | {
        "/personen/0/bsn": "123456789",
        "/personen/0/geboortedatum": "gisteren",
        "/schuldeisers/1/vorderingen/0/bedrag": "veel",
        "/klantnummerShv": "",
    }
    answer = worker.send("/zaken/nieuw", wrong)
    assert answer.status_code == 400
    for name in (
        "/personen/0/bsn",
        "/personen/0/geboortedatum",
        "/schuldeisers/1/vorderingen/0/bedrag",
        "/klantnummerShv",
    ):
        assert f'id="{name}-fout"' in answer.text, name
    assert 'value="gisteren"' in answer.text
    assert "Vries" in answer.text
    assert worker.desk.letters() == []


def test_a_second_case_of_somebody_leads_to_the_first(worker: Worker) -> None:
    number = worker.desk.register()
    answer = worker.send("/zaken/nieuw", FILLED)
    assert answer.status_code == 409
    assert f'href="/zaken/{number}"' in answer.text


def test_a_party_that_no_letter_reaches_is_shown_as_a_call_before_and_after(worker: Worker) -> None:
    shown = worker.send(
        "/zaken/nieuw", FILLED | {"/schuldeisers/0/naam": "Garage", "/schuldeisers/0/telefoon": "023-1"}
    )
    assert shown.status_code == 400  # a telephone number of two digits is none
    filled = FILLED | {"/schuldeisers/0/naam": "Garage", "/schuldeisers/0/telefoon": "023-1234567"}
    shown = worker.send("/zaken/nieuw", filled)
    assert "Hier moet u zelf bellen" in text(shown)
    place = worker.confirm("/zaken/nieuw", shown).headers["location"].partition("?")[0]
    assert "023-1234567" in worker.get(place).text
    (link,) = re.findall(r'href="([^"]*belpunt-afhandelen[^"]*)"', worker.get("/").text)
    form = worker.get(link)
    (belpunt,) = re.findall(r'<option value="([0-9a-f-]{36})" selected>', form.text)
    path = f"{place}/belpunt-afhandelen"
    done = worker.confirm(path, worker.send(path, {"belpunt": belpunt, "/uitkomst": "geregeld"}))
    assert done.status_code == 303
    assert "Er hoeft niemand gebeld te worden." in text(worker.get("/belpunten"))


FILLINGS: dict[str, dict[str, str]] = {
    "partij-toevoegen": {"/belastinggemeente": "0377"},
    "persoon-toevoegen": {"/persoon/geboortedatum": "1980-02-00", "/persoon/geslachtsnaam": "Jansen"},
    "verlengen": {"/reden": "Er is meer tijd nodig."},
    "corrigeren": {"/fase": "stabilisatie", "/urgent": "ja"},
    "herhalen": {},
    "afsplitsen": {"/klantnummerShv": "SHV-901"},
    "partij-beeindigen": {"/reden": "zelf"},
    "persoon-beeindigen": {"/reden": "zelf"},
    "zaak-beeindigen": {"/reden": "overig", "/klasse": "beeindigd"},
    "belpunt-afhandelen": {"/uitkomst": "geregeld"},
    "saldo-opvragen": {},
    "betaalvoorstel": {
        "/typeSchuldregeling": "SB",
        "/looptijdMaanden": "18",
        "/percentage": "12,5",
        "/geldigTot": "1-2-2027",
    },
    "heroverweging": {"/motivering": "Het is redelijk."},
    "besluit": {"/besluit": "akkoord", "/datum": "23-11-2026"},
    "schuldregeling-akkoord": {"/betaalreferentie": "R-1"},
    "schuldregeling-beeindigen": {"/reden": "nieuwe-schulden"},
    "fasewijziging": {"/fase": "stabilisatie"},
    "incident": {"/maatregel": "beslag", "/datum": "23-11-2026"},
    "afkoelingsperiode": {
        "/soort": "fw-287b",
        "/rechtbank": "Noord-Holland",
        "/kenmerk": "C/15/1",
        "/ingangsdatum": "23-11-2026",
        "/einddatum": "1-5-2027",
    },
    "verwijzen": {
        "/soort": "vrijwilliger",
        "/grondslag": "toestemming",
        "/reden": "Administratie op orde brengen.",
        "/bereikbaarheid/telefoon": "06-12345678",
    },
    "verwijzing-intrekken": {"/reden": "Niet meer nodig."},
    "trajectfeiten": {"/feiten/0/soort": "toekenning", "/feiten/0/datum": "20-11-2026"},
}


#: What is chosen from a list of the case or the register: the first.
ABOUT: dict[str, tuple[str, ...]] = {
    **{form.slug: ("persoon", "partij", "belpunt") for form in CASE_FORMS},
    "verwijzen": ("/persoonId", "/naar"),
}


@pytest.mark.parametrize("slug", [form.slug for form in CASE_FORMS if form.slug != "verwijzing-intrekken"])
def test_every_form_is_shown_and_its_act_is_carried_out_or_refused_in_words(worker: Worker, slug: str) -> None:
    desk = worker.desk
    partner = () if slug == "persoon-toevoegen" else (person(BAKKER),)
    number = desk.register(case(person(), *partner, schuldeisers=[{"naam": "A", "oin": CRED}, {"naam": "Garage"}]))
    desk.confirm_everything()
    path = f"/zaken/{number}/{slug}"
    form = worker.get(path)
    assert form.status_code == 200
    about = {
        name: re.search(
            rf'<select[^>]*name="{name}"[^>]*>(?:(?!</select>).)*?<option value="([0-9a-f-]{{20,36}})"',
            form.text,
            re.DOTALL,
        )
        for name in ABOUT[slug]
    }
    given = FILLINGS[slug] | {name: found.group(1) for name, found in about.items() if found}
    shown = worker.send(path, given)
    assert shown.status_code in {200, 409}, text(shown)
    if shown.status_code == 200:
        done = worker.confirm(path, shown)
        assert done.status_code == 303, text(done)
        assert worker.get(done.headers["location"]).status_code == 200
    nothing_yet = {"herhalen", "verlengen", "betaalvoorstel", "heroverweging", "besluit"}
    refused = nothing_yet | {"schuldregeling-akkoord", "schuldregeling-beeindigen"}
    assert (shown.status_code == 409) == (slug in refused), text(shown)


def test_a_referral_is_withdrawn_by_choosing_it(worker: Worker) -> None:
    number = worker.desk.register()
    path = f"/zaken/{number}/verwijzen"
    who = worker.desk.look(number)["personen"][0]["id"]
    asked = {"/persoonId": who, "/naar": KBN, "/soort": "ondernemer-schuldhulp", "/grondslag": "mandaat"}
    asked |= {"/reden": "Ondernemer met schulden.", "/bereikbaarheid/telefoon": "06-12345678"}
    refused = worker.send(path, asked)
    assert refused.status_code == 400  # an entrepreneur has an enterprise
    asked |= {"/naar": VOL, "/soort": "vrijwilliger"}
    shown = worker.send(path, asked)
    assert "verwijzing" in text(shown)
    assert worker.confirm(path, shown).status_code == 303
    form = worker.get(f"/zaken/{number}/verwijzing-intrekken")
    (talk,) = re.findall(r'<option value="([0-9a-f-]{36})"', form.text)
    assert "Wij: verwijzing" in text(worker.get(f"/gesprekken/{talk}"))
    path = f"/zaken/{number}/verwijzing-intrekken"
    shown = worker.send(path, {"gesprek": talk, "/reden": "Niet meer nodig."})
    assert worker.confirm(path, shown).status_code == 303
    assert worker.desk.letters(VOL)[-1].data["status"] == "ingetrokken"


@pytest.mark.parametrize("known", [True, False])
def test_a_dossier_is_read_and_advised_on_with_and_without_a_case(worker: Worker, *, known: bool) -> None:
    desk, talk = worker.desk, new_pseudonym()
    if known:
        desk.register()
    arrives(desk, "bewind-gestart", START, sender=BEW, talk=talk)
    arrives(desk, "bewind-dossier", DOSSIER, sender=BEW, talk=talk)
    assert f'href="/gesprekken/{talk}"' in worker.get("/").text
    assert f'href="/gesprekken/{talk}"' in worker.get("/bewinden").text
    page = worker.get(f"/gesprekken/{talk}")
    assert "Schulden: 12.000 euro." in text(page)
    path = f"/gesprekken/{talk}/advies"
    assert worker.get(path).status_code == 200
    assert worker.send(path, {"/advies": "voortzetten"}).status_code == 400
    shown = worker.send(path, {"/advies": "voortzetten", "/motivering": "Het plan past."})
    assert "advies over het bewind" in text(shown)
    done = worker.confirm(path, shown)
    assert done.status_code == 303
    assert worker.get(done.headers["location"]).status_code == 200
    assert desk.letters(BEW)[-1].data["advies"] == "voortzetten"
    assert worker.send(path, {"/advies": "voortzetten", "/motivering": "Nog eens."}).status_code == 409


def test_every_act_of_the_api_has_a_form(worker: Worker) -> None:
    reads = {Act.LOOK_UP, Act.SEARCH, Act.EVENTS, Act.CALLS, Act.OVERVIEW, Act.WAITING, Act.LETTER, Act.TALK}
    files = {Act.IMPORT, Act.IMPORT_STATE, Act.IMPORT_RESULT, Act.ADMINISTRATIONS, Act.FIGURES}
    assert {form.act for form in (*CASE_FORMS, *TALK_FORMS, REGISTER)} >= set(Act) - reads - files - LATER
    assert routes.routes


#: Acts that have an address and no form yet.
LATER: frozenset[Act] = frozenset()


# — look ——————————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    "asked",
    [
        {"bsn": VRIES},
        {"zaaknummer": "SHV-77"},
        {"achternaam": "vríes", "geboortedatum": "30-11-1979"},
    ],
)
def test_a_search_finds_people_with_their_rust_and_leaves_nothing_in_an_address(
    worker: Worker, asked: dict[str, str]
) -> None:
    number = worker.desk.register(case(person(), person(BAKKER, geslachtsnaam="Bakker"), klantnummerShv="SHV-77"))
    answer = worker.send("/zoeken", asked)
    assert answer.status_code == 200
    assert f'href="/zaken/{number}"' in answer.text
    assert "J. Vries" in text(answer)
    assert "nog niet" in text(answer)
    assert VRIES not in answer.text
    assert ("m-7", "zoeken") in lines(worker.desk)


def test_a_search_that_cannot_find_says_why_at_the_field(worker: Worker) -> None:
    for asked, field in (
        ({"bsn": "123456789"}, "bsn"),
        ({}, "bsn"),
        ({"achternaam": "Vries"}, "geboortedatum"),
        ({"achternaam": "Vries", "geboortedatum": "ooit"}, "geboortedatum"),
        ({"geboortedatum": "30-11-1979"}, "achternaam"),
    ):
        answer = worker.send("/zoeken", asked)
        assert (answer.status_code, f'id="zoek-{field}-fout"' in answer.text) == (400, True), asked
    assert "Niemand gevonden" in text(worker.send("/zoeken", {"zaaknummer": "nergens"}))


def test_a_case_says_in_words_who_has_rest_and_whom_to_call(worker: Worker) -> None:
    desk = worker.desk
    number = desk.register(case(schuldeisers=[{"naam": "Waterschap", "oin": CRED}]))
    desk.confirm(desk.letters(TAX)[0])
    going_on = [
        {
            "maatregel": "beslag",
            "reden": "bij-deurwaarder",
            "behandelaar": {"soort": "deurwaarder", "naam": "Jansen & Co", "telefoon": "023-7654321"},
        }
    ]
    desk.confirm(desk.letters(CRED)[0], maatregelenNietGestopt=going_on)
    said = text(worker.get(f"/zaken/{number}"))
    assert "in gevaar" in said
    assert "Jansen &amp; Co" in said
    assert "023-7654321" in said
    assert "De partij heeft bevestigd dat alles stilligt." in said
    assert VRIES not in said


def test_alarms_and_warnings_come_first(worker: Worker) -> None:
    desk = worker.desk
    number = desk.register(case(einddatum="2026-12-15"))
    desk.confirm_everything()
    desk.days_pass(5)
    said = text(Worker.at(desk, worker.site).get("/"))
    assert "1 Einddatum nadert" in said
    desk.days_pass(40)
    worker = Worker.at(desk, worker.site)
    said = text(worker.get("/"))
    assert "De einddatum is verstreken." in said
    assert number in worker.get("/").text


def test_the_letter_opens_from_the_case_and_has_its_style_beside_it(worker: Worker) -> None:
    number = worker.desk.register()
    (path,) = re.findall(r'action="(/zaken/[^"]*/brief/[^"]*)"', worker.get(f"/zaken/{number}").text)
    answer = worker.post(path)
    assert "Wie heeft de incasso gestopt?" in answer.text
    assert "<style" not in answer.text
    (style,) = re.findall(r'href="(/static/[^"]*rustbrief.css)"', answer.text)
    assert worker.get(style).headers["content-type"].startswith("text/css")
    assert worker.get(path).status_code == 405
    assert ("m-7", "rustbrief-maken") in lines(worker.desk, number)


# — who ——————————————————————————————————————————————————————————————————————————————————————————————————————————


def test_nobody_comes_in_without_a_session_or_the_role(worker: Worker) -> None:
    number = worker.desk.register()
    worker.http.cookies.clear()
    for path in ("/", "/belpunten", f"/zaken/{number}", "/zaken/nieuw"):
        assert worker.get(path).headers["location"].startswith("/aanmelden?terug=")
    assert worker.send("/zoeken", {"bsn": VRIES}).status_code == 401
    guest = Worker.at(worker.desk, worker.site, "gast")
    assert guest.get(f"/zaken/{number}").status_code == 403
    assert "Vries" not in guest.get(f"/zaken/{number}").text


def test_a_form_of_another_site_does_nothing(worker: Worker) -> None:
    number = worker.desk.register()
    worker.csrf = "geraden"
    answer = worker.send(f"/zaken/{number}/zaak-beeindigen", {"/reden": "zelf", "bevestigd": "ja"})
    assert answer.status_code == 403
    assert worker.desk.look(number)["stand"] == "open"


def test_whatever_is_looked_at_or_done_is_written_down_before_it_is_shown(worker: Worker) -> None:
    number = worker.desk.register()
    worker.get(f"/zaken/{number}")
    path = f"/zaken/{number}/corrigeren"
    worker.confirm(path, worker.send(path, {"/fase": "stabilisatie"}))
    worker.send(path, {})
    assert lines(worker.desk, number) == [
        ("m-7", "opvragen"),
        ("m-7", "opvragen"),
        ("m-7", "corrigeren"),
        ("m-7", "corrigeren"),
        ("m-7", "opvragen"),
    ]


def test_what_cannot_be_written_down_is_not_shown(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    number = worker.desk.register()

    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(desk_store, "add_access", broken)
    answer = worker.get(f"/zaken/{number}")
    assert answer.status_code == 500
    assert "Vries" not in answer.text


def test_what_somebody_wrote_is_text_everywhere(worker: Worker) -> None:
    hostile = '"><script>alert(1)</script>'
    number = worker.desk.register(case(person(geslachtsnaam=hostile), schuldeisers=[{"naam": hostile}]))
    for path in ("/", f"/zaken/{number}", f"/zaken/{number}/partij-beeindigen"):
        assert "<script>alert" not in worker.get(path).text
    shown = worker.send(f"/zaken/{number}/verlengen", {"/reden": hostile})
    assert "<script>alert" not in shown.text


def test_an_address_that_is_none_is_not_found(worker: Worker) -> None:
    for path in ("/zaken/abc", "/zaken/00000000-0000-4000-8000-000000000000", "/nergens"):
        assert worker.get(path).status_code == 404
    assert worker.get(f"/zaken/{worker.desk.register()}/iets").status_code == 404


# — forms as data —————————————————————————————————————————————————————————————————————————————————————————————————


def test_rows_that_are_left_empty_move_up_and_each_place_knows_its_field() -> None:
    fields = [Field(f"/rij/{row}/a", "A") for row in range(3)] + [Field("/rij/2/b", "B", Kind.CHECK)]
    found = read(fields, {"/rij/1/a": ("x",), "/rij/2/b": ("ja",)})
    assert found.document == {"rij": [{"a": "x"}, {"b": True}]}
    assert found.field_at("/rij/0/a") == "/rij/1/a"
    assert found.field_at("/rij/1/a") == "/rij/2/a"
    assert found.field_at("/anders") == "/anders"


def test_days_and_amounts_are_read_as_people_write_them() -> None:
    assert [day_of(one) for one in ("1-2-2026", "01/02/2026", "2026-02-01", "ooit")] == [*["2026-02-01"] * 3, "ooit"]
    written = ("1.234,5", "€ 12", "12.50", "1234,50", "veel")
    assert [money_of(one) for one in written] == ["1234.50", "12.00", "12.50", "1234.50", "veel"]


def test_the_access_log_never_holds_a_bsn_or_a_long_name_as_employee() -> None:
    assert employee_of("m-7") == "m-7"
    assert employee_of(None) == "-"
    for subject in (VRIES, "auth0|iemand met een naam", "x" * 100):
        assert re.fullmatch(r"o-[0-9a-f]{32}", employee_of(subject))


def test_no_session_outlives_its_time(worker: Worker) -> None:
    assert worker.get("/").status_code == 200
    worker.desk.clock.move(timedelta(hours=10))
    assert worker.get("/").status_code == 303
