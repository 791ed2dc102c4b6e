"""The servers of a measurement: a private RabbitMQ with mutual TLS and, if asked for, a PostgreSQL with fsync."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy
from sqlalchemy import create_engine, text

from adapters.demo import node, postgres
from adapters.demo.process import Guarded
from hub.clock import SystemClock
from tests.broker import Broker

DatabaseKind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Servers:
    """Running servers; every run gets a vhost and a database of its own on them."""

    broker: Broker
    postgres: postgres.PrivatePostgres | None

    @property
    def kind(self) -> DatabaseKind:
        """Which database the hub keeps its log in."""
        return "postgresql" if self.postgres else "sqlite"

    @property
    def roots(self) -> dict[str, int]:
        """The process at the root of each server; the beam and every backend are below."""
        roots = {"broker": _pid(self.broker.node._server)}
        if self.postgres:
            roots["database"] = _pid(self.postgres._server)
        return roots

    def new_database(self, folder: Path) -> str:
        """The address of an empty database."""
        return self.postgres.url(self.postgres.new_database()) if self.postgres else f"sqlite:///{folder / 'hub.db'}"

    def versions(self) -> dict[str, str]:
        """What the numbers were measured on."""
        answer = self.broker.management._client.get("/api/overview").json()
        broker = f"RabbitMQ {answer['rabbitmq_version']}, Erlang {answer['erlang_version']}"
        return {"broker": broker, "database": _database_version(self.postgres)}


def _pid(guarded: Guarded | None) -> int:
    if guarded is None:
        raise AssertionError(guarded)
    return guarded._guard.pid


def _database_version(server: postgres.PrivatePostgres | None) -> str:
    engine = create_engine(server.url("postgres") if server else "sqlite://")
    with engine.connect() as connection:
        asked = "SHOW server_version" if server else "SELECT sqlite_version()"
        version = str(connection.execute(text(asked)).scalar())
    engine.dispose()
    name = "PostgreSQL" if server else "SQLite"
    return f"{name} {version}, SQLAlchemy {sqlalchemy.__version__}"


@contextmanager
def running(folder: Path, database: DatabaseKind) -> Iterator[Servers]:
    """Starts the servers and ends them with the context."""
    with ExitStack() as stack:
        private = node.PrivateNode.create(folder / "node", SystemClock())
        private.start()
        stack.callback(private.kill)
        broker = Broker(private, folder)
        stack.callback(broker.management.close)
        server = None
        if database == "postgresql":
            # not below `folder`: that may be root's alone, and the server does not run as root
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="schuldhub-bench-"))
            server = postgres.PrivatePostgres.create(Path(home))
            server.start()
            stack.callback(server.kill)
        yield Servers(broker, server)
