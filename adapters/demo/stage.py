"""What the story is played on: every party and outside system, where each is, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from adapters.demo.caseworker import CaseSystem
from adapters.demo.cast import Cast
from adapters.demo.configuration import CLOCK, CONFIG, PORTAL
from adapters.demo.office import OfficeSoftware
from adapters.demo.outside_chain import Outside
from adapters.demo.parties import HUB, LATER, OFFICE, Party
from adapters.demo.sites import Sites
from adapters.demo.world import Place
from hub.clock import ShiftedClock, SystemClock

PORTAL_NAME: Final = "portaal"


@dataclass(frozen=True)
class Stage:
    """What the story plays on."""

    place: Place
    cast: Cast
    outside: Outside
    cases: CaseSystem
    office: OfficeSoftware
    clock: ShiftedClock
    sites: Sites

    def start_hub(self) -> None:
        """Starts relay and keeper."""
        folder = self.place.of(HUB)
        self.cast.start_ours(HUB.name, "up", "--config", str(folder / CONFIG), folder=folder)

    def start_later_parties(self) -> None:
        """Starts who takes part from the second act on, and the portal; they find the broker by themselves."""
        for party in LATER:
            self.start_adapter(party)
        folder = self.place.of(OFFICE)
        self.cast.start_ours(PORTAL_NAME, "portal", "run", "--config", str(folder / PORTAL), folder=folder)

    def wait_for_portal(self) -> None:
        """Returns once offices can hand something in."""
        self.cast.wait(PORTAL_NAME, self.office.reachable)

    def start_adapter(self, party: Party) -> None:
        """Starts the edge of one party with its adapter."""
        config = str(self.place.of(party) / CONFIG)
        folder = self.place.of(party)
        self.cast.start_ours(party.name, "adapter", "run", party.adapter, "--config", config, folder=folder)

    def move_clock_to(self, moment: datetime) -> None:
        """Moves the clock of hub and adapters; the outside systems keep their own."""
        shift = (moment - datetime.fromtimestamp(SystemClock().now().timestamp(), UTC)).total_seconds()
        fresh = self.place.root / f"{CLOCK}.nieuw"
        fresh.write_text(f"{shift}\n", encoding="ascii")
        fresh.replace(self.place.root / CLOCK)

    def pass_time_until(self, moment: datetime) -> None:
        """Everybody's time goes on to a later day: ours to that instant, the outside systems' by whole days."""
        self.outside.advance((moment.date() - self.clock.now().date()).days)
        self.move_clock_to(moment)
