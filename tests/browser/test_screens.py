"""Every screen, empty, filled and wrong, with and without JavaScript: no barrier, no complaint, nothing too wide."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub.console.app import PAGES
from hub.console.roles import Role
from tests.browser.conftest import Site, Window, Windows, new_window
from tests.browser.console_sights import FILLED, NO_SCREEN, SIGHTS
from tests.browser.sights import Sight, State, not_looked_at
from tests.console import ALL
from tests.world import VISH


def opened(request: pytest.FixtureRequest, windows: Windows, sight: Sight, *, script: bool) -> Window:
    """The window with that screen in it; its console is started when the first asks for it."""
    site: Site = request.getfixturevalue(sight.site)
    window = site.window(windows, script=script, roles=ALL if sight.who else ())
    assert window.open(sight.path.format(**site.names)) == sight.status
    assert window.page.locator("h1").count() == 1
    assert window.page.locator("main h1").is_visible()
    return window


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_a_screen_has_no_barrier_in_any_size(request: pytest.FixtureRequest, windows: Windows, sight: Sight) -> None:
    opened(request, windows, sight, script=True).inspect(str(sight), ["breed"])


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_a_screen_needs_no_javascript(request: pytest.FixtureRequest, windows: Windows, sight: Sight) -> None:
    window = opened(request, windows, sight, script=False)
    assert window.page.evaluate("typeof htmx") == "undefined"
    window.inspect(f"{sight}-zonder", ["smal"])


def test_every_screen_is_looked_at_in_every_state() -> None:
    assert not_looked_at(PAGES, SIGHTS, NO_SCREEN) == set()


def test_a_screen_that_nobody_looks_at_is_noticed() -> None:
    assert not_looked_at(PAGES, FILLED, NO_SCREEN) >= {("overzicht", State.EMPTY), ("overzicht", State.WRONG)}


READERS = ("/overzicht", "/quarantaine/lane", "/quarantaine/stuk/{evidence}", f"/ketenpartners/{VISH}", "/controle",
           "/berichten/{unread}", "/herstel/{planned}", "/herstel/{asked}", "/beheer")  # fmt: skip


def test_what_a_reader_may_not_do_is_said_on_every_screen(windows: Windows, busy: Site) -> None:
    window = busy.window(windows, roles=[Role.READER])
    for path in READERS:
        assert window.open(path.format(**busy.names)) == 200
        window.inspect("lezer-" + path.strip("/").replace("/", "-"), ["breed"])
        forms = window.page.locator("main form[method=post] button:not([disabled])")
        assert forms.count() == 0, path
    assert window.open("/beheer/spoor") == 403
    window.inspect("lezer-geen-toegang")


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


def test_the_way_in_leads_where_somebody_wanted_to_be(chromium: Browser, busy: Site, shots: Path) -> None:
    with chromium.new_context(locale="nl-NL") as context:
        window = new_window(context, busy, shots, signed_in=False)
        window.open("/ketenpartners")
        window.page.get_by_role("link", name="Aanmelden met uw werkaccount").click()
        window.page.get_by_role("link", name="Lies Lezer").click()
        window.page.wait_for_url(f"{busy.url}/ketenpartners")
        expect(window.page.get_by_text("Lies Lezer (lezer)")).to_be_visible()
        assert window.page.get_by_role("link", name="Spoor").count() == 0
        window.page.get_by_role("button", name="Afmelden").click()
        expect(window.page.get_by_text("U bent hier afgemeld.")).to_be_visible()
        assert window.complaints == []
