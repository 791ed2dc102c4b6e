"""The three sites of the demo that people sign in to, and who can be picked at the issuer of each.

In life each organisation has its own issuer; here one process is the issuer of all three, on a port for each.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import httpx2

from adapters.demo.cast import Cast
from adapters.demo.issuer import PEOPLE, Person
from adapters.demo.process import LOOPBACK, free_ports
from adapters.demo.world import Place, private_folder

ISSUER: Final = "aanmelden"
PLAN: Final = "sites.json"
ANSWER_S: Final = 5.0

HANDLER: Final = PEOPLE[1]
CONSULENT: Final = Person("consulent", "Carla Consulent", ("consulent",))
ADMINISTRATOR: Final = Person("bewindvoerder", "Ben Bewindvoerder", ("bewindvoerder",))
LANDLORD_CLERK: Final = Person("verhuurder", "Wil Verhuurder", ("verhuurder",))
#: Somebody whom a site does not let in.
GUEST: Final = PEOPLE[-1]


@dataclass(frozen=True, slots=True)
class Site:
    """One site: where it is, what it and its issuer know of each other, and who can be picked there."""

    port: int
    issuer_port: int
    secret: str
    people: tuple[Person, ...]

    @property
    def url(self) -> str:
        """As visitors type it."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def issuer(self) -> str:
        """Where its visitors sign in."""
        return f"http://{LOOPBACK}:{self.issuer_port}"

    def keep_secret(self, file: Path) -> Path:
        """Writes what its issuer knows too, for the site alone to read."""
        file.touch(mode=0o600)
        file.write_text(self.secret, encoding="ascii")
        return file

    def reachable(self) -> bool:
        """The site answers, and somebody can go and sign in."""
        try:
            answer = httpx2.get(f"{self.url}/aanmelden/start", timeout=ANSWER_S, trust_env=False)
        except httpx2.TransportError:
            return False
        return answer.status_code == httpx2.codes.SEE_OTHER


@dataclass(frozen=True, slots=True)
class Sites:
    """All of them."""

    console: Site
    page: Site
    portal: Site

    @classmethod
    def prepare(cls) -> Sites:
        """Picks their ports and secrets; nothing runs yet."""
        ports = free_ports(6)
        groups: Sequence[tuple[Person, ...]] = (PEOPLE, (CONSULENT, GUEST), (ADMINISTRATOR, LANDLORD_CLERK))
        made = [
            Site(port, issuer_port, secrets.token_urlsafe(24), people)
            for port, issuer_port, people in zip(ports[:3], ports[3:], groups, strict=True)
        ]
        return cls(*made)

    def start_issuer(self, cast: Cast, place: Place) -> None:
        """Starts the process at which everybody signs in."""
        folder = private_folder(place.outside / ISSUER)
        plan = folder / PLAN
        plan.touch(mode=0o600)
        plan.write_text(json.dumps([asdict(site) for site in (self.console, self.page, self.portal)]))
        cast.start(ISSUER, "adapters.demo.issuing", PLAN, folder=folder)
