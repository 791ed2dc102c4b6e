"""What a local tax office does on each message, seen from the books of the tax system and from what it answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.gbkz import store
from adapters.ledger import INBOX, Taken
from adapters.outside.deaths.store import Decision
from hub.clock import new_pseudonym
from schemas.codes import Measure, NoCooperationReason, NotStoppedReason, Status
from schemas.messages import NoCooperation, NoticeAnswer, StatusReport
from tests.unit.gbkz.desk import (
    BAKKER,
    JANSEN,
    NOBODY,
    NOW,
    SMIT,
    VRIES,
    Desk,
    ending,
    extension,
    notice,
    opened,
)

pytestmark = pytest.mark.anyio


async def answered(desk: Desk, *messages: object, conversation: str | None = None) -> NoticeAnswer:
    """The last answer in one conversation, which must be a notice answer."""
    talk = conversation or new_pseudonym()
    replies = [reply for message in messages for reply in await desk.answers_to(message, talk)]  # type: ignore[arg-type]
    answer = [reply for reply in replies if isinstance(reply, NoticeAnswer)][-1]
    assert isinstance(answer, NoticeAnswer)
    return answer


async def test_a_notice_puts_uitstel_on_every_open_dossier_and_says_what_stopped(desk: Desk) -> None:
    answer = await answered(desk, notice())
    assert await desk.paused() == {"D1", "D2", "D3"}
    assert answer.to_wire() == {
        "klantnummerSe": "S1",
        "ingangsdatum": "2026-11-23",
        "einddatum": "2027-05-21",
        "maatregelenGestopt": [
            "herinnering",
            "aanmaning",
            "automatische-incasso",
            "overdracht",
            "dwangbevel",
            "kosten",
        ],
        "maatregelenNietGestopt": [],
        "vorderingen": [{"factuurnummer": "D1"}, {"factuurnummer": "D2"}, {"factuurnummer": "D3"}],
    }


async def test_the_tax_system_gets_the_end_date_plus_five_working_days(desk: Desk) -> None:
    await answered(desk, notice())
    assert [one["tot_en_met"] for one in await desk.uitstel_of("D1")] == ["2027-05-28"]


async def test_a_dossier_at_a_bailiff_and_a_letter_in_the_post_are_named_as_not_stopped(desk: Desk) -> None:
    answer = await answered(desk, notice(SMIT, "1991-01-02"))
    assert await desk.paused() == {"D6"}
    found = {(one.measure, one.reason, one.handler and one.handler.name) for one in answer.measures_not_stopped}
    assert found == {
        (Measure.HANDOVER, NotStoppedReason.AT_BAILIFF, "Deurwaarders Kennemerland"),
        (Measure.WARRANT, NotStoppedReason.ALREADY_SENT, None),
    }
    assert answer.claims is not None
    assert [claim.invoice_number for claim in answer.claims] == ["D6"]


async def test_an_exempt_dossier_is_named_as_not_stopped(desk: Desk) -> None:
    await desk.manage("vullen", {"dossiers": [_dossier("D7", "S3", uitgezonderd=True)]})
    answer = await answered(desk, notice(JANSEN, "1990-05-17"))
    assert [one.reason for one in answer.measures_not_stopped] == [NotStoppedReason.EXCLUDED]
    assert await desk.paused() == set()


async def test_a_taxpayer_without_open_dossiers_is_answered_with_empty_lists_not_as_unknown(desk: Desk) -> None:
    answer = await answered(desk, notice(JANSEN, "1990-05-17"))
    assert (answer.measures_stopped, answer.measures_not_stopped, answer.claims) == ((), (), ())
    assert answer.creditor_customer_number == "S3"


async def test_somebody_the_office_does_not_know_is_answered_so(desk: Desk) -> None:
    replies = await desk.answers_to(notice(NOBODY, "1990-01-01"), new_pseudonym())
    assert replies == [NoCooperation(reason=NoCooperationReason.CUSTOMER_UNKNOWN)]


async def test_another_birth_date_is_a_refusal_and_pauses_nothing(desk: Desk) -> None:
    replies = await desk.answers_to(notice(VRIES, "1979-11-29"), new_pseudonym())
    assert replies == [NoCooperation(reason=NoCooperationReason.DETAILS_DO_NOT_MATCH)]
    assert await desk.paused() == set()


@pytest.mark.parametrize("birth_date", ["1985-00-00", "1985-07-00", "1985-07-09"])
async def test_an_incomplete_birth_date_is_compared_as_far_as_it_is_known(desk: Desk, birth_date: str) -> None:
    await answered(desk, notice(BAKKER, birth_date))
    assert await desk.paused() == {"D3"}


async def test_a_name_without_its_diacritics_is_the_same_name(desk: Desk) -> None:
    replies = await desk.answers_to(notice(BAKKER, "1985-00-00"), new_pseudonym())
    assert [type(reply) for reply in replies] == [NoticeAnswer]


async def test_another_name_alone_is_a_remark_and_never_a_refusal(desk: Desk) -> None:
    replies = await desk.answers_to(notice(geslachtsnaam="Groot"), new_pseudonym())
    assert [type(reply) for reply in replies] == [NoticeAnswer, StatusReport]
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_a_claim_of_another_municipality_is_not_this_offices(desk: Desk) -> None:
    replies = await desk.answers_to(notice(gemeentecode="0392"), new_pseudonym())
    assert [reply.to_wire()["reden"] for reply in replies] == ["buiten-convenant"]


async def test_only_the_named_claims_are_paused_where_the_office_wants_it_so(tmp_path: Path) -> None:
    async with opened(tmp_path, scope="genoemde") as desk:
        talk = new_pseudonym()
        await answered(desk, notice(vorderingen=[{"factuurnummer": "D1"}]), conversation=talk)
        assert await desk.paused() == {"D1"}
        await answered(desk, notice(vorderingen=[{"factuurnummer": "D2"}]), conversation=talk)
        assert await desk.paused() == {"D2"}


async def test_a_repeated_notice_replaces_the_end_date_and_takes_new_dossiers_along(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    await desk.manage("vullen", {"dossiers": [_dossier("D8", "S1")]})
    answer = await answered(desk, notice(einddatum="2027-02-26"), conversation=talk)
    assert answer.end_date == date(2027, 2, 26)
    assert await desk.paused() == {"D1", "D2", "D3", "D8"}
    assert [one["tot_en_met"] for one in await desk.uitstel_of("D1")] == ["2027-03-05"]
    assert len(await desk.uitstel_of("D8")) == 1


async def test_another_person_in_the_same_conversation_is_refused_and_the_pause_stands(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    replies = await desk.answers_to(notice(SMIT, "1991-01-02"), talk)
    assert [reply.to_wire()["reden"] for reply in replies] == ["gegevens-komen-niet-overeen"]
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_another_sender_cannot_touch_a_pause(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    assert await desk.answers_to(ending(date(2026, 12, 1)), talk, sender="00000099000000009999") == []
    assert desk.states(talk) == [Taken.DONE, Taken.FAILED]
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_the_offices_maximum_shortens_the_pause_and_the_answer_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, max_pause_months=3) as desk:
        answer = await answered(desk, notice())
        assert answer.end_date == date(2027, 2, 23)


async def test_an_extension_moves_the_end_in_the_tax_system(desk: Desk) -> None:
    answer = await answered(desk, notice(), extension(date(2027, 7, 16)))
    assert answer.end_date == date(2027, 7, 16)
    assert [one["tot_en_met"] for one in await desk.uitstel_of("D2")] == ["2027-07-23"]


async def test_an_extension_where_no_pause_runs_is_answered_with_a_report(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.answers_to(notice(NOBODY, "1990-01-01"), talk)
    replies = await desk.answers_to(extension(date(2027, 7, 16)), talk)
    assert [reply.status for reply in replies if isinstance(reply, StatusReport)] == [Status.OTHER]


@pytest.mark.parametrize(
    ("end_class", "reason"), [("in-regeling", "SCHULDREGELING"), ("wettelijke-bescherming", "WETTELIJKE_BESCHERMING")]
)
async def test_an_arrangement_or_legal_protection_keeps_the_uitstel_without_an_end(
    desk: Desk, end_class: str, reason: str
) -> None:
    answer = await answered(desk, notice(), ending(date(2026, 12, 4), end_class))
    assert answer.end_date == date(2026, 12, 4)
    await desk.at(NOW.replace(year=2028))
    assert await desk.paused() == {"D1", "D2", "D3"}
    assert {(one["tot_en_met"], one["reden"]) for one in await desk.uitstel_of("D1")} == {(None, reason)}


async def test_a_death_leaves_the_pause_to_a_person(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), ending(date(2026, 12, 4), "overleden"), conversation=talk)
    await desk.at(NOW.replace(year=2028))
    assert await desk.paused() == {"D1", "D2", "D3"}
    with desk.ledger.begin() as tx:
        assert [one.conversation for one in store.to_decide(tx)] == [talk]
        desk.office.pauses.decide(tx, talk, Decision(resume=True, by="m-7", reason="proef"), desk.clock.now())
    await desk.at(NOW.replace(year=2028, month=12, day=11))
    assert await desk.paused() == set()


async def test_registered_by_mistake_removes_pause_and_mark_and_charges_nothing(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    await desk.at(NOW.replace(month=12, day=14))
    before = await desk.books()
    assert before["aantekeningen"] == ["S1"]
    replies = await desk.answers_to(ending(date(2026, 12, 14), "ten-onrechte-gemeld"), talk)
    assert [reply.to_wire()["maatregelenGestopt"] for reply in replies] == [[]]
    books = await desk.books()
    assert books["aantekeningen"] == []
    assert await desk.paused() == set()
    assert {one["einde"] for one in books["uitstellen"]} == {"VERWIJDERD"}
    assert [one["rente_cent"] for one in books["dossiers"]] == [0] * 5
    assert [one["kosten_cent"] for one in books["dossiers"]] == [one["kosten_cent"] for one in before["dossiers"]]


async def test_registered_by_mistake_leaves_nothing_of_the_person_in_the_ledger(desk: Desk, tmp_path: Path) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    await desk.answers_to(ending(date(2026, 12, 14), "ten-onrechte-gemeld"), talk)
    with desk.ledger.begin() as tx:
        assert {row.data for row in tx.execute(INBOX.select())} == {None}
        pause = store.pause(tx, talk)
    assert pause is not None
    assert (pause.taxpayer, pause.state) == (None, store.PauseState.REMOVED)


async def test_a_joint_dossier_stays_paused_when_one_partner_was_registered_by_mistake(desk: Desk) -> None:
    first, second = new_pseudonym(), new_pseudonym()
    await answered(desk, notice(), conversation=first)
    await answered(desk, notice(BAKKER, "1985-00-00"), conversation=second)
    await desk.answers_to(ending(date(2026, 12, 14), "ten-onrechte-gemeld"), first)
    assert await desk.paused() == {"D3"}
    await desk.answers_to(ending(date(2026, 12, 14), "ten-onrechte-gemeld"), second)
    assert await desk.paused() == set()


async def test_uitstel_is_placed_once_for_a_couple_with_one_assessment(desk: Desk) -> None:
    await answered(desk, notice())
    answer = await answered(desk, notice(BAKKER, "1985-00-00", einddatum="2027-06-30"))
    assert [one["tot_en_met"] for one in await desk.uitstel_of("D3")] == ["2027-07-07"]
    assert answer.claims is not None
    assert [claim.invoice_number for claim in answer.claims] == ["D3"]
    assert Measure.WARRANT in answer.measures_stopped


async def test_an_end_without_a_pause_is_answered_with_empty_lists(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.answers_to(notice(NOBODY, "1990-01-01"), talk)
    answer = await answered(desk, ending(date(2026, 12, 14), "ten-onrechte-gemeld"), conversation=talk)
    assert (answer.measures_stopped, answer.measures_not_stopped) == ((), ())


@pytest.mark.parametrize(
    "fault", ["fout-500", "fout-in-200", "te-druk", "verkeerd-antwoord", "onzin", "stil-na-verwerking"]
)
@pytest.mark.parametrize("path", ["/v1/belastingplichtigen", "/v1/dossiers", "/v1/uitstel"])
async def test_whatever_the_tax_system_does_the_uitstel_is_placed_once(tmp_path: Path, fault: str, path: str) -> None:
    async with opened(tmp_path, deadline_s=0.05) as desk:
        await desk.manage("storing", {"soort": fault, "aantal": 2, "pad": path, "duurS": 0.5, "retryAfterS": 1})
        message_id = desk.arrives(notice(), talk := new_pseudonym())
        await desk.work()
        assert desk.states(talk) == [Taken.DONE]
        assert [type(message) for message in desk.messages] == [NoticeAnswer]
        assert await desk.effects(message_id) == {message_id: 1}
        assert [len(await desk.uitstel_of(number)) for number in ("D1", "D2", "D3")] == [1, 1, 1]


async def test_a_refusal_of_the_tax_system_is_left_to_a_person(desk: Desk) -> None:
    await desk.manage("vullen", {"dossiers": [_dossier(f"E{number:03}", "S3") for number in range(201)]})
    talk = new_pseudonym()
    assert await desk.answers_to(notice(JANSEN, "1990-05-17"), talk) == []
    assert desk.states(talk) == [Taken.READY]  # an answer that is too long may be mended; it is tried again


async def test_uitstel_that_somebody_at_the_office_ended_is_placed_again_by_an_extension(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    gone = (await desk.uitstel_of("D1"))[0]["uitstelnummer"]
    await desk.http.post(
        "/v1/uitstel/beeindigen", json={"uitstelnummers": [gone]}, headers={"idempotency-key": "balie"}
    )
    assert await desk.paused() == {"D2", "D3"}
    await answered(desk, extension(date(2027, 7, 16)), conversation=talk)
    assert await desk.paused() == {"D1", "D2", "D3"}


async def test_a_status_report_is_taken_note_of(desk: Desk) -> None:
    talk = new_pseudonym()
    await answered(desk, notice(), conversation=talk)
    assert await desk.answers_to(StatusReport(status=Status.CONTACT_CHANGED), talk) == []
    assert desk.states(talk) == [Taken.DONE, Taken.DONE]


def _dossier(number: str, party: str, **more: object) -> dict[str, object]:
    known = {"dossiernummer": number, "belanghebbenden": [party], "gemeentecode": "0397", "bedragCent": 5000}
    return known | {"stapdatum": "2026-11-01"} | more
