"""Mode `ter-goedkeuring`: a person lets each act through, in the order in which the messages came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from adapters.gbkz.approval import store as approvals
from adapters.gbkz.approval.tables import APPROVAL
from hub.clock import new_pseudonym
from hub.errors import Code, RefusedError
from schemas.codes import NoCooperationReason, Status
from schemas.messages import NoCooperation, NoticeAnswer, StatusReport
from tests.unit.gbkz.desk import NOW, Desk, ending, extension, notice, opened

pytestmark = pytest.mark.anyio
CLERK = "medewerker-7"


@pytest.fixture
async def careful(tmp_path: Path) -> AsyncIterator[Desk]:
    """An office where a person lets each act through."""
    async with opened(tmp_path, mode="ter-goedkeuring") as desk:
        yield desk


def approve(desk: Desk, message_id: str) -> None:
    """A clerk lets it through."""
    with desk.ledger.begin() as tx:
        approvals.approve(tx, message_id, by=CLERK, now=desk.clock.now())


async def test_nothing_happens_in_the_tax_system_before_a_person_lets_it_through(careful: Desk) -> None:
    replies = await careful.answers_to(notice(), new_pseudonym())
    assert [reply.status for reply in replies if isinstance(reply, StatusReport)] == [Status.IN_PROGRESS]
    await careful.office.tick(careful.clock.now())
    assert await careful.paused() == set()


async def test_what_was_let_through_is_done_and_answered_once(careful: Desk) -> None:
    message_id = careful.arrives(notice(), new_pseudonym())
    await careful.work()
    approve(careful, message_id)
    for _ in range(3):
        await careful.office.tick(careful.clock.now())
    assert await careful.paused() == {"D1", "D2", "D3"}
    assert [type(said) for said in careful.messages] == [StatusReport, NoticeAnswer]
    assert await careful.effects(message_id) == {message_id: 1}


async def test_a_refused_notice_is_answered_with_the_reason(careful: Desk) -> None:
    message_id = careful.arrives(notice(), new_pseudonym())
    await careful.work()
    with careful.ledger.begin() as tx:
        approvals.refuse(tx, message_id, NoCooperationReason.RECENT_FINAL_DISCHARGE, by=CLERK, now=NOW)
    await careful.office.tick(careful.clock.now())
    assert careful.messages[-1] == NoCooperation(reason=NoCooperationReason.RECENT_FINAL_DISCHARGE)
    assert await careful.paused() == set()


async def test_later_messages_of_a_conversation_wait_behind_the_first(careful: Desk) -> None:
    talk = new_pseudonym()
    first = careful.arrives(notice(), talk)
    second = careful.arrives(extension(date(2027, 7, 16)), talk)
    third = careful.arrives(ending(date(2026, 12, 4), "in-regeling"), talk)
    await careful.work()
    approve(careful, second)
    approve(careful, third)
    await careful.office.tick(careful.clock.now())
    assert await careful.paused() == set()
    approve(careful, first)
    for _ in range(3):
        await careful.office.tick(careful.clock.now())
    assert {one["reden"] for one in await careful.uitstel_of("D1")} == {"SCHULDREGELING"}


async def test_what_waits_is_listed_and_its_content_is_gone_once_it_is_done(careful: Desk) -> None:
    message_id = careful.arrives(notice(), new_pseudonym())
    await careful.work()
    with careful.ledger.begin() as tx:
        assert [one.id for one in approvals.waiting(tx)] == [message_id]
    approve(careful, message_id)
    await careful.office.tick(careful.clock.now())
    with careful.ledger.begin() as tx:
        assert approvals.waiting(tx) == []
        assert [row.data for row in tx.execute(APPROVAL.select())] == [None]


async def test_a_mistake_that_is_let_through_is_forgotten(careful: Desk) -> None:
    talk = new_pseudonym()
    ids = [careful.arrives(message, talk) for message in (notice(), ending(date(2026, 12, 4), "ten-onrechte-gemeld"))]
    await careful.work()
    for message_id in ids:
        approve(careful, message_id)
        await careful.office.tick(careful.clock.now())
    assert await careful.paused() == set()
    assert (await careful.books())["aantekeningen"] == []


async def test_deciding_twice_or_about_nothing_is_refused(careful: Desk) -> None:
    message_id = careful.arrives(notice(), new_pseudonym())
    await careful.work()
    approve(careful, message_id)
    for unknown in (message_id, new_pseudonym()):
        with pytest.raises(RefusedError) as raised:
            approve(careful, unknown)
        assert raised.value.code is Code.NOT_FOUND


async def test_a_tax_system_that_is_away_keeps_what_was_let_through(careful: Desk) -> None:
    message_id = careful.arrives(notice(), new_pseudonym())
    await careful.work()
    approve(careful, message_id)
    await careful.manage("storing", {"soort": "fout-500", "aantal": 1})
    await careful.office.tick(careful.clock.now())
    assert await careful.paused() == set()
    await careful.office.tick(careful.clock.now())
    assert await careful.paused() == {"D1", "D2", "D3"}
