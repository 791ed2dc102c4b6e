"""The tree over the log on both databases: it grows by batches of any size, and answers for every one of its pasts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text

from hub.clock import rfc3339
from hub.database import instant
from hub.errors import Code, TamperedError
from hub.messagelog.checkpoints.making import load_floor, save_floor
from hub.messagelog.checkpoints.store import checkpoints, covering, last_checkpoint, mark_published
from hub.messagelog.tables import CHECKPOINT, ENTRY, TILE, TREE
from hub.messagelog.tree.store import leaves, newest, nodes_of, trees
from hub.wire.checkpoint import open_checkpoint
from hub.wire.leaf import leaf_hash
from hub.wire.tree import consistency, inclusion, root, verify_consistency, verify_inclusion
from tests.counting import counted
from tests.logbook import Logbook, logbook_on
from tests.world import LOG_SIGNER, NOW

CHANCE = random.Random(6962)  # noqa: S311 - sizes of batches
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Logbook]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with logbook_on(request.param, tmp_path, url) as logbook:
        yield logbook


def test_the_root_is_that_of_the_rows_however_they_came(log: Logbook) -> None:
    size = 0
    for count in (1, 1, 254, 1, 3, 700, 0, 60):
        log.write(count)
        log.sequence(most=CHANCE.randint(1, 400))
        size += count
        with log.reading() as connection:
            tree = newest(connection)
            assert tree is not None
            assert tree.size == size
            assert root(nodes_of(connection, tree), size) == log.expected_root(0, size)


def test_every_leaf_is_proven_and_every_past_is_extended(log: Logbook) -> None:
    log.write(600)
    log.sequence()
    with log.reading() as connection:
        tree = newest(connection)
        assert tree is not None
        nodes = nodes_of(connection, tree)
        head = root(nodes, tree.size)
        hashes = [leaf_hash(one.written) for one in leaves(connection, 0, 600)]
        for index in (0, 1, 255, 256, 257, 511, 512, 599):
            for size in {index + 1, 600}:
                verify_inclusion(hashes[index], index, inclusion(nodes, index, size), size, root(nodes, size))
        for old in (0, 1, 2, 255, 256, 257, 512, 599, 600):
            verify_consistency(old, root(nodes, old), 600, head, consistency(nodes, old, 600))


def test_a_proof_reads_a_tile_per_level_however_long_the_log_is(tmp_path: Path) -> None:
    with logbook_on("sqlite", tmp_path, None) as log, log.reading() as connection:
        log.write(66_000, subject=None)
        log.sequence()
        tiles = connection.execute(
            select(TILE.c.level, func.count()).group_by(TILE.c.level).order_by(TILE.c.level)
        ).all()
        assert [tuple(row) for row in tiles] == [(0, 258), (1, 2), (2, 1)]
        tree = newest(connection)
        assert tree is not None
        nodes = nodes_of(connection, tree)
        with counted(log.database) as asked:
            assert len(inclusion(nodes, 12_345, tree.size)) == 17
        assert asked["SELECT", "tile"] <= 6


def test_a_database_of_an_earlier_release_gets_its_tree_when_the_sequencer_runs(log: Logbook) -> None:
    log.write(300)
    log.sequence()
    with log.database.begin() as connection:  # as it was: indexes, and no tree
        connection.execute(delete(TREE))
        connection.execute(delete(TILE))
    log.write(5)
    log.sequence(most=100)
    with log.reading() as connection:
        tree = newest(connection)
        assert tree is not None
        assert root(nodes_of(connection, tree), 305) == log.expected_root(0, 305)


def test_a_year_has_a_tree_of_its_own_and_a_straggler_goes_into_the_new_one(log: Logbook) -> None:
    log.write(10, at=NEW_YEAR - timedelta(seconds=1))
    log.write(3, at=NEW_YEAR)
    log.write(1, at=NEW_YEAR - timedelta(milliseconds=1))
    log.write(1, at=NEW_YEAR + timedelta(days=400))
    log.sequence()
    with log.reading() as connection:
        found = trees(connection)
    assert [(str(one.origin), one.first, one.size) for one in found] == [
        ("hub.example.test/log/2026", 0, 10),
        ("hub.example.test/log/2027", 10, 4),
        ("hub.example.test/log/2028", 14, 1),
    ]
    assert [one.size for one in log.checkpoint()] == [10, 4, 1]
    for tree in found:
        with log.reading() as connection:
            kept = last_checkpoint(connection, tree.id)
        assert kept is not None
        assert kept.root == log.expected_root(tree.first, tree.size)


def test_a_checkpoint_is_signed_over_what_grew_and_over_nothing_twice(log: Logbook) -> None:
    assert log.checkpoint() == []
    log.write(3)
    log.sequence()
    made = log.checkpoint()
    head, _ = open_checkpoint(made[0].note, LOG_SIGNER.verifier)
    assert (str(head.origin), head.size, head.root) == ("hub.example.test/log/2026", 3, log.expected_root(0, 3))
    assert log.checkpoint() == []


def test_what_nobody_saw_makes_room_and_what_was_sent_stays(log: Logbook) -> None:
    for published in (False, True, False, False):
        log.write(2)
        log.sequence()
        kept = log.checkpoint()[0]
        if published:
            with log.database.begin() as connection:
                mark_published(connection, kept, (), NOW)
    with log.reading() as connection:
        tree = trees(connection)[0].id
        assert [one.size for one in checkpoints(connection, tree)] == [4, 8]
        best = covering(connection, tree, 3)
        assert best is not None
        assert best.size == 8
        assert covering(connection, tree, 9) is None


@pytest.mark.parametrize("damage", ["entry in the tree only", "tile", "shorter"])
def test_nothing_is_signed_that_contradicts_what_was_signed(log: Logbook, damage: str) -> None:
    log.write(300)
    log.sequence()
    log.checkpoint()
    with log.database.begin() as connection:
        if damage == "shorter":
            connection.execute(TREE.update().values(size=290))
            connection.execute(delete(ENTRY).where(ENTRY.c.leaf_index >= 290))
        else:
            row = connection.execute(TILE.select().where(TILE.c.level == 0, TILE.c.place == 1)).one()
            cut = bytes(row.hashes)[:-32] if damage == "tile" else b"\0" * 32 + bytes(row.hashes)[32:]
            connection.execute(TILE.update().where(TILE.c.level == 0, TILE.c.place == 1).values(hashes=cut))
    log.write(1)
    with pytest.raises(TamperedError) as refused:
        go_on(log)
    assert refused.value.code is Code.LOG_INVALID
    with log.reading() as connection:
        assert connection.execute(select(CHECKPOINT.c.size)).scalars().all() == [300]


def go_on(log: Logbook) -> None:
    """What the keeper does next."""
    log.sequence()
    log.checkpoint()


def test_a_database_that_was_put_back_contradicts_the_floor_and_nothing_is_signed(log: Logbook, tmp_path: Path) -> None:
    log.write(5)
    log.sequence()
    early = log.checkpoint()[0]
    log.write(5)
    log.sequence()
    floor = tmp_path / "log-floor"
    save_floor(floor, log.checkpoint(early.note)[0].note)
    with log.database.begin() as connection:  # the back-up knows the first five only
        for table in (TILE, TREE, CHECKPOINT):
            connection.execute(delete(table))
        connection.execute(delete(ENTRY).where(ENTRY.c.leaf_index >= 5))
    for count in (0, 5, 5):
        log.write(count)
        log.sequence()
        with pytest.raises(TamperedError, match="2026"):
            log.checkpoint(load_floor(floor))


def test_a_floor_that_cannot_be_read_signs_nothing(tmp_path: Path) -> None:
    assert load_floor(tmp_path / "none") is None
    (tmp_path / "floor").write_text("x")
    with pytest.raises(TamperedError):
        load_floor(tmp_path / "floor")


def test_the_instant_of_a_leaf_is_that_of_its_row_to_the_millisecond(log: Logbook) -> None:
    at = NOW + timedelta(microseconds=1999)
    log.write(1, at=at)
    log.sequence()
    with log.reading() as connection:
        assert rfc3339(at).encode() in leaves(connection, 0, 1)[0].written
        assert connection.execute(select(ENTRY.c.ts)).scalar() == instant(at)
        assert connection.execute(text("SELECT count(*) FROM tree")).scalar() == 1
