"""A case of Haarlem with everybody in it, each with its real adapter and an outside system, from rest to discharge."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.convenant.simulator_books import Said
from tests.broker import Broker
from tests.cast import OINS, PERSON, PERSONAL, Cast, cast_on
from tests.planted import nobody_named
from tests.road import road_on
from tests.world import CRED, KBN, TAX, TAX_HAARLEM

pytestmark = pytest.mark.anyio
REACHABLE = {"telefoon": "06-55501234", "veiligBereikbaar": True}
TODAY = datetime.now(UTC).date()  # noqa: TID251 - the parties' own clocks are the machine's


@pytest.fixture(autouse=True)
def nobody_is_named(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    with nobody_named(capfd, PERSONAL):
        yield


def parties(case: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Every party of a case."""
    return [party for person in case["personen"] for party in person["partijen"]]


async def everybody_rests(cast: Cast, case_id: str) -> dict[str, Any]:
    """Waits until every party has confirmed; the case."""
    found: dict[str, Any] = {}

    async def confirmed() -> bool:
        found.update(await cast.get(f"/schuldenrust/{case_id}"))
        return {person["rust"] for person in found["personen"]} == {"volledig"}

    await cast.until(confirmed, "everybody rests")
    return found


async def test_a_case_in_two_municipalities_pauses_both_tax_offices_and_everybody_else(
    broker: Broker, tmp_path: Path
) -> None:
    async with road_on(broker, tmp_path / "road", oins=OINS) as road, cast_on(road, tmp_path) as cast:
        case_id = await cast.registered(einddatum=(TODAY + timedelta(days=90)).isoformat())
        case = await everybody_rests(cast, case_id)
        paused = {oin: [one["uitstel"] for one in tax.record()["dossiers"]] for oin, tax in cast.taxes.items()}
        assert paused == {TAX: [True], TAX_HAARLEM: [True]}
        assert len(cast.index.record()) == 1
        assert [len(books.pauses()) for books in (cast.house.books, cast.partnership.books)] == [1, 1]
        water_board = next(one for one in parties(case) if one.get("oin") == CRED)
        incident = {"maatregel": "aanmaning", "datum": TODAY.isoformat()}
        await cast.post(f"/schuldenrust/{case_id}/partijen/{water_board['id']}/incidenten", incident)
        await cast.until(lambda: done(cast.house.books.complaints() == ["aanmaning"]), "the incident was mended")
        key = next(iter(cast.house.books.effects()))
        cast.house.say(Said(key, 2, "vraag"))
        await cast.until(lambda: done(cast.house.out == {}), "their question was fetched")
        court = {"soort": "fw-287b", "rechtbank": "Noord-Holland", "kenmerk": "C/15/1"}
        period = {"ingangsdatum": TODAY.isoformat(), "einddatum": (TODAY + timedelta(days=170)).isoformat()}
        await cast.post(f"/schuldenrust/{case_id}/afkoelingsperiode", court | period)
        await cast.post(f"/schuldenrust/{case_id}/verlenging", {"reden": "Het plan is nog niet klaar."})
        ended = {"reden": "ten-onrechte-gemeld", "aantalPauzes": 4}
        await cast.post(f"/schuldenrust/{case_id}/beeindiging", ended)
        await cast.until(lambda: done(cast.index.record() == []), "the index knows nobody any more")
        marks = [tax.record for tax in cast.taxes.values()]
        await cast.until(lambda: done(all(record()["aantekeningen"] == [] for record in marks)), "no mark is left")
        await cast.until(lambda: done(cast.house.books.pauses() == []), "the water board has taken it back")


async def test_who_is_known_nowhere_rests_nowhere_and_haarlem_hears_why(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path / "road", oins=OINS) as road, cast_on(road, tmp_path) as cast:
        nobody = PERSON | {"bsn": "999990019", "geslachtsnaam": "Nergens", "voorvoegsel": "van"}
        case_id = await cast.registered(personen=[nobody])

        async def refused() -> bool:
            case = await cast.get(f"/schuldenrust/{case_id}")
            return [one["stand"] for one in parties(case)].count("geweigerd") == 4

        await cast.until(refused, "all four have refused")
        assert [tax.record()["aantekeningen"] for tax in cast.taxes.values()] == [[], []]


