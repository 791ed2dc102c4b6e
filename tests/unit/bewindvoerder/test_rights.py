"""An office sees its own and nobody else's, on every page; who is nobody sees nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.bewindvoerder.pages import PAGES
from hub.clock import new_pseudonym
from hub.web.desk import Page
from hub.web.visits import ANYBODY
from tests.portal import Stand, referral
from tests.world import World

SECRET = "Geheimelaar"
OURS = [page for page in PAGES if page.permission != ANYBODY]


def _named(page: Page[Any]) -> str:
    return f"{page.method}-{page.name}"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Stand]:
    """A portal for tests that change nothing."""
    made = Stand.on(tmp_path_factory.mktemp("busy"), world)
    yield made
    made.close()


@pytest.fixture(scope="module")
def names(busy: Stand) -> dict[str, str]:
    """Everything that a page can name, at Pieters: a letter, a case with a running bewind, its advice."""
    return filled(busy)


def filled(stand: Stand) -> dict[str, str]:
    """The same, at any portal."""
    case, talk = new_pseudonym(), new_pseudonym()
    letter = stand.arrives("pieters", "verwijzing", case, **referral(geslachtsnaam=SECRET))
    theirs = stand.browser("pieters-beheer", name="Otto", subject="otto")
    theirs.get(f"/berichten/{letter.id}")
    theirs.post(f"/bewind/nieuw?zaak={case}", theirs.fill(f"/bewind/nieuw?zaak={case}") | {
        "startdatum": "2026-11-20", "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"})  # fmt: skip
    start = stand.letters("pieters")[0]
    stand.arrives("pieters", "bewind-advies", case, start.conversation or talk)
    return {"id": letter.id, "zaak": case}


@pytest.mark.parametrize("page", OURS, ids=_named)
def test_no_page_shows_or_changes_what_is_of_another_office(
    busy: Stand, names: dict[str, str], page: Page[Any]
) -> None:
    before = (busy.sent("pieters"), busy.accesses("pieters"))
    browser = busy.browser("jansen-beheer")
    for kind in ("verwijzing-status", "statusbericht", "rustverzoek", "bewind-beeindigd"):
        path = page.path.format(**names, soort=kind)
        filled = {"csrf": browser.csrf, "zoek": SECRET, "regel": "1", "collega": "otto", "token": names["id"]}
        answer = browser.client.request(page.method, path, data=filled if page.method == "POST" else None)
        assert SECRET not in re.sub(r'value="[^"]*"', "", answer.text)
        if "{" in page.path:
            assert answer.status_code == 404, path
    if page.name == "afmelden":
        return
    assert browser.client.get(f"/bewind/nieuw?zaak={names['zaak']}").status_code == 404
    assert (busy.sent("pieters"), busy.accesses("pieters")) == before


@pytest.mark.parametrize("page", OURS, ids=_named)
@pytest.mark.parametrize(
    "groups", [(), ("onbekend",), ("jansen", "pieters")], ids=["nobody", "stranger", "two offices"]
)
def test_who_is_of_no_office_or_of_two_gets_nowhere(
    busy: Stand, names: dict[str, str], page: Page[Any], groups: tuple[str, ...]
) -> None:
    browser = busy.browser(*groups)
    path = page.path.format(**names, soort="statusbericht")
    answer = browser.client.request(page.method, path, data={"csrf": browser.csrf} if page.method == "POST" else None)
    if page.name == "afmelden" and groups:
        assert answer.status_code == 303
        return
    assert answer.status_code in ({303, 401} if not groups else {403})
    assert SECRET not in answer.text


@pytest.mark.parametrize("page", [one for one in OURS if one.permission == "manage"], ids=_named)
def test_only_who_looks_after_the_office_may_manage_it(busy: Stand, page: Page[Any]) -> None:
    browser = busy.browser("jansen")
    assert browser.client.post(page.path, data={"csrf": browser.csrf}).status_code == 403


@pytest.mark.parametrize("page", [one for one in OURS if one.method == "POST"], ids=_named)
def test_a_form_from_elsewhere_does_nothing(busy: Stand, names: dict[str, str], page: Page[Any]) -> None:
    browser = busy.browser("pieters-beheer")
    path, before = page.path.format(**names, soort="rustverzoek"), busy.sent("pieters")
    assert browser.client.post(path, data={"csrf": "anders"}).status_code == 403
    assert (
        browser.client.post(path, data={"csrf": browser.csrf}, headers={"origin": "https://elders.example"}).status_code
        == 403
    )
    assert busy.sent("pieters") == before


def test_a_creditor_has_no_pages_of_a_bewindvoerder(stand: Stand) -> None:
    browser = stand.browser("winkel")
    for path in ("/bewind/nieuw", "/bewind/bestand"):
        browser.get(path, 403)
    assert "Bewind melden" not in browser.get("/postvak")


def test_a_colleague_is_signed_out_everywhere_and_a_stranger_is_not(stand: Stand) -> None:
    colleague = stand.browser("jansen", name="Kees", subject="kees")
    stranger = stand.browser("pieters", name="Otto", subject="otto")
    colleague.get("/postvak")
    stranger.get("/postvak")
    manager = stand.browser("jansen-beheer", name="Bea", subject="bea")
    assert "Kees" in manager.get("/kantoor")
    manager.post("/kantoor/collega-afmelden", {"collega": "kees"})
    manager.post("/kantoor/collega-afmelden", {"collega": "otto"}, 404)
    assert colleague.client.get("/postvak").status_code == 303
    stranger.get("/postvak")
