"""An operators' console of a measurement: its settings beside a hub's, and somebody who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.demo.process import free_ports
from hub.clock import SystemClock
from hub.console.roles import Role
from hub.console.tables import SESSIONS
from hub.database import Database
from hub.web.sessions import Session, User, new_token
from hub.web.sessions.store import SessionStore
from tests.bench.filling import OPERATOR

COOKIE = "schuldhub"


@dataclass(frozen=True)
class Desk:
    """Where a console will listen, and the cookie of somebody who is everything at once."""

    settings: Path
    url: str
    cookies: dict[str, str]

    @classmethod
    def beside(cls, settings: Path, database: Database) -> Desk:
        """A console with the settings of a hub and a part for itself; its issuer is nowhere."""
        port = free_ports(1)[0]
        url = f"http://127.0.0.1:{port}"
        secret = settings.with_name("client-secret")
        secret.touch(mode=0o600)
        secret.write_text("niet-geheim", encoding="ascii")
        lines = [
            "[console]",
            f'url = "{url}"',
            f"port = {port}",
            'issuer = "http://127.0.0.1:9"',
            'client_id = "schuldhub-console"',
            f'client_secret_file = "{secret}"',
            f"roles = {{ {', '.join(f'{role.value} = {chr(34)}{role.value}{chr(34)}' for role in Role)} }}",
        ]
        mine = settings.with_name("console.toml")
        mine.write_text(settings.read_text() + "\n".join(lines) + "\n")
        return cls(mine, url, {COOKIE: signed_in(database)})


def signed_in(database: Database) -> str:
    """The token of a session that has just begun."""
    token, now = new_token(), SystemClock().now()
    session = Session(User(*OPERATOR, frozenset(Role)), new_token(), now, now + timedelta(hours=9))
    with database.begin() as connection:
        SessionStore(SESSIONS).add(connection, token, session)
    return token
