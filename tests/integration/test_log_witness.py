"""The log and its witnesses on a real broker: heads go out, are confirmed, and one that was rewritten is found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import delete, select

import adapters.witness
from adapters.edge import Edge
from adapters.witness.tables import HEAD
from hub.clock import SystemClock, new_id, new_pseudonym
from hub.database import Database
from hub.keeper import KeeperSettings
from hub.keeper.checkpoints import LogSettings
from hub.messagelog.checkpoints.store import Cosigned, Sent, cosignatures, last_checkpoint, sent, witnesses
from hub.messagelog.checkpoints.witnessing import Witness
from hub.messagelog.tables import CHECKPOINT, COSIGNATURE, ENTRY, MESSAGE, TILE, TREE, State
from hub.messagelog.tree.store import newest
from hub.wire.checkpoint import open_checkpoint
from hub.wire.link import Outgoing
from hub.wire.names import organisation_urn
from hub.wire.note import cosign, read_note, verify_cosignature, witness_signer, witness_verifier
from hub.wire.receipt import sign_payload
from hub.wire.topology import INTAKE, routing_key, user_of
from schemas.codes import Status
from schemas.messages import StatusReport
from schemas.road import CheckpointCosignature
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.world import HUB, LOG_SIGNER, NOW, SHV, TAX

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def witnessed(
    broker: Broker, folder: Path, *, witness_within: timedelta = timedelta(days=2)
) -> AsyncIterator[tuple[Road, Edge, Edge]]:
    """A hub that signs and sends at once, and two partners that look every moment."""
    async with road_on(broker, folder) as road:
        settings = LogSettings(
            folder / HUB / "keys", folder / "floor", publish_every=timedelta(0), witness_within=witness_within
        )
        await road.hub(keeper=KeeperSettings(sequence_s=0.05, checkpoint_s=0.05, publish_s=0.1, log=settings))
        shv, tax = road.edge(SHV), road.edge(TAX)
        await road.run(shv.run)
        await road.run(tax.run)
        yield road, shv, tax


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters.witness, "LOOK_S", 0.1)
    monkeypatch.setattr(adapters.witness, "UNLINKED", timedelta(0))


def say(edge: Edge, to: str = TAX) -> None:
    """One message on the road."""
    message = StatusReport(status=Status.IN_PROGRESS)
    with edge.ledger.begin() as tx:
        edge.publish(tx, message, to=to, case=new_pseudonym(), conversation=new_pseudonym())


def heads(edge: Edge) -> list[tuple[int, bool]]:
    with edge.ledger.database.reading() as tx:
        rows = tx.execute(select(HEAD.c.size, HEAD.c.confirmed).order_by(HEAD.c.size))
        return [(size, confirmed is not None) for size, confirmed in rows]


def cosigned_by(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(witnesses(connection))


async def test_partners_get_each_head_with_its_proof_and_confirm_the_newest_once_a_day(
    broker: Broker, tmp_path: Path
) -> None:
    async with witnessed(broker, tmp_path) as (road, shv, tax):
        database = road.hub_offices[0].database
        say(shv)
        await eventually(lambda: cosigned_by(database) == {SHV, TAX}, "both confirm")
        before = heads(tax)
        say(shv)
        await eventually(lambda: len(heads(tax)) > len(before), "the next head came")
        assert [confirmed for _, confirmed in heads(tax)].count(True) == 1, "one a day"
        with database.reading() as connection:
            tree = newest(connection)
            assert tree is not None
            word = witnesses(connection)[TAX]
            kept = connection.execute(select(CHECKPOINT.c.note).filter_by(size=word.size)).scalar_one()
            line = read_note(f"{read_note(kept).text}\n{word.line}\n").signatures
            kinds = set(connection.execute(select(ENTRY.c.kind)).scalars())
        head, note = open_checkpoint(kept, LOG_SIGNER.verifier)
        key = road.world.register.key(word.kid)
        assert key is not None
        assert key.oin == TAX
        assert verify_cosignature(note.text, line, witness_verifier(word.kid, key.public)) == word.at
        assert head.size == word.size
        assert kinds <= {"accepted", "receipt", "register"}, "a cosignature is no leaf"


async def test_a_hub_that_rewrites_its_log_and_signs_it_is_found_by_its_partners(
    broker: Broker, tmp_path: Path
) -> None:
    async with witnessed(broker, tmp_path) as (road, shv, tax):
        database = road.hub_offices[0].database
        say(shv)
        await eventually(lambda: cosigned_by(database) == {SHV, TAX}, "both confirm")
        with structlog.testing.capture_logs() as logs:
            with database.begin() as connection:  # everything that could contradict it goes, the floor too
                connection.execute(ENTRY.update().where(ENTRY.c.leaf_index == 0).values(code="rewritten"))
                for table in (TREE, TILE, CHECKPOINT, COSIGNATURE):
                    connection.execute(delete(table))
            (tmp_path / "floor").unlink()
            before = heads(tax)
            for _ in range(3):
                say(shv)
            await eventually(
                lambda: sum(line["event"] == "log.forked" for line in logs) >= 2,
                "both see that it was rewritten",
            )
        assert heads(tax)[: len(before)] == before
        assert cosigned_by(database) == set(), "and nobody confirms it"


async def test_a_hub_that_lost_its_memory_of_what_was_signed_signs_nothing_while_the_floor_is_there(
    broker: Broker, tmp_path: Path
) -> None:
    async with witnessed(broker, tmp_path) as (road, shv, _):
        database = road.hub_offices[0].database
        say(shv)
        await eventually(lambda: cosigned_by(database) == {SHV, TAX}, "both confirm")
        with structlog.testing.capture_logs() as logs:
            with database.begin() as connection:
                connection.execute(ENTRY.update().where(ENTRY.c.leaf_index == 0).values(code="rewritten"))
                for table in (TREE, TILE, CHECKPOINT):
                    connection.execute(delete(table))
            say(shv)
            await eventually(lambda: any(line["event"] == "log.forked" for line in logs), "the hub sees it by itself")
            await eventually(lambda: forwarded(database) == 2, "and messages go on")
        with database.reading() as connection:
            assert connection.execute(select(CHECKPOINT)).first() is None
        assert sum(line["event"] == "log.forked" for line in logs) == 1, "one alarm, not one a look"


def forwarded(database: Database) -> int:
    """How many messages lie in their recipient's inbox."""
    with database.reading() as connection:
        return len(connection.execute(select(MESSAGE.c.id).filter_by(state=State.FORWARDED)).all())


