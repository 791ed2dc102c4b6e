"""A recovery does what its plan showed, in that order, and nothing twice, whatever happens and whoever clicks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import update

from hub.clock import new_pseudonym
from hub.database import Database, instant
from hub.messagelog.store import Row, add_quarantined
from hub.messagelog.tables import ENTRY, METADATA, QUARANTINE
from hub.operations.acts import Act, ActName, Doer, Overtaken, OvertakenError
from hub.operations.acts.store import acts_by_id, blank_case, newest_acts
from hub.operations.evidence import Settlement
from hub.operations.evidence.store import evidence_by_id
from hub.operations.evidence.store import settle as settle_evidence
from hub.operations.recovery import GOOD_FOR, TRIES, Item, Kind, Outcome, Plan, Recovery, Skip, Stage
from hub.operations.recovery.store import (
    add_plan,
    approve,
    cancel,
    confirm,
    due,
    recovery,
    settle,
    steps,
    take,
)
from hub.operations.tables import RECOVERY_ITEM
from tests.world import NOW, SHV

ANNA, BEN = Doer("anna", "Anna"), Doer("ben", "Ben")


def act(name: ActName, doer: Doer = ANNA, *, key: str | None = None, target: str | None = None, **more: object) -> Act:
    """An act with a fresh key."""
    return Act(key or new_pseudonym(), name, NOW, doer, target=target, reason="proef van het werk", **more)  # type: ignore[arg-type]


@pytest.fixture
def database() -> Iterator[Database]:
    made = opened()
    yield made
    made.close()


def opened() -> Database:
    """A hub's database in memory, with nothing in it."""
    database = Database("sqlite:///:memory:")
    METADATA.create_all(database.engine)
    return database


def evidence(database: Database, count: int) -> list[int]:
    """So many dead letters; their row numbers."""
    rows: list[Row] = [
        {
            "cause": "dead-letter",
            "code": None,
            "received": instant(NOW),
            "refhash": f"sha-256:{new_pseudonym()}",
            "oin": SHV,
            "queue": "hub.dead",
            "body": b"x",
        }
        for _ in range(count)
    ]
    with database.begin() as connection:
        add_quarantined(connection, rows)
        return sorted(row.row_id for row in connection.execute(QUARANTINE.select()))[-count:]


def planned(database: Database, wanted: list[tuple[int, str | None]], doer: Doer = ANNA) -> Recovery:
    """A plan for this evidence; the second of each pair says why it is skipped."""
    identity = new_pseudonym()
    with database.begin() as connection:
        found = {one.row_id: one for one in evidence_by_id(connection, [row_id for row_id, _ in wanted])}
        items = tuple(Item(found[row_id].refhash, row_id, None, None, skipped) for row_id, skipped in wanted)
        add_plan(connection, identity, Plan(Kind.RELEASE, items), doer, NOW)
        made = recovery(connection, identity)
    assert made is not None
    return made


def confirmed(database: Database, plan: Recovery, doing: Act, *, second: bool = False) -> Stage:
    """Confirms a plan."""
    with database.begin() as connection:
        return confirm(connection, plan.id, plan.hash, doing, per_minute=600, second_needed=second)


def leaves(database: Database) -> list[str]:
    """The operators' acts in the message log."""
    with database.reading() as connection:
        return [row.code for row in connection.execute(ENTRY.select().where(ENTRY.c.kind == "operator"))]


def test_a_second_click_does_nothing_more(database: Database) -> None:
    plan = planned(database, [(row_id, None) for row_id in evidence(database, 2)])
    doing = act(ActName.RECOVERY_CONFIRMED, target=plan.id)
    assert [confirmed(database, plan, doing) for _ in range(3)] == [Stage.RUNNING] * 3
    assert leaves(database) == ["recovery-confirmed"]


def test_a_second_operator_is_told_that_another_was_first(database: Database) -> None:
    plan = planned(database, [(row_id, None) for row_id in evidence(database, 2)])
    confirmed(database, plan, act(ActName.RECOVERY_CONFIRMED, target=plan.id))
    with pytest.raises(OvertakenError) as refused:
        confirmed(database, plan, act(ActName.RECOVERY_CONFIRMED, BEN, target=plan.id))
    assert refused.value.why is Overtaken.CONFIRMED
    with database.reading() as connection:
        assert [one.doer for one in newest_acts(connection, 10)] == [ANNA]
    assert leaves(database) == ["recovery-confirmed"]


