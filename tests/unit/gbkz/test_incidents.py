"""Collected in spite of a pause: the office looks at its dossiers and mends what it finds, whoever told of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.gbkz.approval import store as approvals
from adapters.gbkz.incidents import GOES_ON, STOPPED
from adapters.incident import NO_PAUSE, NOT_IN_CASE, TWO_IN_CASE
from adapters.ledger import Taken
from hub.clock import new_pseudonym
from schemas.messages import Message, NoticeAnswer, StatusReport
from tests.unit.gbkz.desk import SMIT, Desk, dossier, ending, incident, notice, opened

pytestmark = pytest.mark.anyio
OFFICE = "00000099000000006000"


def reported(desk: Desk, conversation: str) -> list[tuple[str, str | None]]:
    """The reports that were said in a conversation."""
    said = in_talk(desk, conversation)
    return [(one.status.value, one.explanation) for one in said if isinstance(one, StatusReport)]


def in_talk(desk: Desk, conversation: str) -> list[Message]:
    """What was said in a conversation."""
    return [one.message for one in desk.sent if one.conversation == conversation]


async def somebody_there_ends(desk: Desk, number: str) -> None:
    """A clerk of the tax office ends the *uitstel* on a dossier."""
    gone = (await desk.uitstel_of(number))[-1]["uitstelnummer"]
    act = {"json": {"uitstelnummers": [gone]}, "headers": {"idempotency-key": "balie"}}
    assert (await desk.http.post("/v1/uitstel/beeindigen", **act)).status_code == 200  # type: ignore[arg-type]


async def test_what_somebody_there_ended_is_placed_again_and_a_new_dossier_is_taken_along(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(notice(), talk)
    await somebody_there_ends(desk, "D1")
    await desk.manage("vullen", {"dossiers": [dossier("D8", "S1")]})
    assert await desk.paused() == {"D2", "D3"}
    replies = await desk.answers_to(incident(), talk)
    assert await desk.paused() == {"D1", "D2", "D3", "D8"}
    assert reported(desk, talk)[-1] == ("beantwoord", STOPPED)
    told = [one for one in replies if isinstance(one, NoticeAnswer)][-1]
    assert {one.invoice_number for one in told.claims or ()} == {"D1", "D2", "D3", "D8"}
    assert [one["tot_en_met"] for one in await desk.uitstel_of("D8")] == ["2027-05-28"]


async def test_nothing_is_placed_twice_where_all_stands(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(notice(), talk)
    for _ in range(2):
        await desk.receives(incident(), talk)
    assert [len(await desk.uitstel_of(number)) for number in ("D1", "D2", "D3")] == [1, 1, 1]


async def test_an_office_in_the_same_case_is_answered_and_the_debt_helper_hears_how_it_stands(desk: Desk) -> None:
    talk, case, theirs = new_pseudonym(), new_pseudonym(), new_pseudonym()
    await desk.receives(notice(), talk, case=case)
    await somebody_there_ends(desk, "D1")
    await desk.receives(incident(), theirs, sender=OFFICE, case=case)
    assert await desk.paused() == {"D1", "D2", "D3"}
    assert reported(desk, theirs) == [("beantwoord", STOPPED)]
    assert [type(one) for one in in_talk(desk, talk)] == [NoticeAnswer, NoticeAnswer]


async def test_what_cannot_be_stopped_is_no_rest_and_the_debt_helper_hears_who_has_it(desk: Desk) -> None:
    talk, case, theirs = new_pseudonym(), new_pseudonym(), new_pseudonym()
    await desk.receives(notice(SMIT, "1991-01-02"), talk, case=case)
    await desk.receives(incident(), theirs, sender=OFFICE, case=case)
    assert reported(desk, theirs) == [("overig", GOES_ON)]
    told = [one for one in in_talk(desk, talk) if isinstance(one, NoticeAnswer)][-1]
    assert told.measures_not_stopped


async def test_a_case_in_which_no_pause_or_more_than_one_runs_is_left_to_the_debt_helper(desk: Desk) -> None:
    case, theirs = new_pseudonym(), new_pseudonym()
    await desk.receives(incident(), theirs, sender=OFFICE, case=case)
    await desk.receives(notice(), new_pseudonym(), case=case)
    await desk.receives(notice(SMIT, "1991-01-02"), new_pseudonym(), case=case)
    await desk.receives(incident(), theirs, sender=OFFICE, case=case)
    assert reported(desk, theirs) == [("overig", NOT_IN_CASE), ("overig", TWO_IN_CASE)]


async def test_in_a_pause_that_is_over_there_is_nothing_to_stop(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(notice(), talk)
    await desk.receives(ending(date(2026, 11, 23), "ten-onrechte-gemeld"), talk)
    await desk.receives(incident(), talk)
    assert reported(desk, talk) == [("overig", NO_PAUSE)]


async def test_another_office_cannot_say_it_in_a_conversation_that_is_not_its_own(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(notice(), talk)
    await desk.receives(incident(), talk, sender=OFFICE)
    assert desk.states(talk) == [Taken.DONE, Taken.FAILED]


@pytest.mark.parametrize("fault", ["fout-500", "stil-na-verwerking", "te-druk", "onzin"])
async def test_whatever_the_tax_system_does_it_is_placed_once_more_and_no_more(tmp_path: Path, fault: str) -> None:
    async with opened(tmp_path, deadline_s=0.3) as desk:
        talk = new_pseudonym()
        await desk.receives(notice(), talk)
        await somebody_there_ends(desk, "D1")
        await desk.manage(
            "storing", {"soort": fault, "pad": "/v1/uitstel", "aantal": 1, "duurS": 0.5, "retryAfterS": 1}
        )
        await desk.receives(incident(), talk)
        assert await desk.paused() == {"D1", "D2", "D3"}
        assert len(await desk.uitstel_of("D1")) == 2


async def test_where_a_person_lets_acts_through_this_waits_for_one_too(tmp_path: Path) -> None:
    async with opened(tmp_path, mode="ter-goedkeuring") as desk:
        talk, case, theirs = new_pseudonym(), new_pseudonym(), new_pseudonym()
        await desk.receives(notice(), talk, case=case)
        await desk.receives(incident(), theirs, sender=OFFICE, case=case)
        assert [status for status, _ in reported(desk, theirs)] == ["in-behandeling"]
        with desk.ledger.begin() as tx:
            for one in approvals.waiting(tx):
                approvals.approve(tx, one.id, by="m-7", now=desk.clock.now())
        for _ in range(2):
            await desk.office.tick(desk.clock.now())
        assert reported(desk, theirs)[-1] == ("beantwoord", STOPPED)
