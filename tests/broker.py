"""A real RabbitMQ with mutual TLS for tests: one node per session, a vhost of its own for each test."""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.demo.node import PrivateNode
from hub.clock import SystemClock
from hub.register.certificates import CA_CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY, issue_client, new_client_key
from hub.wire.management import Management
from hub.wire.topology import HUB_USER, LANES_DEFAULT, VHOST, Topology, desired, inbox_name, user_of

SETTLED_S = 3.0  # how long after it came up a queue may be deleted; its dead-letter worker needs milliseconds


@dataclass(frozen=True)
class Vhost:
    """One vhost with the hub's topology for some partners; given up when its context ends."""

    broker: Broker
    name: str
    inboxes: dict[str, str]
    topology: Topology

    @property
    def url(self) -> str:
        """Where clients of this vhost connect."""
        return self.broker.node.url(self.name)

    def inbox(self, oin: str) -> str:
        """The queue of this partner."""
        return self.inboxes[oin]

    def depth(self, queue: str) -> int:
        """Messages in a queue; the broker counts every five seconds only, so never wait for an exact moment by this."""
        return self.broker.management.depths(self.name)[queue]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.broker.discard(self.name)


@dataclass
class Broker:
    """The session's node. `client` gives the certificate of any user, `vhost` a fresh topology in about 0.1 s."""

    node: PrivateNode
    folder: Path
    management: Management = field(init=False)
    _started: float = field(default_factory=time.monotonic)
    _discarded: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.management = self.node.management

    @property
    def url(self) -> str:
        """The address with the vhost that a real hub uses; made by `vhost(name=VHOST)`."""
        return self.node.url(VHOST)

    @property
    def ca(self) -> Path:
        """The certificate of the CA that clients must trust."""
        return self.node.authority.folder / CA_CERTIFICATE

    def vhost(self, oins: Iterable[str], lanes: int = LANES_DEFAULT, name: str | None = None) -> Vhost:
        """A fresh vhost with users, inboxes and rights for these partners and for the hub."""
        self._sweep()
        name = name or f"t-{secrets.token_hex(6)}"
        inboxes = {oin: inbox_name(oin, secrets.token_hex(16)) for oin in oins}
        topology = desired(inboxes, lanes)
        self.management.apply(name, topology)
        return Vhost(self, name, inboxes, topology)

    def discard(self, name: str) -> None:
        """Delete a vhost, some seconds from now and only if the session goes on.

        RabbitMQ 3.10.8 cannot stand a queue with at-least-once dead-lettering being deleted in the moment after it
        came up: its dead-letter worker dies twice, takes the one supervisor of all such workers with it, and until the
        node is restarted no such queue works any more (rabbitmq-server issue 16652).
        """
        self._discarded.append((name, time.monotonic()))

    def _sweep(self) -> None:
        """Delete the vhosts that have been up and out of use for long enough."""
        now = time.monotonic()
        ripe = [name for name, since in self._discarded if now - max(since, self._started) > SETTLED_S]
        self._discarded = [(name, since) for name, since in self._discarded if name not in ripe]
        present = self.management.vhosts() if ripe else []
        for name in ripe:
            if name in present:
                self.management.delete_vhost(name)

    def client(self, user: str = HUB_USER) -> tuple[Path, Path]:
        """The certificate and key files of broker user `hub` or `p-<OIN>`, or of any other name."""
        folder = self.folder / "clients" / user
        if not (folder / CLIENT_CERTIFICATE).exists():
            request = new_client_key(user, folder).read_bytes()
            certificate = issue_client(self.node.authority, request, user, SystemClock().now())
            (folder / CLIENT_CERTIFICATE).write_bytes(certificate)
        return folder / CLIENT_CERTIFICATE, folder / CLIENT_KEY

    def partner(self, oin: str) -> tuple[Path, Path]:
        """The certificate and key files of the partner with this OIN."""
        return self.client(user_of(oin))

    def tls(self, user: str = HUB_USER) -> ssl.SSLContext:
        """A client's TLS settings: our CA, host name checked, this user's certificate."""
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(*self.client(user))
        return context

    def start(self) -> None:
        """Start the node again with its data."""
        self.node.start()
        self._started = time.monotonic()

    def stop(self) -> None:
        """Stop the node orderly; its data stays."""
        self.node.stop()

    def kill(self) -> None:
        """End the node as a power cut would; its data stays as it was on disk."""
        self.node.kill()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()
