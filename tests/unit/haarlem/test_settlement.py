"""A settlement is its facts: whatever order they come in, and however often, it ends where the last sequence says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.haarlem.conversations.position import Actor, Alarm, Position
from adapters.haarlem.conversations.settlement import SettlementState, balances, settlement_position
from adapters.haarlem.conversations.talk import Said, Talk, TalkKind
from adapters.haarlem.facts import Carried
from adapters.haarlem.settings import Settings
from hub.workdays import add_working_days
from schemas.codes import ArrangementKind, DebtKind, EndClass, NoCooperationReason, ProposalDecision, Status
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceAnswer,
    BalanceRequest,
    NoCooperation,
    ProposalAnswer,
    Reconsideration,
    SettlementProposal,
    StatusReport,
)
from schemas.messages.settlement import ClaimBalance, ClaimProposal
from schemas.shapes import Contact
from tests.unit.haarlem.talking import HOUR, News, heard, is_carried, is_heard, is_said, jumbled, said, talk, told
from tests.world import NOW

TODAY = NOW.date()
SETTINGS = Settings(connection_code="HLM-01")
AFTER_THE_TERM = NOW + timedelta(days=(add_working_days(TODAY, 11) - TODAY).days)
REQUEST = BalanceRequest(
    bsn="999000111",
    birth_date="1979-11-30",
    surname="Vries",
    helper_customer_number="SHV-1",
    claims=(),
    contact=Contact(name="Team", email="team@haarlem.example"),
)
PROPOSAL = SettlementProposal(
    arrangement_kind=ArrangementKind.SB,
    calculated_on=TODAY,
    term_months=18,
    claims=(
        ClaimProposal(
            invoice_number="F1",
            current_amount=Decimal("200.00"),
            percentage=Decimal("12.50"),
            forecast_amount=Decimal("25.00"),
        ),
    ),
    valid_until=date(2027, 3, 1),
)
PLEA = Reconsideration(reasoning="Het hoogst haalbare.")
AGREEMENT = ArrangementAgreed(agreed_on=TODAY, arrangement_kind=ArrangementKind.SB)
YES = ProposalAnswer(decision=ProposalDecision.AGREED, date=TODAY)
NO = ProposalAnswer(decision=ProposalDecision.REFUSED, date=TODAY)
FETCHED = StatusReport(status=Status.FETCHED)
UNKNOWN = NoCooperation(reason=NoCooperationReason.CUSTOMER_UNKNOWN)
TRANSFERRED = NoCooperation(reason=NoCooperationReason.CLAIM_TRANSFERRED)


def balance(*, agreed: bool = True, kind: DebtKind = DebtKind.OPEN, impediment: str | None = None) -> BalanceAnswer:
    claim = ClaimBalance(invoice_number="F1", debt_kind=kind, outstanding=Decimal("200.00"), impediment=impediment)
    return BalanceAnswer(customer_unknown=False, agreed_in_advance=agreed, claims=(claim,))


def settlement(*news: News) -> Talk:
    return told(talk(TalkKind.SETTLEMENT, clock=NOW), *news)


def stands(facts: Talk, now: object = NOW) -> Position:
    assert isinstance(now, type(NOW))
    return settlement_position(facts, SETTINGS, now)


def delivered(*saids: Said) -> list[News]:
    return [is_carried(one) for one in saids]


ASKED = said(1, REQUEST)
OFFERED = said(3, PROPOSAL)
PLEADED = said(5, PLEA)


@pytest.mark.parametrize(
    ("answer", "state", "actor"),
    [
        (balance(agreed=False), SettlementState.KNOWN, Actor.HELPER),
        (balance(), SettlementState.PREAGREED, Actor.HELPER),
        (balance(impediment="Bezwaar."), SettlementState.KNOWN, Actor.HELPER),
        (balance(kind=DebtKind.TRANSFERRED), SettlementState.TRANSFERRED, Actor.NOBODY),
        (BalanceAnswer(customer_unknown=True, agreed_in_advance=False), SettlementState.UNKNOWN_CLAIM, Actor.NOBODY),
        (UNKNOWN, SettlementState.UNKNOWN_CLAIM, Actor.NOBODY),
        (TRANSFERRED, SettlementState.TRANSFERRED, Actor.NOBODY),
        (
            NoCooperation(reason=NoCooperationReason.OUTSIDE_COVENANT),
            SettlementState.NO_COOPERATION,
            Actor.HELPER,
        ),
    ],
)
def test_an_answer_to_the_balance_says_what_can_follow(answer: object, state: SettlementState, actor: Actor) -> None:
    assert isinstance(answer, BalanceAnswer | NoCooperation)
    asked = settlement(*delivered(ASKED))
    assert (stands(asked).state, stands(asked).actor) == (SettlementState.REQUESTED, Actor.PARTY)
    found = stands(told(asked, is_heard(heard(2, answer, to=1))))
    assert (found.state, found.actor) == (state, actor)


def test_the_balance_of_a_couple_is_known_when_both_were_answered() -> None:
    hers, his = said(1, REQUEST, person="a"), said(2, REQUEST, person="b")
    facts = settlement(*delivered(hers, his), is_heard(heard(3, balance(), to=1)))
    assert stands(facts).state is SettlementState.REQUESTED
    both = told(facts, is_heard(heard(4, UNKNOWN, to=2)))
    assert stands(both).state is SettlementState.PREAGREED
    assert len(balances(both)) == 1


def test_silence_is_consent_only_of_who_agreed_in_advance_and_reported_no_impediment() -> None:
    def silent(answer: BalanceAnswer) -> Position:
        facts = settlement(*delivered(ASKED), is_heard(heard(2, answer, to=1)), *delivered(OFFERED))
        assert stands(facts).state is SettlementState.PROPOSED
        return stands(facts, AFTER_THE_TERM)

    assert silent(balance()).state is SettlementState.ACCEPTED_BY_SILENCE
    for other in (balance(agreed=False), balance(impediment="Bezwaar.")):
        assert (silent(other).state, silent(other).alarm) == (SettlementState.PROPOSED, Alarm.TERM_PASSED)


def test_what_was_not_delivered_is_no_silence() -> None:
    facts = settlement(*delivered(ASKED), is_heard(heard(2, balance(), to=1)), is_said(OFFERED))
    assert stands(facts, AFTER_THE_TERM).alarm is Alarm.NOT_RECEIVED
    assert stands(facts, AFTER_THE_TERM).state is SettlementState.PROPOSED


def test_a_refusal_after_consent_by_silence_came_too_late_and_somebody_says_so() -> None:
    late = heard(2000, NO, to=3)
    facts = settlement(*delivered(ASKED), is_heard(heard(2, balance(), to=1)), *delivered(OFFERED), is_heard(late))
    found = stands(facts, late.at + HOUR)
    assert (found.state, found.alarm) == (SettlementState.ACCEPTED_BY_SILENCE, Alarm.LATE_DECISION)


def test_a_refusal_can_be_reconsidered_once_and_then_stands() -> None:
    refused = settlement(*delivered(ASKED, OFFERED), is_heard(heard(4, NO, to=3)))
    assert stands(refused).state is SettlementState.REJECTED
    pleaded = told(refused, *delivered(PLEADED))
    assert (stands(pleaded).state, stands(pleaded).actor) == (SettlementState.RECONSIDERATION, Actor.PARTY)
    assert stands(told(pleaded, is_heard(heard(6, NO, to=5)))).state is SettlementState.REFUSED_FINAL
    assert stands(told(pleaded, is_heard(heard(6, YES, to=5)))).state is SettlementState.ACCEPTED


def test_an_arrangement_runs_once_it_is_known_and_ends_once_that_is() -> None:
    agreed, end = (
        said(7, AGREEMENT),
        said(9, ArrangementEnd(end_date=TODAY, end_class=EndClass.ENDED, final_discharge=False)),
    )
    facts = settlement(*delivered(ASKED, OFFERED), is_heard(heard(4, YES, to=3)), is_said(agreed))
    assert stands(facts).state is SettlementState.AGREED
    running = told(facts, is_carried(agreed))
    assert stands(running, NOW + timedelta(days=400)).state is SettlementState.RUNNING
    ended = told(running, is_said(end))
    assert (stands(ended).state, stands(ended).over) == (SettlementState.TERMINATED, False)
    assert stands(told(ended, is_carried(end))).over
    anew = told(ended, is_carried(end), is_said(said(11, REQUEST)))
    assert (stands(anew).state, stands(anew).over) == (SettlementState.REQUESTED, False)


def test_the_long_terms_count_from_the_first_balance_of_the_case() -> None:
    facts = settlement(*delivered(ASKED), is_heard(heard(2, balance(), to=1)))
    assert stands(facts, NOW + timedelta(days=120)).alarm is None
    assert stands(facts, NOW + timedelta(days=121)).alarm is Alarm.CLOCK_PASSED
    assert stands(facts, NOW + timedelta(days=250)).alarm is Alarm.OUTER_LIMIT


_MOMENTS = st.sampled_from([NOW, NOW + 12 * HOUR, AFTER_THE_TERM, NOW + timedelta(days=130), NOW + timedelta(days=300)])
_SAID = [ASKED, OFFERED, PLEADED, said(8, PROPOSAL), said(10, AGREEMENT)]
_HEARD = st.builds(
    heard,
    st.integers(1, 400),
    st.sampled_from([balance(), balance(agreed=False), UNKNOWN, TRANSFERRED, YES, NO, FETCHED]),
    to=st.sampled_from([None, 1, 3, 5, 8]),
)


@settings(deadline=None)  # a slow machine, not a slow rule
@given(
    st.lists(st.sampled_from(_SAID), unique_by=lambda one: one.id),
    st.lists(_HEARD, max_size=6, unique_by=lambda one: one.id),
    st.sets(st.sampled_from([(one.id, how) for one in _SAID for how in Carried])),
    _MOMENTS,
    st.data(),
)
def test_order_and_repetition_change_nothing(
    saids: list[Said], answers: list[object], carried: set[tuple[str, Carried]], now: object, data: st.DataObject
) -> None:
    by_id = {one.id: one for one in saids}
    news: list[News] = [is_said(one) for one in saids]
    news += [is_heard(one) for one in answers]  # type: ignore[arg-type]  # what the strategy builds
    news += [is_carried(by_id[number], how) for number, how in sorted(carried) if number in by_id]
    straight = settlement(*news)
    other = settlement(*data.draw(jumbled(news)))
    assert other == straight
    assert stands(other, now) == stands(straight, now)


@settings(deadline=None)  # a slow machine, not a slow rule
@given(st.lists(st.tuples(st.integers(4, 200), st.booleans()), min_size=1, unique_by=lambda one: one[0]), st.data())
def test_it_ends_where_the_last_sequence_says(decisions: list[tuple[int, bool]], data: st.DataObject) -> None:
    news = [is_heard(heard(number, YES if agrees else NO, to=3)) for number, agrees in decisions]
    facts = settlement(*delivered(ASKED, OFFERED), *data.draw(jumbled(news)))
    last = max(decisions)[1]
    assert stands(facts).state is (SettlementState.ACCEPTED if last else SettlementState.REJECTED)
