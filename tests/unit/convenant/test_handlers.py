"""What a creditor does on each message, seen from its own books and from what it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.convenant.orders import Answer, Outcome
from adapters.convenant.simulator import Fault
from adapters.convenant.store import ItemKind, PauseState
from adapters.incident import NOT_IN_CASE, TWO_IN_CASE
from adapters.ledger import INBOX, Taken
from adapters.outside.deaths.store import Decision
from hub.clock import new_pseudonym
from schemas.codes import Measure, NotStoppedReason
from schemas.messages import NoticeAnswer
from tests.unit.convenant.desk import (
    BAKKER,
    GONE,
    NOBODY,
    Desk,
    ending,
    extension,
    http_desk,
    incident,
    notice,
    public_notice,
)
from tests.world import SHV

pytestmark = pytest.mark.anyio
RESUME = Decision(resume=True, by="m-7", reason="proef")


@pytest.fixture(params=["waterschap", "gemeente"])
async def desk(tmp_path: Path, anyio_backend: str, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A creditor that answers at once, in the words of a water board and of a municipality."""
    async with http_desk(tmp_path, request.param, direct=True) as creditor:
        yield creditor


async def test_a_notice_pauses_and_says_what_stopped_and_which_claims_are_in(desk: Desk) -> None:
    key = await desk.receives(public_notice(), new_pseudonym())
    assert desk.told() == [
        {
            "klantnummerSe": "K1",
            "ingangsdatum": "2026-11-23",
            "einddatum": "2027-05-21",
            "maatregelenGestopt": ["herinnering", "aanmaning", "dwangbevel"],
            "maatregelenNietGestopt": [],
            "vorderingen": [{"factuurnummer": "F1"}, {"factuurnummer": "F2"}],
        }
    ]
    assert desk.sent[0].causation == key
    assert desk.books.effects() == {key: (1, 0)}


async def test_their_system_gets_the_end_date_plus_five_working_days(desk: Desk) -> None:
    await desk.receives(public_notice(), new_pseudonym())
    assert [one["tot"] for one in desk.books.pauses()] == ["2027-05-28"]


async def test_a_claim_at_a_bailiff_is_named_with_who_has_it(desk: Desk) -> None:
    await desk.receives(public_notice(BAKKER, "1985-03-00", geslachtsnaam="Bakker"), new_pseudonym())
    answer = desk.sent[0].message
    assert isinstance(answer, NoticeAnswer)
    (goes_on,) = answer.measures_not_stopped
    assert (goes_on.measure, goes_on.reason) == (Measure.HANDOVER, NotStoppedReason.AT_BAILIFF)
    assert goes_on.handler is not None
    assert goes_on.handler.name == "Deurwaarders Kennemerland"


async def test_a_claim_that_was_transferred_names_the_new_creditor(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(GONE, "1990-05-17"), talk)
    explanation = "De vordering is overgedragen aan Incassohuis Zuid."
    assert desk.told() == [{"reden": "vordering-overgedragen", "toelichting": explanation}]
    assert desk.books.pauses() == []
    assert desk.pause(talk).state is PauseState.REFUSED


@pytest.mark.parametrize(
    ("bsn", "birth_date", "reason"),
    [(NOBODY, "1990-01-01", "klant-onbekend"), (BAKKER, "1986-01-01", "gegevens-komen-niet-overeen")],
)
async def test_whoever_is_not_found_is_not_paused(desk: Desk, bsn: str, birth_date: str, reason: str) -> None:
    await desk.receives(public_notice(bsn, birth_date), new_pseudonym())
    assert desk.told() == [{"reden": reason}]
    assert desk.books.pauses() == []


async def test_a_creditor_with_the_right_also_takes_a_notice_without_bsn(desk: Desk) -> None:
    await desk.receives(notice(), new_pseudonym())
    assert desk.kinds() == ["kennisgeving-antwoord"]


async def test_another_person_in_the_same_conversation_is_refused_and_the_pause_stays(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(public_notice(BAKKER, "1985-00-00"), talk)
    assert desk.told()[1]["reden"] == "gegevens-komen-niet-overeen"
    assert len(desk.books.effects()) == 1
    assert desk.pause(talk).state is PauseState.ACTIVE


async def test_another_sender_cannot_touch_a_pause(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 31)), talk, sender="00000099000000009999")
    assert desk.states(talk) == [Taken.DONE, Taken.FAILED]
    assert len(desk.sent) == 1


