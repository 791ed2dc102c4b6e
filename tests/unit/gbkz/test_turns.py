"""One at a time per dossier (adapters/gbkz/turns.py)."""

from __future__ import annotations

import asyncio

import pytest

from adapters.gbkz.turns import Turns

pytestmark = pytest.mark.anyio


async def test_two_that_share_a_name_take_turns_and_others_go_side_by_side() -> None:
    turns, inside, most = Turns(), [0], [0]
    together = asyncio.Barrier(2)

    async def shared(*names: str) -> None:
        async with turns.of(names):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            await asyncio.sleep(0)
            inside[0] -= 1

    async def apart(name: str) -> None:
        async with turns.of([name]):
            await together.wait()

    await asyncio.gather(shared("a", "b"), shared("b", "a"), shared("b"), shared("c", "b"))
    assert most == [1]
    async with asyncio.timeout(5):
        await asyncio.gather(apart("x"), apart("y"))


async def test_nothing_is_kept_of_a_name_that_nobody_uses_even_after_a_cancellation() -> None:
    turns = Turns()
    async with turns.of(["a"]):
        waiting = asyncio.create_task(_enter(turns))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert (turns._locks, dict(turns._users)) == ({}, {})


async def _enter(turns: Turns) -> None:
    async with turns.of(["a", "b"]):
        pass
