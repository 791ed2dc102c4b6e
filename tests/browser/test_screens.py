"""Every screen, empty, filled and wrong, with and without JavaScript: no barrier, no complaint, nothing too wide."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, new_window
from tests.world import CRED, TAX_HAARLEM, VISH

SCREENS = {
    "overzicht": "/overzicht",
    "berichtenlog": "/berichtenlog",
    "filter": "/berichtenlog?partij=00000099000000003000&stand=delivered",
    "filter-fout": "/berichtenlog?dossier=zz&sinds=ooit",
    "dossiers": "/dossiers",
    "dossiers-niets": "/dossiers?kenmerk=0000000000",
    "quarantaine": "/quarantaine",
    "groep": "/quarantaine/lane",
    "herstel": "/herstel",
    "termijnen": "/termijnen",
    "rust": "/termijnen?soort=rust",
    "ketenpartners": "/ketenpartners",
    "ketenpartner": "/ketenpartners/00000099000000003000",
    "alarmen": "/alarmen",
    "controle": "/controle",
    "beheer": "/beheer",
    "beheer-fout": "/beheer?datum=ooit",
    "spoor": "/beheer/spoor",
    "nergens": "/nergens",
}
DETAILS = ("calm", "troubled", "waiting", "delivered", "refused", "expired", "unread", "late", "refused by hub")
ACTED = ("bewijs", "afgewezen", "planned", "asked", "running", "done", "forward", "gepauzeerd", "venster", "getest")
SIZES = {"1280": (1280, 800, 1.0), "320": (320, 640, 1.0), "200-procent": (640, 400, 2.0)}


def path_of(site: Site, screen: str) -> str:
    """A screen by its name; those of cases and messages only after a busy day."""
    if screen in SCREENS:
        return SCREENS[screen]
    assert site.filled
    assert site.operated
    if screen in site.operated.recoveries:
        return f"/herstel/{site.operated.recoveries[screen]}"
    if screen in ACTED:
        number = site.operated.settled if screen == "afgewezen" else site.operated.evidence
        partners = {"gepauzeerd": VISH, "venster": TAX_HAARLEM, "getest": CRED}
        return f"/ketenpartners/{partners[screen]}" if screen in partners else f"/quarantaine/stuk/{number}"
    if screen in {"calm", "troubled", "waiting"}:
        return f"/dossiers/{getattr(site.filled, screen)}"
    return f"/berichten/{site.filled.messages[screen]}"


@pytest.mark.parametrize("screen", [*SCREENS, *DETAILS, *ACTED])
@pytest.mark.parametrize("script", ["with", "without"])
def test_a_screen_after_a_busy_day_has_no_barrier(
    chromium: Browser, busy: Site, shots: Path, screen: str, script: str
) -> None:
    with chromium.new_context(
        locale="nl-NL", java_script_enabled=script == "with", viewport={"width": 1280, "height": 800}
    ) as context:
        window = new_window(context, busy, shots)
        window.open(path_of(busy, screen))
        assert window.page.locator("h1").count() == 1
        assert window.page.locator("main h1").is_visible()
        if script == "with":
            assert window.violations() == []
            assert window.refused() == []
            window.shot(f"druk-{screen}")
        assert window.complaints == []


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_on_the_first_day_has_no_barrier(chromium: Browser, empty: Site, shots: Path, screen: str) -> None:
    with chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 800}) as context:
        window = new_window(context, empty, shots)
        window.open(SCREENS[screen])
        assert window.violations() == []
        assert window.refused() == []
        assert window.complaints == []
        window.shot(f"leeg-{screen}")


@pytest.mark.parametrize("screen", [*SCREENS, *DETAILS, *ACTED])
@pytest.mark.parametrize("size", ["320", "200-procent"])
def test_a_screen_fits_a_narrow_window_and_double_size(
    chromium: Browser, busy: Site, shots: Path, screen: str, size: str
) -> None:
    width, height, scale = SIZES[size]
    with chromium.new_context(
        locale="nl-NL", viewport={"width": width, "height": height}, device_scale_factor=scale
    ) as context:
        window = new_window(context, busy, shots)
        window.open(path_of(busy, screen))
        assert window.overflow() <= 0
        assert window.violations() == []
        window.shot(f"{size}-{screen}")


def test_the_checks_notice_what_they_are_for(chromium: Browser, busy: Site, shots: Path) -> None:
    with chromium.new_context(locale="nl-NL", viewport={"width": 320, "height": 640}) as context:
        window = new_window(context, busy, shots)
        window.open("/dossiers")
        window.page.evaluate(
            """() => {
              const image = document.createElement("img");
              image.src = "https://elsewhere.example/x.png";
              const wide = document.createElement("div");
              wide.style.width = "900px";
              wide.textContent = "breed";
              document.querySelector("main").append(image, wide);
              const script = document.createElement("script");
              script.textContent = "window.__ran = true";
              document.head.append(script);
              console.error("mis");
            }"""
        )
        assert [found for found in window.violations() if found.startswith("image-alt")]
        assert {"img-src", "script-src-elem"} <= {found.split()[0] for found in window.refused()}
        assert window.page.evaluate("window.__ran") is None
        assert window.overflow() > 0
        assert "error: mis" in window.complaints


def test_the_way_in_has_no_barrier_and_leads_where_somebody_wanted_to_be(
    chromium: Browser, busy: Site, shots: Path
) -> None:
    with chromium.new_context(locale="nl-NL") as context:
        window = new_window(context, busy, shots, signed_in=False)
        window.open("/ketenpartners")
        assert window.violations() == []
        window.shot("aanmelden")
        window.page.get_by_role("link", name="Aanmelden met uw werkaccount").click()
        window.page.get_by_role("link", name="Lies Lezer").click()
        window.page.wait_for_url(f"{busy.url}/ketenpartners")
        expect(window.page.get_by_text("Lies Lezer (lezer)")).to_be_visible()
        assert window.page.get_by_role("link", name="Spoor").count() == 0
        window.open("/beheer/spoor")
        expect(window.page.get_by_role("heading", name="Geen toegang")).to_be_visible()
        assert window.violations() == []
        window.page.get_by_role("button", name="Afmelden").click()
        expect(window.page.get_by_text("U bent hier afgemeld.")).to_be_visible()
        assert window.complaints == []
