"""A power cut at every commit, publish and ack of hub and edge: nothing is lost and nothing is done twice."""

from __future__ import annotations

import ast
import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, func, select, text

from adapters.witness.tables import HEAD
from hub.conversations.ladder import Rung
from hub.conversations.questions import Stage as Asked
from hub.conversations.tables import QUESTION, RUNG
from hub.database import Database
from hub.failpoints import Failpoint
from hub.messagelog.tables import COSIGNATURE, ENTRY, MESSAGE, NOTICE, QUARANTINE, State
from hub.wire.link import Link, LinkSettings
from hub.wire.topology import user_of
from tests.fault.harness import ROOT, Stage, until
from tests.world import SHV, TAX

pytestmark = pytest.mark.timeout(900)
LIMIT_S = 600.0

# Which process passes a point, and how often before it ends there: never the first time where load makes later ones.
RELAY = {
    Failpoint.RELAY_BEFORE_COMMIT: 2,
    Failpoint.RELAY_AFTER_COMMIT: 2,
    Failpoint.RELAY_AFTER_PUBLISH: 2,
    Failpoint.RELAY_AFTER_MARK: 2,
    Failpoint.RELAY_AFTER_ACK: 2,
}
SENDER = {
    Failpoint.OUTBOX_BEFORE_COMMIT: 5,
    Failpoint.OUTBOX_AFTER_COMMIT: 5,
    Failpoint.OUTBOX_AFTER_PUBLISH: 1,
    Failpoint.OUTBOX_AFTER_MARK: 1,
}
RECIPIENT = {
    Failpoint.INBOX_BEFORE_COMMIT: 2,
    Failpoint.INBOX_AFTER_COMMIT: 2,
    Failpoint.INBOX_AFTER_RECEIPT: 1,
    Failpoint.INBOX_AFTER_RECEIPT_MARK: 1,
    Failpoint.INBOX_BEFORE_ACK: 1,
    Failpoint.INBOX_AFTER_ACK: 3,
    Failpoint.ACT_AFTER_INTENT: 1,
    Failpoint.ACT_AFTER_EFFECT: 3,
    Failpoint.ACT_AFTER_RESULT: 3,
}
KEEPER = {
    Failpoint.RELAY_AFTER_QUARANTINE,
    Failpoint.KEEPER_BEFORE_PUBLISH,
    Failpoint.KEEPER_AFTER_PUBLISH,
    Failpoint.KEEPER_AFTER_MARK,
    Failpoint.KEEPER_AFTER_EXPIRY,
    Failpoint.KEEPER_AFTER_EXPIRY_MARK,
    Failpoint.KEEPER_AFTER_DEAD_LETTER,
    Failpoint.KEEPER_AFTER_NOTICE,
    Failpoint.KEEPER_AFTER_CHECKPOINT,
    Failpoint.KEEPER_AFTER_CHECKPOINT_SENT,
    Failpoint.KEEPER_BEFORE_CLIMB,
    Failpoint.KEEPER_AFTER_CLIMB,
    Failpoint.KEEPER_AFTER_TERM_NOTICE,
    Failpoint.KEEPER_AFTER_ALARM,  # this and the next: test_alarms.py
    Failpoint.KEEPER_AFTER_TELLING,
}
# crashed at in test_recovering.py
OPERATORS = {
    Failpoint.RECOVERY_AFTER_INTENT,
    Failpoint.RECOVERY_AFTER_SENDING,
    Failpoint.RECOVERY_AFTER_OUTCOME,
    Failpoint.NOTICE_AFTER_SENDING,
}


def test_every_point_in_the_code_is_on_the_list_and_crashed_at() -> None:
    called = {
        node.args[0].attr
        for folder in ("hub", "adapters")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "reached"
        and isinstance(node.args[0], ast.Attribute)
        and ast.unparse(node.args[0].value) == "Failpoint"
    }
    assert called == {point.name for point in Failpoint}
    assert {*RELAY, *SENDER, *RECIPIENT, *KEEPER, *OPERATORS, Failpoint.WITNESS_AFTER_COSIGNATURE} == set(Failpoint)