async def test_a_witness_that_confirms_what_was_not_signed_is_refused_without_a_leaf_or_an_answer(
    broker: Broker, tmp_path: Path
) -> None:
    async with witnessed(broker, tmp_path) as (road, shv, _):
        office = road.hub_offices[0]
        say(shv)
        await eventually(lambda: cosigned_by(office.database) == {SHV, TAX}, "both confirm")
        with office.database.reading() as connection:
            tree = newest(connection)
            kept = last_checkpoint(connection, tree.id if tree else 0, published=True)
            entries = connection.execute(select(ENTRY.c.id)).all()
            assert kept is not None
            confirmed = cosignatures(connection, kept.tree_id, kept.size)
        key = road.world.signing(TAX)
        signer = witness_signer(key.kid, key.key)
        assert signer is not None
        other = kept.note.replace("/2", "/3", 1)
        with structlog.testing.capture_logs() as logs:
            link = await road.foreign(user_of(TAX))
            false = (other, str(cosign(read_note(other).text, signer, NOW)))
            for text, line in (false, (kept.note, "\N{EM DASH} x AAAAAAAAAAAAAAAAAAAA")):
                payload = CheckpointCosignature(
                    id=new_id(SystemClock()),
                    source=organisation_urn(TAX),
                    time=SystemClock().now(),
                    checkpoint=text,
                    cosignature=line,
                )
                body, name = sign_payload(payload, key), CheckpointCosignature.name
                outgoing = Outgoing(INTAKE, routing_key(TAX, name), body, payload.id, name, payload.id, user_of(TAX))
                assert (await link.publish([outgoing])) == [None]
            await eventually(lambda: sum(line["event"] == "message.refused" for line in logs) == 2, "both are refused")
        with office.database.reading() as connection:
            assert connection.execute(select(ENTRY.c.id)).all() == entries
            assert cosignatures(connection, kept.tree_id, kept.size) == confirmed
            assert all(one.size == one.offered for one in sent(connection))


async def test_a_witness_that_lost_heads_is_missed_and_gets_a_proof_from_what_it_confirmed(
    broker: Broker, tmp_path: Path
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with witnessed(broker, tmp_path, witness_within=timedelta(0)) as (road, shv, tax):
            database = road.hub_offices[0].database
            say(shv)
            await eventually(lambda: cosigned_by(database) == {SHV, TAX}, "both confirm")
            first = heads(tax)
            say(shv)
            await eventually(lambda: len(heads(tax)) > len(first), "the next head came")
            await eventually(lambda: TAX in told(logs, "witness.silent"), "the hub misses a word about it")
            with tax.ledger.begin() as tx:
                tx.execute(delete(HEAD).where(HEAD.c.confirmed.is_(None)))  # a ledger from before that head
            say(shv)
            await eventually(lambda: len(heads(tax)) > len(first), "the one after it comes")
            await eventually(lambda: linked(tax), "with a proof from what was confirmed")


def told(logs: Sequence[Mapping[str, object]], event: str) -> set[object]:
    """Who a kind of line was about."""
    return {line["oin"] for line in logs if line["event"] == event}


def linked(edge: Edge) -> bool:
    """Nothing that the witness remembers stands apart."""
    with edge.ledger.database.reading() as tx:
        return all(tx.execute(select(HEAD.c.extends)).scalars())


def test_a_witness_is_silent_about_what_went_out_two_days_ago_however_lately_it_was_sent_the_last() -> None:
    week = NOW - timedelta(days=7)
    word = Cosigned(TAX, 1, 10, f"{TAX}/sig/a", "-", week - timedelta(hours=1))
    silent = Witness(TAX, word, Sent(TAX, 1, 20, 20, NOW), missed=week)
    assert silent.silent(NOW)
    assert not replace(silent, word=None).silent(NOW), "never was a witness"
    assert not replace(silent, missed=None).silent(NOW), "nothing went out since"
    assert not replace(silent, missed=NOW - timedelta(days=1)).silent(NOW), "what it missed is of yesterday"
    assert not replace(silent, word=replace(word, at=NOW)).silent(NOW), "spoke since"
