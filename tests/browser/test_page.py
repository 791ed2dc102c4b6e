"""The page for case workers and the letter, in a real browser: no barrier, no complaint, nothing too wide."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from adapters.haarlem.page.catalogue import CASE_FORMS
from adapters.haarlem.page.pages import PAGES
from adapters.haarlem.page.site import PageSite
from adapters.haarlem.settings import Settings
from hub.web.entrance import PAGES as ENTRANCE
from tests.browser.conftest import NOBODY, Window, Windows, free_address, watched
from tests.browser.sights import Sight, State, not_looked_at
from tests.console import in_thread
from tests.page import Worker, page_settings
from tests.unit.haarlem.desk import BAKKER, CRED, CRED_WITHOUT_BSN, JANSEN, SMIT, TAX, VISH, VRIES, Desk, case, person
from tests.unit.haarlem.test_helping import DOSSIER, START, arrives
from tests.world import BEW, FixedClock, World

#: Routes that show nothing themselves.
NO_SCREEN = ("bestand", "naar-aanmelden", "terug")
NAMES = {
    "municipalities": [
        {"gemeentecode": "0377", "name": "Bloemendaal"},
        {"gemeentecode": "0392", "name": "Haarlem"},
        {"gemeentecode": "0397", "name": "Heemstede"},
        {"gemeentecode": "0473", "name": "Zandvoort"},
    ]
}
TALK = "0198c0de-0000-7000-8000-000000000001"
CONTACT = {"name": "Team Schuldhulpverlening", "phone": "023 511 50 00"}


@dataclass
class Office:
    """A page with cases in every state behind it."""

    desk: Desk
    site: PageSite
    url: str
    troubled: str
    calm: str

    def person_of(self, number: str) -> str:
        """The first person of a case."""
        return str(self.desk.look(number)["personen"][0]["id"])

    def token(self, role: str) -> str:
        """The token of somebody with that role, or nothing."""
        return str(Worker.at(self.desk, self.site, role).http.cookies[self.site.desk.terms.cookie]) if role else ""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Office]:
    """A debt helper after some busy days."""
    yield from running_office(tmp_path_factory.mktemp("office"), world, busy=True)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Office]:
    """A debt helper on the first day."""
    yield from running_office(tmp_path_factory.mktemp("quiet"), world, busy=False)


def running_office(folder: Path, world: World, *, busy: bool) -> Iterator[Office]:
    """A page on a debt helper of its own."""
    known = {"connection_code": "HLM-01", "ddas": NAMES, "contact": CONTACT}
    desk = Desk(folder, world, FixedClock(), Settings.model_validate(known))
    url, port = free_address()
    site = PageSite(desk.helper, page_settings(folder, url=url, port=port), desk.clock)
    with ThreadPoolExecutor() as elsewhere:  # this thread has an event loop already: the browser's
        troubled, calm = elsewhere.submit(fill, desk).result() if busy else ("", "")
    with in_thread(site.run):
        yield Office(desk, site, url, troubled, calm)
    site.listening.close()
    desk.ledger.close()


def fill(desk: Desk) -> tuple[str, str]:
    """Cases in every state; a couple in trouble, and somebody who has rest."""
    calm = desk.register(case(person(SMIT, voorletters="A.", geslachtsnaam="Smit"), klantnummerShv="SHV-2026-0113"))
    desk.confirm_everything()
    creditors = [
        {
            "naam": "Hoogheemraadschap van Rijnland",
            "oin": CRED,
            "vorderingen": [{"factuurnummer": "RL-20", "bedrag": "412.60"}],
        },
        {"naam": "Gemeente Velsen", "oin": CRED_WITHOUT_BSN},
        {"naam": "Garage Van Dam", "telefoon": "023-1234567"},
    ]
    troubled = desk.register(
        case(
            person(VRIES, voorletters="J.M.", voorvoegsel="de"),
            person(BAKKER, voorletters="F.", geslachtsnaam="Bakker", adresGeheim=True),
            klantnummerShv="SHV-2026-0114",
            belastinggemeenten=["0397", "0377"],
            einddatum="2026-12-18",
            schuldeisers=creditors,
            urgent=True,
        )
    )
    theirs = [one for one in desk.letters() if one.subject == troubled]
    first = {letter.to: letter for letter in reversed(theirs)}
    desk.confirm(first[TAX])
    desk.registered(first[VISH], "V-2026-88")
    going_on = [
        {
            "maatregel": "beslag",
            "reden": "bij-deurwaarder",
            "per": "2026-11-01",
            "behandelaar": {"soort": "deurwaarder", "naam": "Deurwaarderskantoor Duin", "telefoon": "023-7654321"},
        }
    ]
    desk.confirm(first[CRED], maatregelenNietGestopt=going_on)
    desk.register(case(person(JANSEN, geslachtsnaam="Jansen"), klantnummerShv="SHV-2026-0115"))
    arrives(desk, "bewind-gestart", START, sender=BEW, talk=TALK)
    arrives(desk, "bewind-dossier", DOSSIER, sender=BEW, talk=TALK)
    desk.days_pass(9)
    return troubled, calm


def window_on(context: BrowserContext, office: Office, shots: Path) -> Window:
    """A window of its own, of somebody who is signed in."""
    context.add_cookies(
        [{"name": office.site.desk.terms.cookie, "value": office.token("consulent"), "url": office.url}]
    )
    return watched(context, office.url, shots)


def _filled(name: str, path: str, who: str = "consulent") -> Sight:
    return Sight(State.FILLED, name, path, who, site="office")


def _empty(name: str, path: str, status: int = 200, who: str = "consulent") -> Sight:
    return Sight(State.EMPTY, name, path, who, status, "quiet")


_FILLED = (
    _filled("begin", "/"),
    _filled("belpunten", "/belpunten"),
    _filled("bewinden", "/bewinden"),
    _filled("gesprek", f"/gesprekken/{TALK}"),
    _filled("advies", f"/gesprekken/{TALK}/advies"),
    _filled("nieuw", "/zaken/nieuw"),
    _filled("rustig", "/zaken/{calm}"),
    _filled("moeilijk", "/zaken/{troubled}"),
    *(_filled(form.slug, f"/zaken/{{troubled}}/{form.slug}") for form in CASE_FORMS),
    _filled("aanmelden", "/aanmelden?afgemeld=1", ""),
)
_EMPTY = (
    _empty("begin", "/"),
    _empty("belpunten", "/belpunten"),
    _empty("bewinden", "/bewinden"),
    _empty("gesprek", f"/gesprekken/{NOBODY}", 404),
    _empty("gespreksformulier", f"/gesprekken/{NOBODY}/advies", 404),
    _empty("nieuw", "/zaken/nieuw"),
    _empty("zaak", f"/zaken/{NOBODY}", 404),
    _empty("formulier", f"/zaken/{NOBODY}/zaak-beeindigen", 404),
    _empty("aanmelden", "/aanmelden", who=""),
)
SIGHTS = (
    *_FILLED,
    *_EMPTY,
    *(Sight(State.WRONG, one.name, one.path, "vreemd", 403, "quiet") for one in _EMPTY if one.who),
    Sight(State.WRONG, "nergens", "/nergens", "consulent", 404, "office"),
)


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_a_screen_has_no_barrier_in_any_size(request: pytest.FixtureRequest, windows: Windows, sight: Sight) -> None:
    office: Office = request.getfixturevalue(sight.site)
    window = windows.at(office.url, office.site.desk.terms.cookie, partial(office.token, sight.who), who=sight.who)
    assert window.open(sight.path.format(calm=office.calm, troubled=office.troubled)) == sight.status
    assert window.page.locator("h1").count() == 1
    assert window.page.locator("script").count() == 0  # so it needs no JavaScript
    for details in window.page.locator("details").all():
        details.evaluate("one => one.open = true")
    window.inspect(f"consulent-{sight}")


def test_every_screen_is_looked_at_in_every_state() -> None:
    # the page for an issuer that is away is of the kit: the console's test looks at it
    assert not_looked_at((*ENTRANCE, *PAGES), SIGHTS, NO_SCREEN) == {("aanmelden", State.WRONG)}


def test_an_act_is_done_with_the_keyboard_and_without_javascript(
    chromium: Browser, office: Office, shots: Path
) -> None:
    with chromium.new_context(locale="nl-NL", java_script_enabled=False) as context:
        window = window_on(context, office, shots)
        page = window.page
        window.open("/")
        page.get_by_label("of zaaknummer").fill("SHV-2026-0115")
        page.get_by_label("of zaaknummer").press("Enter")
        expect(page.get_by_role("heading", name="Gevonden")).to_be_visible()
        window.shot("consulent-gevonden")
        assert "0115" not in page.url
        page.get_by_role("link", name="J. Jansen").focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Zaak beëindigen").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Verder").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        window.shot("consulent-fout")
        page.get_by_label("Reden").select_option("zelf")
        page.get_by_role("button", name="Verder").press("Enter")
        expect(page.get_by_role("heading", name="klopt dit?")).to_be_visible()
        window.shot("consulent-bevestigen")
        page.get_by_role("button", name="Verstuur").press("Enter")
        expect(page.get_by_text("De zaak is beëindigd.")).to_be_visible()
        window.shot("consulent-gedaan")


def test_every_step_of_an_act_has_no_barrier(chromium: Browser, office: Office, shots: Path) -> None:
    with chromium.new_context(locale="nl-NL", viewport={"width": 320, "height": 640}) as context:
        window = window_on(context, office, shots)
        page = window.page
        window.open(f"/zaken/{office.troubled}/zaak-beeindigen")
        page.get_by_role("button", name="Verder").click()
        assert (window.violations(), window.overflow()) == ([], 0)
        page.get_by_label("Reden").select_option("zelf")
        page.get_by_role("button", name="Verder").click()
        expect(page.get_by_label("Typ dat aantal om te bevestigen")).to_be_visible()
        assert (window.violations(), window.overflow()) == ([], 0)
        window.shot("consulent-aantal-320")
        page.get_by_role("button", name="Terug naar het formulier").click()
        expect(page.get_by_label("Reden")).to_have_value("zelf")
        assert window.complaints == []


def test_the_letter_has_no_barrier_and_fits_a_page_of_paper(chromium: Browser, office: Office, shots: Path) -> None:
    with chromium.new_context(locale="nl-NL", viewport={"width": 320, "height": 640}) as context:
        window = window_on(context, office, shots)
        window.open(f"/zaken/{office.troubled}")
        with context.expect_page() as opened:
            window.page.get_by_role("button", name="Rustbrief voor J.M. de Vries").click()
        brief = Window(opened.value, office.url, shots)
        expect(brief.page.get_by_role("heading", name="Wie heeft de incasso gestopt?")).to_be_visible()
        assert (brief.violations(), brief.refused(), brief.overflow()) == ([], [], 0)
        brief.shot("rustbrief-320")
        (shots / "rustbrief.pdf").write_bytes(brief.page.pdf(prefer_css_page_size=True))
        assert (shots / "rustbrief.pdf").read_bytes().count(b"/Type /Page\n") <= 1
