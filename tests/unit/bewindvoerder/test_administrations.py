"""A bewind from start to end: told by form or by file, dossier, the advice as a letter, another office after it."""

from __future__ import annotations

from hub.clock import new_pseudonym
from tests.portal import BAKKER, VRIES, Browser, Stand, later, referral

START = {"startdatum": "2026-11-20", "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}
PERSON = {"bsn": VRIES, "geboortedatum": "1979-11-30", "voorvoegsel": "de", "geslachtsnaam": "Vries"}
HEADER = "BSN;Geboortedatum;Voorvoegsel;Geslachtsnaam;Startdatum;Rechtbank;Grond;Einddatum\r\n"
ESTATE = (
    "soort;omschrijving;bedrag\nbezitting;Spaarrekening;1.250,00\nschuld;Zorgverzekeraar;832,10\n"
    "inkomen;Loon;1900\nuitgave;Huur;720,5\n"
)


def begun(stand: Stand, browser: Browser) -> str:
    """A bewind that runs; its case."""
    browser.post("/bewind/nieuw", PERSON | START)
    return stand.letters("jansen")[0].case


def test_a_bewind_is_told_of_with_the_number_of_the_office(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    told = stand.letters("jansen")[0]
    assert told.data == PERSON | START | {"kantoorKvk": "68750110"}
    page = browser.get(f"/clienten/{case}")
    assert "de Vries" in page
    assert "Dossier indienen" in page
    assert "23 februari 2027" in page


def test_of_who_was_referred_the_details_stand_there_already(stand: Stand) -> None:
    browser, case = stand.browser("jansen"), new_pseudonym()
    letter = stand.arrives("jansen", "verwijzing", case, **referral())
    browser.get(f"/berichten/{letter.id}")
    form = browser.fill(f"/bewind/nieuw?zaak={case}")
    assert form["geslachtsnaam"] == "Groot"
    browser.post(f"/bewind/nieuw?zaak={case}", form | START)
    told = stand.letters("jansen")[0]
    assert (told.case, told.conversation == letter.conversation) == (case, False)


def test_a_file_of_starts_has_a_result_for_each_row_and_a_second_time_sends_nothing_again(stand: Stand) -> None:
    rows = (
        f"{VRIES};30-11-1979;de;Vries;20-11-2026;Rechtbank Noord-Holland;Schulden;\r\n"
        "123456789;1985-01-01;;Bakker;2026-11-20;Rechtbank Noord-Holland;schulden;\r\n"
        "\r\n"
        f"{BAKKER};1985-00-00;;Bäkker;2026-11-20;Rechtbank Noord-Holland;toestand;2026-01-01\r\n"
        "999900055;1990-05-17;;Jansen;2026-11-20;Rechtbank Noord-Holland;toestand;\r\n"
    )
    browser, file = stand.browser("jansen"), {"bestand": ("starts.csv", (HEADER + rows).encode("cp1252"), "text/csv")}
    page = browser.post("/bewind/bestand", files=file, status=200)
    assert "2 van de 4 regels zijn gemeld" in page
    assert "bsn: Dit BSN voldoet niet aan de elfproef." in page
    assert "De einddatum ligt vóór de ingangsdatum." in page
    assert "123456789" not in page
    assert stand.sent("jansen") == ["bewind-gestart"] * 2
    better = HEADER + rows.replace("123456789", "999900031").replace("2026-01-01", "")
    page = browser.post("/bewind/bestand", files={"bestand": ("b.csv", better.encode(), "text/csv")}, status=200)
    assert "was al gemeld" in page
    assert stand.sent("jansen") == ["bewind-gestart"] * 4


def test_a_file_that_is_none_is_refused_whole(stand: Stand) -> None:
    browser = stand.browser("jansen")
    for content in (
        b"",
        b"alleen een kop",
        HEADER.encode(),
        HEADER.replace("Grond", "Gezin").encode() + b"1;2;3;4;5;6;7;8\n",
        b"x;y\n1;2\n",
    ):
        page = browser.post("/bewind/bestand", files={"bestand": ("b.csv", content, "text/csv")}, status=400)
        assert "Er is niets gemeld." in page
    assert (
        browser.client.post("/bewind/bestand", content=b"x", headers={"content-length": "2000000"}).status_code == 413
    )


def test_a_dossier_is_written_line_by_line_and_from_a_file_and_sent_whole(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    place = f"/clienten/{case}/dossier"
    page = browser.post(f"{place}/regel", {"soort": "schuld", "omschrijving": "", "bedrag": "veel"}, 400)
    assert "Vul een omschrijving in." in page
    assert 'value="veel"' in page
    browser.post(f"{place}/regel", {"soort": "schuld", "omschrijving": "Energie", "bedrag": "€ 1.234,5"})
    browser.post(f"{place}/bestand", files={"bestand": ("b.csv", ESTATE.encode(), "text/csv")})
    wrong = ESTATE + "fiets;Racefiets;100\n"
    page = browser.post(f"{place}/bestand", files={"bestand": ("b.csv", wrong.encode(), "text/csv")}, status=400)
    assert "Regel 6: Kies bezitting, schuld, inkomen of uitgave." in page
    assert "€ 2.066,60" in browser.get(place)
    page = browser.post(f"{place}/plan", {"plan": "", "doe": "versturen"}, 400)
    assert "Vul eerst de boedelbeschrijving en het plan van aanpak in." in page
    browser.post(f"{place}/plan", {"plan": "Eerst rust.\r\nDan een regeling.", "doe": "bewaren"})
    assert stand.sent("jansen") == ["bewind-gestart"]
    browser.post(f"{place}/regel-weg", {"regel": "1"})
    browser.post(
        f"{place}/plan", browser.fill(place) | {"plan": "Eerst rust.\r\nDan een regeling.", "doe": "versturen"}
    )
    sent = stand.letters("jansen")[0]
    assert sent.data["planVanAanpak"] == "Eerst rust.\nDan een regeling."
    assert sent.data["boedelbeschrijving"] == (
        "Bezittingen (totaal € 1.250,00)\n- Spaarrekening: € 1.250,00\n\n"
        "Schulden (totaal € 832,10)\n- Zorgverzekeraar: € 832,10\n\n"
        "Inkomen per maand (totaal € 1.900,00)\n- Loon: € 1.900,00\n\n"
        "Uitgaven per maand (totaal € 720,50)\n- Huur: € 720,50\n\nOver per maand: € 1.179,50"
    )
    assert "Nog niets." in browser.get(place)
    assert "Advies van de gemeente" in browser.get("/termijnen")


def test_the_advice_is_read_and_printed_as_a_letter(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    start = stand.letters("jansen")[0]
    advice = stand.arrives("jansen", "bewind-advies", case, start.conversation)
    browser.get(f"/berichten/{advice.id}/brief", 404)  # nobody has read it yet
    assert "lichtere hulp" in browser.get(f"/berichten/{advice.id}")
    letter = browser.get(f"/berichten/{advice.id}/brief")
    assert "Wij adviseren lichtere hulp in plaats van bewind." in letter
    assert "de Vries, geboren 30 november 1979" in letter
    assert ("Pia Proef", "brief geopend", advice.id) in stand.accesses("jansen")


def test_a_bewind_goes_to_another_office_and_ends_here(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    place = f"/clienten/{case}/nieuw/bewind-beeindigd"
    page = browser.get(place)
    assert '<option value="Pieters Bewind">' in page
    assert '<option value="Bewindkantoor Jansen">' not in page
    later(stand.clock, days=1)
    browser = stand.browser("jansen")
    browser.post(place, browser.fill(place) | {"reden": "Verhuizing", "opvolger": "Pieters Bewind"})
    assert stand.letters("jansen")[0].data == {
        "einddatum": "2026-11-24",
        "reden": "Verhuizing",
        "opvolger": "Pieters Bewind",
    }
    assert "beëindigd" in browser.get("/clienten")
    assert "Er loopt geen termijn." in browser.get("/termijnen")
    browser.get(place, 404)
    assert stand.letters("pieters") == []


def test_rest_is_asked_at_creditors_that_the_office_names(stand: Stand) -> None:
    browser = stand.browser("jansen")
    case = begun(stand, browser)
    browser.post(f"/clienten/{case}/nieuw/rustverzoek",
                 {"soort": "toevoegen", "reden": "Nieuwe schuldeiser", "schuldeisers.0.naam": "Energie BV",
                  "schuldeisers.2.naam": "Webwinkel"})  # fmt: skip
    said = stand.letters("jansen")[0].data
    assert said["schuldeisers"] == [{"naam": "Energie BV"}, {"naam": "Webwinkel"}]


def test_clients_are_found_by_name_or_number_without_either_in_an_address(stand: Stand) -> None:
    browser = stand.browser("jansen")
    begun(stand, browser)
    for wanted in ("vries", VRIES):
        assert "de Vries" in browser.post("/clienten/zoeken", {"zoek": wanted}, 200)
    assert "Niemand gevonden." in browser.post("/clienten/zoeken", {"zoek": "bakker"}, 200)
