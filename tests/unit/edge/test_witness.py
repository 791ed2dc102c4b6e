"""A partner as witness: what it takes for the same log, what it takes for a rewritten one, and when it says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from adapters.contract import Identity, Office
from adapters.ledger import Ledger
from adapters.witness import Witness
from adapters.witness.store import mark_confirmed, newest, to_confirm
from adapters.witness.tables import HEAD
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.wire.note import new_signer
from hub.wire.postmark import Postmark
from tests.witnessing import Heads
from tests.world import NOW, TAX, FixedClock, World, make_world

ORIGIN = "hub.example.test/log/2026"
WORLD = make_world()


@dataclass
class Eye:
    """A witness with its ledger."""

    witness: Witness
    ledger: Ledger
    clock: FixedClock
    hub: Heads

    def take(self, *letters: Postmark) -> list[str]:
        """What it alarms when these come."""
        with self.ledger.begin() as tx, structlog.testing.capture_logs() as logs:
            for letter in letters:
                self.witness.take(tx, letter)
        return [line["event"] for line in logs]

    def heads(self) -> list[tuple[int, bool]]:
        """Every head that it remembers, and whether it is proven to extend the others."""
        with self.ledger.begin() as tx:
            return [tuple(row) for row in tx.execute(select(HEAD.c.size, HEAD.c.extends).order_by(HEAD.c.size))]


def eye_on(folder: Path, world: World = WORLD) -> Eye:
    clock = FixedClock()
    world.write(folder)
    register = CurrentRegister(RegisterFile(folder / "register.jws", world.governance, folder / "floor.json"))
    office = Office(register, CurrentKeys(folder / TAX / "keys", TAX, register), clock)
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    return Eye(Witness(Identity(TAX, "proef", "inbox"), ledger, office), ledger, clock, Heads(WORLD, clock))


@pytest.fixture
def eye(tmp_path: Path) -> Eye:
    return eye_on(tmp_path)


def test_heads_that_extend_each_other_are_remembered_and_may_come_twice(eye: Eye) -> None:
    eye.hub.grow(3)
    first = eye.hub.letter(0)
    eye.hub.grow(300)
    second = eye.hub.letter(3)
    assert eye.take(first, second, first, second) == []
    assert eye.heads() == [(3, True), (303, True)]


def test_a_log_that_was_rewritten_is_an_alarm_and_changes_nothing(eye: Eye) -> None:
    eye.hub.grow(8)
    assert eye.take(eye.hub.letter(0)) == []
    eye.hub.rewrite()
    assert eye.take(eye.hub.letter(0)) == ["log.forked"], "another root for the same size"
    eye.hub.grow(1)
    assert eye.take(eye.hub.letter(8)) == ["log.forked"], "no proof from what was seen"
    assert eye.heads() == [(8, True)]


def test_a_log_that_lost_leaves_is_an_alarm(eye: Eye) -> None:
    eye.hub.grow(8)
    assert eye.take(eye.hub.letter(0)) == []
    assert eye.take(eye.hub.letter(0, size=5)) == ["log.forked"]
    assert eye.heads() == [(8, True)]


def test_a_head_without_proof_from_what_was_seen_waits_for_one_that_has_it(eye: Eye) -> None:
    eye.hub.grow(3)
    assert eye.take(eye.hub.letter(0)) == []
    eye.hub.grow(4)
    eye.hub.grow(5)
    assert eye.take(eye.hub.letter(7)) == []
    assert eye.heads() == [(3, True), (12, False)]
    assert eye.take(eye.hub.letter(3)) == []
    assert eye.heads() == [(3, True), (12, True)]


def test_heads_that_come_in_another_order_are_linked_when_the_first_is_here(eye: Eye) -> None:
    eye.hub.grow(3)
    assert eye.take(eye.hub.letter(0)) == []
    letters = []
    for size in (3, 8, 13):
        eye.hub.grow(5)
        letters.append(eye.hub.letter(size))
    assert eye.take(*letters[:0:-1]) == []
    assert eye.heads() == [(3, True), (13, False), (18, False)]
    assert eye.take(letters[0]) == []
    assert eye.heads() == [(3, True), (8, True), (13, True), (18, True)]


def test_a_rewritten_head_that_came_too_early_is_an_alarm_when_the_one_it_follows_is_here(eye: Eye) -> None:
    eye.hub.grow(3)
    first = eye.hub.letter(0)
    eye.hub.grow(4)
    second = eye.hub.letter(3)
    eye.hub.rewrite()
    eye.hub.grow(5)
    assert eye.take(first, eye.hub.letter(7)) == []
    assert eye.take(second) == ["log.forked"]
    assert eye.heads() == [(3, True), (7, True), (12, False)]


@pytest.mark.anyio
async def test_a_head_that_nothing_links_for_a_day_is_one_alarm(eye: Eye) -> None:
    eye.hub.grow(3)
    assert eye.take(eye.hub.letter(0)) == []
    eye.hub.grow(9)
    assert eye.take(eye.hub.letter(7)) == []
    eye.clock.move(timedelta(hours=25))
    with structlog.testing.capture_logs() as logs:
        await eye.witness._alarm()
        await eye.witness._alarm()
    assert [line["event"] for line in logs] == ["log.forked"]


def test_a_head_by_another_key_than_that_of_the_register_is_refused(tmp_path: Path) -> None:
    other = str(new_signer("hub.example.test/log").verifier)
    eye = eye_on(tmp_path, WORLD.edited(lambda document: document["organisations"][0].update(logKey=other)))
    eye.hub.grow(3)
    assert eye.take(eye.hub.letter(0)) == ["checkpoint.refused"]
    assert eye.heads() == []


def test_a_log_that_began_anew_is_said(eye: Eye) -> None:
    eye.hub.grow(3)
    assert eye.take(eye.hub.letter(0), eye.hub.letter(0, number=1)) == ["log.restarted"]


def test_the_newest_head_is_confirmed_once_a_day_and_nothing_that_is_not_linked(eye: Eye) -> None:
    eye.hub.grow(3)
    eye.take(eye.hub.letter(0))
    eye.hub.grow(3)
    eye.take(eye.hub.letter(3))
    with eye.ledger.begin() as tx:
        assert [one.head.size for one in to_confirm(tx, NOW - timedelta(days=1))] == [6]
        head = newest(tx, ORIGIN)
        assert head is not None
        mark_confirmed(tx, head.head, NOW)
    eye.hub.grow(3)
    eye.take(eye.hub.letter(6))
    eye.hub.grow(3)
    eye.take(eye.hub.letter(11))
    with eye.ledger.begin() as tx:
        assert to_confirm(tx, NOW - timedelta(days=1)) == []
        assert [one.head.size for one in to_confirm(tx, NOW)] == [9]
