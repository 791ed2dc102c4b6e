"""The operators' API beside the console in this process, on a hub's database that is filled and operated upon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from hub.api.access import Scope, Token, digest_of, new_secret
from hub.api.access.store import add_token
from hub.api.app import Api, create_api
from hub.clock import new_pseudonym
from hub.console.audit import Visit
from hub.console.audit.store import visits
from hub.console.process import beside
from tests.console import Stand
from tests.filled import Filled, fill
from tests.logbook import Logbook
from tests.operated import Operated, operate
from tests.world import NOW, FixedClock, make_world

#: Where callers are told to reach it.
PUBLIC = "https://hub.example"


@dataclass
class Desk:
    """The API, its tokens, and what it was put upon."""

    stand: Stand
    client: TestClient
    filled: Filled
    done: Operated

    @classmethod
    def on(cls, folder: Path) -> Desk:
        """On a database in that folder."""
        world = make_world()
        stand = Stand.on(folder, world, f"sqlite:///{folder / 'hub.db'}", FixedClock())
        filled, done = fill(stand.database, NOW), operate(stand.database, world, NOW)
        log = Logbook(stand.database)
        log.sequence()
        log.checkpoint()
        inner = stand.console.desk
        api = create_api(Api(stand.database, inner.register, inner.clock, f"{PUBLIC}/v1"))
        app = beside(stand.console.app, api)
        client = TestClient(app, base_url=inner.origin, raise_server_exceptions=False, follow_redirects=False)
        return cls(stand, client, filled, done)

    def token(self, *scopes: Scope, lasts: timedelta = timedelta(days=1)) -> str:
        secret = new_secret()
        token = Token(new_pseudonym(), "proef", frozenset(scopes), NOW, NOW + lasts)
        with self.stand.database.begin() as connection:
            add_token(connection, token, digest_of(secret))
        return secret

    def get(self, path: str, secret: str | None = None, **query: Any) -> Any:  # noqa: ANN401
        secret = secret or self.token(*Scope)
        return self.client.get(f"/v1{path}", params=query or None, headers={"Authorization": f"Bearer {secret}"})

    def ask(self, path: str, **query: Any) -> Any:  # noqa: ANN401
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def trail(self, most: int) -> list[Visit]:
        """The newest lines, oldest of them first."""
        with self.stand.database.reading() as connection:
            return [visit for _, visit in visits(connection, most)][::-1]

    def whole(self, path: str, name: str, most: int) -> list[Any]:
        """A list page by page, as its links lead on."""
        found, address = [], f"{path}{'&' if '?' in path else '?'}most={most}"
        while True:
            answer = self.ask(address)
            assert len(answer[name]) <= most
            found += answer[name]
            if "next" not in answer["_links"]:
                return found
            link = urlsplit(answer["_links"]["next"]["href"])
            assert f"{link.scheme}://{link.netloc}" == PUBLIC
            address = f"{link.path.removeprefix('/v1')}?{link.query}"
