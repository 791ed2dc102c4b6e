"""Questions and terms on both databases: in step with the log, each rung reached once, partners reminded in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hub.clock import new_pseudonym
from hub.conversations.climbing.store import climb
from hub.conversations.following.store import behind, follow
from hub.conversations.ladder import LadderSettings, Rung
from hub.conversations.questions import Progress, Question, Stage, agreed_in, questions_of
from hub.conversations.store import attention, messages_of, open_questions, place_of, question_of
from hub.conversations.tables import QUESTION, RUNG
from hub.database import Database
from hub.messagelog import schema
from hub.messagelog.entries.store import sequence_entries
from tests.broker import Broker
from tests.filled import Writer, fill
from tests.relaybench import WORLD, Bench, bench_on, notice, receipt
from tests.road import eventually
from tests.world import NOW, SHV, TAX, VISH, make_event, make_letter

AGREED = agreed_in(WORLD.register)
LADDER = LadderSettings()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Of a notice that the tax office has since Monday noon: two working days, counted in hours of work.
WARNED = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
REMINDED = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)
ESCALATED = datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(url: str | None, tmp_path: Path) -> Iterator[Database]:
    """An empty hub's database."""
    made = Database(url or f"sqlite:///{tmp_path / 'hub.db'}")
    schema.upgrade(made)
    yield made
    made.close()


def questions(database: Database) -> dict[str, Question]:
    """What the table says, by id."""
    with database.reading() as connection:
        return {row.id: question_of(row) for row in connection.execute(QUESTION.select())}


def follow_all(database: Database, most: int = 2_000) -> None:
    """Follows the log to its end, so many entries at once."""
    with database.begin() as connection:
        sequence_entries(connection, 10_000)
    while follow_some(database, most):
        pass


def follow_some(database: Database, most: int) -> int:
    """One transaction of following."""
    with database.begin() as connection:
        return follow(connection, AGREED, LADDER, most)


@pytest.mark.parametrize("most", [1, 3, 1_000])
def test_the_table_says_what_the_messages_add_up_to_however_it_was_followed(database: Database, most: int) -> None:
    filled = fill(database, NOW)
    expected = questions(database)
    with database.begin() as connection:
        connection.execute(QUESTION.delete())
        connection.exec_driver_sql("UPDATE followed SET leaf_index = -1")
    follow_all(database, most)
    assert questions(database) == expected
    with database.reading() as connection:
        assert not behind(connection)
        for case in (filled.calm, filled.troubled, filled.waiting):
            judged = questions_of(messages_of(connection, case, 100), AGREED)
            assert {one.id: one for one in judged} == {key: one for key, one in expected.items() if one.case == case}
    assert Counter(one.stage for one in expected.values()) == {
        Stage.ANSWERED: 2,
        Stage.DELIVERED: 2,
        Stage.OPENED: 2,
        Stage.REFUSED: 1,
        Stage.EXPIRED: 1,
    }


def test_an_agreement_that_changes_leaves_running_terms_as_they_were(database: Database) -> None:
    with database.begin() as connection:
        writer = Writer(connection, NOW)
        asked = writer.message("kennisgeving-publiek", SHV, TAX, HOUR, new_pseudonym(), new_pseudonym())
    follow_all(database)
    with database.begin() as connection:
        Writer(connection, NOW).receipt(SHV, TAX, asked, timedelta(0))
        sequence_entries(connection, 10)
        follow(connection, lambda _message: None, LADDER)  # of a register in which nothing is agreed any more
    assert questions(database)[asked].due == DUE


def test_the_first_screen_counts_and_the_list_goes_by_what_is_most_urgent(database: Database) -> None:
    fill(database, NOW)
    with database.reading() as connection:
        found = attention(connection, NOW, 1_000)
        assert (found.in_danger, found.overdue) == (0, 1)
        assert (found.rest_undelivered, found.rest_failed, found.rest_overdue) == (2, 2, 1)
        assert attention(connection, NOW, 1).rest_failed == 1
        whole = open_questions(connection, 100)
        assert [one.progress_at(NOW) for one in whole] == [
            Progress.REFUSED,
            Progress.OVERDUE,
            Progress.EXPIRED,
            Progress.ON_ITS_WAY,
            Progress.ON_ITS_WAY,
            Progress.DELIVERED,
        ]
        paged: list[Question] = []
        while some := open_questions(connection, 2, after=place_of(connection, paged[-1]) if paged else None):
            paged += some
        assert paged == whole
        assert open_questions(connection, 100, rest_since=NOW) == whole[:5]


# — the ladder ————————————————————————————————————————————————————————————————————————————————————————————————————————


def rungs(database: Database) -> list[tuple[str, Rung]]:
    """What was reached, in order."""
    with database.reading() as connection:
        rows = connection.execute(RUNG.select().order_by(RUNG.c.reached, RUNG.c.rung))
        return [(row.id, Rung(row.rung)) for row in rows]


def climb_at(database: Database, now: datetime) -> list[Rung]:
    """What is reached at that moment."""
    with database.begin() as connection:
        return [one.rung for one in climb(connection, now, LADDER, 100)]


def test_each_rung_is_reached_once_at_its_time(database: Database) -> None:
    with database.begin() as connection:
        asked = Writer(connection, NOW).delivered(
            "kennisgeving-publiek", SHV, TAX, timedelta(seconds=2), new_pseudonym(), new_pseudonym()
        )
    follow_all(database)
    times = {WARNED: Rung.WARNED, REMINDED: Rung.REMINDED, DUE: Rung.OVERDUE, ESCALATED: Rung.ESCALATED}
    for at, rung in times.items():
        assert climb_at(database, at - timedelta(seconds=1)) == []
        assert climb_at(database, at) == [rung]
        assert climb_at(database, at) == []
    assert climb_at(database, NOW + 400 * DAY) == []
    assert rungs(database) == [(asked, rung) for rung in times.values()]


