"""The page for case workers and the letter, in a real browser: no barrier, no complaint, nothing too wide."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from adapters.haarlem.page.catalogue import CASE_FORMS
from adapters.haarlem.page.site import PageSite
from adapters.haarlem.settings import Settings
from tests.browser.conftest import LISTENER, Window, keep
from tests.console import in_thread
from tests.page import Worker, page_settings
from tests.unit.haarlem.desk import BAKKER, CRED, CRED_WITHOUT_BSN, JANSEN, SMIT, TAX, VISH, VRIES, Desk, case, person
from tests.unit.haarlem.test_helping import DOSSIER, START, arrives
from tests.world import BEW, FixedClock, World

SIZES = {"1280": (1280, 900, 1.0), "320": (320, 640, 1.0), "200-procent": (640, 400, 2.0)}
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


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Office]:
    """A debt helper after some busy days."""
    folder = tmp_path_factory.mktemp("office")
    known = {"connection_code": "HLM-01", "ddas": NAMES, "contact": CONTACT}
    desk = Desk(folder, world, FixedClock(), Settings.model_validate(known))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    site = PageSite(desk.helper, page_settings(folder, url=url, port=port), desk.clock)
    with ThreadPoolExecutor() as elsewhere:  # this thread has an event loop already: the browser's
        troubled, calm = elsewhere.submit(fill, desk).result()
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
    """A window of somebody who is signed in."""
    signed_in = Worker.at(office.desk, office.site)
    cookie = office.site.desk.terms.cookie
    context.add_cookies([{"name": cookie, "value": signed_in.http.cookies[cookie], "url": office.url}])
    context.add_init_script(LISTENER)
    window = Window(context.new_page(), office.url, shots)
    window.page.on("console", lambda message: keep(window, message.type, message.text))
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
    return window


SCREENS = (
    "begin",
    "belpunten",
    "bewinden",
    "gesprek",
    "advies",
    "nieuw",
    "rustig",
    "moeilijk",
    "nergens",
    *(form.slug for form in CASE_FORMS),
)


#: Shown in every size; what fits 320 pixels is looked at wide where its layout differs.
WIDE = ("begin", "nieuw", "moeilijk", "corrigeren")


def path_of(office: Office, screen: str) -> str:
    """A screen by its name."""
    known = {"begin": "/", "belpunten": "/belpunten", "nieuw": "/zaken/nieuw", "nergens": "/nergens"}
    known |= {"bewinden": "/bewinden", "gesprek": f"/gesprekken/{TALK}", "advies": f"/gesprekken/{TALK}/advies"}
    known |= {"rustig": f"/zaken/{office.calm}", "moeilijk": f"/zaken/{office.troubled}"}
    return known.get(screen, f"/zaken/{office.troubled}/{screen}")


@pytest.mark.parametrize(
    ("screen", "size"), [*((one, "320") for one in SCREENS), *product(WIDE, ("1280", "200-procent"))]
)
def test_a_screen_has_no_barrier_in_any_size(
    chromium: Browser, office: Office, shots: Path, screen: str, size: str
) -> None:
    width, height, scale = SIZES[size]
    with chromium.new_context(
        locale="nl-NL", viewport={"width": width, "height": height}, device_scale_factor=scale
    ) as context:
        window = window_on(context, office, shots)
        window.open(path_of(office, screen))
        assert window.page.locator("h1").count() == 1
        for details in window.page.locator("details").all():
            details.evaluate("one => one.open = true")
        assert window.violations() == []
        assert window.refused() == []
        assert window.overflow() <= 0
        window.shot(f"consulent-{screen}-{size}")
        assert window.complaints == []


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
