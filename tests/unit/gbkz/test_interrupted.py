"""An act that breaks off at any question to the tax system, before or after it was heard, is finished once.

The process that dies is a task that dies: the ledger and the tax system keep what they had, everything else is new.
Real deaths of the process are in tests/fault.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest

from adapters.gbkz.client import HttpTaxSystem, TaxSystem
from adapters.gbkz.handlers import TaxOffice
from adapters.gbkz.records import Change, Dossier, Lifting, Miss, Placed, Placement, Removal, Taxpayer
from adapters.ledger import Taken
from adapters.outside.http import Exchange
from hub.clock import new_pseudonym
from schemas.messages import Message
from tests.unit.gbkz.desk import BAKKER, Desk, ending, extension, notice, opened

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class DeadError(BaseException):
    """The process is gone."""


class Dying:
    """A tax system that is asked `left` questions; then the asker dies, before or after the last was heard."""

    def __init__(self, system: TaxSystem, left: int, *, heard: bool) -> None:
        self._system = system
        self._left = left
        self._heard = heard

    async def _asked(self, question: Awaitable[T]) -> T:
        self._left -= 1
        if self._left or self._heard:
            answer = await question
            if self._left:
                return answer
        else:
            question.close()  # type: ignore[attr-defined]
        raise DeadError

    async def find(self, bsn: str, birth_date: str) -> Taxpayer | Miss:
        """As the tax system."""
        return await self._asked(self._system.find(bsn, birth_date))

    async def open_dossiers(self, taxpayer: str) -> tuple[Dossier, ...]:
        """As the tax system."""
        return await self._asked(self._system.open_dossiers(taxpayer))

    async def place(self, placement: Placement, key: str) -> tuple[Placed, ...]:
        """As the tax system."""
        return await self._asked(self._system.place(placement, key))

    async def change(self, change: Change, key: str) -> frozenset[str]:
        """As the tax system."""
        return await self._asked(self._system.change(change, key))

    async def lift(self, lifting: Lifting, key: str) -> None:
        """As the tax system."""
        return await self._asked(self._system.lift(lifting, key))

    async def remove(self, removal: Removal, key: str) -> None:
        """As the tax system."""
        return await self._asked(self._system.remove(removal, key))


async def survived(desk: Desk, message: Message, talk: str, left: int, *, heard: bool) -> tuple[Desk, str]:
    """A message that arrives at an office that dies at the `left`-th question, and the office that takes over."""
    dying = replace(desk, handlers={})
    dying.office = TaxOffice(
        dying,
        Dying(HttpTaxSystem(Exchange(desk.http, 1)), left, heard=heard),
        desk.settings,
        desk.clock,
        lambda: None,
    )
    dying.office.listen()
    message_id = dying.arrives(message, talk)
    with suppress(DeadError):  # it may have had fewer questions than that
        while await dying.worker.act_due():
            pass
    after = replace(desk, handlers={}, sequence=dying.sequence)
    with after.ledger.begin() as tx:
        after.worker.recover(tx)
    await after.work()
    return after, message_id


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("left", [1, 2, 3, 4])
async def test_a_notice_that_breaks_off_is_placed_and_answered_once(tmp_path: Path, left: int, *, heard: bool) -> None:
    async with opened(tmp_path) as before:
        desk, message_id = await survived(before, notice(), talk := new_pseudonym(), left, heard=heard)
        assert desk.states(talk) == [Taken.DONE]
        assert await desk.effects(message_id) == {message_id: 1}
        assert await desk.paused() == {"D1", "D2", "D3"}
        assert [len(await desk.uitstel_of(number)) for number in ("D1", "D2", "D3")] == [1, 1, 1]
        assert len(desk.sent) == 1


@pytest.mark.parametrize("heard", [False, True])
async def test_a_notice_that_breaks_off_while_dossiers_change_is_placed_once_each(
    tmp_path: Path, *, heard: bool
) -> None:
    async with opened(tmp_path) as before:
        new = {"dossiernummer": "D8", "belanghebbenden": ["S1"], "gemeentecode": "0397", "bedragCent": 5000}
        talk = new_pseudonym()
        desk, message_id = await survived(before, notice(), talk, 3, heard=heard)
        await desk.manage("vullen", {"dossiers": [new | {"stapdatum": "2026-11-01"}]})
        await desk.answers_to(notice(), talk)
        assert [len(await desk.uitstel_of(number)) for number in ("D1", "D2", "D3", "D8")] == [1, 1, 1, 1]
        assert await desk.effects(message_id) == {message_id: 1}


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize(
    ("end", "held"),
    [
        (extension(date(2027, 7, 16)), {"D1", "D2", "D3"}),
        (ending(date(2026, 12, 4), "in-regeling"), {"D1", "D2", "D3"}),
        (ending(date(2026, 12, 4), "ten-onrechte-gemeld"), {"D3"}),
    ],
    ids=["extension", "arrangement", "mistake"],
)
async def test_an_end_that_breaks_off_reaches_the_same_state(
    tmp_path: Path, end: Message, held: set[str], *, heard: bool
) -> None:
    async with opened(tmp_path) as before:
        talk = new_pseudonym()
        await before.answers_to(notice(), talk)
        await before.answers_to(notice(BAKKER, "1985-00-00"), new_pseudonym())
        said = len(before.sent)
        desk, message_id = await survived(before, end, talk, 1, heard=heard)
        assert desk.states(talk) == [Taken.DONE, Taken.DONE]
        assert await desk.paused() == held
        assert set((await desk.effects(message_id)).values()) == {1}
        assert len(desk.sent) == said + 1
