"""What must happen by when follows from the letters: in working days, from the day on which it was read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bewindvoerder.records import Letter, Model
from adapters.bewindvoerder.referrals import may_follow
from adapters.bewindvoerder.settings import Terms
from adapters.bewindvoerder.terms import Rules, Term, months_later, open_terms
from schemas.codes import ReferralStatus
from schemas.messages import (
    AdministrationAdvice,
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
    Notice,
    PauseEnd,
    Referral,
    ReferralStatusReport,
)

#: A Thursday before Christmas: both Christmas days and New Year's Day are no working days.
THURSDAY = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
RULES = Rules(Terms(), lambda _type, _sender, _at: None)


def letter(model: Model, number: int, at: datetime = THURSDAY, **more: object) -> Letter:
    """A letter of one conversation, ours when it is one that an office sends."""
    ours = model in {AdministrationStart, AdministrationDossier, AdministrationEnd, ReferralStatusReport}
    given = {"id": str(number), "case": "zaak", "conversation": "gesprek", "counterpart": "haarlem", "ours": ours,
             "type": model.message_type.type, "data": {"urgent": False}, "at": at, "number": number}  # fmt: skip
    return Letter(**(given | more))  # type: ignore[arg-type] # the members of a letter


def due(terms: list[Term]) -> list[tuple[str, str, bool]]:
    """(what, last day, ours) of each."""
    return [(one.what, one.due.date().isoformat(), one.ours) for one in terms]


def test_a_letter_that_nobody_opened_is_to_be_read_within_two_working_days() -> None:
    assert due(open_terms([letter(Notice, 1)], RULES)) == [("lezen: kennisgeving", "2026-12-29", True)]


@pytest.mark.parametrize(
    ("model", "last"), [(Notice, "2027-01-11"), (PauseEnd, "2026-12-29"), (Referral, "2026-12-30")]
)
def test_an_answer_is_due_so_many_working_days_after_the_first_opening(model: Model, last: str) -> None:
    assert [one[1] for one in due(open_terms([letter(model, 1, opened=THURSDAY)], RULES))] == [last]


def test_the_agreement_goes_before_our_own_terms() -> None:
    agreed = Rules(Terms(), lambda _type, _sender, _at: 1)
    assert due(open_terms([letter(Notice, 1, opened=THURSDAY)], agreed))[0][1] == "2026-12-28"


def test_what_is_answered_has_no_term() -> None:
    assert open_terms([letter(Notice, 1, opened=THURSDAY, answered=THURSDAY)], RULES) == []


@pytest.mark.parametrize(("urgent", "last"), [(False, "2027-01-21"), (True, "2026-12-30")])
def test_who_was_taken_on_is_spoken_to_within_four_weeks_or_three_working_days(urgent: bool, last: str) -> None:  # noqa: FBT001
    asked = letter(Referral, 1, opened=THURSDAY, answered=THURSDAY, data={"urgent": urgent})
    said = letter(ReferralStatusReport, 2, data={"status": "aangenomen"})
    assert due(open_terms([said, asked], RULES)) == [("eerste gesprek", last, True)]


def test_a_referral_that_its_sender_withdrew_needs_no_answer() -> None:
    asked = letter(Referral, 1, opened=THURSDAY)
    withdrawn = letter(ReferralStatusReport, 2, ours=False, opened=THURSDAY, data={"status": "ingetrokken"})
    assert open_terms([withdrawn, asked], RULES) == []


def test_help_that_runs_is_heard_of_every_thirty_days_and_help_that_ended_is_not() -> None:
    asked = letter(Referral, 1, opened=THURSDAY, answered=THURSDAY)
    running = letter(ReferralStatusReport, 2, data={"status": "gestart"})
    ended = letter(ReferralStatusReport, 3, data={"status": "afgerond"})
    assert due(open_terms([running, asked], RULES)) == [("laten weten hoe het gaat", "2027-01-23", True)]
    assert open_terms([ended, running, asked], RULES) == []


def test_a_bewind_asks_a_dossier_in_three_months_and_an_advice_four_weeks_later() -> None:
    start, dossier = letter(AdministrationStart, 1), letter(AdministrationDossier, 2)
    assert due(open_terms([start], RULES)) == [("dossier indienen", "2027-03-24", True)]
    assert due(open_terms([dossier, start], RULES)) == [("advies van de gemeente", "2027-01-21", False)]
    advice = letter(AdministrationAdvice, 3, opened=THURSDAY)
    assert open_terms([advice, dossier, start], RULES) == []
    again = letter(AdministrationDossier, 4)
    assert [one.what for one in open_terms([again, advice, dossier, start], RULES)] == ["advies van de gemeente"]
    assert open_terms([letter(AdministrationEnd, 5), dossier, start], RULES) == []


def test_days_left_are_working_days_and_days_too_late_are_all_days() -> None:
    (term,) = open_terms([letter(Notice, 1, opened=THURSDAY)], RULES)
    assert term.days_left(THURSDAY) == 10
    assert term.days_left(datetime(2027, 1, 11, 12, 0, tzinfo=UTC)) == 0
    assert term.days_left(datetime(2027, 1, 16, 12, 0, tzinfo=UTC)) == -5


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 24))
def test_some_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later.replace(day=28) >= later.replace(day=1)))


def test_every_status_is_said_by_the_office_or_ends_the_referral() -> None:
    for status in ReferralStatus:
        following = may_follow(status)
        assert not following or status in following or status is ReferralStatus.ACCEPTED
    assert may_follow(None) == (ReferralStatus.ACCEPTED, ReferralStatus.REJECTED)
