"""Where the outside system offers neither a key nor a look-up, a crash between act and ledger is for a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.tables import INBOX, Taken
from hub.database import Database
from hub.failpoints import Failpoint
from hub.messagelog.tables import EDGE_STATUS
from hub.wire.topology import user_of
from tests.broker import Broker
from tests.fault.harness import Stage, until
from tests.world import TAX

pytestmark = pytest.mark.timeout(180)
RECIPIENT = user_of(TAX)


def uncertain(stage: Stage) -> list[str]:
    """What the recipient's ledger says is uncertain."""
    database = Database(f"sqlite:///{stage.folder / TAX / 'ledger.db'}")
    with database.reading() as connection:
        found = [row.id for row in connection.execute(INBOX.select().where(INBOX.c.state == Taken.UNCERTAIN))]
    database.close()
    return found


def told(stage: Stage) -> int:
    """How many uncertain acts the hub's operators see of this edge."""
    database = Database(stage.database)
    with database.reading() as connection:
        row = connection.execute(EDGE_STATUS.select().where(EDGE_STATUS.c.oin == TAX)).first()
    database.close()
    return 0 if row is None else int(row.uncertain)


@pytest.mark.parametrize(
    "point", [Failpoint.ACT_AFTER_INTENT, Failpoint.ACT_AFTER_EFFECT], ids=lambda point: point.value
)
def test_what_may_have_been_done_is_never_done_again_by_itself(
    broker: Broker, tmp_path: Path, point: Failpoint
) -> None:
    stage = Stage.create(broker, tmp_path, keyed=False)
    try:
        stage.everybody_runs()
        stage.stop(RECIPIENT)
        orders = stage.books.order(12)
        stage.start_party(TAX, point, 2)
        stage.wait_for_crash(RECIPIENT)
        stage.everybody_runs()
        more = stage.books.order(5)
        until(lambda: stage.books.count(more).effected == 5, "other conversations go on")
        left = uncertain(stage)
        assert 1 <= len(left) <= 8  # those that were being acted on
        count = stage.books.count(range(orders.start, more.stop))
        assert count.duplicated == 0
        assert count.attempted - count.effected <= len(left)
        for _ in range(2):
            stage.kill(RECIPIENT)
            stage.everybody_runs()
            assert stage.settle(stage.books.order(1)).duplicated == 0
        assert set(left) <= set(uncertain(stage))
        assert max(stage.books.asked(order) for order in orders) == 1
        until(lambda: told(stage) == len(uncertain(stage)), "the hub's operators see it")
    finally:
        stage.close()
