"""Acts between two looks at the clock: what time has changed in a pause since the last one counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.haarlem import asides, endings, extending, repeating, sweep
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import EndPartyRequest, EndRequest, ExtendRequest
from adapters.haarlem.talk_requests import IncidentRequest, MoratoriumRequest
from tests.unit.haarlem.desk import TAX, TODAY, VISH, Desk, case

END = date(2027, 1, 29)


@pytest.fixture
def short(desk: Desk) -> str:
    """A case that was asked until the end of January, confirmed by everybody."""
    number = desk.register(case(einddatum=END.isoformat()))
    desk.confirm_everything()
    return number


def time_passes(desk: Desk, until: date) -> None:
    """Without a look at the clock."""
    desk.clock.move(until - TODAY)


def names(desk: Desk, to: str) -> list[str]:
    """What a party was told."""
    return [one.name for one in desk.letters(to)]


def test_a_pause_that_ran_out_is_opened_anew_and_not_extended(desk: Desk, short: str) -> None:
    time_passes(desk, END + timedelta(days=3))
    with desk.ledger.begin() as tx:
        asked = {"reden": "Plan duurt langer", "einddatum": "2027-03-01"}
        extending.extend(desk.helper, tx, short, ExtendRequest.from_wire(asked))
    assert names(desk, TAX) == ["kennisgeving-publiek", "kennisgeving-publiek"]
    assert ("stand-gewijzigd", "verlopen") in desk.events(short)


def test_who_has_not_answered_within_the_term_is_asked_once_more(desk: Desk) -> None:
    number = desk.register()
    desk.outcome(desk.letters(TAX)[0])
    party = desk.party(number, "belastingkantoor")["id"]
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError):
        repeating.repeat(desk.helper, tx, number, party)
    time_passes(desk, TODAY + timedelta(days=14))
    with desk.ledger.begin() as tx:
        repeating.repeat(desk.helper, tx, number, party)
    assert names(desk, TAX) == ["kennisgeving-publiek", "kennisgeving-publiek"]


def test_a_pause_that_is_over_hears_of_no_court_and_of_no_incident(desk: Desk, short: str) -> None:
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, short, EndRequest.from_wire({"reden": "zelf"}))
    party = desk.party(short, "belastingkantoor")["id"]
    time_passes(desk, TODAY + timedelta(days=40))
    today = desk.helper.today().isoformat()
    incident = IncidentRequest.from_wire({"maatregel": "beslag", "datum": today})
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError) as refused:
        asides.report(desk.helper, tx, short, party, incident)
    assert refused.value.refusal is Refusal.NOTHING_TO_DO
    assert names(desk, TAX)[-1] == "pauze-beeindiging"


def test_one_party_that_was_ended_is_left_out_of_what_a_court_says(desk: Desk, short: str) -> None:
    party = desk.party(short, "belastingkantoor")["id"]
    with desk.ledger.begin() as tx:
        endings.end_party(desk.helper, tx, short, party, EndPartyRequest.from_wire({"reden": "zelf"}))
    time_passes(desk, TODAY + timedelta(days=40))
    until = {"ingangsdatum": desk.helper.today().isoformat(), "einddatum": "2027-03-01"}
    court = {"soort": "wgs-5", "rechtbank": "Noord-Holland", "kenmerk": "C/15/1"}
    with desk.ledger.begin() as tx:
        asides.protect(desk.helper, tx, short, MoratoriumRequest.from_wire(court | until))
    assert names(desk, VISH)[-1] == "afkoelingsperiode"
    assert "afkoelingsperiode" not in names(desk, TAX)


def test_what_an_act_saw_the_next_look_at_the_clock_does_not_tell_again(desk: Desk, short: str) -> None:
    time_passes(desk, END + timedelta(days=3))
    with desk.ledger.begin() as tx:
        extending.extend(desk.helper, tx, short, ExtendRequest.from_wire({"reden": "Langer"}))
    before = desk.events(short)
    sweep.look(desk.helper)
    assert [one for one in desk.events(short) if one == ("stand-gewijzigd", "verlopen")] == [
        one for one in before if one == ("stand-gewijzigd", "verlopen")
    ]
