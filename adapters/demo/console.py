"""The operators' console of the demo: the real process with real traffic, and a loopback issuer to sign in at."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from adapters.demo.cast import Cast
from adapters.demo.configuration import CONFIG
from adapters.demo.issuer import PEOPLE
from adapters.demo.issuing import CLIENT_ID, LOOPBACK
from adapters.demo.parties import HUB
from adapters.demo.process import free_ports
from adapters.demo.world import Place

NAME: Final = "console"
ISSUER: Final = "aanmelden"
SECRET: Final = "console-geheim"  # noqa: S105 - the name of a file
_ROLES: Final = ("reader", "handler", "releaser", "administrator", "auditor")
_OTHERS_MAY_NOTHING: Final = 0o600


@dataclass(frozen=True, slots=True)
class DemoConsole:
    """Where the console and its issuer are."""

    url: str
    issuer_port: int
    secret: str
    folder: Path

    @classmethod
    def prepare(cls, place: Place) -> DemoConsole:
        """Picks free ports and adds the console's part to the hub's settings."""
        port, issuer_port = free_ports(2)
        folder = place.of(HUB)
        made = cls(f"http://{LOOPBACK}:{port}", issuer_port, secrets.token_urlsafe(24), folder)
        file = folder / SECRET
        file.touch(mode=_OTHERS_MAY_NOTHING)
        file.write_text(made.secret, encoding="ascii")
        roles = "".join(f'{role} = "{role}"\n' for role in _ROLES)
        part = (
            f'\n[console]\nurl = "{made.url}"\nport = {port}\nissuer = "http://{LOOPBACK}:{issuer_port}"\n'
            f'client_id = "{CLIENT_ID}"\nclient_secret_file = "{SECRET}"\n\n[console.roles]\n{roles}'
        )
        with (folder / CONFIG).open("a", encoding="utf-8") as settings:
            settings.write(part)
        return made

    def start(self, cast: Cast) -> None:
        """Starts both, each as a process of its own, and waits until the console answers."""
        arguments = (str(self.issuer_port), self.url, self.secret)
        cast.start(ISSUER, "adapters.demo.issuing", *arguments, folder=self.folder)
        cast.start_ours(NAME, "console", "--config", str(self.folder / CONFIG), folder=self.folder)
        cast.wait(NAME, self.reachable)

    def reachable(self) -> bool:
        """The console answers, and somebody can go and sign in."""
        try:
            answer = httpx2.get(f"{self.url}/aanmelden/start", follow_redirects=False, timeout=5)
        except httpx2.TransportError:
            return False
        return answer.status_code == httpx2.codes.SEE_OTHER


def people() -> list[tuple[str, str]]:
    """Who can sign in, and as what."""
    return [(person.name, ", ".join(person.roles) or "geen rol: wordt niet binnengelaten") for person in PEOPLE]
