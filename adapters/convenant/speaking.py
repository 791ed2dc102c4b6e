"""What is needed of the edge to say something."""

from __future__ import annotations

from typing import Protocol

from adapters.convenant.store import Transaction
from schemas.messages import Message


class Publish(Protocol):
    """`Edge.publish`."""

    def __call__(
        self, tx: Transaction, message: Message, *, to: str, case: str, conversation: str, causation: str | None = None
    ) -> str:
        """Puts a message into the outbox."""
        ...
