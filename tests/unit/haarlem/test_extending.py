"""How rest is made to last longer, and an end is taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.haarlem import endings, extending
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import EndPartyRequest, EndRequest, ExtendRequest
from tests.unit.haarlem.desk import CRED, TAX, TODAY, VISH, Desk, case


def extend(desk: Desk, number: str, **request: object) -> None:
    """Extends a case."""
    with desk.ledger.begin() as tx:
        extending.extend(desk.helper, tx, number, ExtendRequest.from_wire({"reden": "Plan duurt langer"} | request))


def end(desk: Desk, number: str, reason: str = "zelf") -> None:
    """Ends a case."""
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": reason}))


@pytest.fixture
def short(desk: Desk) -> str:
    """A case that was asked until the end of January, confirmed by everybody."""
    number = desk.register(case(einddatum="2027-01-29", schuldeisers=[{"naam": "A", "oin": CRED}]))
    desk.confirm_everything()
    return number


def test_every_party_is_asked_for_longer(desk: Desk, short: str) -> None:
    extend(desk, short, einddatum="2027-03-01")
    for to in (TAX, CRED):
        assert desk.letters(to)[-1].data == {"einddatum": "2027-03-01", "reden": "Plan duurt langer"}
    assert [letter.name for letter in desk.letters(VISH)] == ["schuldenrust-aanmelding"]
    desk.confirm(desk.letters(TAX)[-1])
    assert desk.party(short, "belastingkantoor")["stand"] == "verlengd"
    assert desk.party(short, "belastingkantoor")["einddatum"] == "2027-03-01"


def test_until_it_is_confirmed_the_earlier_end_counts(desk: Desk, short: str) -> None:
    extend(desk, short, einddatum="2027-03-01")
    assert desk.look(short)["personen"][0]["eersteEinddatum"] == "2027-01-29"


def test_an_end_date_left_out_is_the_maximum(desk: Desk, short: str) -> None:
    extend(desk, short)
    assert desk.letters(TAX)[-1].data["einddatum"] == "2027-07-23"
    with pytest.raises(ActRefusedError) as refused:
        extend(desk, short)
    assert (refused.value.refusal, refused.value.end) == (Refusal.AT_MAXIMUM, date(2027, 7, 23))
    with pytest.raises(ActRefusedError) as refused:
        extend(desk, short, einddatum="2028-01-01")
    assert refused.value.refusal is Refusal.AT_MAXIMUM


def test_one_party_can_be_asked_alone(desk: Desk, short: str) -> None:
    extend(desk, short, partijId=desk.party(short, "schuldeiser")["id"])
    assert [letter.name for letter in desk.letters(TAX)] == ["kennisgeving-publiek"]
    assert desk.letters(CRED)[-1].data["einddatum"] == "2027-07-23"


def test_an_earlier_day_is_no_extension(desk: Desk, short: str) -> None:
    with pytest.raises(ActRefusedError) as refused:
        extend(desk, short, einddatum="2027-01-15")
    assert [(one.pointer, one.code) for one in refused.value.fields] == [("/einddatum", "niet-later")]
    with pytest.raises(ActRefusedError) as refused:
        extend(desk, short, einddatum="2026-11-01")
    assert refused.value.fields[0].code == "in-het-verleden"


def test_an_end_is_taken_back_while_its_day_is_ahead_and_vish_hears_of_it_again(desk: Desk, short: str) -> None:
    end(desk, short)
    extend(desk, short, einddatum="2027-03-01")
    assert desk.look(short)["stand"] == "open"
    assert [letter.name for letter in desk.letters(VISH)][-2:] == ["schuldenrust-afmelding", "schuldenrust-aanmelding"]
    desk.registered(desk.letters(VISH)[-1], "V-2")
    for to in (TAX, CRED):
        desk.confirm(desk.letters(to)[-1])
    assert desk.rust(short) == "volledig"
    assert desk.party(short, "vish")["registratienummer"] == "V-2"


def test_what_was_ended_with_one_party_on_purpose_stays_so_unless_it_is_named(desk: Desk, short: str) -> None:
    creditor = desk.party(short, "schuldeiser")["id"]
    with desk.ledger.begin() as tx:
        endings.end_party(desk.helper, tx, short, creditor, EndPartyRequest.from_wire({"reden": "zelf"}))
    extend(desk, short, einddatum="2027-03-01")
    assert desk.letters(CRED)[-1].name == "pauze-beeindiging"
    extend(desk, short, einddatum="2027-03-01", partijId=creditor)
    assert desk.letters(CRED)[-1].name == "pauze-verlenging"


def test_an_end_whose_day_has_passed_cannot_be_taken_back(desk: Desk, short: str) -> None:
    end(desk, short)
    desk.days_pass(20)
    with pytest.raises(ActRefusedError) as refused:
        extend(desk, short, einddatum="2027-03-01")
    assert refused.value.refusal is Refusal.NOTHING_TO_DO


def test_what_was_a_mistake_cannot_be_taken_back(desk: Desk, short: str) -> None:
    end(desk, short, "ten-onrechte-gemeld")
    with pytest.raises(ActRefusedError):
        extend(desk, short, einddatum="2027-03-01")


def test_a_warning_goes_fourteen_and_three_working_days_ahead_once_each(desk: Desk, short: str) -> None:
    desk.days_pass((desk.clock.now().date().replace(year=2027, month=1, day=8) - TODAY).days)
    assert desk.calls(short) == []
    desk.days_pass(3)
    assert desk.calls(short) == ["einddatum-nadert"] * 2
    assert desk.rust(short) == "volledig"
    desk.days_pass(4)
    assert desk.rust(short) == "in-gevaar"
    desk.days_pass(11)
    assert desk.calls(short) == ["einddatum-nadert"] * 4
    extend(desk, short)
    for to in (TAX, CRED):
        desk.confirm(desk.letters(to)[-1])
    assert desk.calls(short) == []
    assert desk.rust(short) == "volledig"


def test_a_pause_that_ran_out_is_asked_for_anew(desk: Desk, short: str) -> None:
    desk.clock.move(timedelta(days=70))
    desk.office.tick()
    assert desk.rust(short) == "in-gevaar"
    assert desk.party(short, "belastingkantoor")["stand"] == "verlopen"
    extend(desk, short, einddatum="2027-06-01")
    assert desk.letters(TAX)[-1].name == "kennisgeving-publiek"
    assert desk.letters(TAX)[-1].data["einddatum"] == "2027-06-01"