def test_a_key_is_good_for_one_act_of_one_person(database: Database) -> None:
    plan = planned(database, [(row_id, None) for row_id in evidence(database, 1)])
    doing = act(ActName.RECOVERY_CONFIRMED, target=plan.id)
    confirmed(database, plan, doing)
    for other in (
        act(ActName.RECOVERY_CONFIRMED, BEN, key=doing.id, target=plan.id),
        act(ActName.RECOVERY_CANCELLED, ANNA, key=doing.id, target=plan.id),
    ):
        with pytest.raises(OvertakenError) as refused:
            confirmed(database, plan, other)
        assert refused.value.why is Overtaken.KEY


def test_two_plans_for_the_same_evidence_release_it_once(database: Database) -> None:
    rows = evidence(database, 3)
    first = planned(database, [(row_id, None) for row_id in rows])
    second = planned(database, [(rows[0], None)])
    confirmed(database, first, act(ActName.RECOVERY_CONFIRMED, target=first.id))
    with pytest.raises(OvertakenError) as refused:
        confirmed(database, second, act(ActName.RECOVERY_CONFIRMED, BEN, target=second.id))
    assert refused.value.why is Overtaken.CHANGED
    with pytest.raises(OvertakenError), database.begin() as connection:
        settle_evidence(connection, rows[:1], act(ActName.EVIDENCE_REJECTED, BEN))


def test_a_plan_that_is_old_empty_or_altered_is_not_confirmed(database: Database) -> None:
    (row_id,) = evidence(database, 1)
    plan = planned(database, [(row_id, None)])
    late = Act(new_pseudonym(), ActName.RECOVERY_CONFIRMED, NOW + GOOD_FOR + timedelta(seconds=1), ANNA, target=plan.id)
    empty = planned(database, [(row_id, Skip.EXPIRED)])
    altered = planned(database, [(row_id, Skip.EXPIRED), (row_id, None)])
    with database.begin() as connection:
        connection.execute(update(RECOVERY_ITEM).where(RECOVERY_ITEM.c.recovery_id == altered.id).values(skipped=None))
    for found, doing, why in (
        (plan, late, Overtaken.STALE),
        (empty, act(ActName.RECOVERY_CONFIRMED, target=empty.id), Overtaken.EMPTY),
        (altered, act(ActName.RECOVERY_CONFIRMED, target=altered.id), Overtaken.CHANGED),
    ):
        with pytest.raises(OvertakenError) as refused:
            confirmed(database, found, doing)
        assert refused.value.why is why
    assert leaves(database) == []


def test_where_two_are_needed_nothing_is_sent_on_the_word_of_one(database: Database) -> None:
    plan = planned(database, [(row_id, None) for row_id in evidence(database, 1)])
    assert confirmed(database, plan, act(ActName.RECOVERY_CONFIRMED, target=plan.id), second=True) is Stage.ASKED
    with database.begin() as connection:
        assert due(connection, NOW) is None
    with pytest.raises(OvertakenError) as refused, database.begin() as connection:
        approve(connection, plan.id, act(ActName.RECOVERY_APPROVED, ANNA, target=plan.id))
    assert refused.value.why is Overtaken.SAME_PERSON
    with database.begin() as connection:
        assert approve(connection, plan.id, act(ActName.RECOVERY_APPROVED, BEN, target=plan.id)) is Stage.RUNNING
        assert due(connection, NOW) is not None


def test_a_recovery_whose_rows_were_altered_after_its_confirmation_sends_nothing(database: Database) -> None:
    rows = evidence(database, 2)
    plan = planned(database, [(rows[0], None), (rows[1], Skip.EXPIRED)])
    confirmed(database, plan, act(ActName.RECOVERY_CONFIRMED, target=plan.id))
    with database.begin() as connection:
        connection.execute(update(RECOVERY_ITEM).where(RECOVERY_ITEM.c.position == 1).values(skipped=None))
    with pytest.raises(OvertakenError), database.begin() as connection:
        take(connection, plan, 10, NOW)


def test_reasons_are_blanked_with_a_case_and_their_acts_stay(database: Database) -> None:
    case, other = new_pseudonym(), new_pseudonym()
    rows = evidence(database, 2)
    mine = act(ActName.EVIDENCE_REJECTED, cases=(case, other))
    theirs = act(ActName.EVIDENCE_ARCHIVED, cases=(other,))
    with database.begin() as connection:
        settle_evidence(connection, rows[:1], mine)
        settle_evidence(connection, rows[1:], theirs)
        blanking = act(ActName.CASE_BLANKED, target=case, cases=(case,))
        assert blank_case(connection, case, blanking) == 1
        found = acts_by_id(connection, [mine.id, theirs.id, blanking.id])
        assert blank_case(connection, case, act(ActName.CASE_BLANKED, target=case, cases=(case,))) == 0
    assert (found[mine.id].reason, found[mine.id].blanked) == (None, True)
    assert found[theirs.id].reason == found[blanking.id].reason == "proef van het werk"
    assert leaves(database) == ["evidence-rejected", "evidence-archived", "case-blanked"]


