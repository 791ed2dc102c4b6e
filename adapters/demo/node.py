"""A RabbitMQ of one's own: on loopback, with mutual TLS, for the demo and the tests.

It asks nothing of systemd or of the system's RabbitMQ, touches neither, has its own epmd, and ends with its starter.
Ports, folder and node name are its own, so that any number of them run side by side.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from adapters.demo.process import LOOPBACK, Guarded, free_ports, wait_until
from hub.clock import Clock
from hub.register.certificates import Authority, issue_server, load_authority, new_authority
from hub.wire.management import Management

BINARIES = Path("/usr/lib/rabbitmq/bin")  # not /usr/sbin: those wrappers change the user and the folder
SETTINGS = Path(__file__).parents[2] / "deploy" / "broker"
ADMINISTRATOR = "administrator"
START_LIMIT_S = 90.0
STOP_LIMIT_S = 30.0
#: Schedulers with nothing to do sleep at once; they would wait busily for a while, on a machine that others need too.
IDLE = "+sbwt none +sbwtdcpu none +sbwtdio none"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

TlsVersion = Literal["tlsv1.3", "tlsv1.2"]


@dataclass(frozen=True)
class NodePorts:
    """The four loopback ports of one node."""

    amqps: int
    management: int
    distribution: int
    epmd: int

    @classmethod
    def free(cls) -> Self:
        """Four that nobody uses now."""
        return cls(*free_ports(4))


def installed() -> bool:
    """RabbitMQ and Erlang are on this machine."""
    return (BINARIES / "rabbitmq-server").exists()


@dataclass
class PrivateNode:
    """One node in one folder (0700). Make it with `create`, then `start` and `stop` as often as needed.

    Attributes:
        folder: everything of the node: certificates of the CA and server, configuration, data, logs, password.
        ports: where it listens, on loopback only; they stay the same over a restart.
        authority: the CA whose client certificates it accepts.
        tls_versions: those it speaks; TLS 1.3 alone unless told otherwise.
    """

    folder: Path
    ports: NodePorts
    authority: Authority
    tls_versions: tuple[TlsVersion, ...] = ("tlsv1.3",)
    name: str = field(default_factory=lambda: f"hub-{secrets.token_hex(4)}@localhost")
    _epmd: Guarded | None = None
    _server: Guarded | None = None

    @classmethod
    def create(cls, folder: Path, clock: Clock, tls_versions: tuple[TlsVersion, ...] = ("tlsv1.3",)) -> Self:
        """Write everything that a node needs into `folder`; a CA that is there already (`ca/`) is kept."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        home = folder / "ca"
        authority = load_authority(home) if home.exists() else new_authority(home, clock.now())
        node = cls(folder, NodePorts.free(), authority, tls_versions)
        issue_server(authority, ("localhost", LOOPBACK), folder / "tls", clock.now())
        node._write_settings()
        return node

    @property
    def password_file(self) -> Path:
        """The administrator's password for the management API, mode 0600."""
        return self.folder / "administrator.password"

    @property
    def management(self) -> Management:
        """A new client of the management API; the caller closes it."""
        return Management(f"http://{LOOPBACK}:{self.ports.management}", ADMINISTRATOR, self.password_file.read_text())

    @property
    def running(self) -> bool:
        """The server process is there."""
        return self._server is not None and self._server.running

    def url(self, vhost: str) -> str:
        """Where clients connect, with their certificate; `localhost` is in the server's certificate."""
        return f"amqps://localhost:{self.ports.amqps}/{vhost}"

    def start(self) -> None:
        """Start the node and return when it serves clients, or raise UnavailableError with its last words."""
        environment = self._environment()
        self._epmd = Guarded(
            ["epmd", "-port", str(self.ports.epmd), "-address", LOOPBACK],
            environment=environment,
            folder=self.folder,
            log=self.folder / "log" / "epmd.out",
            grace_s=5,
        )
        self._server = Guarded(
            [str(BINARIES / "rabbitmq-server")],
            environment=environment,
            folder=self.folder,
            log=self.folder / "log" / "server.out",
            grace_s=STOP_LIMIT_S,
        )
        with self.management as management:
            wait_until(lambda: management.ready(self.ports.amqps), self._server, limit_s=START_LIMIT_S, what="RabbitMQ")

    def stop(self) -> None:
        """Stop the node orderly, then its epmd. Its data stays; `start` goes on with it."""
        for process in (self._server, self._epmd):
            if process is not None:
                process.stop()
        self._server = self._epmd = None

    def kill(self) -> None:
        """End the node as a power cut would, then its epmd."""
        if self._server is not None:
            self._server.kill()
        self.stop()

    def restart(self) -> None:
        """Stop and start again with the same ports and data."""
        self.stop()
        self.start()

    def _write_settings(self) -> None:
        for name in ("log", "data", "home"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        password = secrets.token_urlsafe(24)
        _write_secret(self.password_file, password)
        _write_secret(self.folder / "home" / ".erlang.cookie", secrets.token_hex(20))
        _write_secret(self.folder / "definitions.json", json.dumps(_definitions(password)))
        (self.folder / "enabled_plugins").write_text((SETTINGS / "enabled_plugins").read_text())
        lines = [(SETTINGS / "rabbitmq.conf").read_text(), *self._own_settings()]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")

    def _own_settings(self) -> list[str]:
        tls = self.folder / "tls"
        return [
            f"listeners.ssl.default = {LOOPBACK}:{self.ports.amqps}",
            f"ssl_options.cacertfile = {self.authority.folder / 'ca.crt.pem'}",
            f"ssl_options.certfile = {tls / 'server.crt.pem'}",
            f"ssl_options.keyfile = {tls / 'server.key.pem'}",
            *(f"ssl_options.versions.{n} = {version}" for n, version in enumerate(self.tls_versions, 1)),
            f"management.tcp.ip = {LOOPBACK}",
            f"management.tcp.port = {self.ports.management}",
            f"load_definitions = {self.folder / 'definitions.json'}",
            "disk_free_limit.absolute = 50MB",
        ]

    def _environment(self) -> Mapping[str, str]:
        """All that the node sees of its surroundings: nothing of ours leaks into it."""
        return {
            "PATH": PATH,
            "LANG": "C.UTF-8",
            "HOME": str(self.folder / "home"),
            "RUNNING_UNDER_SYSTEMD": "1",  # the start script then becomes the node, and signals reach it
            "ERL_CRASH_DUMP": str(self.folder / "log" / "crash.dump"),
            "ERL_EPMD_PORT": str(self.ports.epmd),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "server.pid"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{127,0,0,1}} {IDLE}",
        }


def _definitions(password: str) -> dict[str, object]:
    """One administrator from the first moment on, so that the broker makes no guest. The hash is RabbitMQ's form."""
    salt = os.urandom(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "users": [
            {
                "name": ADMINISTRATOR,
                "password_hash": b64encode(salt + digest).decode(),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "administrator",
            }
        ]
    }


def _write_secret(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
