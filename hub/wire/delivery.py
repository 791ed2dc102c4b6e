"""What goes to the broker and what comes from it, as plain records; nothing here talks AMQP."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONTENT_TYPE: Final = "application/jose"


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Where the broker is and who we are to it: `url` is `amqps://host:port/vhost`; three PEM files."""

    url: str
    ca: Path
    certificate: Path
    key: Path
    minimum_tls: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3

    def context(self) -> ssl.SSLContext:
        """Mutual TLS; the server's name is checked against its certificate."""
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self.ca)
        context.minimum_version = self.minimum_tls
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One publish; `user_id` only towards the hub (the broker refuses another's)."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    type: str
    correlation_id: str
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery as the broker handed it over; nothing of it is verified yet but `user_id`, where present."""

    body: bytes
    content_type: str | None
    message_id: str | None
    type: str | None
    correlation_id: str | None
    user_id: str | None
    redelivered: bool
    tag: int
