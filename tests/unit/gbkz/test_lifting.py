"""When a pause is lifted, and above all when it is not (messages.md 3, *Ends*)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.ledger import Taken
from hub.clock import new_pseudonym
from schemas.codes import Status
from schemas.messages import NoticeAnswer, StatusReport
from tests.unit.gbkz.desk import BAKKER, NOW, SMIT, Desk, ending, extension, notice, opened

pytestmark = pytest.mark.anyio

FRIDAY = date(2026, 12, 4)
MONDAY_NINE = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)


async def paused_until_friday(desk: Desk) -> str:
    """A pause of everything that ends on Friday 4 December 2026; its conversation."""
    talk = new_pseudonym()
    await desk.answers_to(notice(), talk)
    await desk.answers_to(ending(FRIDAY), talk)
    desk.sent.clear()
    return talk


async def test_it_is_lifted_on_the_first_working_day_after_the_end_at_nine_and_not_a_second_before(desk: Desk) -> None:
    await paused_until_friday(desk)
    await desk.at(MONDAY_NINE - timedelta(seconds=1))
    assert await desk.paused() == {"D1", "D2", "D3"}
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == set()


async def test_what_is_long_overdue_waits_for_office_hours_all_the_same(desk: Desk) -> None:
    await desk.answers_to(notice(einddatum="2026-11-23"), new_pseudonym())
    for moment in (datetime(2026, 12, 5, 12, 0, tzinfo=UTC), datetime(2026, 12, 7, 3, 0, tzinfo=UTC)):
        await desk.at(moment)
        assert await desk.paused() == {"D1", "D2", "D3"}
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == set()


async def test_a_letter_that_was_in_the_post_is_not_named_any_more_once_it_has_arrived(desk: Desk) -> None:
    await desk.answers_to(notice(SMIT, "1991-01-02"), new_pseudonym())
    first = desk.messages[-1]
    await desk.at(NOW + timedelta(days=2))
    assert desk.messages[-1] is first
    for _ in range(2):
        await desk.at(NOW + timedelta(days=4))
    reasons = [
        [one.reason.value for one in said.measures_not_stopped]
        for said in desk.messages
        if isinstance(said, NoticeAnswer)
    ]
    assert [sorted(one) for one in reasons] == [["al-verzonden", "bij-deurwaarder"], ["bij-deurwaarder"]]


async def test_collecting_goes_on_after_it_was_lifted(desk: Desk) -> None:
    await paused_until_friday(desk)
    await desk.at(MONDAY_NINE)
    await desk.at(MONDAY_NINE + timedelta(days=40))
    steps = {one["dossiernummer"]: one["stap"] for one in (await desk.books())["dossiers"]}
    assert (steps["D1"], steps["D3"]) == ("DWANGBEVEL", "DEURWAARDER")


async def test_nothing_is_dunned_while_the_pause_lasts(desk: Desk) -> None:
    await desk.answers_to(notice(), new_pseudonym())
    await desk.at(datetime(2027, 5, 21, 12, 0, tzinfo=UTC))
    steps = {one["dossiernummer"]: one["stap"] for one in (await desk.books())["dossiers"]}
    assert (steps["D1"], steps["D2"], steps["D3"]) == ("HERINNERING", "AANSLAG", "AANMANING")


async def test_the_sender_hears_that_collecting_goes_on(desk: Desk) -> None:
    talk = await paused_until_friday(desk)
    await desk.at(MONDAY_NINE)
    await desk.at(MONDAY_NINE + timedelta(days=1))
    reports = [(one.conversation, one.message.status) for one in desk.sent if isinstance(one.message, StatusReport)]
    assert reports == [(talk, Status.MEASURE_RESUMED)]


async def test_a_pause_that_nobody_ended_is_lifted_after_its_own_end_date(desk: Desk) -> None:
    await desk.answers_to(notice(einddatum="2026-12-04"), new_pseudonym())
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == set()


async def test_an_extension_before_the_end_keeps_the_pause(desk: Desk) -> None:
    talk = await paused_until_friday(desk)
    await desk.answers_to(extension(date(2027, 1, 29)), talk)
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == {"D1", "D2", "D3"}
    await desk.at(datetime(2027, 2, 1, 8, 0, tzinfo=UTC))
    assert await desk.paused() == set()


async def test_an_extension_after_the_lifting_comes_too_late_and_says_so(desk: Desk) -> None:
    talk = await paused_until_friday(desk)
    await desk.at(MONDAY_NINE)
    replies = await desk.answers_to(extension(date(2027, 1, 29)), talk)
    assert [reply.to_wire()["status"] for reply in replies] == ["overig"]
    assert await desk.paused() == set()


async def test_a_later_notice_opens_the_pause_anew(desk: Desk) -> None:
    talk = await paused_until_friday(desk)
    await desk.at(MONDAY_NINE)
    await desk.answers_to(notice(), talk)
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_a_dossier_that_another_conversation_holds_is_not_lifted(desk: Desk) -> None:
    await paused_until_friday(desk)
    await desk.answers_to(notice(BAKKER, "1985-00-00"), new_pseudonym())
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == {"D3"}
    assert [one["tot_en_met"] for one in await desk.uitstel_of("D3")] == ["2027-05-28"]


async def test_uitstel_of_the_office_itself_is_never_touched(desk: Desk) -> None:
    own = {"uitstellen": [{"dossiernummer": "D1", "vanaf": "2026-11-01", "totEnMet": "2027-12-31"}]}
    await desk.manage("vullen", own)
    await paused_until_friday(desk)
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == {"D1"}


async def test_nothing_is_lifted_while_a_message_of_the_conversation_is_unread(desk: Desk) -> None:
    talk = await paused_until_friday(desk)
    desk.arrives(extension(date(2027, 1, 29)), talk)
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == {"D1", "D2", "D3"}
    await desk.work()
    assert desk.states(talk) == [Taken.DONE] * 3
    await desk.at(MONDAY_NINE + timedelta(days=1))
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_nothing_is_lifted_while_the_link_has_been_down_for_a_day(desk: Desk) -> None:
    await paused_until_friday(desk)
    desk.link_down_since = MONDAY_NINE - timedelta(hours=24)
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_a_link_that_is_down_for_an_hour_does_not_hold_it_up(desk: Desk) -> None:
    await paused_until_friday(desk)
    desk.link_down_since = MONDAY_NINE - timedelta(hours=1)
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == set()


async def test_rest_does_not_run_out_in_the_tax_system_while_the_link_is_down(desk: Desk) -> None:
    await paused_until_friday(desk)
    desk.link_down_since = MONDAY_NINE - timedelta(hours=24)
    for day in range(20):
        await desk.at(MONDAY_NINE + timedelta(days=day))
    assert await desk.paused() == {"D1", "D2", "D3"}
    assert len(await desk.uitstel_of("D1")) == 1


async def test_after_a_long_outage_the_inbox_is_given_time_before_anything_is_lifted(tmp_path: Path) -> None:
    async with opened(tmp_path, settle_s=900) as desk:
        await paused_until_friday(desk)
        desk.link_down_since = MONDAY_NINE - timedelta(hours=30)
        await desk.at(MONDAY_NINE)
        desk.link_down_since = None
        await desk.at(MONDAY_NINE + timedelta(minutes=14))
        assert await desk.paused() == {"D1", "D2", "D3"}
        await desk.at(MONDAY_NINE + timedelta(minutes=15))
        assert await desk.paused() == set()


async def test_a_tax_system_that_is_away_holds_up_the_lifting_but_does_not_lose_it(desk: Desk) -> None:
    await paused_until_friday(desk)
    await desk.manage("storing", {"soort": "fout-500"})
    await desk.at(MONDAY_NINE)
    assert await desk.paused() == {"D1", "D2", "D3"}
    await desk.manage("storing", {"soort": "geen"})
    await desk.at(MONDAY_NINE + timedelta(hours=1))
    assert await desk.paused() == set()


async def test_a_lifting_whose_answer_was_lost_is_not_done_twice(tmp_path: Path) -> None:
    async with opened(tmp_path, deadline_s=0.05) as desk:
        await paused_until_friday(desk)
        await desk.manage("storing", {"soort": "stil-na-verwerking", "aantal": 1, "duurS": 0.5})
        await desk.at(MONDAY_NINE)
        await desk.at(MONDAY_NINE + timedelta(hours=1))
        acts = [line["handeling"] for line in (await desk.http.get("/beheer/journaal")).json()]
        assert acts.count("UITSTEL_BEEINDIGD") == 3
        assert [said.to_wire()["status"] for said in desk.messages] == ["maatregel-hervat"]


async def test_an_extension_between_a_lost_lifting_and_its_repetition_brings_the_rest_back(tmp_path: Path) -> None:
    async with opened(tmp_path, deadline_s=0.05) as desk:
        talk = await paused_until_friday(desk)
        await desk.manage("storing", {"soort": "stil-na-verwerking", "aantal": 1, "duurS": 0.5})
        await desk.at(MONDAY_NINE)
        assert await desk.paused() == set()
        await desk.answers_to(extension(date(2027, 1, 29)), talk)
        assert await desk.paused() == {"D1", "D2", "D3"}
        assert desk.clock.now() > NOW
