"""An office on the portal keeps the contract of every adapter, as far as it fits.

Its outside system is its own people: what was put before them, in the office's books, is what was done. There is no
system outside that can be slow, wrong, lying or away, and no act outside that a crash could part from the ledger: a
letter is put before them in the transaction that ends the act. So those two promises have nothing to try here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.clock import SystemClock
from schemas.messages import Message
from tests.broker import Broker
from tests.integration.adapter_contract import AdapterContract, Stage
from tests.portal import JANSEN, OFFICES, Stand, made, message_of, portal_world, referral
from tests.road import road_on
from tests.stranger import stranger_on
from tests.world import SHV


@dataclass
class Desks:
    """The people of one office, who see what is in its books."""

    own: Path
    stand: Stand
    faults: tuple[str, ...] = ()

    def effects(self) -> Mapping[str, int]:
        """How often each letter is before them."""
        return Counter(letter.id for letter in self.stand.letters("jansen", ours=False))

    async def misbehave(self, fault: str) -> None:
        """People are never away: a letter waits for them."""
        raise NotImplementedError(fault)

    def ended(self) -> bool:
        """They can read that the referral was taken back, after the referral itself."""
        kinds = [letter.type.split(".")[2] for letter in reversed(self.stand.letters("jansen", ours=False))]
        return "verwijzing-status" in kinds and kinds.index("verwijzing") < kinds.index("verwijzing-status")


class TestOfficeOnThePortal(AdapterContract):
    """`bewindvoerder`: one process for several offices, so it is put on the stage in its own way."""

    oin = JANSEN
    answers = False
    test_it_survives_an_outside_system_that_is_slow_wrong_lying_or_away = None  # type: ignore[assignment]
    test_it_resumes_after_a_crash_at_any_point = None  # type: ignore[assignment]

    def opening(self) -> Message:
        """A referral."""
        return message_of("verwijzing", **referral())

    def closing(self) -> Message:
        """It is taken back."""
        return message_of("verwijzing-status", status="ingetrokken", reden="Verhuisd.", uitkomst=None, afspraakOp=None)

    @asynccontextmanager
    async def stage(self, broker: Broker, folder: Path, *, running: bool = True) -> AsyncIterator[Stage]:
        """The hub, the portal with its offices, and a stranger in the place of Haarlem."""
        assert running
        oins = (SHV, *(oin for _, _, _, oin in OFFICES))
        async with road_on(broker, folder / "road", world=portal_world(), oins=oins) as road:
            await road.hub()
            stand = Stand(*made(folder, road.edge, SystemClock()))
            road.stack.callback(stand.close)
            async with stranger_on(road, SHV) as sender:
                for office in stand.portal.offices.values():
                    await road.run(office.edge.run)
                yield Stage(road, Desks(folder, stand), sender, self.oin, folder, "bewindvoerder")
                await road.stack.aclose()
