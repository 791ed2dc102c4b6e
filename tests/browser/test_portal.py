"""The offices' portal in a real Chromium: every screen, filled and wrong, wide and narrow; without JavaScript."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from adapters.demo.issuer import Person
from hub.clock import SystemClock, new_pseudonym
from tests.browser.conftest import LISTENER, Window
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
SCREENS = {
    "postvak": ("jansen", "/postvak"),
    "postvak-leeg": ("pieters", "/postvak"),
    "verwijzing": ("jansen", "/berichten/{verwijzing}"),
    "verstuurd": ("jansen", "/berichten/{gestart}?verstuurd=1"),
    "status": ("jansen", "/berichten/{verwijzing}/antwoord/verwijzing-status"),
    "advies": ("jansen", "/berichten/{advies}"),
    "brief": ("jansen", "/berichten/{advies}/brief"),
    "client": ("jansen", "/clienten/{zaak}"),
    "clienten": ("jansen", "/clienten"),
    "dossier": ("jansen", "/clienten/{zaak}/dossier"),
    "rustverzoek": ("jansen", "/clienten/{zaak}/nieuw/rustverzoek"),
    "incasso": ("jansen", "/clienten/{zaak}/incasso"),
    "bewind": ("jansen", "/bewind/nieuw"),
    "bewind-bestand": ("jansen", "/bewind/bestand"),
    "termijnen": ("jansen", "/termijnen"),
    "kantoor": ("jansen-beheer", "/kantoor"),
    "kennisgeving": ("winkel", "/berichten/{kennisgeving}"),
    "antwoord": ("winkel", "/berichten/{kennisgeving}/antwoord/kennisgeving-antwoord"),
    "hulp": ("future", "/berichten/{hulp}"),
    "nergens": ("jansen", "/nergens"),
    "geen-kantoor": ("elders", "/postvak"),
    "aanmelden": ("", "/aanmelden"),
}


@dataclass
class Site:
    """A running portal with its issuer, and the names of what is in it."""

    stand: Stand
    url: str
    names: dict[str, str]

    def window(self, context: BrowserContext, shots: Path, *groups: str) -> Window:
        """A window, signed in with these groups."""
        if groups:
            cookie = self.stand.portal.desk.terms.cookie
            context.add_cookies([{"name": cookie, "value": self.stand.token(*groups), "url": self.url}])
        context.add_init_script(LISTENER)
        window = Window(context.new_page(), self.url, shots)
        window.page.on("console", lambda message: _keep(window, message.type, message.text))
        return window


def _keep(window: Window, kind: str, text: str) -> None:
    if kind in {"error", "warning"} and "Failed to load resource" not in text:
        window.complaints.append(f"{kind}: {text}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("portal")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with issuer_for(url, client_id="kantoorportaal", people=PEOPLE) as issuer:
        stand = Stand.on(folder, portal_world(), SystemClock(), url=url, port=port, issuer=issuer)
        names = _filled(stand)
        with in_thread(stand.portal.run):
            yield Site(stand, url, names)
        stand.close()


def _filled(stand: Stand) -> dict[str, str]:
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


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_no_barrier_wide_or_narrow(chromium: Browser, site: Site, shots: Path, screen: str) -> None:
    group, path = SCREENS[screen]
    for size, width in (("breed", 1280), ("smal", 320)):
        with chromium.new_context(locale="nl-NL", viewport={"width": width, "height": 800}) as context:
            window = site.window(context, shots, *([group] if group else []))
            window.open(path.format(**site.names))
            window.shot(f"portaal-{screen}-{size}")
            assert window.page.locator("main h1").count() == 1
            assert window.violations() == []
            assert window.refused() == []
            assert window.overflow() <= 0, screen
            assert window.complaints == []


def _wrong_answer(page: Page, site: Site) -> None:
    page.goto(site.url + SCREENS["antwoord"][1].format(**site.names))
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
    chromium: Browser,
    site: Site,
    shots: Path,
    group: str,
    fill,  # noqa: ANN001 - one of the four above
) -> None:
    with chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 800}) as context:
        window = site.window(context, shots, group)
        fill(window.page, site)
        window.shot(f"portaal-fout-{fill.__name__}")
        assert window.violations() == []
        assert window.refused() == []


def test_an_office_works_without_javascript_from_signing_in_to_its_answer(
    chromium: Browser, site: Site, shots: Path
) -> None:
    letter = site.stand.arrives("winkel", "kennisgeving", einddatum="2027-06-01")
    with chromium.new_context(locale="nl-NL", java_script_enabled=False) as context:
        page = site.window(context, shots).page
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
        page = site.window(context, shots).page
        page.goto(site.url)
        page.get_by_role("link", name="Aanmelden met uw werkaccount").click()
        page.get_by_role("link", name="Nina Niemand").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Geen toegang")
        expect(page.locator("main")).to_contain_text("hoort hier bij geen kantoor")