def test_every_process_ends_at_every_point_while_the_others_do_too(stage: Stage) -> None:
    """Each ends at one point after the other and is started again, as a service manager does; all under load."""
    starts: dict[str, Callable[..., None]] = {
        "hub": stage.start_hub,
        user_of(SHV): lambda **armed: stage.start_party(SHV, **armed),
        user_of(TAX): lambda **armed: stage.start_party(TAX, **armed),
    }
    points = {"hub": list(RELAY.items()), user_of(SHV): list(SENDER.items()), user_of(TAX): list(RECIPIENT.items())}
    armed: dict[str, bool] = {}
    first = stage.books.order(1).start
    last = first + 1

    def start(name: str) -> None:
        armed[name] = bool(points[name])
        point, after = points[name].pop(0) if points[name] else (None, 0)
        starts[name](point=point, after=after)

    for name in starts:
        if stage.running(name):
            stage.stop(name)
        start(name)
    end = time.monotonic() + LIMIT_S
    while any(armed.values()):
        assert time.monotonic() < end, f"still to come: {points}"
        last = stage.books.order(2).stop
        time.sleep(0.5)
        for name in starts:
            if not stage.running(name):
                assert armed[name], f"{name} ended by itself: {stage.processes[name].last_words()}"
                stage.check_crashed(name)
                start(name)
    count = stage.settle(range(first, last))
    assert count.clean, count
    assert count.lost == 0


# — the keeper ————————————————————————————————————————————————————————————————————————————————————————————————————

MINUTES, DAYS = 60.0, 86_400.0
UNDELIVERED = 3


def rows(stage: Stage, table: Table) -> Sequence[Row[Any]]:
    """A table of the hub."""
    database = Database(stage.database)
    try:
        with database.reading() as connection:
            return connection.execute(table.select()).all()
    finally:
        database.close()


def link_of(stage: Stage, oin: str) -> LinkSettings:
    """A partner's own link."""
    certificate, key = stage.broker.partner(oin)
    return LinkSettings(stage.vhost.url, stage.broker.ca, certificate, key)


async def _take_away(settings: LinkSettings, queue: str, *, reject: bool) -> int:
    async with Link.opened(settings) as link:
        consumer = await link.consume(queue, 100)
        taken = 0
        # what is prefetched and not handed out yet is no longer ready: the count says when it is enough
        while taken < UNDELIVERED or (await link.inspect(queue) or (0, 0))[0]:
            arrivals = await consumer.batch(100)
            taken += len(arrivals)
            for arrival in arrivals:
                if reject:
                    await consumer._underlay.basic_reject(arrival.tag, requeue=False)
                else:
                    await consumer.ack(arrival)
        await consumer.close()
        return taken


def take_away(stage: Stage, *, reject: bool = False) -> int:
    """What lies in the recipient's inbox goes: lost with its machine, or given up by the broker."""
    return asyncio.run(_take_away(link_of(stage, TAX), stage.vhost.inbox(TAX), reject=reject))


def undelivered(stage: Stage) -> range:
    """Orders that the hub has and that no longer lie in the recipient's inbox."""
    stage.everybody_runs()
    stage.stop(user_of(TAX))
    orders = stage.books.order(UNDELIVERED)
    until(lambda: stage.books.count(orders).accepted == UNDELIVERED, "the hub keeps them")
    until(lambda: all(row.state != State.ACCEPTED for row in rows(stage, MESSAGE)), "they were forwarded")
    return orders


@pytest.mark.parametrize(
    "point",
    [Failpoint.KEEPER_BEFORE_PUBLISH, Failpoint.KEEPER_AFTER_PUBLISH, Failpoint.KEEPER_AFTER_MARK],
    ids=lambda point: point.value,
)
def test_the_keeper_ends_while_it_offers_again(stage: Stage, point: Failpoint) -> None:
    orders = undelivered(stage)
    assert take_away(stage) >= UNDELIVERED
    stage.stop("hub")
    stage.start_hub(point=point)
    stage.start_party(TAX)
    stage.later(11 * MINUTES)
    nudged(stage, "hub")
    stage.everybody_runs()
    stage.later(11 * MINUTES)
    count = stage.settle_with_time(orders)
    assert count.clean, count


def nudged(stage: Stage, name: str) -> None:
    """Waits for a crash that time brings: the clock goes on while nothing happens."""
    for _ in range(40):
        if stage.happens(lambda: not stage.running(name), 0.5):
            break
        stage.later(MINUTES)
    stage.wait_for_crash(name)


