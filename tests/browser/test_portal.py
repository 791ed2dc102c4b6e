"""The offices' portal in a real Chromium: every screen, filled and wrong, wide and narrow; without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.bewindvoerder.pages import PAGES
from adapters.demo.issuer import Person
from hub.clock import SystemClock, new_pseudonym
from tests.browser.conftest import NOBODY, Window, Windows, free_address, watched
from tests.browser.sights import Sight, State, not_looked_at
from tests.console import in_thread, issuer_for
from tests.portal import Stand, portal_world, referral, without_bsn

PEOPLE = (
    Person("jansen", "Pia Jansen", ("jansen-beheer",)),
    Person("winkel", "Kees Ketting", ("winkel",)),
    Person("niemand", "Nina Niemand", ("elders",)),
)
START = {"startdatum": "2026-11-20", "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}
ESTATE = "soort;omschrijving;bedrag\nbezitting;Spaarrekening;1.250,00\nschuld;Zorg;832,10\ninkomen;Loon;1900\n"
CSV = (
    "bsn;geboortedatum;geslachtsnaam;startdatum;rechtbank;grond\n"
    "999900018;1985-01-01;Bakker;2026-11-20;Noord-Holland;toestand\n1;2;3;4;5;6\n"
)
#: Routes that show nothing themselves.
NO_SCREEN = ("begin", "bestand", "naar-aanmelden", "terug")


def _filled(name: str, path: str, who: str = "jansen") -> Sight:
    return Sight(State.FILLED, name, path, who)


def _empty(name: str, path: str, status: int = 200, who: str = "pieters") -> Sight:
    return Sight(State.EMPTY, name, path, who, status)


_FILLED = (
    _filled("postvak", "/postvak"),
    _filled("verwijzing", "/berichten/{verwijzing}"),
    _filled("verstuurd", "/berichten/{gestart}?verstuurd=1"),
    _filled("status", "/berichten/{verwijzing}/antwoord/verwijzing-status"),
    _filled("advies", "/berichten/{advies}"),
    _filled("brief", "/berichten/{advies}/brief"),
    _filled("client", "/clienten/{zaak}"),
    _filled("clienten", "/clienten"),
    _filled("dossier", "/clienten/{zaak}/dossier"),
    _filled("rustverzoek", "/clienten/{zaak}/nieuw/rustverzoek"),
    _filled("incasso", "/clienten/{zaak}/incasso"),
    _filled("bewind", "/bewind/nieuw"),
    _filled("bewind-bestand", "/bewind/bestand"),
    _filled("termijnen", "/termijnen"),
    _filled("kantoor", "/kantoor", "jansen-beheer"),
    _filled("kennisgeving", "/berichten/{kennisgeving}", "winkel"),
    _filled("antwoord", "/berichten/{kennisgeving}/antwoord/kennisgeving-antwoord", "winkel"),
    _filled("hulp", "/berichten/{hulp}", "future"),
    _filled("aanmelden", "/aanmelden?afgemeld=1", ""),
)
#: What an office that nobody wrote to finds.
_EMPTY = (
    _empty("postvak", "/postvak"),
    _empty("clienten", "/clienten"),
    _empty("termijnen", "/termijnen"),
    _empty("kantoor", "/kantoor"),
    _empty("bewind", "/bewind/nieuw"),
    _empty("bewind-bestand", "/bewind/bestand"),
    _empty("bericht", f"/berichten/{NOBODY}", 404),
    _empty("brief", f"/berichten/{NOBODY}/brief", 404),
    _empty("antwoord", f"/berichten/{NOBODY}/antwoord/verwijzing-status", 404),
    _empty("client", f"/clienten/{NOBODY}", 404),
    _empty("dossier", f"/clienten/{NOBODY}/dossier", 404),
    _empty("nieuw", f"/clienten/{NOBODY}/nieuw/rustverzoek", 404),
    _empty("incasso", f"/clienten/{NOBODY}/incasso", 404),
    _empty("aanmelden", "/aanmelden", who=""),
)
SIGHTS = (
    *_FILLED,
    *_EMPTY,
    *(Sight(State.WRONG, one.name, one.path, "elders", 403) for one in _EMPTY if one.who),
    Sight(State.WRONG, "nergens", "/nergens", "jansen", 404),
    Sight(State.WRONG, "niet-van-de-uitgever", "/aanmelden/terug?state=x", "", 403),
)


@dataclass
class Site:
    """A running portal with its issuer, and the names of what is in it."""

    stand: Stand
    url: str
    names: dict[str, str]

    def window(self, windows: Windows, *groups: str, script: bool = True) -> Window:
        """The window of somebody with these groups."""

        def token() -> str:
            return self.stand.token(*groups) if groups else ""

        return windows.at(self.url, self.stand.portal.desk.terms.cookie, token, who=" ".join(groups), script=script)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("portal")
    url, port = free_address()
    with issuer_for(url, client_id="kantoorportaal", people=PEOPLE) as issuer:
        stand = Stand.on(folder, portal_world(), SystemClock(), url=url, port=port, issuer=issuer)
        names = _busy_days(stand)
        with in_thread(stand.portal.run):
            yield Site(stand, url, names)
        stand.close()


def _busy_days(stand: Stand) -> dict[str, str]:
    """Offices after a few days of work."""
    case, browser = new_pseudonym(), stand.browser("jansen", name="Pia Jansen", subject="jansen")
    asked = stand.arrives("jansen", "verwijzing", case, **referral(geslachtsnaam="Vries", bsn="999900006"))
    browser.get(f"/berichten/{asked.id}")
    browser.post(f"/berichten/{asked.id}/antwoord/verwijzing-status", {"status": "aangenomen"})
    place = f"/bewind/nieuw?zaak={case}"
    browser.post(place, browser.fill(place) | START)
    start = stand.letters("jansen")[0]
    browser.post(f"/clienten/{case}/dossier/bestand", files={"bestand": ("b.csv", ESTATE.encode(), "text/csv")})
    advice = stand.arrives("jansen", "bewind-advies", case, start.conversation)
    browser.get(f"/berichten/{advice.id}")
    stand.arrives("jansen", "verwijzing", **referral(geslachtsnaam="Bakker", bsn="999900018", urgent=True))
    notice = stand.arrives("winkel", "kennisgeving")
    stand.browser("winkel").get(f"/berichten/{notice.id}")
    helped = stand.arrives("future", "verwijzing", **without_bsn())
    seen = {"zaak": case, "advies": advice.id, "verwijzing": asked.id, "gestart": start.id}
    return seen | {"kennisgeving": notice.id, "hulp": helped.id}


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_a_screen_has_no_barrier_in_any_size(windows: Windows, site: Site, sight: Sight) -> None:
    window = site.window(windows, *filter(None, [sight.who]))
    assert window.open(sight.path.format(**site.names)) == sight.status
    assert window.page.locator("main h1").count() == 1
    assert window.page.locator("script").count() == 0  # so it needs no JavaScript
    window.inspect(f"portaal-{sight}")


def test_every_screen_is_looked_at_in_every_state() -> None:
    # the page for an issuer that is away is of the kit: the console's test looks at it
    assert not_looked_at(PAGES, SIGHTS, NO_SCREEN) == {("aanmelden", State.WRONG)}


def _wrong_answer(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/berichten/{site.names['kennisgeving']}/antwoord/kennisgeving-antwoord")
    page.get_by_label("Einddatum").fill("2020-01-01")
    page.get_by_text("Niet gestopte maatregelen, regel 1").click()
    page.get_by_label("Maatregel", exact=True).first.select_option("beslag")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Nog niet verstuurd")


def _wrong_start(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/bewind/nieuw")
    page.get_by_label("BSN").fill("123456789")
    page.get_by_role("button", name="Bewind melden").click()
    expect(page.get_by_role("alert")).to_contain_text("elfproef")


def _wrong_line(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/clienten/{site.names['zaak']}/dossier")
    page.get_by_role("button", name="Toevoegen", exact=True).click()
    expect(page.locator(".problem").first).to_be_visible()


def _wrong_rows(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/bewind/bestand")
    page.get_by_label("CSV-bestand").set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.get_by_role("button", name="Alle regels melden").click()
    expect(page.locator("#resultaat")).to_contain_text("van de 2 regels")


@pytest.mark.parametrize(
    ("group", "fill"),
    [("winkel", _wrong_answer), ("jansen", _wrong_start), ("jansen", _wrong_line), ("jansen", _wrong_rows)],
    ids=["antwoord", "bewind", "regel", "bestand"],
)
def test_a_form_that_was_filled_in_wrong_has_no_barrier(  # type: ignore[no-untyped-def]
    windows: Windows,
    site: Site,
    group: str,
    fill,  # noqa: ANN001 - one of the four above
) -> None:
    window = site.window(windows, group)
    window.complaints.clear()
    fill(window.page, site)
    window.inspect(f"portaal-formulier{fill.__name__}")


def test_an_office_works_without_javascript_from_signing_in_to_its_answer(
    chromium: Browser, site: Site, shots: Path
) -> None:
    letter = site.stand.arrives("winkel", "kennisgeving", einddatum="2027-06-01")
    with chromium.new_context(locale="nl-NL", java_script_enabled=False) as context:
        page = watched(context, site.url, shots).page
        page.goto(site.url)
        page.get_by_role("link", name="Aanmelden met uw werkaccount").click()
        page.get_by_role("link", name="Kees Ketting").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Postvak")
        page.locator(f'a[href="/berichten/{letter.id}"]').click()
        page.get_by_role("link", name="Kennisgeving antwoord").click()
        page.get_by_label("aanmaning").check()
        page.get_by_role("button", name="Versturen").click()
        expect(page.get_by_role("status")).to_contain_text("Verstuurd.")
        page.get_by_role("button", name="Afmelden").click()
        expect(page.get_by_role("status")).to_contain_text("U bent hier afgemeld.")
        page.goto(f"{site.url}/postvak")
        expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelden")
    assert site.stand.letters("winkel")[0].data["maatregelenGestopt"] == ["aanmaning"]


def test_who_is_of_no_office_is_told_so_at_the_door(chromium: Browser, site: Site, shots: Path) -> None:
    with chromium.new_context(locale="nl-NL") as context:
        page = watched(context, site.url, shots).page
        page.goto(site.url)
        page.get_by_role("link", name="Aanmelden met uw werkaccount").click()
        page.get_by_role("link", name="Nina Niemand").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Geen toegang")
        expect(page.locator("main")).to_contain_text("hoort hier bij geen kantoor")