class Recoveries(RuleBasedStateMachine):
    """Plans, confirmations, rejections, crashes and stops in any order; what is handed to the road is counted."""

    plans = Bundle("plans")

    def __init__(self) -> None:
        super().__init__()
        self.database = opened()
        self.shown: dict[str, list[int]] = {}
        self.stage: dict[str, Stage] = {}
        self.handed: dict[str, list[int]] = {}
        self.carried: list[int] = []
        self.moment = NOW

    @initialize(count=st.integers(1, 6))
    def begin(self, count: int) -> None:
        """Evidence comes in."""
        self.rows = evidence(self.database, count)

    @rule(target=plans, data=st.data())
    def plan(self, data: st.DataObject) -> Recovery:
        """Somebody makes a plan of any part, some of which will be skipped."""
        wanted = data.draw(st.lists(st.sampled_from(self.rows), unique=True))
        skips = [data.draw(st.sampled_from([None, None, Skip.EXPIRED, Skip.OF_HUB])) for _ in wanted]
        made = planned(self.database, list(zip(wanted, skips, strict=True)))
        self.shown[made.id] = [row_id for row_id, skipped in zip(wanted, skips, strict=True) if skipped is None]
        self.handed[made.id] = []
        self.stage[made.id] = Stage.PLANNED
        return made

    @rule(plan=plans, doer=st.sampled_from([ANNA, BEN]), clicks=st.integers(1, 3))
    def confirm(self, plan: Recovery, doer: Doer, clicks: int) -> None:
        """Somebody confirms, once or by a nervous finger."""
        doing = act(ActName.RECOVERY_CONFIRMED, doer, target=plan.id)
        for _ in range(clicks):
            try:
                self.stage[plan.id] = confirmed(self.database, plan, doing)
            except OvertakenError:
                continue

    @rule(plan=plans)
    def cancel(self, plan: Recovery) -> None:
        """Somebody stops it."""
        try:
            with self.database.begin() as connection:
                self.stage[plan.id] = cancel(connection, plan.id, act(ActName.RECOVERY_CANCELLED, target=plan.id))
        except OvertakenError:
            pass

    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        """Somebody rejects a piece."""
        try:
            with self.database.begin() as connection:
                settle_evidence(connection, [data.draw(st.sampled_from(self.rows))], act(ActName.EVIDENCE_REJECTED))
        except OvertakenError:
            pass

    @rule(most=st.integers(1, 3), ends=st.sampled_from(["well", "well", "refused", "crash"]))
    def go_on(self, most: int, ends: str) -> None:
        """The keeper takes some and hands them to the road; it may end before it writes what became of them."""
        self.moment += timedelta(minutes=1)
        with self.database.begin() as connection:
            found = due(connection, self.moment)
            taken = take(connection, found, most, self.moment) if found else []
        if found is None:
            return
        outcomes: dict[int, str] = {}
        for step in taken:
            assert step.item.evidence is not None
            if step.tries >= TRIES:
                outcomes[step.position] = Outcome.CRASHED
                continue
            if not step.tries:
                self.handed[found.id].append(step.item.evidence)
            outcomes[step.position] = "bad_signature" if ends == "refused" else Outcome.CARRIED
        if ends != "crash":
            with self.database.begin() as connection:
                self.stage[found.id] = settle(connection, found, outcomes, self.moment)

    @invariant()
    def what_is_sent_is_what_was_shown(self) -> None:
        """In its order, from its start, nothing that was skipped, nothing twice; all of it when done."""
        for identity, shown in self.shown.items():
            handed = self.handed[identity]
            assert handed == shown[: len(handed)]
            if self.stage[identity] is Stage.PLANNED:
                assert handed == []
            if self.stage[identity] is Stage.DONE:
                assert handed == shown

    @invariant()
    def evidence_is_settled_once_and_never_gone(self) -> None:
        """Released by one recovery, or rejected; and always there."""
        if not hasattr(self, "rows"):
            return
        with self.database.begin() as connection:
            found = evidence_by_id(connection, self.rows)
            carried = [
                step.item.evidence
                for identity in self.shown
                for step in steps(connection, identity)
                if step.outcome == Outcome.CARRIED
            ]
        assert len(found) == len(self.rows)
        released = [one.row_id for one in found if one.settlement is Settlement.RELEASED]
        assert set(released) <= set(carried)
        assert len(carried) == len(set(carried))

    def teardown(self) -> None:
        """Gives back the memory."""
        self.database.close()


TestRecoveries = Recoveries.TestCase
TestRecoveries.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
