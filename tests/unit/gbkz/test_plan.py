"""What must be done in the tax system, as a property of who holds what (adapters/gbkz/plan.py)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.gbkz.plan import Hold, OnBehalfOf, Uitstel, plan_for, wanted_end
from adapters.gbkz.records import Reason
from hub.workdays import add_working_days

OWNER = OnBehalfOf("S1", date(2026, 11, 23))
DOSSIERS = ("D1", "D2", "D3")
ENDS = st.one_of(st.none(), st.dates(date(2026, 11, 23), date(2028, 12, 31)))
HOLDS = st.lists(
    st.builds(Hold, st.sampled_from(("c1", "c2", "c3")), st.sampled_from(DOSSIERS), ENDS, st.sampled_from(Reason)),
    max_size=8,
)
RUNNING = st.lists(
    st.builds(
        Uitstel, st.sampled_from(("U1", "U2", "U3", "U4")), st.sampled_from(DOSSIERS), ENDS, st.sampled_from(Reason)
    ),
    max_size=4,
    unique_by=lambda uitstel: uitstel.number,
)


def test_the_tax_system_gets_the_latest_end_plus_the_margin() -> None:
    holds = [
        Hold("c1", "D1", date(2026, 12, 4), Reason.DEBT_HELP),
        Hold("c2", "D1", date(2026, 12, 11), Reason.DEBT_HELP),
    ]
    assert wanted_end(holds, 5) == (date(2026, 12, 18), Reason.DEBT_HELP)


def test_a_hold_without_an_end_outlasts_every_other() -> None:
    holds = [Hold("c1", "D1", date(2030, 1, 1), Reason.DEBT_HELP), Hold("c2", "D1", None, Reason.ARRANGEMENT)]
    assert wanted_end(holds, 5) == (None, Reason.ARRANGEMENT)


@given(HOLDS, RUNNING)
def test_after_the_plan_a_dossier_is_paused_exactly_when_somebody_holds_it(
    holds: list[Hold], running: list[Uitstel]
) -> None:
    plan = plan_for(DOSSIERS, holds, running, margin=5, owner=OWNER)
    ended = set(plan.lift.uitstellen) if plan.lift else set()
    paused = {uitstel.dossier for uitstel in running if uitstel.number not in ended}
    paused |= set(plan.place.dossiers) if plan.place else set()
    assert paused == {hold.dossier for hold in holds}


@given(HOLDS, RUNNING)
def test_no_uitstel_ends_before_the_last_day_of_any_hold(holds: list[Hold], running: list[Uitstel]) -> None:
    plan = plan_for(DOSSIERS, holds, running, margin=5, owner=OWNER)
    ended = set(plan.lift.uitstellen) if plan.lift else set()
    ends = {uitstel.number: (uitstel.dossier, uitstel.until) for uitstel in running if uitstel.number not in ended}
    for changed in plan.change.uitstellen if plan.change else ():
        ends[changed.uitstel] = (ends[changed.uitstel][0], changed.until)
    entered = list(ends.values())
    if plan.place is not None:
        entered += [(dossier, plan.place.until) for dossier in plan.place.dossiers]
    for hold in holds:
        for dossier, until in entered:
            if dossier != hold.dossier or until is None:
                continue
            assert hold.until is not None
            assert until >= add_working_days(hold.until, 5)


@given(HOLDS, RUNNING)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(holds: list[Hold], running: list[Uitstel]) -> None:
    plan = plan_for(DOSSIERS, holds, running, margin=5, owner=OWNER)
    ended = set(plan.lift.uitstellen) if plan.lift else set()
    changed = {one.uitstel: one for one in (plan.change.uitstellen if plan.change else ())}
    after = [
        Uitstel(one.number, one.dossier, changed[one.number].until, changed[one.number].reason)
        if one.number in changed
        else one
        for one in running
        if one.number not in ended
    ]
    if plan.place is not None:
        until, reason = plan.place.until, plan.place.reason
        after += [Uitstel(f"N{at}", dossier, until, reason) for at, dossier in enumerate(plan.place.dossiers)]
    again = plan_for(DOSSIERS, holds, after, margin=5, owner=OWNER)
    assert (again.place, again.lift, again.remove) == (None, None, None)


def test_what_was_registered_by_mistake_is_removed_and_not_ended() -> None:
    running = [Uitstel("U1", "D1", date(2027, 1, 8), Reason.DEBT_HELP)]
    plan = plan_for(["D1"], [], running, margin=5, owner=OWNER, wrongly_registered=True, mark_too=True)
    assert plan.lift is None
    assert plan.remove is not None
    assert (plan.remove.uitstellen, plan.remove.mark_too) == (("U1",), True)


def test_an_end_that_is_entered_already_is_left_alone() -> None:
    end = add_working_days(date(2026, 12, 4), 5)
    hold = Hold("c1", "D1", date(2026, 12, 4), Reason.DEBT_HELP)
    assert plan_for(["D1"], [hold], [Uitstel("U1", "D1", end, Reason.DEBT_HELP)], margin=5, owner=OWNER).is_empty
    late = Uitstel("U1", "D1", end + timedelta(days=1), Reason.DEBT_HELP)
    assert not plan_for(["D1"], [hold], [late], margin=5, owner=OWNER).is_empty
