"""The outside systems of the rest of the chain: three creditors, each with its own way, and the Kredietbank.

What the demo says of them at the end it reads from their own books.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from adapters.demo.cast import Cast
from adapters.demo.outside import SFTP_USER, ReferralIndex, TaxSystem, ask, let_in
from adapters.demo.parties import BANK, CREDITORS, PARTNERSHIP, TAX_OFFICES, TOWN, VISH, WATER_BOARD, Party
from adapters.demo.world import DEPLOY, Place, private_folder
from hub.clock import Clock

DATABASE: Final = "schuldeiser.db"
#: What is different about each: one agrees, one refuses at first, one says nothing about a proposal.
MOODS: Final[dict[Party, tuple[str, ...]]] = {
    WATER_BOARD: (),
    TOWN: ("--objection", "saldo-gewijzigd"),
    PARTNERSHIP: ("--silent-about", "voorstel"),
}


class System(Protocol):
    """An outside system as a process."""

    def start(self, cast: Cast) -> None:
        """Starts it."""
        ...

    def wait(self, cast: Cast) -> None:
        """Waits until it listens."""
        ...


@dataclass(frozen=True)
class CreditorSystem:
    """The simulated system of one creditor: over HTTP, or with files over SFTP."""

    party: Party
    folder: Path

    @classmethod
    def prepare(cls, place: Place, party: Party) -> CreditorSystem:
        """Its folder; one that takes files lets its supplier in by key."""
        made = cls(party, private_folder(place.outside / party.name))
        if made.takes_files:
            private_folder(made.folder / "sftp")
            let_in(place.of(party) / "sftp-sleutel", made.folder / "toegelaten")
        return made

    @property
    def takes_files(self) -> bool:
        """Whether it is reached by files."""
        return self.party is PARTNERSHIP

    def start(self, cast: Cast) -> None:
        """Starts it."""
        common = ["--db", DATABASE, "--port-file", "port", "--seed", str(DEPLOY / "creditors.csv"), *MOODS[self.party]]
        module, own = "adapters.convenant.simulator", [self.party.name, "--token-file", "token"]
        if self.takes_files:
            module = "adapters.convenant.simulator_files"
            own = ["--root", "sftp", "--host-key", "host", "--user", SFTP_USER, "--authorized-keys", "toegelaten"]
        cast.start(f"systeem-{self.party.name}", module, *own, *common, folder=self.folder)

    def wait(self, cast: Cast) -> None:
        """Waits until it listens."""
        cast.wait(f"systeem-{self.party.name}", (self.folder / "port").exists)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int((self.folder / "port").read_text())

    def pauses(self) -> int:
        """How many pauses run by its own books."""
        return len(self._rows("SELECT 1 FROM pauze WHERE lopend = 1"))

    def complaints(self) -> list[str]:
        """Measures that it stopped because somebody said that they went on."""
        return [str(row[0]) for row in self._rows("SELECT maatregel FROM klacht ORDER BY sleutel")]

    def acts(self) -> list[str]:
        """What it was asked and did, in order."""
        return [str(row[0]) for row in self._rows("SELECT handeling FROM opdracht ORDER BY rowid")]

    def twice(self) -> int:
        """How many orders it carried out more than once."""
        return len(self._rows("SELECT 1 FROM opdracht WHERE uitgevoerd > 1"))

    def reasons(self) -> list[tuple[str, str]]:
        """(reason, last day) of each pause that runs."""
        return [(str(row[0]), str(row[1])) for row in self._rows("SELECT reden, tot FROM pauze WHERE lopend = 1")]

    def _rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder / DATABASE}?mode=ro", uri=True, timeout=10)) as books:
            return books.execute(query).fetchall()


@dataclass(frozen=True)
class BankSystem:
    """The simulated case system of the Kredietbank."""

    folder: Path

    @classmethod
    def prepare(cls, place: Place) -> BankSystem:
        """Its folder."""
        return cls(private_folder(place.outside / BANK.name))

    def start(self, cast: Cast) -> None:
        """Starts it; every dossier turns out to have one creditor."""
        files = ["--db", "kredietbank.db", "--token-file", "token", "--port-file", "port"]
        owed = ["--creditor", WATER_BOARD.oin]
        cast.start("systeem-kredietbank", "adapters.kredietbank.simulator", *files, *owed, folder=self.folder)

    def wait(self, cast: Cast) -> None:
        """Waits until it listens."""
        cast.wait("systeem-kredietbank", (self.folder / "port").exists)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int((self.folder / "port").read_text())

    def advance(self, days: int) -> None:
        """Puts its own clock ahead; its dossiers go on."""
        self._manage("klok", {"dagen": days})

    def finish(self, mark: str) -> None:
        """Ends a dossier whose arrangement ran."""
        self._manage("afronden", {"kenmerk": mark})

    def dossiers(self) -> dict[str, str]:
        """Each dossier and the step in which it is."""
        found: dict[str, str] = self._manage("boeken", {})["dossiers"]
        return found

    def _manage(self, what: str, asked: dict[str, Any]) -> dict[str, Any]:
        return ask(self.port, self.folder / "token", "POST", f"/beheer/{what}", json.loads(json.dumps(asked)))


@dataclass(frozen=True)
class Outside:
    """Every outside system of the demo."""

    taxes: dict[Party, TaxSystem]
    index: ReferralIndex
    creditors: tuple[CreditorSystem, ...]
    bank: BankSystem

    @classmethod
    def prepare(cls, place: Place, clock: Clock) -> Outside:
        """Their folders and books; nothing runs yet."""
        private_folder(place.outside)
        index = ReferralIndex.prepare(place)
        index.admit(place.of(VISH) / "sftp-sleutel")
        taxes = {office: TaxSystem.prepare(place, office, clock) for office in TAX_OFFICES}
        creditors = tuple(CreditorSystem.prepare(place, party) for party in CREDITORS)
        return cls(taxes, index, creditors, BankSystem.prepare(place))

    @property
    def _systems(self) -> list[System]:
        return [*self.taxes.values(), self.index, *self.creditors, self.bank]

    def start(self, cast: Cast) -> None:
        """Starts them all at once."""
        for system in self._systems:
            system.start(cast)

    def wait(self, cast: Cast) -> None:
        """Waits until each listens."""
        for system in self._systems:
            system.wait(cast)

    def advance(self, days: int) -> None:
        """Puts the clocks of tax systems and index ahead."""
        for tax in self.taxes.values():
            tax.advance(days)
        self.index.advance(days)

    def creditor(self, party: Party) -> CreditorSystem:
        """The system of this creditor."""
        return next(system for system in self.creditors if system.party is party)