async def done(condition: bool) -> bool:  # noqa: FBT001 - the answer to a question
    """A condition as a question that is awaited."""
    return condition


async def test_an_entrepreneur_is_referred_settled_and_back(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path / "road", oins=OINS) as road, cast_on(road, tmp_path) as cast:
        case_id = await cast.registered()
        case = await everybody_rests(cast, case_id)
        asked = {
            "persoonId": case["personen"][0]["id"],
            "naar": KBN,
            "soort": "ondernemer-schuldhulp",
            "reden": "Ondernemer met achterstanden.",
            "grondslag": "mandaat",
            "bereikbaarheid": REACHABLE,
        }
        await cast.post(f"/schuldenrust/{case_id}/verwijzingen", asked)
        books = cast.bank.books
        await cast.until(lambda: done(len(books.dossiers()) == 1), "the Kredietbank has the referral")
        (mark,) = books.dossiers()
        for days in (1, 7, 14):
            await asyncio.to_thread(books.advance, days)
        await cast.until(lambda: done(books.dossiers()[mark] == "regeling"), "everybody agreed", 90)
        await cast.until(lambda: done(bool(books.told("bericht"))), "Haarlem answered the request for rest")
        await asyncio.to_thread(books.finish, mark)
        await cast.until(lambda: done(books.waiting() == []), "everything that happened was taken")

        async def completed() -> bool:
            overview = await cast.get(f"/schuldenrust/{case_id}/overzicht")
            return "afgerond" in str(overview)

        await cast.until(completed, "Haarlem knows that it is completed")


async def test_haarlem_settles_with_everybody(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path / "road", oins=OINS) as road, cast_on(road, tmp_path) as cast:
        case_id = await cast.registered()
        await everybody_rests(cast, case_id)
        cast.house.books.objection = "saldo-gewijzigd"
        await cast.post(f"/schuldenrust/{case_id}/saldoverzoeken", {"typeSchuldregeling": "SK"})

        async def lines() -> dict[str, str]:
            overview = await cast.get(f"/schuldenrust/{case_id}/overzicht")
            return {one["partij"]: one["stand"] for one in overview["gesprekken"] if one["soort"] == "schuldregeling"}

        async def stand(*wanted: str) -> bool:
            found = await lines()
            return len(found) == 4 and set(found.values()) <= set(wanted)

        await cast.until(lambda: stand("saldo-bekend"), "everybody said what is owed")
        offer = {
            "typeSchuldregeling": "SK",
            "looptijdMaanden": 18,
            "geldigTot": (TODAY + timedelta(days=60)).isoformat(),
            "percentage": "12.50",
        }
        await cast.post(f"/schuldenrust/{case_id}/betaalvoorstellen", offer)
        await cast.until(lambda: stand("akkoord", "afgewezen"), "everybody decided")
        case = await cast.get(f"/schuldenrust/{case_id}")
        water_board = next(one for one in parties(case) if one.get("oin") == CRED)
        plea = {"motivering": "Alle andere schuldeisers stemmen in."}
        await cast.post(f"/schuldenrust/{case_id}/partijen/{water_board['id']}/heroverweging", plea)
        await cast.until(lambda: stand("akkoord"), "the water board thought again")
        await cast.post(f"/schuldenrust/{case_id}/schuldregeling-akkoord", {"betaalreferentie": "R1"})
        await cast.until(lambda: stand("regeling-loopt"), "the arrangement runs")
        await cast.post(f"/schuldenrust/{case_id}/schuldregeling-beeindiging", {"reden": "afgerond-kwijting"})
        both = (cast.house.books, cast.partnership.books)

        async def over() -> bool:
            return all("afloop" in {one["handeling"] for one in books.asked()} for books in both)

        await cast.until(over, "it is over at the creditors too")