@pytest.mark.parametrize("point", [Failpoint.KEEPER_AFTER_DEAD_LETTER], ids=lambda point: point.value)
def test_the_keeper_ends_while_it_keeps_what_the_broker_gave_up(stage: Stage, point: Failpoint) -> None:
    orders = undelivered(stage)
    before = len(rows(stage, QUARANTINE))
    stage.stop("hub")
    taken = take_away(stage, reject=True)
    assert taken >= 3
    stage.start_hub(point=point)
    stage.wait_for_crash("hub")
    stage.everybody_runs()
    until(lambda: len(rows(stage, QUARANTINE)) >= before + 3, "they are evidence")
    count = stage.settle_with_time(orders)
    assert count.clean, count
    kept = [row.refhash for row in rows(stage, QUARANTINE)]
    assert len(kept) == len(set(kept))  # each once, though the crash brought them twice


def test_the_hub_ends_after_it_kept_a_row_aside(stage: Stage) -> None:
    stage.everybody_runs()
    stage.stop("hub")
    orders = stage.books.order(3)
    forbid_messages(stage, "t")
    try:
        stage.start_hub(point=Failpoint.RELAY_AFTER_QUARANTINE)
        stage.wait_for_crash("hub")
    finally:
        forbid_messages(stage, None)
    stage.everybody_runs()
    count = stage.settle_with_time(orders)  # their sender offers them again (T3)
    assert count.clean, count


def forbid_messages(stage: Stage, how: str | None) -> None:
    """Lets the hub's database refuse every new message, or stop doing so."""
    database = Database(stage.database)
    body = "BEGIN SELECT RAISE(ABORT, 'no'); END" if database.is_sqlite else "FOR EACH ROW EXECUTE FUNCTION forbidden()"
    function = (
        "CREATE OR REPLACE FUNCTION forbidden() RETURNS trigger AS "
        "$$ BEGIN RAISE EXCEPTION 'no'; END $$ LANGUAGE plpgsql"
    )
    with database.begin() as connection:
        if how is None:
            connection.execute(text(f"DROP TRIGGER forbidden{'' if database.is_sqlite else ' ON message'}"))
        else:
            if not database.is_sqlite:
                connection.execute(text(function))
            connection.execute(text(f"CREATE TRIGGER forbidden BEFORE INSERT ON message {body}"))
    database.close()


@pytest.mark.parametrize(
    "point", [Failpoint.KEEPER_AFTER_EXPIRY, Failpoint.KEEPER_AFTER_EXPIRY_MARK], ids=lambda point: point.value
)
def test_the_keeper_ends_while_it_gives_up(stage: Stage, point: Failpoint) -> None:
    orders = undelivered(stage)
    stage.stop("hub")
    stage.later(15 * DAYS + MINUTES)
    stage.start_hub(point=point)
    stage.wait_for_crash("hub")
    stage.start_hub()
    until(lambda: all(("expired", "") in stage.books.outcomes(order) for order in orders), "each sender is told")
    until(lambda: expired_entries(stage, orders) >= 3, "and it is in the log")
    stage.start_party(TAX)  # back at last, it refuses by its own clock, and that replaces `expired`
    until(lambda: all(("refused", "expired") in stage.books.outcomes(order) for order in orders), "the late receipts")
    count = stage.books.count(orders)
    assert (count.effected, count.duplicated) == (0, 0)
    messages = [row for row in rows(stage, MESSAGE) if row.outcome_code == "expired"]
    expired = [row.id for row in rows(stage, ENTRY) if row.kind == "expired"]
    assert len(expired) == len(set(expired)) == len(messages)


def expired_entries(stage: Stage, orders: range) -> int:
    """How many messages the log says to have expired."""
    return sum(row.kind == "expired" for row in rows(stage, ENTRY))


def roll(stage: Stage, end: str) -> None:
    """A newer register, in which the sender's sealing key ends then."""
    stage.world = stage.world.edited(lambda document: document["organisations"][1]["keys"][1].update(exp=end))
    new = stage.folder / "register.new"
    new.write_bytes(stage.world.body)
    new.replace(stage.folder / "register.jws")


