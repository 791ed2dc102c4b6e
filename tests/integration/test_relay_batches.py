"""A batch is one statement per table, whatever is in it; what a row spoils is done alone and kept aside alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hub.clock import new_id, new_pseudonym
from hub.database import Database
from hub.messagelog.tables import ENTRY, MESSAGE, QUARANTINE, RECEIPT, SEALED, State
from hub.wire.link import Link
from hub.wire.postmark import refhash_of
from tests.broker import Broker
from tests.counting import counted
from tests.relaybench import WORLD, arrival, bench_on, notice, receipt
from tests.road import eventually
from tests.stranger import payload_of
from tests.world import NOW, SHV, TAX, FixedClock, make_event, make_letter

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Both databases."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def test_a_hundred_messages_take_no_more_statements_than_one(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        with counted(bench.office.database) as one:
            await bench.carry([notice()])
        with counted(bench.office.database) as hundred:
            await bench.carry([notice() for _ in range(100)])
        assert hundred == one
        assert set(hundred.values()) == {1}
        assert {("INSERT", name) for name in ("message", "sealed", "salt", "entry")} <= hundred.keys()
        assert set(bench.outcomes().values()) == {(State.FORWARDED, None)}
        await eventually(lambda: len(bench.recipient.letters) == 101, "all are forwarded")


async def test_a_hundred_duplicates_answers_and_receipts_take_no_more_statements_than_one(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        conversations = [new_pseudonym() for _ in range(100)]
        bodies = [notice(conversation) for conversation in conversations]
        await bench.carry(bodies)
        with counted(bench.office.database) as duplicates:
            await bench.carry(bodies)
        assert set(duplicates.values()) == {1}
        answers = [
            make_letter(WORLD, make_event("kennisgeving-antwoord", sender=TAX, to=SHV, correlationid=one)).body()
            for one in conversations
        ]
        with counted(bench.office.database) as answering:
            await bench.carry(answers, TAX)
        assert set(answering.values()) == {1}
        with counted(bench.office.database) as receipting:
            await bench.carry([receipt(body) for body in bodies], TAX)
        assert receipting.pop(("SELECT", "receipt")) == 1
        assert set(receipting.values()) == {1}
        assert bench.kinds() == {"accepted": 200, "receipt": 100}
        assert len(bench.rows(SEALED)) == 100  # the answers'


async def test_thousands_of_receipts_in_one_batch_fit_into_what_a_database_takes(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    """A hundred receipts of a hundred entries each name ten thousand messages: more than one statement may hold."""
    async with bench_on(broker, tmp_path, url) as bench:
        body = notice()
        await bench.carry([body])
        strange = [{"ref": new_pseudonym(), "refhash": "sha-256:" + "0" * 64, "result": "accepted"} for _ in range(99)]
        mine = {"ref": (payload_of(body) or {})["id"], "refhash": refhash_of(body), "result": "accepted"}
        await bench.carry([receipt(receipts=[*strange, mine]) for _ in range(100)], TAX)
        assert list(bench.outcomes().values()) == [(State.ANSWERED, "accepted")]
        assert bench.kinds() == {"accepted": 1, "receipt": 1}
        await eventually(lambda: len(bench.sender.of("recipient-receipt+jws")) == 100, "each receipt is forwarded")


async def test_one_row_that_cannot_be_written_is_kept_aside_and_no_other_suffers(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        bodies = [notice() for _ in range(5)]
        poisoned = bodies[2]
        _refuse(bench.office.database, str((payload_of(poisoned) or {})["id"]))
        for _ in range(2):  # its sender offers it again (T3): the evidence is kept once
            await bench.carry(bodies)
        kept = bench.rows(QUARANTINE)
        assert [(row.refhash, row.cause, row.oin, row.body) for row in kept] == [
            (refhash_of(poisoned), "row-refused", SHV, None)
        ]
        assert len(bench.rows(MESSAGE)) == 4
        await eventually(lambda: len(bench.sender.entries()) == 8, "the others were answered, twice")
        assert bench.sender.entries_for(poisoned) == []


def _refuse(database: Database, message_id: str) -> None:
    """Lets the database refuse one row, as a value that a column cannot hold would."""
    which = f"WHEN (NEW.id = '{message_id}')"
    lite = f"CREATE TRIGGER poison BEFORE INSERT ON message {which} BEGIN SELECT RAISE(ABORT, 'no'); END"
    function = "CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no'; END $$ LANGUAGE plpgsql"
    trigger = f"CREATE TRIGGER poison BEFORE INSERT ON message FOR EACH ROW {which} EXECUTE FUNCTION poison()"
    with database.begin() as connection:
        for statement in [lite] if database.is_sqlite else [function, trigger]:
            connection.execute(text(statement))


async def test_two_copies_in_one_batch_are_one_message_and_two_refusals_are_two(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body = notice()
        unwanted = make_letter(WORLD, make_event("statusbericht", sender=SHV, to="00000099000000002000")).body()
        event = make_event()
        first, other = make_letter(WORLD, event).body(), make_letter(WORLD, event).body()
        await bench.carry([body, unwanted, body, unwanted, first, other])
        await eventually(lambda: len(bench.sender.entries()) == 6, "an answer for each copy")
        assert [entry["decision"] for entry in bench.sender.entries_for(body)] == ["accepted", "accepted"]
        assert [entry["code"] for entry in bench.sender.entries_for(unwanted)] == ["no_agreement", "no_agreement"]
        assert [entry["decision"] for entry in bench.sender.entries_for(first)] == ["accepted"]
        assert [entry["code"] for entry in bench.sender.entries_for(other)] == ["id_reused"]
        await eventually(lambda: len(bench.recipient.letters) == 2, "one copy of each goes on")
        assert bench.kinds() == {"accepted": 2, "refused": 3}


async def test_the_first_result_stands_whatever_receipts_say_later(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body, other = notice(), notice()
        await bench.carry([body, other])
        first = receipt(body)
        twice = {"ref": (payload_of(other) or {})["id"], "refhash": refhash_of(other)}
        both = receipt(receipts=[twice | {"result": "accepted"}, twice | {"result": "refused", "code": "expired"}])
        await bench.carry([first, receipt(body, result="refused"), first, both], TAX)
        await bench.carry([receipt(body, result="refused")], TAX)
        assert set(bench.outcomes().values()) == {(State.ANSWERED, "accepted")}
        assert bench.kinds() == {"accepted": 2, "receipt": 2}
        await eventually(lambda: len(bench.sender.of("recipient-receipt+jws")) == 5, "every receipt goes on")


async def test_a_receipt_id_with_other_content_is_a_security_event(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body, other, identity = notice(), notice(), new_id(FixedClock(NOW + timedelta(hours=1)))
        await bench.carry([body, other])
        await bench.carry([receipt(body, id=identity), receipt(other, id=identity)], TAX)
        await bench.carry([receipt(other, id=identity)], TAX)
        assert [(row.kind, row.code) for row in bench.rows(ENTRY) if row.kind == "refused"] == [
            ("refused", "id_reused"),
            ("refused", "id_reused"),
        ]
        assert len(bench.rows(RECEIPT)) == 1
        assert sorted(state for state, _ in bench.outcomes().values()) == [State.FORWARDED, State.ANSWERED]


async def test_a_receipt_that_comes_before_the_mark_is_not_undone_by_it(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body = notice()

        class Overtaken(Link):
            """Publishes, and lets the recipient's receipt be carried before the relay can mark what it forwarded."""

            async def publish(self, batch: Any) -> Any:  # noqa: ANN401
                results = await bench.link.publish(batch)
                await bench.carry([receipt(body)], TAX)
                return results

        overtaken = Overtaken.__new__(Overtaken)
        await bench.relay.handle(overtaken, [arrival(body, SHV)])
        assert list(bench.outcomes().values()) == [(State.ANSWERED, "accepted")]
        assert bench.rows(SEALED) == []


async def test_offering_a_message_for_ever_never_ends_the_relay(
    broker: Broker, tmp_path: Path, url: str | None
) -> None:
    async with bench_on(broker, tmp_path, url) as bench:
        body = notice()
        await bench.carry([body])
        with bench.office.database.begin() as connection:
            connection.execute(MESSAGE.update().values(attempts=32_766))  # the most that the column holds but one
        for _ in range(3):
            await bench.carry([body])
        assert bench.rows(MESSAGE)[0].state == State.FORWARDED
