"""An act that does not come back keeps neither its conversation nor the edge."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.contract import Done, OutsideKey, Received
from adapters.ledger import Ledger, Taken
from hub.clock import new_pseudonym
from schemas.messages import PauseEnd
from tests.alone import Alone
from tests.portal import message_of

pytestmark = pytest.mark.anyio


class Outside:
    """An outside system that holds the first act in some way, and does the later ones."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.release = asyncio.Event()
        self.acts: list[str] = []

    async def act(self, got: Received[PauseEnd]) -> Done:
        """One act."""
        self.acts.append(got.id)
        if len(self.acts) == 1:
            await self._hold()
        return Done()

    async def _hold(self) -> None:
        if self.way == "cancelled by a library":
            raise asyncio.CancelledError
        while not self.release.is_set():
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                if self.way == "never":
                    raise


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of its own."""
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield made
    made.close()


@pytest.mark.parametrize("way", ["never", "against being cancelled", "cancelled by a library"])
@pytest.mark.parametrize("key", [OutsideKey.KEY, OutsideKey.NEITHER])
async def test_an_act_that_does_not_come_back_is_tried_again_or_given_to_a_person(
    ledger: Ledger, way: str, key: OutsideKey
) -> None:
    outside, edge, talk = Outside(way), Alone(ledger=ledger, limit_s=0.05), new_pseudonym()
    edge.on(PauseEnd, outside.act, outside=key)
    with capture_logs() as logs:
        held = edge.arrives(message_of("pauze-beeindiging"), talk)
        await edge.work()
    (told,) = [line for line in logs if line["event"] == "act.abandoned"]
    assert (told["id"], bool(told["frames"])) == (held, way != "cancelled by a library")
    assert all(place.startswith(("tests.", "asyncio.")) for place in told["frames"])
    again = key is OutsideKey.KEY
    assert edge.states(talk) == [Taken.DONE if again else Taken.UNCERTAIN]
    assert outside.acts == [held] * (2 if again else 1)
    outside.release.set()
    other = await edge.receives(message_of("pauze-beeindiging"), new_pseudonym())
    assert outside.acts[-1] == other