def test_the_keeper_ends_after_a_notice(stage: Stage) -> None:
    stage.everybody_runs()
    stage.stop("hub")
    roll(stage, soon(stage))
    before, told = notices(stage), len(stage.events(user_of(SHV), "notice.received"))
    stage.start_hub(point=Failpoint.KEEPER_AFTER_NOTICE)
    stage.wait_for_crash("hub")
    stage.everybody_runs()
    until(lambda: notices(stage) == before + 1, "it is remembered once")
    until(lambda: len(stage.events(user_of(SHV), "notice.received")) >= told + 1, "the owner is reminded")
    roll(stage, "2099-01-01T00:00:00Z")
    assert stage.settle(stage.books.order(2)).clean


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("hub", Failpoint.KEEPER_AFTER_CHECKPOINT),
        ("hub", Failpoint.KEEPER_AFTER_CHECKPOINT_SENT),
        (user_of(TAX), Failpoint.WITNESS_AFTER_COSIGNATURE),
    ],
    ids=lambda given: getattr(given, "value", given),
)
def test_hub_or_witness_ends_while_the_head_of_the_log_is_signed_sent_or_confirmed(
    stage: Stage, name: str, point: Failpoint
) -> None:
    stage.everybody_runs()
    before = len(stage.events("hub", "log.forked"))
    stage.stop(name)
    if name == "hub":
        stage.start_hub(point=point)
    else:
        stage.start_party(TAX, point=point)
    first = stage.books.order(2).start
    for _ in range(3):  # an hour between two heads, a day between two confirmations
        if stage.happens(lambda: not stage.running(name), 15):
            break
        stage.later(DAYS + MINUTES)
        stage.books.order(1)
    stage.wait_for_crash(name)
    stage.everybody_runs()
    assert stage.settle_with_time(range(first, stage.books.order(2).stop)).clean
    confirmed = confirmations(stage)
    stage.later(2 * DAYS)
    stage.books.order(1)
    until(lambda: confirmations(stage) > confirmed, "it goes on confirming", 150)
    assert len(stage.events("hub", "log.forked")) == before
    # A clock that jumps by days between two letters makes a partner alarm; but in the end every head is linked.
    until(lambda: apart(stage) == 0, "every head that the partner saw is proven to follow from the one before", 150)


def confirmations(stage: Stage) -> int:
    """How many heads the recipient confirmed."""
    return sum(row.oin == TAX for row in rows(stage, COSIGNATURE))


def apart(stage: Stage) -> int:
    """How many heads the recipient could not link to those before."""
    ledger = Database(f"sqlite:///{stage.folder / TAX / 'ledger.db'}")
    with ledger.reading() as connection:
        count = connection.execute(select(func.count()).where(HEAD.c.extends.is_(False))).scalar_one()
    ledger.close()
    return count


def notices(stage: Stage) -> int:
    """How many notices the hub remembers."""
    return sum(str(row.name).startswith("key:") for row in rows(stage, NOTICE))


def soon(stage: Stage) -> str:
    """Ten days from now, by the stage's clock."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + stage.ahead_s + 10 * DAYS))


@pytest.mark.parametrize(
    "point",
    [Failpoint.KEEPER_BEFORE_CLIMB, Failpoint.KEEPER_AFTER_CLIMB, Failpoint.KEEPER_AFTER_TERM_NOTICE],
    ids=lambda point: point.value,
)
def test_the_keeper_ends_while_a_term_passes(stage: Stage, point: Failpoint) -> None:
    stage.everybody_runs()
    stage.kill("outside")  # the recipient stores, and cannot act: nobody answers
    orders = stage.books.order(2)
    until(lambda: stage.books.count(orders).delivered == 2, "they are with their recipient")
    until(lambda: len(unanswered(stage)) == 2, "the keeper knows them as questions")
    stage.stop("hub")
    stage.later(6 * DAYS)
    stage.start_hub(point=point)
    nudged(stage, "hub")
    stage.start_hub()
    asked = unanswered(stage)
    stage.passes(lambda: all(climbed(stage, one) == WHOLE_LADDER for one in asked), "each rung once, and told")
    stage.start_outside()
    count = stage.settle_with_time(orders)
    assert count.clean, count
    until(lambda: not unanswered(stage), "and the answers end it")


def unanswered(stage: Stage) -> set[str]:
    """The questions that somebody has and did not answer."""
    return {row.id for row in rows(stage, QUESTION) if row.stage == Asked.DELIVERED}


def climbed(stage: Stage, question: str) -> list[tuple[int, bool]]:
    """Which rungs a question reached, and whether its recipient was told of the one that it is told of."""
    mine = sorted((row.rung, row.told is not None) for row in rows(stage, RUNG) if row.id == question)
    return [(rung, told) for rung, told in mine if rung != Rung.ESCALATED]


WHOLE_LADDER = [(Rung.WARNED, True), (Rung.REMINDED, True), (Rung.OVERDUE, True)]


def test_logs_of_all_these_processes_hold_nothing_personal(stage: Stage) -> None:
    stage.everybody_runs()
    for file in Path(stage.folder).glob("*.log"):
        content = file.read_text()
        assert "999001012" not in content
        assert "Groot" not in content
