"""A PostgreSQL of one's own: on loopback and a private port, for tests and measurements, ending with its starter.

PostgreSQL refuses to run as root; started by root it runs as the system's user `postgres`, in a folder given to it.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from adapters.demo.process import LOOPBACK, Guarded, free_ports, wait_until

VERSIONS = Path("/usr/lib/postgresql")
SYSTEM_USER = "postgres"
SUPERUSER = "hub"
TEMPLATE = "template1"
START_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


def binaries() -> Path | None:
    """The folder with the newest installed server, or None."""
    found = [path for path in VERSIONS.glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def installed() -> bool:
    """A PostgreSQL server is on this machine, with a user it can run as."""
    if binaries() is None:
        return False
    return os.geteuid() != 0 or SYSTEM_USER in {row.pw_name for row in pwd.getpwall()}


@dataclass
class PrivatePostgres:
    """One server in one folder. Make it with `create`, then `start` and `stop` as often as needed.

    Attributes:
        folder: its data, socket and log; given to user `postgres` when root starts it.
        port: where it listens, on loopback only.
        password: of its one user, random.
    """

    folder: Path
    port: int
    password: str
    _server: Guarded | None = None

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty server in `folder`, which user `postgres` must be able to reach when root calls this."""
        server = cls(folder, free_ports(1)[0], secrets.token_urlsafe(16))
        secret = folder / "password"
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(server.password)
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER)
            shutil.chown(secret, SYSTEM_USER)
        options = ["-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "--no-locale", "-N"]
        subprocess.run(
            _as_user([_binary("initdb"), "-D", str(folder / "data"), *options]),
            check=True,
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
        )
        return server

    @property
    def running(self) -> bool:
        """The server process is there."""
        return self._server is not None and self._server.running

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and return when it takes connections; fsync stays on, so that crash tests mean something."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._server = Guarded(
            _as_user([_binary("postgres"), "-D", str(self.folder / "data"), *options]),
            environment=ENVIRONMENT,
            folder=self.folder,
            log=self.folder / "server.out",
            grace_s=STOP_LIMIT_S,
            stop_signal="SIGINT",  # the fast shutdown: it does not wait for clients to leave
        )
        wait_until(self._answers, self._server, limit_s=START_LIMIT_S, what="PostgreSQL")

    def stop(self) -> None:
        """Stop the server orderly; its data stays."""
        if self._server is not None:
            self._server.stop()
        self._server = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._server is not None:
            self._server.kill()
        self._server = None

    def new_database(self) -> str:
        """A new empty database; returns its name."""
        name = f"t_{secrets.token_hex(6)}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        if self.running:
            self._sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1):
                pass
        except OSError:
            return False
        return self._psql("SELECT 1").returncode == 0

    def _sql(self, statement: str) -> None:
        self._psql(statement).check_returncode()

    def _psql(self, statement: str) -> subprocess.CompletedProcess[bytes]:
        environment: Mapping[str, str] = {**ENVIRONMENT, "PGPASSWORD": self.password}
        address = ["-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER, "-d", "postgres"]
        return subprocess.run(
            [_binary("psql"), "-X", "-q", *address, "-c", statement],
            check=False,
            env=environment,
            capture_output=True,
        )


def _binary(name: str) -> str:
    folder = binaries()
    return str(folder / name) if folder else name


def _as_user(command: Sequence[str]) -> list[str]:
    """The command as user `postgres` when we are root; `setpriv` becomes the command, so that signals reach it."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups", *command]
