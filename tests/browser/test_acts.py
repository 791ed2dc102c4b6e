"""Acting in a real browser: from quarantine to a release with the keyboard alone, and forms that are not taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub.operations.recovery.store import recoveries
from tests.browser.conftest import Site, Window, new_window
from tests.operated import lay_aside
from tests.world import World


@pytest.fixture
def window(chromium: Browser, lively: Site, shots: Path) -> Iterator[Window]:
    with chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 800}) as context:
        window = new_window(context, lively, shots)
        yield window
        assert window.complaints == []
        assert window.refused() == []


def press_until(window: Window, key: str, focused: str) -> None:
    """Presses a key until what has the focus says this; a keyboard gets there or it does not."""
    for _ in range(80):
        window.page.keyboard.press(key)
        said = window.page.evaluate(
            """() => {
              const one = document.activeElement;
              const label = one.labels && one.labels[0];
              return (label ? label.textContent : one.textContent).trim();
            }"""
        )
        if said.startswith(focused):
            return
    raise AssertionError(f"the keyboard does not reach: {focused}")


def test_the_keyboard_alone_leads_from_quarantine_to_a_release(window: Window, lively: Site, world: World) -> None:
    number = lay_aside(lively.stand.database, world, 2)[-1]
    keyboard, page = window.page.keyboard, window.page
    window.open("/overzicht")
    press_until(window, "Tab", "Quarantaine")
    keyboard.press("Enter")
    page.wait_for_url("**/quarantaine")
    press_until(window, "Tab", "De hub vervoerde het niet")
    keyboard.press("Enter")
    page.wait_for_url("**/quarantaine/lane")
    press_until(window, "Tab", f"Kies stuk {number}")
    keyboard.press("Space")
    press_until(window, "Tab", "Plan vrijgave van de keuze")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Wat er zou gebeuren")).to_be_visible()
    press_until(window, "Tab", "Hoeveel berichten")
    keyboard.type("2")
    press_until(window, "Tab", "Waarom?")
    keyboard.type("de fout is hersteld")
    keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("in dit plan zijn dat er 1")
    window.inspect("nog-niet-gedaan")
    press_until(window, "Tab", "Aantal berichten")
    keyboard.press("Control+A")
    keyboard.type("1")
    keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Bevestigd.")
    with lively.stand.database.reading() as connection:
        assert recoveries(connection, 1)[0].stage.value == "running"


def test_who_comes_second_is_told_so(window: Window, lively: Site, world: World) -> None:
    number = lay_aside(lively.stand.database, world, 1)[-1]
    window.open(f"/quarantaine/stuk/{number}")
    window.page.get_by_role("button", name="Maak een plan").click()
    address = window.page.url
    second = window.page.context.new_page()
    second.goto(address)
    for page in (window.page, second):
        page.get_by_label("Hoeveel berichten").fill("1")
        page.get_by_label("Waarom?").first.fill("de fout is hersteld")
        page.get_by_role("button", name="Verstuur 1 bericht").click()
    expect(second.get_by_role("alert")).to_contain_text("Iemand anders was eerder")
    Window(second, window.url, window.shots).inspect("ingehaald")