def test_what_was_missed_while_the_hub_was_away_is_made_up_for_in_order(database: Database) -> None:
    with database.begin() as connection:
        Writer(connection, NOW).delivered("kennisgeving-publiek", SHV, TAX, HOUR, new_pseudonym(), new_pseudonym())
    follow_all(database)
    assert climb_at(database, ESCALATED) == [Rung.WARNED, Rung.REMINDED, Rung.OVERDUE, Rung.ESCALATED]


def test_a_question_that_its_recipient_does_not_take_has_a_ladder_of_its_own(database: Database) -> None:
    with database.begin() as connection:
        writer = Writer(connection, NOW)
        asked = writer.message("kennisgeving-publiek", SHV, TAX, timedelta(0), new_pseudonym(), new_pseudonym())
    follow_all(database)
    assert climb_at(database, NOW + 11 * HOUR) == []
    assert climb_at(database, NOW + 35 * HOUR) == [Rung.UNDELIVERED]  # Tuesday 23:59:59
    with database.begin() as connection:
        Writer(connection, NOW + 36 * HOUR).receipt(SHV, TAX, asked, timedelta(0))
    follow_all(database)
    assert climb_at(database, NOW + 37 * HOUR) == []
    assert climb_at(database, NOW + 90 * DAY) == [Rung.WARNED, Rung.REMINDED, Rung.OVERDUE, Rung.ESCALATED]


def test_an_answer_ends_the_ladder(database: Database) -> None:
    case, conversation = new_pseudonym(), new_pseudonym()
    with database.begin() as connection:
        writer = Writer(connection, NOW)
        asked = writer.delivered("kennisgeving-publiek", SHV, TAX, HOUR, case, conversation)
        writer.delivered("kennisgeving-antwoord", TAX, SHV, timedelta(minutes=1), case, conversation, answers=asked)
    follow_all(database)
    assert climb_at(database, NOW + 90 * DAY) == []


def test_in_whatever_steps_time_goes_each_question_has_each_rung_once(database: Database) -> None:
    random = Random(7)  # noqa: S311 - no secret
    with database.begin() as connection:
        for _ in range(20):
            ago = timedelta(minutes=random.randrange(10_000))
            Writer(connection, NOW).delivered("kennisgeving-publiek", SHV, TAX, ago, new_pseudonym(), new_pseudonym())
    follow_all(database)
    now = NOW
    while now < NOW + 12 * DAY:
        now += timedelta(minutes=random.randrange(3_000))
        climb_at(database, now)
    found = Counter(rungs(database))
    assert len(found) == 20 * 4
    assert set(found.values()) == {1}


# — the keeper ————————————————————————————————————————————————————————————————————————————————————————————————————————


async def asked_and_taken(bench: Bench) -> bytes:
    """A notice that the tax office has stored; the questions are in step."""
    body = notice()
    await bench.carry([body])
    await bench.carry([receipt(body)], TAX)
    await bench.keeper.sequence()
    await bench.keeper.follow()
    return body


@pytest.mark.anyio
async def test_a_partner_is_reminded_once_while_it_can_still_be_in_time(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        await asked_and_taken(bench)
        bench.clock.moment = REMINDED
        assert await bench.keeper.climb() == 2
        for expected in (1, 0, 0):
            assert await bench.keeper.remind_of_terms(bench.link) == expected
        await eventually(lambda: len(bench.recipient.of("hub-notice+jws")) == 1, "it is reminded")
        said = bench.recipient.of("hub-notice+jws")[0].payload
        assert said["code"] == "reminder"
        assert said["ref"] in {row.id for row in bench.rows(QUESTION)}
        assert "25-11-2026 om 23:59" in said["text"]
        assert bench.sender.of("hub-notice+jws") == []


@pytest.mark.anyio
async def test_an_answer_that_came_before_the_reminder_left_keeps_it_in(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None) as bench:
        body = await asked_and_taken(bench)
        bench.clock.moment = REMINDED
        await bench.keeper.climb()
        row = bench.rows(QUESTION)[0]
        reply = make_event(
            "kennisgeving-antwoord", sender=TAX, to=SHV, correlationid=row.correlationid, causationid=row.id,
            now=REMINDED,
        )  # fmt: skip
        await bench.carry([make_letter(WORLD, reply).body()], TAX)
        await bench.keeper.sequence()
        await bench.keeper.follow()
        assert await bench.keeper.remind_of_terms(bench.link) == 0
        bench.clock.moment = ESCALATED
        assert await bench.keeper.climb() == 0
        assert body


@pytest.mark.anyio
async def test_a_partner_without_an_inbox_is_reminded_when_it_has_one(broker: Broker, tmp_path: Path) -> None:
    async with bench_on(broker, tmp_path, None, oins=(SHV, TAX), reading=(SHV, TAX)) as bench:
        with bench.office.database.begin() as connection:
            Writer(connection, NOW).delivered(
                "schuldenrust-aanmelding", SHV, VISH, HOUR, new_pseudonym(), new_pseudonym()
            )
        await bench.keeper.sequence()
        bench.clock.moment = DUE
        await bench.keeper.climb()
        assert await bench.keeper.remind_of_terms(bench.link) == 0
        assert [row.told for row in bench.rows(RUNG) if row.rung == Rung.REMINDED] == [None]
