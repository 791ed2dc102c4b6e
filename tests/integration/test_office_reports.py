"""An office on the portal tells creditors that they collect in spite of the pause, and asks Haarlem for rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.clock import SystemClock
from tests.broker import Broker
from tests.cast import OINS, Cast, cast_on
from tests.integration.test_whole_catalogue import REACHABLE, done, everybody_rests, parties
from tests.portal import JANSEN, Browser, Stand, made, portal_world
from tests.road import road_on
from tests.world import CRED, SHV, TAX

pytestmark = pytest.mark.anyio
TODAY = datetime.now(UTC).date().isoformat()  # noqa: TID251 - the parties' own clocks are the machine's
HAPPENED = {"maatregel": "aanmaning", "datum": TODAY}
OFFICE = {
    "key": "jansen",
    "name": "Bewindkantoor Jansen",
    "kind": "bewindvoerder",
    "edge": "jansen.toml",
    "members": {"jansen": "medewerker"},
    "kvk_number": "68750110",
    "helper": SHV,
}


@dataclass
class Scene:
    """A case in which everybody rests, with a bewindvoerder who took somebody of it on."""

    cast: Cast
    stand: Stand
    browser: Browser
    case_id: str
    parties: list[dict[str, Any]]

    async def post(self, path: str, filled: dict[str, Any]) -> None:
        """The office sends a form."""
        await asyncio.to_thread(self.browser.post, f"/clienten/{self.case_id}{path}", filled)

    def heard(self, oin: str) -> list[str]:
        """What the office was told by somebody, by status; the newest first."""
        here = (one for one in self.stand.letters("jansen", ours=False) if one.counterpart == oin)
        return [str(one.data["status"]) for one in here if "status" in one.data]


@asynccontextmanager
async def scene_on(broker: Broker, folder: Path) -> AsyncIterator[Scene]:
    """Haarlem refers somebody whose creditors all rest, and the office takes it on."""
    world, oins = portal_world(), (*OINS, JANSEN)
    async with (
        road_on(broker, folder / "road", world=world, oins=oins) as road,
        cast_on(road, folder) as cast,
    ):
        stand = Stand(*made(folder, road.edge, SystemClock(), offices=[OFFICE]))
        road.stack.callback(stand.close)
        await road.run(stand.office("jansen").edge.run)
        case_id, browser = await cast.registered(), stand.browser("jansen")
        case = await everybody_rests(cast, case_id)
        wanted = {"naar": JANSEN, "soort": "beschermingsbewind", "reden": "Post blijft liggen.", "urgent": False}
        wanted |= {"persoonId": case["personen"][0]["id"], "grondslag": "toestemming", "bereikbaarheid": REACHABLE}
        await cast.post(f"/schuldenrust/{case_id}/verwijzingen", wanted)
        await cast.until(lambda: done(bool(stand.letters("jansen", ours=False))), "the referral came")
        letter = stand.letters("jansen", ours=False)[0]
        await asyncio.to_thread(browser.get, f"/berichten/{letter.id}")
        place = f"/berichten/{letter.id}/antwoord/verwijzing-status"
        await asyncio.to_thread(browser.post, place, {"status": "aangenomen"})
        yield Scene(cast, stand, browser, case_id, list(parties(case)))


async def test_an_office_tells_a_creditor_and_a_tax_office_and_each_answers_it(broker: Broker, tmp_path: Path) -> None:
    async with scene_on(broker, tmp_path) as at:
        (dossier,) = at.cast.taxes[TAX].record()["dossiers"]
        assert dossier["uitstel"]
        for oin in (CRED, TAX):
            await at.post("/incasso", HAPPENED | {"aan": oin})
        await at.cast.until(lambda: done(at.heard(CRED)[:1] == ["beantwoord"]), "the water board stopped it")
        await at.cast.until(lambda: done(at.heard(TAX) == ["beantwoord"]), "the tax office looked at its dossiers")
        assert at.cast.house.books.complaints() == ["aanmaning"]
        tax_party = next(one for one in at.parties if one.get("oin") == TAX or one.get("gemeentecode") == "0397")
        place = f"/schuldenrust/{at.case_id}/partijen/{tax_party['id']}/incidenten"
        await at.cast.post(place, HAPPENED)

        async def rests_again() -> bool:
            standing = await at.cast.standing(at.case_id)
            return standing[tax_party["naam"]] == str(tax_party["stand"])

        await at.cast.until(rests_again, "what Haarlem itself told the tax office is answered too")
        await at.cast.until(
            lambda: done({one.outcome for one in at.stand.letters("jansen")} == {"delivered"}), "all is delivered"
        )


async def test_an_office_asks_for_rest_at_one_more_creditor_and_hears_what_was_done(
    broker: Broker, tmp_path: Path
) -> None:
    async with scene_on(broker, tmp_path) as at:
        wanted = {"soort": "toevoegen", "reden": "Nieuwe schuldeiser.", "schuldeisers.0.naam": "Energie De Proef"}
        await at.post("/nieuw/rustverzoek", wanted)
        await at.cast.until(lambda: done("in-behandeling" in at.heard(SHV)), "Haarlem looks at it")
        found = await at.cast.get(f"/schuldenrust/{at.case_id}/overzicht")
        (question,) = [one for one in found["gesprekken"] if one["soort"] == "rustverzoek"]
        await at.cast.post(f"/verzoeken/{question['id']}/uitvoering", {})
        await at.cast.until(lambda: done("beantwoord" in at.heard(SHV)), "Haarlem did it")
        assert "Energie De Proef" in await at.cast.standing(at.case_id)
