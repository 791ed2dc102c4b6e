"""Registering and withdrawing, seen from the index's own books and from what the helper is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.ledger import Taken
from adapters.vish.simulator_round import ResultFault
from adapters.vish.store import ItemKind, Standing
from adapters.vish.tables import BATCH, ROW
from hub.clock import new_pseudonym
from tests.unit.vish.desk import BAKKER, VRIES, Desk, registration, withdrawal

pytestmark = pytest.mark.anyio
FIRST, SECOND = "VISH-00000001", "VISH-00000002"


async def registered(desk: Desk) -> str:
    """A registration that stands; its conversation."""
    talk = new_pseudonym()
    await desk.receives(registration(), talk)
    await desk.round()
    assert desk.results() == [("geregistreerd", FIRST)]
    desk.sent.clear()
    return talk


async def test_a_registration_is_supplied_and_its_result_answers_it(desk: Desk) -> None:
    talk = new_pseudonym()
    message_id = await desk.receives(registration(), talk)
    assert desk.sent == []
    await desk.round()
    assert [answered for answered, _ in desk.answers()] == [message_id]
    assert desk.results() == [("geregistreerd", FIRST)]
    assert desk.answers()[0][1].registered_at is not None
    assert desk.consulted(VRIES) == [FIRST]
    assert desk.registration(talk).state is Standing.REGISTERED


async def test_supply_waits_for_the_round_and_urgent_supply_does_not(desk: Desk) -> None:
    await registered(desk)
    await desk.receives(registration(BAKKER, "1985-06-07"), new_pseudonym())
    await desk.tick(minutes=1)
    assert len(desk.folders.supplied) == 1
    await desk.receives(registration(BAKKER, "1985-06-07", urgent=True), new_pseudonym())
    await desk.tick(seconds=5)
    assert len(desk.folders.supplied) == 2
    assert (desk.folders.root / "in" / desk.folders.supplied[1]).read_bytes().count(b"\r\n") == 3


async def test_a_clock_that_was_ahead_for_a_while_holds_nothing_up(desk: Desk) -> None:
    await desk.tick(days=100)
    await registered(desk)
    await desk.tick(days=-100)
    talk = new_pseudonym()
    await desk.receives(registration(BAKKER, "1985-06-07"), talk)
    await desk.round()
    assert desk.results() == [("geregistreerd", SECOND)]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (registration(aansluitcode="ONBEKEND"), "VISH kent deze aansluitcode niet."),
        (registration(BAKKER, "1986-01-01"), "BSN en geboortedatum horen volgens VISH niet bij elkaar."),
    ],
)
async def test_a_row_that_the_index_rejects_is_answered_with_the_reason(
    desk: Desk, message: object, reason: str
) -> None:
    talk = new_pseudonym()
    await desk.receives(message, talk)  # type: ignore[arg-type]
    await desk.round()
    assert [(said.result.value, said.reason) for _, said in desk.answers()] == [("afgewezen", reason)]
    assert desk.registration(talk).state is Standing.REJECTED


async def test_another_name_is_a_remark_and_not_a_rejection(desk: Desk) -> None:
    await desk.receives(registration(BAKKER, "1985-01-01", geslachtsnaam="Groot"), new_pseudonym())
    await desk.round()
    assert [(said.result.value, said.reason) for _, said in desk.answers()] == [
        ("geregistreerd", "De naam wijkt af van de registratie bij VISH.")
    ]


async def test_one_bad_row_does_not_hold_up_the_others(desk: Desk) -> None:
    await desk.receives(registration(aansluitcode="ONBEKEND"), new_pseudonym())
    await desk.receives(registration(BAKKER, "1985-01-01"), new_pseudonym())
    await desk.round()
    assert desk.results() == [("afgewezen", None), ("geregistreerd", FIRST)]


async def test_a_withdrawal_ends_the_registration_at_the_index(desk: Desk) -> None:
    talk = await registered(desk)
    message_id = await desk.receives(withdrawal(), talk)
    await desk.round()
    assert [(answered, said.result.value) for answered, said in desk.answers()] == [(message_id, "beeindigd")]
    assert desk.consulted(VRIES) == [FIRST]  # until the last day of rest
    desk.index.advance(timedelta(days=3650))
    assert desk.consulted(VRIES) == []
    assert (desk.registration(talk).state, desk.registration(talk).bsn) == (Standing.WITHDRAWN, None)


async def test_a_withdrawal_before_the_supply_drops_the_row(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(registration(), talk)
    message_id = await desk.receives(withdrawal(), talk)
    await desk.round()
    assert [(answered, said.result.value) for answered, said in desk.answers()] == [(message_id, "beeindigd")]
    assert desk.folders.supplied == []
    assert desk.consulted(VRIES) == []


async def test_a_withdrawal_before_the_result_is_supplied_as_soon_as_the_number_comes(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(registration(), talk)
    await desk.tick(minutes=15)
    await desk.receives(withdrawal(), talk)
    await desk.rounds.once()
    await desk.tick(minutes=2)  # the number is here
    await desk.tick(seconds=5)  # the withdrawal goes out, without waiting for a round
    await desk.rounds.once()
    await desk.tick(minutes=2)
    assert desk.results() == [("geregistreerd", FIRST), ("beeindigd", FIRST)]
    assert desk.registration(talk).state is Standing.WITHDRAWN


async def test_a_withdrawal_of_what_the_index_rejected_is_answered_at_once(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(registration(aansluitcode="ONBEKEND"), talk)
    await desk.tick(minutes=15)
    await desk.receives(withdrawal(), talk)
    await desk.rounds.once()
    await desk.tick(minutes=2)
    assert desk.results() == [("afgewezen", None), ("beeindigd", None)]
    await desk.receives(withdrawal(), talk)
    assert desk.results()[-1] == ("beeindigd", None)


async def test_registered_by_mistake_is_taken_out_of_the_index_at_once(desk: Desk) -> None:
    talk = await registered(desk)
    await desk.receives(withdrawal(date(2026, 11, 23), "ten-onrechte-gemeld"), talk)
    await desk.tick(seconds=5)
    await desk.rounds.once()
    await desk.tick(minutes=2)
    assert desk.results() == [("beeindigd", FIRST)]
    assert desk.index.record() == []


async def test_a_corrected_registration_that_was_not_supplied_yet_goes_out_once_and_answers_both(desk: Desk) -> None:
    talk = new_pseudonym()
    first = await desk.receives(registration(), talk)
    second = await desk.receives(registration(fase="intake"), talk)
    await desk.round()
    assert [answered for answered, _ in desk.answers()] == [first, second]
    assert [row["fase"] for row in desk.index.record()] == ["intake"]


async def test_a_corrected_registration_changes_the_one_at_the_index(desk: Desk) -> None:
    talk = await registered(desk)
    await desk.receives(registration(fase="stabilisatie"), talk)
    await desk.round()
    assert desk.results() == [("geregistreerd", FIRST)]
    assert [row["fase"] for row in desk.index.record()] == ["stabilisatie"]


async def test_a_correction_before_the_result_waits_for_the_number(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(registration(), talk)
    await desk.tick(minutes=15)
    await desk.receives(registration(fase="stabilisatie"), talk)
    await desk.rounds.once()
    await desk.tick(minutes=2)
    await desk.round()
    assert desk.results() == [("geregistreerd", FIRST), ("geregistreerd", FIRST)]
    assert [row["fase"] for row in desk.index.record()] == ["stabilisatie"]


async def test_a_correction_of_what_was_rejected_is_a_request_of_its_own(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(registration(aansluitcode="ONBEKEND"), talk)
    await desk.tick(minutes=15)
    await desk.receives(registration(), talk)
    await desk.rounds.once()
    await desk.tick(minutes=2)
    await desk.round()
    assert desk.results() == [("afgewezen", None), ("geregistreerd", FIRST)]
    assert desk.registration(talk).state is Standing.REGISTERED


async def test_a_registration_after_a_withdrawal_is_a_new_one(desk: Desk) -> None:
    talk = await registered(desk)
    await desk.receives(withdrawal(), talk)
    await desk.receives(registration(), talk)
    await desk.round()
    assert sorted(desk.results(), key=str) == [("beeindigd", FIRST), ("geregistreerd", SECOND)]
    assert (desk.registration(talk).state, desk.registration(talk).number) == (Standing.REGISTERED, SECOND)


async def test_another_person_in_the_conversation_is_rejected_and_the_registration_stands(desk: Desk) -> None:
    talk = await registered(desk)
    await desk.receives(registration(BAKKER, "1985-01-01"), talk)
    assert desk.results() == [("afgewezen", FIRST)]
    await desk.round()
    assert (desk.consulted(VRIES), desk.consulted(BAKKER)) == ([FIRST], [])


async def test_another_sender_cannot_touch_a_registration(desk: Desk) -> None:
    talk = await registered(desk)
    await desk.receives(withdrawal(), talk, sender="00000099000000009999")
    assert desk.states(talk) == [Taken.DONE, Taken.FAILED]
    await desk.round()
    assert desk.results() == []


async def test_what_the_index_ends_unasked_is_told_at_once(desk: Desk) -> None:
    talk = await registered(desk)
    desk.rounds.lapse(FIRST)
    await desk.tick(minutes=2)
    assert [(answered, said.result.value, said.registration_number) for answered, said in desk.answers()] == [
        (None, "beeindigd", FIRST)
    ]
    assert desk.registration(talk).state is Standing.LAPSED


@pytest.mark.parametrize("fault", [ResultFault.NO_RESULT, ResultFault.GARBAGE, ResultFault.HALF])
async def test_a_lost_result_leads_to_the_same_batch_and_one_registration(desk: Desk, fault: ResultFault) -> None:
    desk.mood.fault, desk.mood.times = fault, 1
    message_id = await desk.receives(registration(), new_pseudonym())
    await desk.round()
    assert desk.sent == []
    await desk.tick(hours=4)
    await desk.rounds.once()
    await desk.tick(minutes=2)
    assert desk.results() == [("geregistreerd", FIRST)]
    assert len(set(desk.folders.supplied)) == 1
    assert len(desk.folders.supplied) == 2
    assert desk.index.effects() == {message_id: {"uitgevoerd": 1, "herhaald": 1}}
    assert desk.items() == ([ItemKind.UNREADABLE_FILE] if fault is ResultFault.GARBAGE else [])


@pytest.mark.parametrize(
    ("fault", "items"),
    [
        (ResultFault.DUPLICATE, []),
        (ResultFault.STRANGE, [ItemKind.UNKNOWN_ROW]),
        (ResultFault.CONFLICT, [ItemKind.CONFLICT]),
    ],
)
async def test_whatever_else_comes_back_the_helper_is_told_once(
    desk: Desk, fault: ResultFault, items: list[ItemKind]
) -> None:
    desk.mood.fault, desk.mood.times = fault, 1
    await desk.receives(registration(), new_pseudonym())
    await desk.round()
    await desk.round()
    assert len(desk.sent) == 1
    assert desk.items() == items


async def test_an_index_that_cannot_be_reached_loses_nothing(desk: Desk) -> None:
    desk.folders.reachable = False
    await desk.receives(registration(), new_pseudonym())
    for _ in range(20):
        await desk.tick(minutes=15)
    desk.folders.reachable = True
    await desk.round()
    assert desk.results() == [("geregistreerd", FIRST)]
    assert len(desk.folders.supplied) == 1


async def test_nothing_of_the_person_stays_in_rows_and_batches_once_there_is_a_result(desk: Desk) -> None:
    await registered(desk)
    with desk.ledger.begin() as tx:
        assert [row.cells for row in tx.execute(ROW.select())] == [None]
        assert [(row.content, row.next_attempt) for row in tx.execute(BATCH.select())] == [(None, None)]
