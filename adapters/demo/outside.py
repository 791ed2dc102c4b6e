"""The outside systems of the demo, which know nothing of the hub: the tax system and the bailiffs' referral index.

What the demo says of them at the end it reads here, from their own books, and never from ours.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import asyncssh
import httpx2

from adapters.demo.books import read_rows, tax_books, write_seed
from adapters.demo.cast import Cast
from adapters.demo.parties import Party
from adapters.demo.process import LOOPBACK
from adapters.demo.world import DEPLOY, Place, private_folder
from hub.clock import Clock

CONNECTION_CODE: Final = "HLM-DEMO"
SFTP_USER: Final = "schuldhub"
ANSWER_S: Final = 10.0


@dataclass(frozen=True)
class TaxSystem:
    """The simulated tax system of one office."""

    folder: Path
    rows: tuple[dict[str, str], ...]
    """What it starts with, as deploy/demo says."""

    @classmethod
    def prepare(cls, place: Place, office: Party, clock: Clock) -> TaxSystem:
        """Its books: the dossiers of its municipalities."""
        folder = private_folder(place.outside / f"belastingen-{office.name}")
        listed = read_rows(DEPLOY / "tax_dossiers.csv", ",")
        rows = tuple(row for row in listed if row["gemeentecode"] in {*office.gemeentecodes, ""})
        write_seed(folder / "boeken.json", tax_books(rows, clock.now().date()))
        return cls(folder, rows)

    def start(self, cast: Cast) -> None:
        """Starts it; after a stop it goes on with the books that it has, on the port that it had."""
        ports, seed = self.folder / "port", self.folder / "boeken.json"
        known = ["--port", str(self.port)] if ports.exists() else ["--seed", str(seed)]
        ports.unlink(missing_ok=True)
        files = ["--db", "belastingen.db", "--token-file", "token", "--port-file", "port"]
        cast.start(self.folder.name, "adapters.gbkz.simulator", *files, *known, folder=self.folder)

    def wait(self, cast: Cast) -> None:
        """Waits until it listens."""
        cast.wait(self.folder.name, (self.folder / "port").exists)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int((self.folder / "port").read_text())

    @property
    def token_file(self) -> Path:
        """What lets the office's own software in."""
        return self.folder / "token"

    def books(self) -> dict[str, Any]:
        """All dossiers and every *uitstel*."""
        return self._ask("GET", "/beheer/boeken")

    def effects(self) -> dict[str, dict[str, int]]:
        """How often each act was carried out, by its idempotency key."""
        return self._ask("GET", "/beheer/effecten")

    def advance(self, days: int) -> None:
        """Puts its own clock ahead."""
        self._ask("POST", "/beheer/klok", {"vooruitDagen": days})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return ask(self.port, self.token_file, method, path, body)


@dataclass(frozen=True)
class ReferralIndex:
    """The simulated referral index behind its SFTP server."""

    folder: Path

    @classmethod
    def prepare(cls, place: Place) -> ReferralIndex:
        """An index that knows one connected organisation, and the key that this organisation supplies with."""
        folder = private_folder(place.outside / "verwijsindex")
        private_folder(folder / "sftp")
        write_seed(folder / "aansluitingen.json", {"aansluitingen": {CONNECTION_CODE: "Schuldhulp Haarlem (demo)"}})
        return cls(folder)

    def admit(self, key_file: Path) -> None:
        """Makes the supplier's SSH key where it belongs and lets its public half in."""
        let_in(key_file, self.folder / "toegelaten")

    def start(self, cast: Cast) -> None:
        """Starts it."""
        files = ["--db", "index.db", "--root", "sftp", "--host-key", "host", "--authorized-keys", "toegelaten"]
        rest = ["--user", SFTP_USER, "--token-file", "token", "--port-file", "port", "--seed", "aansluitingen.json"]
        cast.start("verwijsindex", "adapters.vish.simulator", "serve", *files, *rest, folder=self.folder)

    def wait(self, cast: Cast) -> None:
        """Waits until it listens."""
        cast.wait("verwijsindex", (self.folder / "port").exists)

    @property
    def ports(self) -> tuple[int, int]:
        """Where it listens: SFTP and HTTP."""
        sftp, http = (self.folder / "port").read_text().split()
        return int(sftp), int(http)

    @property
    def host_key_file(self) -> Path:
        """The server's public key."""
        return self.folder / "host.pub"

    def counts(self) -> tuple[int, int]:
        """How many registrations run on its own today, and how many have ended."""
        books = self._ask("GET", "/beheer/boeken")
        today = books["vandaag"]
        ended = sum(1 for one in books["registraties"] if one["einddatum"] and one["einddatum"] < today)
        return len(books["registraties"]) - ended, ended

    def consult(self, bsn: str) -> list[dict[str, Any]]:
        """What a bailiff sees."""
        found: list[dict[str, Any]] = self._ask("POST", "/raadplegen", {"bsn": bsn})["registraties"]
        return found

    def advance(self, days: int) -> None:
        """Puts its own clock ahead."""
        self._ask("POST", "/beheer/klok", {"dagen": days})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return ask(self.ports[1], self.folder / "token", method, path, body)


def let_in(key_file: Path, admitted: Path) -> None:
    """Makes a supplier's SSH key where it belongs and puts its public half where the server looks."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(key_file)
    key_file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    key.write_public_key(admitted)


def ask(port: int, token_file: Path, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    """Asks an outside system about its own books."""
    headers = {"Authorization": f"Bearer {token_file.read_text().strip()}"}
    answer = _client().request(method, f"http://{LOOPBACK}:{port}{path}", headers=headers, json=body)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


@cache
def _client() -> httpx2.Client:
    """One for all: to make one takes longer than to ask."""
    return httpx2.Client(timeout=ANSWER_S, trust_env=False)
