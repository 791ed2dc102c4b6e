"""What parties answer and what becomes of letters, as the books show it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.haarlem import endings, extending, repeating
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.refusals import ActRefusedError
from adapters.haarlem.requests import EndRequest, ExtendRequest
from hub.clock import new_pseudonym
from hub.errors import Code, RefusedError
from schemas.codes import NoCooperationReason, Status
from schemas.messages import NoCooperation, StatusReport
from tests.unit.haarlem.desk import CRED, TAX, TAX_HAARLEM, VISH, Desk, case, person

BAILIFF = {"soort": "deurwaarder", "naam": "Kantoor Duinrand", "kenmerk": "D-1", "telefoon": "023-0000001"}


def test_what_was_not_stopped_is_danger_and_names_whom_to_call(desk: Desk) -> None:
    number = desk.register()
    going_on = [{"maatregel": "dwangbevel", "reden": "bij-deurwaarder", "behandelaar": BAILIFF}]
    desk.confirm(desk.letters(TAX)[0], maatregelenNietGestopt=going_on)
    view = desk.look(number)["personen"][0]
    assert view["rust"] == "in-gevaar"
    (call,) = view["bellen"]
    assert (call["naam"], call["telefoon"], call["kenmerk"]) == ("Kantoor Duinrand", "023-0000001", "D-1")
    assert desk.calls(number) == ["deels-gestopt"]
    desk.confirm(desk.letters(TAX)[0])
    assert desk.calls(number) == []
    assert desk.party(number, "belastingkantoor")["stand"] == "actief"


def test_silence_past_the_term_is_danger_once(desk: Desk) -> None:
    number = desk.register()
    for letter in desk.letters():
        desk.outcome(letter)
    desk.days_pass(2)
    assert desk.rust(number) == "nog-niet"
    desk.days_pass(1)
    desk.office.tick()
    assert desk.rust(number) == "in-gevaar"
    assert desk.calls(number) == ["termijn-verstreken"] * 2
    states = [state for kind, state in desk.events(number) if kind == "stand-gewijzigd"]
    assert states.count("onbevestigd") == states.count("onbekend") == 1


def test_a_letter_without_a_receipt_is_danger_after_five_working_days(desk: Desk) -> None:
    number = desk.register()
    desk.days_pass(7)
    assert desk.rust(number) == "nog-niet"
    desk.days_pass(1)
    assert desk.rust(number) == "in-gevaar"
    assert desk.calls(number) == ["geen-ontvangst"] * 2


def test_a_letter_that_expired_is_made_anew_and_stays_somebodys_care(desk: Desk) -> None:
    number = desk.register()
    first = desk.letters(TAX)[0]
    desk.outcome(first, "expired")
    second = desk.letters(TAX)[-1]
    assert second.id != first.id
    assert (second.conversation, second.data) == (first.conversation, first.data)
    assert desk.party(number, "belastingkantoor")["stand"] == "verzonden"
    desk.outcome(first, "delivered")
    assert len(desk.letters(TAX)) == 2


def test_an_end_that_expired_is_made_anew_with_a_day_that_parties_can_work_with(desk: Desk) -> None:
    number = desk.register()
    desk.confirm_everything()
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": "zelf"}))
    end = desk.letters(TAX)[-1]
    desk.clock.move(timedelta(days=15))
    desk.outcome(end, "expired")
    again = desk.letters(TAX)[-1]
    assert (again.name, again.data["klasse"]) == ("pauze-beeindiging", "beeindigd")
    assert again.data["einddatum"] == "2026-12-15"
    assert end.data["einddatum"] == "2026-11-30"


def test_an_end_after_an_opening_that_nobody_took_has_nothing_to_end(desk: Desk) -> None:
    number = desk.register()
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": "zelf"}))
    desk.outcome(desk.letters(TAX)[0], "refused", code="schema_invalid")
    assert desk.party(number, "belastingkantoor")["stand"] == "aflopend"
    notice, end = desk.letters(VISH)
    desk.outcome(notice, "expired")
    desk.outcome(end, "expired")
    assert [len(desk.letters(to)) for to in (TAX, VISH)] == [2, 2]
    assert desk.rust(number) == "beeindigd"
    assert desk.calls(number) == []


def test_an_opening_that_expired_under_an_extension_is_said_with_the_new_day(desk: Desk) -> None:
    number = desk.register(case(einddatum="2027-01-29"))
    with desk.ledger.begin() as tx:
        extending.extend(
            desk.helper, tx, number, ExtendRequest.from_wire({"reden": "langer", "einddatum": "2027-03-01"})
        )
    desk.outcome(desk.letters(TAX)[0], "expired")
    assert desk.letters(TAX)[-1].data["einddatum"] == "2027-03-01"
    assert desk.letters(TAX)[-1].name == "kennisgeving-publiek"


def test_what_the_road_refuses_is_somebodys_care_and_can_be_said_again(desk: Desk) -> None:
    number = desk.register()
    desk.outcome(desk.letters(TAX)[0], "refused", code="no_agreement")
    assert desk.party(number, "belastingkantoor")["stand"] == "onbezorgbaar"
    assert desk.calls(number) == ["niet-bezorgd"]
    party = desk.party(number, "belastingkantoor")["id"]
    with desk.ledger.begin() as tx:
        repeating.repeat(desk.helper, tx, number, party)
    desk.confirm(desk.letters(TAX)[-1])
    assert desk.calls(number) == []
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError):
        repeating.repeat(desk.helper, tx, number, party)


def test_a_resumed_measure_is_danger_and_other_reports_are_only_told(desk: Desk) -> None:
    number = desk.register()
    desk.confirm_everything()
    letter = desk.letters(TAX)[0]
    desk.hand_over(desk.received(StatusReport(status=Status.IN_PROGRESS), letter))
    assert desk.rust(number) == "volledig"
    assert ("statusbericht", "in-behandeling") in desk.events(number)
    desk.hand_over(desk.received(StatusReport(status=Status.MEASURE_RESUMED), letter))
    assert desk.rust(number) == "in-gevaar"
    assert desk.calls(number) == ["hervat"]


def test_the_same_answer_twice_changes_nothing_more(desk: Desk) -> None:
    number = desk.register()
    letter = desk.letters(TAX)[0]
    desk.outcome(letter)
    refusal = NoCooperation(reason=NoCooperationReason.CUSTOMER_UNKNOWN)
    received = desk.received(refusal, letter)
    desk.hand_over(received)
    before = (desk.events(number), desk.look(number))
    desk.hand_over(received)
    assert (desk.events(number), desk.look(number)) == before


def test_an_answer_in_somebody_elses_conversation_is_an_operators_item(desk: Desk) -> None:
    desk.register()
    letter = desk.letters(TAX)[0]
    refusal = NoCooperation(reason=NoCooperationReason.CUSTOMER_UNKNOWN)
    with pytest.raises(RefusedError) as stranger:
        asyncio.run(desk.office.refusal(desk.received(refusal, letter, sender=TAX_HAARLEM)))
    assert stranger.value.code is Code.IDENTITY_MISMATCH
    unknown = desk.received(refusal, letter)
    object.__setattr__(unknown, "conversation", new_pseudonym())
    with pytest.raises(RefusedError) as nowhere:
        asyncio.run(desk.office.refusal(unknown))
    assert nowhere.value.code is Code.NOT_FOUND


def test_vish_striking_somebody_off_unasked_is_an_alarm(desk: Desk) -> None:
    number = desk.register()
    desk.confirm_everything()
    desk.answer(desk.letters(VISH)[0], "schuldenrust-registratie", resultaat="beeindigd")
    assert desk.rust(number) == "in-gevaar"
    assert desk.calls(number) == ["vish-vervallen"]
    party = desk.party(number, "vish")["id"]
    with desk.ledger.begin() as tx:
        repeating.repeat(desk.helper, tx, number, party)
    desk.registered(desk.letters(VISH)[-1], "V-9")
    assert desk.rust(number) == "volledig"


def test_under_a_covenant_a_pause_counts_from_delivery_and_silence_still_alarms(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rules={"covenant": ["proef"]})
    number = desk.register(case(schuldeisers=[{"naam": "A", "oin": CRED}]))
    desk.outcome(desk.letters(CRED)[0])
    desk.days_pass(20)
    assert desk.party(number, "schuldeiser")["stand"] == "actief-onbevestigd"
    assert desk.rust(number) == "in-gevaar"


# — what runs already ———————————————————————————————————————————————————————————————————————————————————————————————

RUNNING = {
    "vish": [{"registratienummer": "V-77"}],
    "pauzes": [{"gemeentecode": "0397", "ingangsdatum": "2026-10-01", "einddatum": "2027-03-31"}],
}


def test_what_runs_already_comes_into_the_books_and_nothing_is_sent(desk: Desk) -> None:
    number = desk.register(case(ingangsdatum="2026-10-01", bestaand=RUNNING))
    assert desk.letters() == []
    assert desk.rust(number) == "volledig"
    assert desk.party(number, "vish")["registratienummer"] == "V-77"
    assert desk.party(number, "belastingkantoor")["einddatum"] == "2027-03-31"


def test_an_adopted_pause_is_made_known_before_it_is_ended(desk: Desk) -> None:
    number = desk.register(case(ingangsdatum="2026-10-01", bestaand=RUNNING))
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": "zelf"}))
    notice, end = desk.letters(TAX)
    assert (notice.name, notice.data["ingangsdatum"], notice.data["einddatum"]) == (
        "kennisgeving-publiek",
        "2026-10-01",
        "2027-03-31",
    )
    assert end.name == "pauze-beeindiging"


def test_an_adopted_registration_is_withdrawn_as_soon_as_vish_knows_our_conversation(desk: Desk) -> None:
    number = desk.register(case(bestaand=RUNNING))
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": "zelf"}))
    assert [letter.name for letter in desk.letters(VISH)] == ["schuldenrust-aanmelding"]
    desk.registered(desk.letters(VISH)[0], "V-78")
    end = desk.letters(VISH)[-1]
    assert (end.name, end.data["registratienummer"]) == ("schuldenrust-afmelding", "V-78")
    desk.registered(desk.letters(VISH)[0], "V-78")
    assert len(desk.letters(VISH)) == 2


@pytest.mark.parametrize(
    "running",
    [
        {"vish": [{"registratienummer": "V", "persoon": 2}]},
        {"pauzes": [{"ingangsdatum": "2026-10-01", "einddatum": "2027-01-01"}]},
        {"pauzes": [{"gemeentecode": "0473", "ingangsdatum": "2026-10-01", "einddatum": "2027-01-01"}]},
    ],
)
def test_what_cannot_be_running_is_refused_and_nothing_is_kept(desk: Desk, running: dict[str, object]) -> None:
    with pytest.raises(ActRefusedError):
        desk.register(case(bestaand=running))
    assert desk.register(case(person()))


def test_the_look_at_the_clock_runs_until_it_is_stopped(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(sweep_s=0.01)
    desk.register()
    desk.clock.move(timedelta(days=8))

    async def watch() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(desk.office.run_tasks(stop))
        async with asyncio.timeout(10):
            while "geen-ontvangst" not in await asyncio.to_thread(_reasons, desk):
                pass
        stop.set()
        await task

    asyncio.run(watch())


def _reasons(desk: Desk) -> list[str]:
    with desk.ledger.begin() as tx:
        return [item.reason for item in agenda.calls(tx, only_open=True)]
