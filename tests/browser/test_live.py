"""The live list in a real browser: rows arrive, change in place, wait while paused; and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub.clock import new_pseudonym
from hub.messagelog.entries.store import sequence_entries
from tests.browser.conftest import Site, Window, new_window
from tests.filled import Writer
from tests.world import CRED, SHV

ROWS = "[data-live-rows] tr"


@pytest.fixture
def window(chromium: Browser, lively: Site, shots: Path) -> Iterator[Window]:
    with chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 800}) as context:
        window = new_window(context, lively, shots)
        window.open("/berichtenlog")
        expect(window.page.get_by_text("Live: nieuwe regels komen vanzelf bovenaan.")).to_be_visible()
        yield window
        assert window.complaints == []
        assert window.refused() == []


def write(site: Site, count: int = 1) -> list[str]:
    """Messages that were accepted just now."""
    with site.stand.database.begin() as connection:
        writer = Writer(connection, site.stand.clock.now())
        found = [
            writer.message("kennisgeving-publiek", SHV, CRED, timedelta(0), new_pseudonym(), new_pseudonym())
            for _ in range(count)
        ]
        sequence_entries(connection, 1000)
    return found


def deliver(site: Site, message_id: str) -> None:
    """Its recipient's receipt comes in."""
    with site.stand.database.begin() as connection:
        Writer(connection, site.stand.clock.now()).receipt(SHV, CRED, message_id, timedelta(0))
        sequence_entries(connection, 1000)


def test_a_message_comes_on_top_and_changes_in_place(window: Window, lively: Site) -> None:
    (sent,) = write(lively)
    row = window.page.locator(f"#rij-{SHV}-{sent}")
    expect(row).to_be_visible()
    expect(window.page.locator(ROWS).first).to_have_id(f"rij-{SHV}-{sent}")
    expect(row).to_contain_text("aangenomen")
    deliver(lively, sent)
    expect(row).to_contain_text("afgeleverd")
    assert window.violations() == []


def test_a_pause_holds_everything_back_and_loses_nothing(window: Window, lively: Site) -> None:
    window.page.get_by_role("button", name="Pauzeer").click()
    before = window.page.locator(ROWS).count()
    sent = write(lively, 3)
    other = window.page.context.new_page()
    other.goto(f"{lively.url}/berichtenlog")
    expect(other.locator(f"#rij-{SHV}-{sent[-1]}")).to_be_visible()
    assert window.page.locator(ROWS).count() == before
    window.page.get_by_role("button", name="Ga verder").click()
    for message_id in sent:
        expect(window.page.locator(f"#rij-{SHV}-{message_id}")).to_be_visible()
    expect(window.page.locator(ROWS).first).to_have_id(f"rij-{SHV}-{sent[-1]}")


def test_a_long_list_keeps_its_newest_two_hundred(window: Window, lively: Site) -> None:
    lasts = [write(lively, 100)[-1] for _ in range(3)]
    expect(window.page.locator(ROWS).first).to_have_id(f"rij-{SHV}-{lasts[-1]}")
    expect(window.page.locator(ROWS)).to_have_count(200)


def test_keys_move_through_the_list_and_can_be_switched_off(window: Window) -> None:
    page = window.page
    page.keyboard.press("/")
    expect(page.get_by_label("Dossierkenmerk")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    links = page.locator("[data-live-rows] a[data-row]")
    page.keyboard.press("j")
    expect(links.first).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Toetsen van één letter gebruiken").uncheck()
    page.get_by_role("button", name="Sluiten").click()
    page.locator("main").focus()
    page.keyboard.press("j")
    expect(page.locator("main")).to_be_focused()


def test_the_first_tab_leads_past_the_menu(window: Window) -> None:
    window.page.reload()
    window.page.keyboard.press("Tab")
    expect(window.page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(window.page.locator("main")).to_be_focused()


def test_a_lost_connection_comes_back_and_misses_no_row(window: Window, lively: Site) -> None:
    (before,) = write(lively)
    expect(window.page.locator(f"#rij-{SHV}-{before}")).to_be_visible()
    stopping = lively.stand.console.desk.stopping
    stopping.set()  # the server ends its streams, as it does before a restart
    try:
        (last,) = write(lively)
        missed = write(lively, 3)
    finally:
        stopping.clear()
    for message_id in (last, *missed):
        expect(window.page.locator(f"#rij-{SHV}-{message_id}")).to_have_count(1)
    expect(window.page.get_by_text("Live: nieuwe regels komen vanzelf bovenaan.")).to_be_visible()
