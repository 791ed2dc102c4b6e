"""At a creditor: the arrangement and its end, a cooling-off period, and a question of its own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from adapters.convenant.orders import Answer, Outcome
from adapters.convenant.store import ItemKind, PauseState
from adapters.ledger import Taken
from hub.clock import new_pseudonym
from schemas.codes import NoCooperationReason
from schemas.messages import ArrangementAgreed, ArrangementEnd, CoolingOffPeriod
from tests.parties import example
from tests.unit.convenant.desk import balance_request, ending, file_desk, http_desk, proposal, public_notice

pytestmark = pytest.mark.anyio
WORDS = pytest.mark.parametrize("words", ["waterschap", "gemeente"])
AGREED = example(ArrangementAgreed, "schuldregeling-akkoord")
ENDED = example(ArrangementEnd, "schuldregeling-beeindigd")


def cooling_off(until: str) -> CoolingOffPeriod:
    """A court forbids collecting until that day."""
    known = {"soort": "wgs-5", "rechtbank": "Noord-Holland", "kenmerk": "C/15/1", "ingangsdatum": "2026-11-23"}
    return CoolingOffPeriod.from_wire(known | {"einddatum": until})


@WORDS
async def test_their_system_hears_of_the_arrangement_and_of_its_end_once(tmp_path: Path, words: str) -> None:
    async with http_desk(tmp_path, words, direct=True) as desk:
        talk = new_pseudonym()
        for message in (balance_request(), proposal(), AGREED, ENDED):
            await desk.receives(message, talk)
        assert [one["handeling"] for one in desk.books.asked()] == ["saldo", "voorstel", "akkoord", "afloop"]
        assert set(desk.books.effects().values()) == {(1, 0)}
        assert desk.kinds() == ["saldoverzoek-antwoord", "betaalvoorstel-antwoord"]  # only a receipt is due


async def test_by_files_too(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        talk = new_pseudonym()
        for message in (balance_request(None), proposal(), AGREED, ENDED):
            await desk.receives(message, talk)
            await desk.rounds(2)
        assert [one["handeling"] for one in desk.books.asked()] == ["saldo", "voorstel", "akkoord", "afloop"]
        assert desk.items() == []


async def test_an_arrangement_that_nobody_proposed_is_for_a_person(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", direct=True) as desk:
        talk = new_pseudonym()
        await desk.receives(AGREED, talk)
        assert desk.states(talk) == [Taken.FAILED]


async def test_an_arrangement_that_their_system_does_not_take_is_an_item(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap") as desk:
        talk = new_pseudonym()
        await desk.receives(balance_request(), talk)
        key = await desk.receives(AGREED, talk)
        refused = NoCooperationReason.OUTSIDE_COVENANT
        desk.take(Answer(key=key, number=1, outcome=Outcome.REFUSED, refusal=refused))
        assert [kind for kind, *_ in desk.items()] == [ItemKind.ARRANGEMENT_REFUSED]


@WORDS
async def test_a_court_protects_until_the_later_end_and_an_earlier_end_changes_nothing(
    tmp_path: Path, words: str
) -> None:
    async with http_desk(tmp_path, words, direct=True) as desk:
        talk = new_pseudonym()
        await desk.receives(public_notice(einddatum="2026-12-31"), talk)
        await desk.receives(cooling_off("2027-05-23"), talk)
        assert desk.told()[-1]["einddatum"] == "2027-05-23"
        await desk.receives(ending(date(2026, 12, 4)), talk)
        assert desk.told()[-1]["einddatum"] == "2027-05-23"
        await desk.tick(timedelta(days=40))
        assert desk.pause(talk).state is PauseState.ACTIVE
        assert [one["tot"] for one in desk.books.pauses()] == ["2027-05-28"]


async def test_a_court_brings_back_a_rest_that_is_over_and_protects_nobody_unknown(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", direct=True) as desk:
        talk = new_pseudonym()
        await desk.receives(public_notice(einddatum="2026-11-30"), talk)
        await desk.tick(timedelta(days=8, hours=2))
        assert desk.pause(talk).state is PauseState.ENDED
        await desk.receives(cooling_off("2027-05-23"), talk)
        assert desk.pause(talk).state is PauseState.ACTIVE
        assert [one["lopend"] for one in desk.books.pauses()] == [1]
        await desk.receives(cooling_off("2027-05-23"), new_pseudonym())
        assert desk.told()[-1]["status"] == "overig"


@WORDS
async def test_their_system_may_ask_how_it_stands(tmp_path: Path, words: str) -> None:
    async with http_desk(tmp_path, words, direct=True) as desk:
        key = await desk.receives(public_notice(), new_pseudonym())
        desk.take(Answer(key=key, number=2, outcome=Outcome.ASKS))
        assert desk.kinds()[-1] == "statusverzoek"
