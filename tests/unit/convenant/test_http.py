"""A creditor over HTTP that answers later, and everything that it can do wrong, over real sockets."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import httpx2
import pytest

from adapters.convenant.orders import Answer, Outcome
from adapters.convenant.simulator import Fault
from adapters.convenant.simulator_books import Said
from adapters.convenant.store import PauseState
from adapters.ledger import Taken
from hub.clock import new_pseudonym
from tests.unit.convenant.desk import Desk, ending, extension, http_desk, public_notice

pytestmark = pytest.mark.anyio
AT_THE_DOOR = [
    Fault.ERROR_500,
    Fault.ERROR_IN_200,
    Fault.TOO_BUSY,
    Fault.GIBBERISH,
    Fault.CUT,
    Fault.SILENT_AFTER,
    Fault.OTHER_ORDER,
]


def misbehaves(desk: Desk, fault: Fault, times: int = 1) -> None:
    """Tells the simulated creditor what to do wrong next."""
    assert desk.house is not None
    desk.house.mood.fault, desk.house.mood.times, desk.house.mood.duration_s = fault, times, 3.0


@pytest.mark.parametrize("fault", AT_THE_DOOR)
@pytest.mark.parametrize("words", ["waterschap", "gemeente"])
async def test_whatever_goes_wrong_once_is_tried_again_and_done_once(tmp_path: Path, words: str, fault: Fault) -> None:
    async with http_desk(tmp_path, words, direct=True) as desk:
        misbehaves(desk, fault)
        key = await desk.receives(public_notice(), new_pseudonym())
        await desk.eventually(lambda: desk.books.effects().get(key, (0, 0))[0] == 1)
        assert desk.kinds() == ["kennisgeving-antwoord"]


async def test_what_they_refuse_is_for_a_person_and_not_tried_again(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True) as desk:
        misbehaves(desk, Fault.REFUSES)
        talk = new_pseudonym()
        await desk.receives(public_notice(), talk)
        assert desk.states(talk) == [Taken.FAILED]
        assert (desk.books.effects(), desk.sent) == ({}, [])


async def test_a_wrong_token_is_no_refusal_of_the_message(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True) as desk:
        assert desk.house is not None
        desk.house.token = "another"
        talk = new_pseudonym()
        await desk.receives(public_notice(), talk)
        assert desk.states(talk) == [Taken.READY]
        desk.house.token = "token-of-ours"
        desk.clock.moment += timedelta(minutes=1)
        await desk.work()
        assert desk.states(talk) == [Taken.DONE]


async def test_an_answer_that_is_brought_later_is_said_then(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", webhook=True) as desk:
        key = await desk.receives(public_notice(), new_pseudonym())
        await desk.eventually(lambda: len(desk.sent) == 1)
        assert (desk.sent[0].causation, desk.kinds()) == (key, ["kennisgeving-antwoord"])


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (Fault.TWICE, [204, 204]),
        (Fault.WRONG_TOKEN, [401, 204]),
        (Fault.UNKNOWN_FIRST, [404, 204]),
        (Fault.GIBBERISH_FIRST, [422, 204]),
        (Fault.REVERSED, [204, 204]),
    ],
)
async def test_however_an_answer_is_brought_it_is_said_once(tmp_path: Path, fault: Fault, heard: list[int]) -> None:
    async with http_desk(tmp_path, "waterschap", webhook=True) as desk:
        assert desk.house is not None
        house = desk.house
        misbehaves(desk, fault)
        await desk.receives(public_notice(), new_pseudonym())
        await desk.eventually(lambda: len(house.heard) >= len(heard))
        assert (house.heard, desk.kinds()) == (heard, ["kennisgeving-antwoord"])


async def test_in_behandeling_comes_before_the_answer_and_both_are_said(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", webhook=True) as desk:
        assert desk.house is not None
        house = desk.house
        house.by_hand = True
        key = await desk.receives(public_notice(), new_pseudonym())
        house.say(Said(key, 1, "bezig"))
        await desk.eventually(lambda: len(desk.sent) == 1)
        house.say(Said(key, 2, "gedaan", klantnummer="K1"))
        await desk.eventually(lambda: len(desk.sent) == 2)
        assert desk.kinds() == ["statusbericht", "kennisgeving-antwoord"]
        assert desk.told()[0]["status"] == "in-behandeling"


async def test_the_wrong_customer_found_out_later_is_said_and_ends_the_pause(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True) as desk:
        talk = new_pseudonym()
        key = await desk.receives(public_notice(), talk)
        assert desk.take(Answer(key=key, number=2, outcome=Outcome.WRONG_CUSTOMER))
        assert desk.told()[1]["status"] == "verkeerde-klant-gepauzeerd"
        assert desk.pause(talk).state is PauseState.REFUSED


async def test_a_creditor_that_resumes_of_its_own_accord_is_heard(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True) as desk:
        talk = new_pseudonym()
        key = await desk.receives(public_notice(), talk)
        assert desk.take(Answer(key=key, number=2, outcome=Outcome.RESUMED))
        assert desk.told()[1]["status"] == "maatregel-hervat"
        assert desk.pause(talk).state is PauseState.ENDED


async def test_answers_that_wait_are_fetched_and_then_said_to_be_taken(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente") as desk:
        assert desk.house is not None
        await desk.receives(public_notice(), new_pseudonym())
        assert (desk.sent, len(desk.house.out)) == ([], 1)
        await desk.tick()
        assert (desk.kinds(), desk.house.out) == (["kennisgeving-antwoord"], {})


async def test_an_answer_that_cannot_be_read_stays_there_and_holds_up_no_other(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente") as desk:
        assert desk.house is not None
        desk.house.out["kapot"] = {"uitspraak": "misschien"}
        await desk.receives(public_notice(), new_pseudonym())
        await desk.tick()
        assert (desk.kinds(), list(desk.house.out)) == (["kennisgeving-antwoord"], ["kapot"])


async def test_an_answer_that_was_not_said_to_be_taken_comes_again_and_is_said_once(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente") as desk:
        assert desk.house is not None
        await desk.receives(public_notice(), new_pseudonym())
        waiting = dict(desk.house.out)
        await desk.tick()
        desk.house.out |= waiting
        await desk.tick()
        assert desk.kinds() == ["kennisgeving-antwoord"]


async def test_an_order_that_comes_late_undoes_nothing(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True) as desk:
        talk = new_pseudonym()
        await desk.receives(public_notice(), talk)
        await desk.receives(extension(date(2027, 7, 1)), talk)
        await desk.receives(ending(date(2026, 12, 4), "ten-onrechte-gemeld"), talk)
        (first, *_) = desk.books.effects()
        assert desk.take(Answer(key=first, number=5, outcome=Outcome.DONE, customer="K1"))
        assert len(desk.sent) == 3
        assert desk.pause(talk).customer is None


async def test_a_webhook_takes_nothing_that_is_too_large(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", webhook=True) as desk:
        assert desk.house is not None
        assert desk.house.hook is not None
        headers = {"authorization": f"Bearer {desk.house.hook.token}"}
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.post(desk.house.hook.url, content=b" " * 300_000, headers=headers)
        assert answer.status_code == 413
