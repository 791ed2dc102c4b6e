"""Haarlem with its real adapter, and an administrator's office on the real portal, on one road."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.haarlem import advising, referring
from adapters.haarlem.talk_requests import AdviseRequest, ReferRequest
from hub.clock import SystemClock
from tests.broker import Broker
from tests.integration.test_haarlem_helps import Haarlem, asked, haarlem_on, resident
from tests.integration.test_portal import opened
from tests.portal import FUTURE, JANSEN, OFFICES, Browser, Stand, made, portal_world
from tests.road import Road, eventually, road_on
from tests.travelled import arrived
from tests.world import SHV, TAX, VISH

pytestmark = pytest.mark.anyio
OINS = (SHV, VISH, TAX, *(oin for _, _, _, oin in OFFICES))
ADDRESS = {"straat": "Proefweg", "huisnummer": 1, "postcode": "2011AB", "woonplaats": "Haarlem"}
REACHABLE = {"telefoon": "06-55501234", "veiligBereikbaar": True}


async def offices_on(road: Road, folder: Path) -> Stand:
    """The portal with its offices, running."""
    stand = Stand(*made(folder, road.edge, SystemClock()))
    road.stack.callback(stand.close)
    for office in stand.portal.offices.values():
        await road.run(office.edge.run)
    return stand


async def referred(haarlem: Haarlem, case_id: str, to: str, kind: str) -> None:
    """Haarlem asks an office to help the person of a case."""
    who = next(iter(haarlem.lines(case_id, "pauze").values())).person_id
    wanted = {"persoonId": who, "naar": to, "soort": kind, "reden": "Hulp gevraagd.", "grondslag": "toestemming"}
    haarlem.act(referring.refer, case_id, asked(ReferRequest, **wanted, bereikbaarheid=REACHABLE))


async def answered(stand: Stand, key: str, browser: Browser, *said: dict[str, str]) -> str:
    """An office opens the referral that came and says these things about it; the case."""
    await eventually(lambda: stand.letters(key, ours=False) != [], "the referral came")
    letter = stand.letters(key, ours=False)[0]
    await opened(stand, key, browser, letter.id)
    for one in said:
        await asyncio.to_thread(browser.post, f"/berichten/{letter.id}/antwoord/verwijzing-status", one)
    return letter.case


async def test_a_bewind_begins_with_a_referral_and_runs_through_to_its_end(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path / "road", world=portal_world(), oins=OINS) as road,
        haarlem_on(road, tmp_path) as haarlem,
    ):
        stand, case_id = await offices_on(road, tmp_path), haarlem.registered()
        browser, today = stand.browser("jansen"), haarlem.helper.today().isoformat()

        async def heard(kind: str, state: str) -> None:
            await eventually(lambda: set(haarlem.states(case_id, kind).values()) == {state}, f"Haarlem hears {state}")

        await referred(haarlem, case_id, JANSEN, "beschermingsbewind")
        case = await answered(stand, "jansen", browser, {"status": "aangenomen"}, {"status": "gestart"})
        await heard("verwijzing", "gestart")

        place = f"/bewind/nieuw?zaak={case}"
        start = {"startdatum": today, "rechtbank": "Rechtbank Noord-Holland", "grond": "schulden"}
        await asyncio.to_thread(browser.post, place, browser.fill(place) | start)
        await heard("bewind", "gestart")
        dossier = f"/clienten/{case}/dossier"
        line = {"soort": "inkomen", "omschrijving": "Loon", "bedrag": "1900"}
        await asyncio.to_thread(browser.post, f"{dossier}/regel", line)
        await asyncio.to_thread(browser.post, f"{dossier}/plan", {"plan": "Eerst rust.", "doe": "versturen"})
        await heard("bewind", "dossier-ontvangen")

        talk = next(iter(haarlem.lines(case_id, "bewind").values())).id
        advice = asked(AdviseRequest, advies="lichtere-hulp", motivering="Budgetbeheer volstaat.")
        haarlem.act(advising.advise, talk, advice)
        await heard("bewind", "geadviseerd")
        await eventually(lambda: len(stand.letters("jansen", ours=False)) == 2, "the office has the advice")
        letter = stand.letters("jansen", ours=False)[0]
        assert "Budgetbeheer volstaat." in await opened(stand, "jansen", browser, letter.id)

        ended = {"einddatum": today, "reden": "Klaar"}
        await asyncio.to_thread(browser.post, f"/clienten/{case}/nieuw/bewind-beeindigd", ended)
        await heard("bewind", "beeindigd")
        await eventually(lambda: {one.outcome for one in stand.letters("jansen")} == {"delivered"}, "all is delivered")
        await eventually(lambda: "bewind-beeindigd" in arrived(road.database_url), "the hub knows it too")


async def test_volunteers_without_a_right_to_the_bsn_help_somebody_of_haarlem(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path / "road", world=portal_world(), oins=OINS) as road,
        haarlem_on(road, tmp_path) as haarlem,
    ):
        stand, case_id = await offices_on(road, tmp_path), haarlem.registered(personen=[resident(adres=ADDRESS)])
        await referred(haarlem, case_id, FUTURE, "jongeren")
        done = ({"status": "aangenomen"}, {"status": "gestart"}, {"status": "afgerond", "uitkomst": "geholpen"})
        await answered(stand, "future", stand.browser("future"), *done)
        await eventually(
            lambda: set(haarlem.states(case_id, "verwijzing").values()) == {"afgerond"}, "Haarlem hears that it is done"
        )
        await eventually(lambda: {"statusbericht", "verwijzing-status"} <= arrived(road.database_url), "and the hub")