async def test_a_later_notice_replaces_the_end_date(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(public_notice(einddatum="2027-03-01"), talk)
    assert [one["tot"] for one in desk.books.pauses()] == ["2027-03-08"]
    assert desk.told()[1]["einddatum"] == "2027-03-01"


async def test_an_extension_makes_the_pause_longer(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(extension(date(2027, 6, 30)), talk)
    assert desk.told()[1]["einddatum"] == "2027-06-30"
    assert [one["tot"] for one in desk.books.pauses()] == ["2027-07-07"]


async def test_an_extension_of_nothing_is_said_to_be_one(desk: Desk) -> None:
    await desk.receives(extension(date(2027, 6, 30)), new_pseudonym())
    assert desk.kinds() == ["statusbericht"]
    assert desk.books.effects() == {}


async def test_an_ended_pause_is_lifted_on_the_first_working_day_after_it_and_not_before_nine(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 4)), talk)
    desk.clock.moment = datetime(2026, 12, 7, 7, 50, tzinfo=UTC)
    await desk.tick(timedelta())
    assert [one["lopend"] for one in desk.books.pauses()] == [1]
    await desk.tick(timedelta(minutes=10))
    assert [one["lopend"] for one in desk.books.pauses()] == [0]
    assert desk.told()[-1]["status"] == "maatregel-hervat"
    assert desk.pause(talk).state is PauseState.ENDED


async def test_nothing_is_lifted_while_the_link_is_down_and_the_pause_there_does_not_run_out(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 4)), talk)
    desk.link_down_since = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
    desk.clock.moment = datetime(2026, 12, 11, 9, 0, tzinfo=UTC)
    await desk.tick(timedelta())
    assert [(one["lopend"], one["tot"]) for one in desk.books.pauses()] == [(1, "2026-12-18")]
    assert len(desk.sent) == 2


async def test_nothing_is_lifted_while_a_message_of_the_conversation_is_unread(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 4)), talk)
    desk.arrives(extension(date(2027, 6, 30)), talk)
    desk.clock.moment = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
    await desk.tick(timedelta())
    assert [one["lopend"] for one in desk.books.pauses()] == [1]


@pytest.mark.parametrize(
    ("end_class", "reasons"),
    [
        ("in-regeling", {"SCHULDREGELING", "20"}),
        ("wettelijke-bescherming", {"WETTELIJK", "30"}),
        ("overleden", {"OVERLEDEN", "40"}),
    ],
)
async def test_a_class_that_does_not_resume_keeps_the_pause_without_an_end(
    desk: Desk, end_class: str, reasons: set[str]
) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 4), end_class), talk)
    desk.clock.moment = datetime(2027, 12, 1, 12, 0, tzinfo=UTC)
    await desk.tick(timedelta())
    (pause,) = desk.books.pauses()
    assert (pause["lopend"], pause["tot"]) == (1, None)
    assert pause["reden"] in reasons


async def test_of_a_customer_who_died_a_person_decides(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 4), "overleden"), talk)
    with desk.ledger.begin() as tx:
        desk.creditor.pauses.decide(tx, talk, RESUME, datetime(2026, 12, 7, 9, 0, tzinfo=UTC))
    desk.clock.moment = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
    await desk.tick(timedelta())
    assert [one["lopend"] for one in desk.books.pauses()] == [0]


async def test_what_was_a_mistake_is_gone_in_their_system_and_blank_in_ours(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 11, 24), "ten-onrechte-gemeld"), talk)
    assert desk.books.pauses() == []
    assert desk.told()[1]["maatregelenGestopt"] == []
    assert "klantnummerSe" not in desk.told()[1]
    assert (desk.pause(talk).person, desk.pause(talk).customer) == (None, None)
    with desk.ledger.begin() as tx:
        kept = [row.data for row in tx.execute(INBOX.select().where(INBOX.c.correlationid == talk))]
    assert kept[0] is None


