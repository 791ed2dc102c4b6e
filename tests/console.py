"""The operators' console in this process: on a hub's database, with sessions for any role, or with a real issuer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from starlette.testclient import TestClient

from adapters.demo.issuer import PEOPLE, DemoIssuer, Person
from hub.clock import Clock, SystemClock
from hub.console.process import Console
from hub.console.roles import Role
from hub.database import Database
from hub.messagelog import schema
from hub.register.current import CurrentRegister
from hub.register.file import RegisterFile
from hub.settings import ConsoleSettings
from hub.web.server import WebServer
from hub.web.sessions import Session, User, new_token
from tests.world import HUB, World

CLIENT_ID = "schuldhub-console"
ALL = frozenset(Role)


@dataclass
class Stand:
    """A console whose server does not run: asked through its ASGI application."""

    console: Console
    database: Database
    clock: Clock

    @classmethod
    def on(
        cls,
        folder: Path,
        world: World,
        database_url: str,
        clock: Clock | None = None,
        *,
        upgraded: bool = True,
        **settings: object,
    ) -> Self:
        """A console on that database, upgraded here unless it is away."""
        clock = clock or SystemClock()
        world.write(folder)
        database = Database(database_url)
        if upgraded:
            schema.upgrade(database)
        floor = folder / HUB / "console-floor.json"
        floor.parent.mkdir(exist_ok=True)
        register = CurrentRegister(RegisterFile(folder / "register.jws", world.governance, floor))
        return cls(Console(console_settings(folder, **settings), database, register, clock), database, clock)

    def token(self, roles: Iterable[Role] = ALL, *, begun_ago: timedelta = timedelta(0)) -> str:
        """Somebody with these roles signs in; the token of his session."""
        session = self.session(roles, begun_ago=begun_ago)
        return session[0]

    def session(
        self, roles: Iterable[Role] = ALL, *, begun_ago: timedelta = timedelta(0), user: User | None = None
    ) -> tuple[str, Session]:
        """The same, with the session; of somebody else if given."""
        token, now = new_token(), self.clock.now() - begun_ago
        user = user or User("proef", "Pia Proef", frozenset(roles))
        session = Session(user, new_token(), now, now + self.console.desk.terms.whole)
        with self.database.begin() as connection:
            self.console.desk.sessions.add(connection, token, session)
        return token, session

    def client(self, token: str | None = None) -> TestClient:
        """A browser without JavaScript that follows nothing by itself."""
        desk = self.console.desk
        cookies = {desk.terms.cookie: token} if token else {}
        return TestClient(
            self.console.app,
            base_url=desk.origin,
            cookies=cookies,
            headers={"accept": "text/html"},
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    def close(self) -> None:
        """Gives back port and database."""
        self.console.listening.close()
        self.database.close()


def console_settings(folder: Path, **changes: object) -> ConsoleSettings:
    """Settings of a console that listens on any free port of loopback; its issuer is nowhere unless given."""
    secret = folder / "client-secret"
    secret.touch(mode=0o600)
    secret.write_text("niet-geheim", encoding="ascii")
    given = {
        "url": "http://127.0.0.1:8470",
        "port": 0,
        "issuer": "http://127.0.0.1:9",
        "client_id": CLIENT_ID,
        "client_secret_file": secret,
        "roles": {role.value: role.value for role in Role},
    }
    return ConsoleSettings.model_validate(given | changes)


@contextmanager
def issuer_for(console_url: str, *, client_id: str = CLIENT_ID, people: Sequence[Person] = PEOPLE) -> Iterator[str]:
    """A loopback issuer that sends browsers back to that site; yields its address."""
    issuer: DemoIssuer | None = None

    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        assert issuer is not None
        await issuer.app(scope, receive, send)

    server = WebServer(app, "127.0.0.1", 0, part="issuer")
    listening = server.listen()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    issuer = DemoIssuer(
        url,
        SystemClock(),
        client_id=client_id,
        people=people,
        client_secret="niet-geheim",
        redirect_uri=f"{console_url}/aanmelden/terug",
    )
    with in_thread(lambda stop: server.run(listening, stop)):
        yield url


@contextmanager
def in_thread(run) -> Iterator[None]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Runs a part (`run(stop)`) in an event loop of its own until the context ends."""
    started = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        ends.append((asyncio.get_running_loop(), stop))
        started.set()
        await run(stop)

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    started.wait(10)
    try:
        yield
    finally:
        loop, stop = ends[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
