"""An edge's batch is one statement per table too; what a row spoils is evidence alone; what stands still is alarmed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

import adapters.edge
from adapters.intake import Delivery
from adapters.tables import EVIDENCE, INBOX, OUTBOX, Sent, Taken
from hub.clock import new_pseudonym, rfc3339
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from schemas.codes import Status
from schemas.messages import PublicNotice, StatusReport
from tests import foreign
from tests.broker import Broker
from tests.counting import counted
from tests.edgebench import WORLD, EdgeBench, body_of, edge_on, example
from tests.road import eventually, road_on
from tests.stranger import payload_of
from tests.world import HUB, NOW, SHV, TAX, FixedClock

pytestmark = pytest.mark.anyio
NOTICE = PublicNotice.from_wire(example("kennisgeving-publiek"))


def signed(oin: str, typ: str, entries: list[dict[str, Any]], **more: object) -> bytes:
    """A receipt of hub or recipient."""
    key = WORLD.private[f"{oin}/sig/a"]
    payload = {"id": new_pseudonym(), "source": organisation_urn(oin), "time": rfc3339(NOW), "receipts": entries} | more
    return foreign.sign({"alg": key["alg"], "kid": key["kid"], "typ": typ}, json.dumps(payload).encode(), key).encode()


async def taken(bench: EdgeBench, *bodies: bytes) -> dict[tuple[str, str], int]:
    """Takes one batch; the statements that it took."""
    with counted(bench.edge.ledger.database) as found:
        await bench.edge.inbox._keep([Delivery(body) for body in bodies])
    return dict(found)


async def test_a_hundred_messages_take_no_more_statements_than_one(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path, run=False) as bench:
        one = await taken(bench, body_of())
        bodies = [body_of() for _ in range(100)]
        hundred = await taken(bench, *bodies)
        assert hundred == one
        assert hundred.pop(("SELECT", "inbox")) == 2  # what is here, and what waits for what came
        assert set(hundred.values()) == {1}
        again = await taken(bench, *bodies)
        assert set(again.values()) == {1}
        talks = [new_pseudonym() for _ in range(50)]
        waiting = await taken(bench, *(body_of("pauze-verlenging", correlationid=talk) for talk in talks))
        assert waiting.pop(("SELECT", "inbox")) <= 3  # what is here, what has come, what waits
        assert set(waiting.values()) == {1}
        released = await taken(bench, *(body_of(correlationid=talk) for talk in talks))
        assert released.pop(("SELECT", "inbox")) <= 3
        assert set(released.values()) == {1}
        with counted(bench.edge.ledger.database) as receipting:
            await bench.edge.inbox.send_receipts(bench.hub_side)
        assert set(receipting.values()) == {1}


async def test_a_hundred_receipts_take_no_more_statements_than_one(broker: Broker, tmp_path: Path) -> None:
    async with road_on(broker, tmp_path, world=WORLD, oins=(SHV, TAX), lanes=1, clock=FixedClock()) as road:
        edge = road.edge(SHV)
        with edge.ledger.begin() as tx:
            for _ in range(100):
                edge.publish(tx, NOTICE, to=TAX, case=new_pseudonym(), conversation=new_pseudonym())
        with edge.ledger.database.reading() as tx:
            sent = list(tx.execute(OUTBOX.select()))
        entries = [{"ref": row.id, "refhash": row.refhash} for row in sent]
        accepted = [entry | {"decision": "accepted", "received": rfc3339(NOW)} for entry in entries]
        results = [entry | {"result": "accepted"} for entry in entries]
        for body, state in (
            (signed(HUB, "hub-receipt+jws", accepted), Sent.ACCEPTED),
            (signed(TAX, "recipient-receipt+jws", results, recipient=organisation_urn(SHV)), Sent.SETTLED),
        ):
            with counted(edge.ledger.database) as found:
                await edge.inbox._keep([Delivery(body)])
            assert dict(found) == {("SELECT", "outbox"): 1, ("UPDATE", "outbox"): 1}
            with edge.ledger.database.reading() as tx:
                assert {Sent(row.state) for row in tx.execute(OUTBOX.select())} == {state}


async def test_one_row_that_the_ledger_refuses_is_evidence_and_no_other_suffers(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path, run=False) as bench:
        bodies = [body_of() for _ in range(5)]
        poisoned = str((payload_of(bodies[2]) or {})["id"])
        with bench.edge.ledger.begin() as tx:
            tx.execute(
                text(
                    "CREATE TRIGGER poison BEFORE INSERT ON inbox "
                    f"WHEN (NEW.id = '{poisoned}') BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
            )
        await bench.road.run(bench.edge.run)
        await bench.put(*bodies)
        for body in [*bodies[:2], *bodies[3:]]:
            assert await bench.answered(body) == [("accepted", None)]
        assert [row.refhash for row in bench.rows(EVIDENCE)] == [refhash_of(bodies[2])]
        await eventually(lambda: len(bench.acts) == 4, "the others are acted on")


async def test_an_edge_whose_consumer_is_gone_finds_out_and_reads_again(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters.edge, "WATCH_S", 0.2)
    async with edge_on(broker, tmp_path) as bench:
        first = body_of()
        await bench.put(first)
        await bench.answered(first)
        name = bench.road.vhost.inbox(TAX)
        queue = bench.road.vhost.topology.queues[name]
        vhost = quote(bench.road.vhost.name, safe="")
        broker.management.delete_queue(bench.road.vhost.name, name)
        await eventually(lambda: bench.edge.link_down_since() is not None, "it knows that it reads nothing")
        broker.management._call(
            "PUT", f"/api/queues/{vhost}/{name}", {"durable": True, "arguments": dict(queue.arguments)}
        )
        broker.management._call(
            "POST", f"/api/bindings/{vhost}/e/hub.out/q/{name}", {"routing_key": TAX, "arguments": {}}
        )
        second = body_of()
        await bench.put(second)
        assert await bench.answered(second) == [("accepted", None)]
        assert bench.edge.link_down_since() is None


async def test_what_stands_still_at_an_edge_is_alarmed_once_and_once_when_it_is_over(
    broker: Broker, tmp_path: Path
) -> None:
    async with edge_on(broker, tmp_path, run=False) as bench:
        edge = bench.edge
        with edge.ledger.begin() as tx:
            report = StatusReport(status=Status.IN_PROGRESS)
            edge.publish(tx, report, to=SHV, case=new_pseudonym(), conversation=new_pseudonym())
        await taken(bench, body_of(), body_of("statusbericht"))
        with capture_logs() as logs:
            assert await edge.standstill.sweep() == 1  # a body that is held is an alarm at once
            bench.clock.move(timedelta(hours=2))
            for _ in range(3):
                await edge.standstill.sweep()
        said = [(line["event"], line["state"], line["recipient"], line["count"]) for line in logs]
        assert sorted(said) == [
            ("message.stuck", "act", SHV, 1),
            ("message.stuck", "key-or-upgrade", "-", 1),
            ("message.stuck", "publish", SHV, 1),
        ]
        with edge.ledger.begin() as tx:
            tx.execute(OUTBOX.update().values(state=Sent.SETTLED))
            tx.execute(INBOX.update().values(state=Taken.UNCERTAIN))
        with capture_logs() as logs:
            for _ in range(3):
                await edge.standstill.sweep()
        assert sorted((line["event"], line["state"]) for line in logs) == [
            ("message.stuck", "decision"),
            ("message.unstuck", "act"),
            ("message.unstuck", "publish"),
        ]
