"""The machine of a referral, against every order of sayings by either side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.kredietbank.referral import (
    OVER,
    RUNNING,
    Lapse,
    Side,
    Standing,
    Terms,
    follows,
    heartbeat_due,
    lapsed,
)
from schemas.codes import ReferralStatus

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TERMS = Terms()
ONLY_THE_TARGET = frozenset(ReferralStatus) - {ReferralStatus.WITHDRAWN}


class Referral(RuleBasedStateMachine):
    """A referral to which both sides say whatever they like."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing.REQUESTED
        self.path: list[Standing] = [Standing.REQUESTED]

    @rule(said=st.sampled_from(ReferralStatus), by=st.sampled_from(Side))
    def say(self, said: ReferralStatus, by: Side) -> None:
        before, after = self.standing, follows(self.standing, said, by)
        if before in OVER:
            assert after is None
        if by is Side.REQUESTER and said in ONLY_THE_TARGET:
            assert after is None
        if after is not None:
            assert after.value == said.value
            self.standing = after
            self.path.append(after)

    @invariant()
    def nothing_is_completed_that_was_not_started(self) -> None:
        if self.standing in {Standing.COMPLETED, Standing.FAILED}:
            assert Standing.STARTED in self.path
        if Standing.STARTED in self.path:
            assert Standing.ACCEPTED in self.path
            assert Standing.REJECTED not in self.path

    @invariant()
    def there_is_one_end_at_the_most(self) -> None:
        assert sum(standing in OVER for standing in self.path) <= 1
        assert (self.path[-1] in OVER) == (self.standing in OVER)


TestReferral = Referral.TestCase


@given(standing=st.sampled_from(Standing))
def test_either_side_may_withdraw_until_the_end_and_nobody_after_it(standing: Standing) -> None:
    allowed = {follows(standing, ReferralStatus.WITHDRAWN, side) for side in Side}
    assert allowed == ({None} if standing in OVER else {Standing.WITHDRAWN})


@pytest.mark.parametrize("standing", sorted(RUNNING))
def test_the_present_status_may_be_said_again(standing: Standing) -> None:
    assert follows(standing, ReferralStatus(standing.value), Side.TARGET) is standing


@pytest.mark.parametrize(
    ("standing", "urgent", "days", "lapse"),
    [
        (Standing.REQUESTED, False, 3, None),
        (Standing.REQUESTED, False, 4, Lapse.DECISION),
        (Standing.ACCEPTED, False, 4, None),
        (Standing.ACCEPTED, True, 4, Lapse.FIRST_TALK),
        (Standing.ACCEPTED, False, 29, Lapse.FIRST_TALK),
        (Standing.STARTED, True, 400, None),
        (Standing.REJECTED, True, 400, None),
    ],
)
def test_each_term_lapses_on_its_day(standing: Standing, urgent: bool, days: int, lapse: Lapse | None) -> None:  # noqa: FBT001
    assert lapsed(TERMS, standing, MONDAY, MONDAY + timedelta(days=days), urgent=urgent) is lapse


@given(standing=st.sampled_from(Standing), days=st.integers(0, 90))
def test_a_heartbeat_is_due_every_thirty_days_while_it_runs(standing: Standing, days: int) -> None:
    due = heartbeat_due(TERMS, standing, MONDAY, MONDAY + timedelta(days=days))
    assert due == (standing in RUNNING and days >= 30)
