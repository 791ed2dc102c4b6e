"""A power cut in the middle of what an operator confirmed: it is carried out to its end, and has its effect once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hub.clock import SystemClock, new_pseudonym
from hub.database import Connection, Database
from hub.failpoints import Failpoint
from hub.messagelog.tables import ENTRY, QUARANTINE
from hub.operations.acts import Act, ActName, Doer
from hub.operations.evidence import Cause
from hub.operations.evidence.store import oldest_open
from hub.operations.partners.store import ask_notice
from hub.operations.recovery import Outcome, Stage
from hub.operations.recovery.planning import plan_release
from hub.operations.recovery.store import add_plan, confirm, recovery, steps
from hub.operations.tables import NOTICE_ASKED
from hub.wire.topology import user_of
from schemas.codes import HubNoticeCode
from tests.fault.harness import Stage as Road
from tests.fault.harness import until
from tests.fault.test_crashes import UNDELIVERED, rows, take_away, undelivered
from tests.world import TAX

pytestmark = pytest.mark.timeout(180)


def confirmed(stage: Road) -> str:
    """A plan to release everything that the recipient's inbox gave up, confirmed; its id."""
    database, identity, now = Database(stage.database), new_pseudonym(), moment(stage)
    act = Act(new_pseudonym(), ActName.RECOVERY_CONFIRMED, now, Doer("vera", "Vera"), identity, "proef van het werk")
    with database.begin() as connection:
        plan = plan_release(connection, stage.world.register, oldest_open(connection, Cause.INBOX, 100), now)
        assert plan.to_send >= UNDELIVERED
        add_plan(connection, identity, plan, act.doer, now)
        confirm(connection, identity, plan.hash, act, per_minute=600, second_needed=False)
    database.close()
    return identity


def moment(stage: Road) -> datetime:
    """Now, by the stage's clock."""
    return SystemClock().now() + timedelta(seconds=stage.ahead_s)


def what_became(stage: Road, identity: str) -> tuple[Stage, set[str | None]]:
    """How far it is, and the outcomes of what it sent."""

    def look(connection: Connection) -> tuple[Stage, set[str | None]]:
        found = recovery(connection, identity)
        assert found is not None
        return found.stage, {step.outcome for step in steps(connection, identity) if step.item.skipped is None}

    database = Database(stage.database)
    try:
        with database.reading() as connection:
            return look(connection)
    finally:
        database.close()


@pytest.mark.parametrize(
    "point",
    [Failpoint.RECOVERY_AFTER_INTENT, Failpoint.RECOVERY_AFTER_SENDING, Failpoint.RECOVERY_AFTER_OUTCOME],
    ids=lambda point: point.value,
)
def test_the_keeper_ends_in_the_middle_of_a_recovery(stage: Road, point: Failpoint) -> None:
    orders = undelivered(stage)
    before = len(rows(stage, QUARANTINE))
    assert take_away(stage, reject=True) >= UNDELIVERED
    until(lambda: len(rows(stage, QUARANTINE)) >= before + UNDELIVERED, "they are evidence")
    stage.stop("hub")
    identity = confirmed(stage)
    stage.start_hub(point=point)
    stage.wait_for_crash("hub")
    stage.everybody_runs()
    until(lambda: what_became(stage, identity)[0] is Stage.DONE, "it is carried out to its end")
    assert what_became(stage, identity)[1] == {Outcome.CARRIED}
    count = stage.settle_with_time(orders)
    assert count.clean, count
    acts = [row.id for row in rows(stage, ENTRY) if row.kind == "operator"]
    assert len(acts) == len(set(acts))


def test_the_keeper_ends_after_it_sent_a_notice_that_was_asked_for(stage: Road) -> None:
    stage.everybody_runs()
    told = len(stage.events(user_of(TAX), "notice.received"))
    stage.stop("hub")
    database = Database(stage.database)
    act = Act(new_pseudonym(), ActName.PARTNER_TESTED, moment(stage), Doer("vera", "Vera"), TAX, None)
    with database.begin() as connection:
        ask_notice(connection, TAX, HubNoticeCode.CONNECTION_TEST, act)
    database.close()
    stage.start_hub(point=Failpoint.NOTICE_AFTER_SENDING)
    stage.wait_for_crash("hub")
    stage.everybody_runs()
    until(lambda: all(row.sent for row in rows(stage, NOTICE_ASKED)), "it is remembered")
    until(lambda: len(stage.events(user_of(TAX), "notice.received")) >= told + 1, "it came, once or twice")
    assert stage.settle(stage.books.order(2)).clean