async def test_whoever_collects_in_spite_of_the_pause_is_stopped_and_the_pause_stays(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(incident(), talk)
    assert desk.books.complaints() == ["aanmaning"]
    assert desk.told()[1]["status"] == "beantwoord"
    assert desk.pause(talk).state is PauseState.ACTIVE


async def test_an_incident_where_no_pause_runs_is_said_to_be_one(desk: Desk) -> None:
    await desk.receives(incident(), new_pseudonym())
    assert desk.told()[0]["status"] == "overig"
    assert desk.books.effects() == {}


OFFICE, ANOTHER_OFFICE = "00000099000000006000", "00000099000000006100"


async def test_an_office_that_tells_of_an_incident_in_the_case_is_answered_in_its_own_conversation(desk: Desk) -> None:
    talk, case, theirs = new_pseudonym(), new_pseudonym(), new_pseudonym()
    await desk.receives(public_notice(), talk, case=case)
    told = await desk.receives(incident(), theirs, sender=OFFICE, case=case)
    assert desk.books.complaints() == ["aanmaning"]
    answer = desk.sent[1]
    assert (answer.to, answer.case, answer.conversation, answer.causation) == (OFFICE, case, theirs, told)
    assert desk.told()[1]["status"] == "beantwoord"
    assert desk.pause(talk).state is PauseState.ACTIVE


async def test_a_case_in_which_no_pause_or_more_than_one_runs_leaves_the_incident_to_the_debt_helper(
    desk: Desk,
) -> None:
    case = new_pseudonym()
    await desk.receives(incident(), new_pseudonym(), sender=OFFICE, case=case)
    assert desk.told()[-1] == {"status": "overig", "toelichting": NOT_IN_CASE}
    await desk.receives(public_notice(), new_pseudonym(), case=case)
    await desk.receives(public_notice(BAKKER, "1985-00-00"), new_pseudonym(), case=case)
    await desk.receives(incident(), new_pseudonym(), sender=OFFICE, case=case)
    assert (desk.sent[-1].to, desk.told()[-1]["toelichting"]) == (OFFICE, TWO_IN_CASE)
    assert desk.books.complaints() == []


async def test_what_else_they_say_of_an_incident_is_for_the_sender_of_the_pause(desk: Desk) -> None:
    talk, case, theirs = new_pseudonym(), new_pseudonym(), new_pseudonym()
    await desk.receives(public_notice(), talk, case=case)
    told = await desk.receives(incident(), theirs, sender=OFFICE, case=case)
    assert desk.take(Answer(key=told, number=9, outcome=Outcome.WRONG_CUSTOMER))
    assert desk.told()[-1]["status"] == "verkeerde-klant-gepauzeerd"
    assert (desk.sent[-1].to, desk.sent[-1].conversation, desk.sent[-1].causation) == (SHV, talk, None)
    assert desk.pause(talk).state is PauseState.REFUSED


async def test_another_office_cannot_say_it_in_a_conversation_that_is_not_its_own(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(incident(), talk, sender=ANOTHER_OFFICE)
    assert desk.books.complaints() == []
    assert desk.states(talk)[-1] is Taken.FAILED


async def test_a_pause_is_never_longer_than_the_creditors_maximum(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", direct=True, max_pause_months=3) as desk:
        await desk.receives(public_notice(), new_pseudonym())
        assert desk.told()[0]["einddatum"] == "2027-02-23"


async def test_an_order_they_refuse_waits_for_a_person(desk: Desk) -> None:
    assert desk.house is not None
    talk = new_pseudonym()
    await desk.receives(public_notice(), talk)
    await desk.receives(ending(date(2026, 12, 4)), talk)
    desk.house.mood.fault, desk.house.mood.times = Fault.REFUSES, 1
    desk.clock.moment = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
    await desk.tick(timedelta(minutes=5))
    assert [kind for kind, _, _ in desk.items()] == [ItemKind.LIFTING_REFUSED]


async def test_a_crash_after_the_answer_was_taken_in_leads_to_nothing_more(desk: Desk) -> None:
    talk = new_pseudonym()
    key = await desk.receives(public_notice(), talk)
    with desk.ledger.begin() as tx:
        tx.execute(INBOX.update().where(INBOX.c.id == key).values(state=Taken.ACTING))
    desk.work_with(desk.creditor._channel)
    await desk.work()
    assert desk.states(talk) == [Taken.DONE]
    assert (len(desk.sent), desk.books.effects()) == (1, {key: (1, 0)})
