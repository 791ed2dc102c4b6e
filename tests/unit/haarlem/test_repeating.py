"""What is said again, and what is not."""

from __future__ import annotations

import pytest

from adapters.haarlem import endings, extending, repeating, splitting
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import EndRequest, ExtendRequest, SplitRequest
from tests.unit.haarlem.desk import BAKKER, CRED, TAX, VISH, Desk, case, person


def repeat(desk: Desk, number: str, soort: str) -> None:
    """Says again what one party was told."""
    party = desk.party(number, soort)["id"]
    with desk.ledger.begin() as tx:
        repeating.repeat(desk.helper, tx, number, party)


def end(desk: Desk, number: str, reason: str = "zelf") -> None:
    """Ends a case."""
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": reason}))


def test_an_end_that_the_road_refused_can_be_said_again(desk: Desk) -> None:
    number = desk.register()
    desk.confirm_everything()
    end(desk, number)
    first = desk.letters(TAX)[-1]
    desk.outcome(first, "refused", code="no_agreement")
    assert desk.calls(number) == ["niet-bezorgd"]
    repeat(desk, number, "belastingkantoor")
    assert desk.letters(TAX)[-1].data == first.data
    assert desk.calls(number) == []


def test_a_withdrawal_that_expired_is_made_anew_with_its_number(desk: Desk) -> None:
    number = desk.register()
    desk.confirm_everything()
    end(desk, number)
    desk.outcome(desk.letters(VISH)[-1], "expired")
    again = desk.letters(VISH)[-1]
    assert (again.name, len(desk.letters(VISH))) == ("schuldenrust-afmelding", 3)
    assert "registratienummer" in again.data


def test_an_extension_that_expired_is_made_anew(desk: Desk) -> None:
    number = desk.register(case(einddatum="2027-01-29"))
    desk.confirm_everything()
    with desk.ledger.begin() as tx:
        longer = ExtendRequest.from_wire({"reden": "Plan duurt langer", "einddatum": "2027-03-01"})
        extending.extend(desk.helper, tx, number, longer)
    first = desk.letters(TAX)[-1]
    desk.outcome(first, "expired")
    again = desk.letters(TAX)[-1]
    assert (again.id != first.id, again.data) == (True, first.data)


def test_a_letter_that_a_later_one_replaced_is_not_made_anew(desk: Desk) -> None:
    number = desk.register(case(einddatum="2027-01-29"))
    desk.confirm_everything()
    with desk.ledger.begin() as tx:
        longer = ExtendRequest.from_wire({"reden": "Plan duurt langer", "einddatum": "2027-03-01"})
        extending.extend(desk.helper, tx, number, longer)
    extension = desk.letters(TAX)[-1]
    end(desk, number)
    count = len(desk.letters())
    desk.outcome(extension, "expired")
    assert len(desk.letters()) == count


def test_a_party_that_joined_the_hub_is_told_instead_of_called(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[{"naam": "A"}]))
    with pytest.raises(ActRefusedError) as refused:
        repeat(desk, number, "schuldeiser")
    assert refused.value.refusal is Refusal.NOTHING_TO_DO
    assert desk.calls(number) == ["niet-aangesloten"]


def test_the_news_of_a_letter_that_is_not_ours_changes_nothing(desk: Desk) -> None:
    number = desk.register()
    before = desk.events(number)
    letter = desk.letters(TAX)[0]
    object.__setattr__(letter, "conversation", "0f0e0d0c-0b0a-4908-8706-050403020100")
    desk.outcome(letter)
    assert desk.events(number) == before


def test_a_split_closes_a_refused_pause_and_calls_where_no_letter_could_go(desk: Desk) -> None:
    creditors = [{"naam": "A", "oin": CRED}, {"naam": "Kapper"}]
    number = desk.register(case(person(), person(BAKKER), schuldeisers=creditors))
    refused = next(letter for letter in desk.letters(CRED) if letter.data["bsn"] == BAKKER)
    desk.answer(refused, "geen-medewerking", reden="klant-onbekend")
    second = desk.look(number)["personen"][1]["id"]
    with desk.ledger.begin() as tx:
        new = splitting.split(desk.helper, tx, number, second, SplitRequest.from_wire({"klantnummerShv": "N"}))
    assert desk.calls(new) == ["niet-aangesloten"]
    desk.confirm(desk.letters(CRED)[-1])
    assert "pauze-beeindiging" not in [letter.name for letter in desk.letters(CRED)]
