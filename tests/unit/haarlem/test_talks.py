"""Referral, administration and question are their facts: any order and any repetition ends in the same state."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.haarlem.conversations.phases import may_follow
from adapters.haarlem.conversations.positions import position_of, words_of
from adapters.haarlem.conversations.referral import ReferralState, referral_position
from adapters.haarlem.conversations.talk import Heard, Said, TalkKind
from adapters.haarlem.facts import Carried
from adapters.haarlem.settings import Settings
from schemas.codes import (
    AdministrationGround,
    Advice,
    LegalBasis,
    Phase,
    ReferralKind,
    ReferralOutcome,
    ReferralStatus,
    Status,
)
from schemas.messages import (
    AdministrationAdvice,
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
    Message,
    Referral,
    ReferralStatusReport,
    StatusReport,
    StatusRequest,
)
from schemas.messages.referral import WITH_REASON
from schemas.shapes import Contact, Reachability
from tests.unit.haarlem.talking import News, heard, is_carried, is_heard, is_said, jumbled, said, talk, told
from tests.world import NOW

SETTINGS = Settings(connection_code="HLM-01")
REFERRAL = Referral(
    bsn="999000111",
    birth_date="1979-11-30",
    surname="Vries",
    kind=ReferralKind.VOLUNTEER,
    reason="Hulp bij de post.",
    urgent=False,
    legal_basis=LegalBasis.CONSENT,
    contact=Contact(name="Team", email="team@haarlem.example"),
    reachability=Reachability(phone="06-00000000"),
)


def report(status: ReferralStatus) -> ReferralStatusReport:
    reason = "Daarom." if status in WITH_REASON else None
    outcome = ReferralOutcome.HELPED if status is ReferralStatus.COMPLETED else None
    return ReferralStatusReport(status=status, reason=reason, outcome=outcome)


START = AdministrationStart(
    bsn="999000111",
    birth_date="1979-11-30",
    surname="Vries",
    started_on=NOW.date(),
    court="Noord-Holland",
    ground=AdministrationGround.DEBTS,
    office_kvk_number="12345678",
)
DOSSIER = AdministrationDossier(estate="Schulden.", action_plan="Regelen.")
ADVICE = AdministrationAdvice(advice=Advice.CONTINUE, reasoning="Past.", date=NOW.date())
END = AdministrationEnd(end_date=NOW.date(), reason="Klaar.")
ANSWERED, LOOKED_AT = StatusReport(status=Status.ANSWERED), StatusReport(status=Status.IN_PROGRESS)

_SAYS: dict[TalkKind, tuple[Message, ...]] = {
    TalkKind.REFERRAL: (REFERRAL, report(ReferralStatus.WITHDRAWN)),
    TalkKind.ADMINISTRATION: (ADVICE, ADVICE),
    TalkKind.STATUS_REQUEST: (LOOKED_AT, ANSWERED),
}
_HEARS: dict[TalkKind, tuple[Message, ...]] = {
    TalkKind.REFERRAL: tuple(report(status) for status in ReferralStatus),
    TalkKind.ADMINISTRATION: (START, DOSSIER, END),
    TalkKind.STATUS_REQUEST: (StatusRequest(explanation="Wanneer?"),),
}


def _saids(kind: TalkKind) -> st.SearchStrategy[list[Said]]:
    def made(place: int, answers: str | None) -> Said:
        return said(place + 1, _SAYS[kind][place], answers=answers)

    one = st.builds(made, st.integers(0, 1), st.sampled_from([None, "H2"]))
    return st.lists(one, unique_by=lambda one: one.id)


def _heards(kind: TalkKind) -> st.SearchStrategy[list[Heard]]:
    one = st.builds(heard, st.integers(1, 400), st.sampled_from(_HEARS[kind]))
    return st.lists(one, max_size=6, unique_by=lambda one: one.id)


_NEWS = st.sampled_from(sorted(_SAYS)).flatmap(
    lambda kind: st.tuples(st.just(kind), _saids(kind), _heards(kind)),
)
_SAID_SO = st.lists(
    st.tuples(st.integers(2, 300), st.sampled_from(ReferralStatus)), min_size=1, unique_by=lambda one: one[0]
)


@settings(deadline=None)  # a slow machine, not a slow rule
@given(_NEWS, st.sampled_from([0, 1, 4, 20, 35, 100]), st.lists(st.sampled_from(list(Carried)), max_size=3), st.data())
def test_order_and_repetition_change_nothing(
    facts: tuple[TalkKind, list[Said], list[Heard]], days: int, carried: list[Carried], data: st.DataObject
) -> None:
    kind, saids, heards = facts
    now: datetime = NOW + timedelta(days=days)
    news: list[News] = [*map(is_said, saids), *map(is_heard, heards)]
    news += [is_carried(one, how) for one in saids for how in carried]
    straight = told(talk(kind), *news)
    other = told(talk(kind), *data.draw(jumbled(news)))
    assert other == straight
    position = position_of(straight, SETTINGS, now)
    assert position_of(other, SETTINGS, now) == position
    assert words_of(talk(kind), position.state)


@settings(deadline=None)  # a slow machine, not a slow rule
@given(
    st.lists(st.tuples(st.integers(2, 300), st.sampled_from(ReferralStatus)), min_size=1, unique_by=lambda one: one[0]),
    st.data(),
)
def test_a_referral_stands_where_the_last_sequence_of_its_target_says(
    said_so: list[tuple[int, ReferralStatus]], data: st.DataObject
) -> None:
    news = [is_heard(heard(number, report(status))) for number, status in said_so]
    facts = told(talk(TalkKind.REFERRAL), is_carried(said(1, REFERRAL)), *data.draw(jumbled(news)))
    last = max(said_so, key=lambda one: one[0])[1]
    assert referral_position(facts, SETTINGS, NOW).state.value == last.value


def test_an_end_that_came_before_our_withdrawal_stands() -> None:
    asked, withdrawal = said(1, REFERRAL), said(5, report(ReferralStatus.WITHDRAWN))
    begun = told(talk(TalkKind.REFERRAL), is_carried(asked), is_said(withdrawal))
    done = heard(3, report(ReferralStatus.COMPLETED))
    assert referral_position(told(begun, is_heard(done)), SETTINGS, NOW).state is ReferralState.COMPLETED
    later = heard(6, report(ReferralStatus.COMPLETED))
    assert referral_position(told(begun, is_heard(later)), SETTINGS, NOW).state is ReferralState.WITHDRAWN


def test_a_later_dossier_asks_for_advice_anew() -> None:
    facts = told(talk(TalkKind.ADMINISTRATION), is_heard(heard(1, START)), is_heard(heard(2, DOSSIER)))
    advised = told(facts, is_carried(said(3, ADVICE, answers="H2")))
    assert position_of(advised, SETTINGS, NOW).state.value == "geadviseerd"
    again = told(advised, is_heard(heard(4, DOSSIER)))
    assert position_of(again, SETTINGS, NOW).state.value == "dossier-ontvangen"


def test_a_dossier_is_waited_for_only_where_debts_are_the_ground() -> None:
    late = NOW + timedelta(days=120)
    debts = told(talk(TalkKind.ADMINISTRATION), is_heard(heard(1, START)))
    other = START.model_copy(update={"ground": AdministrationGround.CONDITION})
    condition = told(talk(TalkKind.ADMINISTRATION), is_heard(heard(1, other)))
    assert position_of(debts, SETTINGS, late).alarm == "termijn-verstreken"
    assert position_of(condition, SETTINGS, late).alarm is None


def test_a_start_that_was_told_late_is_an_alarm_for_a_while() -> None:
    early = START.model_copy(update={"started_on": NOW.date() - timedelta(days=20)})
    facts = told(talk(TalkKind.ADMINISTRATION), is_heard(heard(1, early)))
    assert position_of(facts, SETTINGS, NOW + timedelta(days=1)).alarm == "te-laat-gemeld"
    assert position_of(facts, SETTINGS, NOW + timedelta(days=20)).alarm is None


def test_a_case_goes_on_or_back_but_never_out_of_its_last_phase() -> None:
    assert may_follow(Phase.INTAKE, Phase.ARRANGEMENT)
    assert may_follow(Phase.AFTERCARE, Phase.STABILISATION)
    assert not may_follow(Phase.OUTFLOW, Phase.INTAKE)
    assert not may_follow(Phase.INTAKE, Phase.INTAKE)
