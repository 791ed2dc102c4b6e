"""Offices on the portal over the real road: what is filled in there is heard at Haarlem, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.contract import Done, Received
from adapters.edge import Edge
from hub.clock import SystemClock, new_pseudonym
from schemas.codes import Status
from schemas.messages import (
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
    Message,
    NoticeAnswer,
    ReferralStatusReport,
    StatusReport,
)
from tests.broker import Broker
from tests.portal import (
    FUTURE,
    JANSEN,
    OFFICES,
    SHOP,
    Browser,
    Stand,
    made,
    message_of,
    portal_world,
    referral,
    without_bsn,
)
from tests.road import Road, eventually, road_on
from tests.world import SHV

pytestmark = pytest.mark.anyio
OINS = (SHV, *(oin for _, _, _, oin in OFFICES))


@dataclass
class Haarlem:
    """A plain edge, and what it heard."""

    edge: Edge
    heard: list[Received[Message]] = field(default_factory=list)

    async def hear(self, received: Received[Message]) -> Done:
        """Takes note."""
        self.heard.append(received)
        return Done()

    def says(self, message: Message, to: str, case: str, talk: str) -> str:
        """Sends a message; its id."""
        with self.edge.ledger.begin() as tx:
            return self.edge.publish(tx, message, to=to, case=case, conversation=talk)

    def of(self, model: type[Message]) -> list[Received[Message]]:
        """What it heard of one type."""
        return [one for one in self.heard if isinstance(one.message, model)]


@asynccontextmanager
async def running(broker: Broker, folder: Path) -> AsyncIterator[tuple[Road, Haarlem, Stand]]:
    """Haarlem, the hub, and four offices on one portal."""
    async with road_on(broker, folder / "road", world=portal_world(), oins=OINS) as road:
        await road.hub()
        haarlem = Haarlem(road.edge(SHV))
        for model in (AdministrationStart, AdministrationDossier, AdministrationEnd, NoticeAnswer,
                      ReferralStatusReport, StatusReport):  # fmt: skip
            haarlem.edge.on(model, haarlem.hear)
        stand = Stand(*made(folder, road.edge, SystemClock()))
        for office in stand.portal.offices.values():
            await road.run(office.edge.run)
        await road.run(haarlem.edge.run)
        yield road, haarlem, stand
        await road.stack.aclose()
        stand.close()


async def opened(stand: Stand, key: str, browser: Browser, letter_id: str) -> str:
    """Waits until a letter is in the inbox of an office, and opens it; its page."""
    await eventually(lambda: letter_id in {one.id for one in stand.letters(key, ours=False)}, "the letter came")
    return await asyncio.to_thread(browser.get, f"/berichten/{letter_id}")


async def test_a_referral_goes_to_an_office_and_its_word_comes_back(broker: Broker, tmp_path: Path) -> None:
    async with running(broker, tmp_path) as (_, haarlem, stand):
        case, talk, browser = new_pseudonym(), new_pseudonym(), stand.browser("future")
        asked = haarlem.says(message_of("verwijzing", **without_bsn()), FUTURE, case, talk)
        page = await opened(stand, "future", browser, asked)
        assert "BSN" not in page
        place = f"/berichten/{asked}/antwoord/verwijzing-status"
        for said in ({"status": "aangenomen"}, {"status": "gestart"}, {"status": "afgerond", "uitkomst": "geholpen"}):
            await asyncio.to_thread(browser.post, place, said)
        await eventually(lambda: len(haarlem.of(ReferralStatusReport)) == 3, "every status came")
        fetched = haarlem.of(StatusReport)
        assert [(one.causation, one.conversation) for one in fetched] == [(asked, talk)]
        assert fetched[0].message.to_wire() == {"status": Status.FETCHED.value}
        assert haarlem.of(ReferralStatusReport)[-1].message.to_wire() == {"status": "afgerond", "uitkomst": "geholpen"}


async def test_a_bewind_is_told_described_and_advised_on(broker: Broker, tmp_path: Path) -> None:
    async with running(broker, tmp_path) as (_, haarlem, stand):
        browser = stand.browser("jansen")
        asked = haarlem.says(message_of("verwijzing", **referral()), JANSEN, new_pseudonym(), new_pseudonym())
        await opened(stand, "jansen", browser, asked)
        case = stand.letters("jansen", ours=False)[0].case
        start = {"startdatum": "2026-11-20", "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}
        place = f"/bewind/nieuw?zaak={case}"
        await asyncio.to_thread(browser.post, place, browser.fill(place) | start)
        dossier = f"/clienten/{case}/dossier"
        line = {"soort": "inkomen", "omschrijving": "Loon", "bedrag": "1900"}
        await asyncio.to_thread(browser.post, f"{dossier}/regel", line)
        await asyncio.to_thread(browser.post, f"{dossier}/plan", {"plan": "Eerst rust.", "doe": "versturen"})
        await eventually(lambda: bool(haarlem.of(AdministrationDossier)), "the dossier came")
        told, described = haarlem.of(AdministrationStart)[0], haarlem.of(AdministrationDossier)[0]
        assert (told.case, described.conversation) == (case, told.conversation)
        advice = haarlem.says(message_of("bewind-advies"), JANSEN, case, told.conversation)
        assert "lichtere hulp" in await opened(stand, "jansen", browser, advice)
        assert "Wij adviseren lichtere hulp" in browser.get(f"/berichten/{advice}/brief")
        await asyncio.to_thread(browser.post, f"/clienten/{case}/nieuw/bewind-beeindigd",
                                {"einddatum": "2026-12-31", "reden": "Klaar"})  # fmt: skip
        await eventually(lambda: bool(haarlem.of(AdministrationEnd)), "the end came")
        await eventually(lambda: {one.outcome for one in stand.letters("jansen")} == {"delivered"}, "all is delivered")
        assert "afgeleverd" in browser.get(f"/clienten/{case}")


async def test_a_small_creditor_pauses_by_the_portal_and_no_other_office_sees_it(
    broker: Broker, tmp_path: Path
) -> None:
    async with running(broker, tmp_path) as (_, haarlem, stand):
        browser = stand.browser("winkel")
        notice = haarlem.says(message_of("kennisgeving"), SHOP, new_pseudonym(), new_pseudonym())
        await opened(stand, "winkel", browser, notice)
        place = f"/berichten/{notice}/antwoord/kennisgeving-antwoord"
        await asyncio.to_thread(browser.post, place, browser.fill(place) | {"maatregelenGestopt": ["aanmaning"]})
        await eventually(lambda: bool(haarlem.of(NoticeAnswer)), "the answer came")
        assert haarlem.of(NoticeAnswer)[0].message.to_wire()["maatregelenGestopt"] == ["aanmaning"]
        for key in ("jansen", "pieters", "future"):
            stand.browser(key).get(f"/berichten/{notice}", 404)
            assert stand.letters(key, ours=False) == []
        stand.browser("jansen").get("/postvak")


def test_an_office_keeps_its_books_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    stand = Stand.on(tmp_path, portal_world(), ledgers_at={JANSEN: postgres_url})
    letter = stand.arrives("jansen", "verwijzing", **referral())
    browser, place = stand.browser("jansen-beheer"), f"/berichten/{letter.id}/antwoord/verwijzing-status"
    browser.get(f"/berichten/{letter.id}")
    stand.take("jansen", letter)
    form = browser.fill(place, status="aangenomen")
    assert browser.post(place, form) == browser.post(place, form)
    start = f"/bewind/nieuw?zaak={letter.case}"
    filled = {"startdatum": "2026-11-20", "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}
    browser.post(start, browser.fill(start) | filled)
    dossier = f"/clienten/{letter.case}/dossier"
    browser.post(f"{dossier}/regel", {"soort": "schuld", "omschrijving": "Energie", "bedrag": "12,50"})
    browser.post(f"{dossier}/plan", {"plan": "Eerst rust.", "doe": "versturen"})
    assert sorted(stand.sent("jansen")) == ["bewind-dossier", "bewind-gestart", "statusbericht", "verwijzing-status"]
    assert "Pia Proef" in browser.get("/kantoor")
    assert "Advies van de gemeente" in browser.get("/termijnen")
    stand.close()
