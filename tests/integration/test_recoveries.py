"""Evidence released through the real road, messages offered again, partners paused: on a real broker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hub.clock import new_pseudonym
from hub.database import Connection, instant
from hub.messagelog.store import Row, add_quarantined
from hub.messagelog.tables import MESSAGE, NOTICE, QUARANTINE, State
from hub.operations.acts import Act, ActName, Doer
from hub.operations.evidence import Cause, Settlement
from hub.operations.evidence.store import evidence_by_id, oldest_open
from hub.operations.partners.store import ask_notice, last_notices, pause, resume
from hub.operations.recovery import TRIES, Outcome, Recovery, Skip, Stage
from hub.operations.recovery.planning import plan_forward, plan_release
from hub.operations.recovery.store import add_plan, confirm, recovery, steps, take
from hub.operations.waiting.store import waiting_for
from hub.wire.postmark import refhash_of
from schemas.codes import HubNoticeCode
from tests.broker import Broker
from tests.relaybench import WORLD, Bench, bench_on, notice, receipt
from tests.road import eventually
from tests.world import NOW, SHV, TAX, make_event, make_letter

pytestmark = pytest.mark.anyio
DOER = Doer("vera", "Vera")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def act(name: ActName, bench: Bench, target: str | None = None) -> Act:
    """An act now."""
    return Act(new_pseudonym(), name, bench.clock.now(), DOER, target=target, reason="proef van het werk")


def dead(bench: Bench, body: bytes | None, oin: str | None, *, cause: str = "dead-letter", of: str = "x") -> None:
    """What the broker gave up, as the keeper keeps it."""
    row: Row = {
        "cause": cause,
        "code": None,
        "received": instant(bench.clock.now()),
        "refhash": refhash_of(body or of.encode()),
        "oin": oin,
        "queue": "hub.dead",
        "body": body,
    }
    with bench.office.database.begin() as connection:
        add_quarantined(connection, [row])


def released(bench: Bench, cause: Cause = Cause.LANE) -> Recovery:
    """A confirmed plan to release a whole group."""

    def make(connection: Connection) -> Recovery:
        identity, now = new_pseudonym(), bench.clock.now()
        plan = plan_release(connection, bench.office.register.current, oldest_open(connection, cause, 100), now)
        add_plan(connection, identity, plan, DOER, now)
        doing = act(ActName.RECOVERY_CONFIRMED, bench, identity)
        confirm(connection, identity, plan.hash, doing, per_minute=600, second_needed=False)
        made = recovery(connection, identity)
        assert made is not None
        return made

    with bench.office.database.begin() as connection:
        return make(connection)


def outcomes(bench: Bench, found: Recovery) -> list[str | None]:
    """What became of each item, or why it is skipped."""
    with bench.office.database.reading() as connection:
        return [step.item.skipped or step.outcome for step in steps(connection, found.id)]


async def test_a_dead_letter_that_is_released_is_carried_like_any_delivery(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body = notice()
        dead(bench, body, SHV)
        found = released(bench)
        assert await bench.keeper.recover(bench.link) == 1
        assert outcomes(bench, found) == [Outcome.CARRIED]
        await eventually(lambda: [letter.body for letter in bench.recipient.letters] == [body], "the same bytes arrive")
        assert [entry["decision"] for entry in await bench.sender.told(body, 1)] == ["accepted"]
        assert bench.kinds() == {"operator": 1, "accepted": 1}
        (row,) = bench.rows(QUARANTINE)
        assert (row.settled_how, row.body, row.claimed_by) == (Settlement.RELEASED, body, None)
        assert await bench.keeper.recover(bench.link) == 0


async def test_a_plan_says_what_the_road_would_do_now(broker: Broker, tmp_path: Path, url: str | None) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        carried, answered = notice(), notice()
        await bench.carry([answered])
        await bench.carry([receipt(answered)], TAX)
        old = make_letter(WORLD, make_event(now=NOW - timedelta(days=13), expirytime="2026-11-20T00:00:00Z")).body()
        strange = carried[:-4] + b"AAAA"
        for one in (carried, answered, old, strange, b"no.jws.at all"):
            dead(bench, one, SHV)
        dead(bench, None, SHV, cause="row-refused")
        with bench.office.database.reading() as connection:
            rows = [row.row_id for row in connection.execute(QUARANTINE.select().order_by(QUARANTINE.c.row_id))]
            plan = plan_release(connection, WORLD.register, evidence_by_id(connection, rows), NOW)
        assert [item.skipped for item in plan.items] == [
            None,
            Skip.ANSWERED,
            Skip.EXPIRED,
            "bad_signature",
            Skip.UNREADABLE,
            Skip.ONLY_HASH,
        ]


async def test_what_an_inbox_gave_up_is_laid_there_again_under_its_senders_name(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        body = notice()
        await bench.carry([body])
        await eventually(lambda: len(bench.recipient.letters) == 1, "it is read")
        dead(bench, body, None)
        found = released(bench, Cause.INBOX)
        await bench.keeper.recover(bench.link)
        assert outcomes(bench, found) == [Outcome.CARRIED]
        await eventually(lambda: len(bench.recipient.letters) == 2, "it comes again")
        assert len(bench.rows(MESSAGE)) == 1


async def test_a_message_that_expires_before_its_turn_is_refused_by_the_road_and_stays_evidence(
    broker: Broker, tmp_path: Path
) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        dead(bench, notice(), SHV)
        found = released(bench)
        bench.clock.move(timedelta(days=8))
        await bench.keeper.recover(bench.link)
        assert outcomes(bench, found) == ["expired"]
        (row,) = bench.rows(QUARANTINE)
        assert (row.settled, row.claimed_by) == (None, None)


async def test_an_item_that_ends_the_process_each_time_is_left_to_a_person(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        dead(bench, notice(), SHV)
        found = released(bench)
        for _ in range(TRIES):  # begun, and the process was gone before it wrote what became of it
            with bench.office.database.begin() as connection:
                take(connection, found, 1, bench.clock.now())
        bench.clock.move(timedelta(minutes=1))
        await bench.keeper.recover(bench.link)
        assert outcomes(bench, found) == [Outcome.CRASHED]
        assert bench.rows(MESSAGE) == []


async def test_the_pace_that_was_chosen_is_kept(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        for _ in range(25):
            dead(bench, notice(), SHV)
        found = released(bench)
        assert [await bench.keeper.recover(bench.link) for _ in range(2)] == [10, 0]
        bench.clock.move(timedelta(seconds=1))
        assert await bench.keeper.recover(bench.link) == 10
        bench.clock.move(timedelta(seconds=1))
        assert await bench.keeper.recover(bench.link) == 5
        with bench.office.database.reading() as connection:
            ended = recovery(connection, found.id)
        assert ended is not None
        assert ended.stage is Stage.DONE


async def test_messages_without_a_receipt_are_laid_into_their_inbox_again(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        bodies = [notice(), notice()]
        await bench.carry(bodies)
        await eventually(lambda: len(bench.recipient.letters) == 2, "they are read")
        with bench.office.database.begin() as connection:
            plan = plan_forward(connection, waiting_for(connection, TAX, 100), bench.clock.now())
            identity = new_pseudonym()
            add_plan(connection, identity, plan, DOER, bench.clock.now())
            doing = act(ActName.RECOVERY_CONFIRMED, bench, identity)
            confirm(connection, identity, plan.hash, doing, per_minute=600, second_needed=False)
            found = recovery(connection, identity)
        assert found is not None
        await bench.carry([receipt(bodies[0])], TAX)  # between the plan and its turn
        await bench.keeper.recover(bench.link)
        assert sorted(map(str, outcomes(bench, found))) == [Outcome.ANSWERED, Outcome.CARRIED]
        await eventually(lambda: len(bench.recipient.letters) == 3, "the one without a receipt comes again")


async def test_what_is_for_a_paused_partner_is_kept_and_goes_on_in_its_order_when_it_is_resumed(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        with bench.office.database.begin() as connection:
            assert pause(connection, TAX, act(ActName.PARTNER_PAUSED, bench, TAX))
        bodies = [notice() for _ in range(3)]
        for body in bodies:
            await bench.carry([body])
            await bench.carry([body])  # its sender offers it again
            bench.clock.move(timedelta(seconds=1))
        bench.clock.move(timedelta(hours=5))
        assert await bench.keeper.redeliver(bench.link) == 0
        assert bench.recipient.letters == []
        for body in bodies:
            assert {entry["decision"] for entry in await bench.sender.told(body, 2)} == {"accepted"}
        with bench.office.database.begin() as connection:
            assert resume(connection, TAX, act(ActName.PARTNER_RESUMED, bench, TAX))
        assert await bench.keeper.redeliver(bench.link) == 3
        await eventually(lambda: [letter.body for letter in bench.recipient.letters] == bodies, "in their order")
        assert {state for state, _ in bench.outcomes().values()} == {State.FORWARDED}


async def test_a_pause_that_lasts_is_an_alarm_and_no_other(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        with bench.office.database.begin() as connection:
            pause(connection, TAX, act(ActName.PARTNER_PAUSED, bench, TAX))
        await bench.carry([notice()])
        bench.clock.move(timedelta(hours=23))
        assert await bench.keeper.sweep() == 0
        bench.clock.move(timedelta(hours=2))
        assert await bench.keeper.sweep() == 1


async def test_a_notice_that_was_asked_for_is_sent_once(broker: Broker, tmp_path: Path, url: str | None) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        doing = act(ActName.PARTNER_TESTED, bench, TAX)
        with bench.office.database.begin() as connection:
            assert ask_notice(connection, TAX, HubNoticeCode.CONNECTION_TEST, doing)
            assert not ask_notice(connection, TAX, HubNoticeCode.CONNECTION_TEST, doing)
        assert [await bench.keeper.tell(bench.link) for _ in range(2)] == [1, 0]
        await eventually(lambda: len(bench.recipient.of("hub-notice+jws")) == 1, "it comes")
        with bench.office.database.reading() as connection:
            last = last_notices(connection, HubNoticeCode.CONNECTION_TEST)[TAX]
        assert (last.sent, last.error) == (bench.clock.now(), None)
        assert [row for row in bench.rows(NOTICE) if row.name.startswith("key:")] == []
