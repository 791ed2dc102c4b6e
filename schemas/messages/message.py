"""What every message is: a closed payload with its type."""

from __future__ import annotations

from typing import ClassVar

from schemas.catalogue import MessageType
from schemas.document import Document


class Message(Document):
    """The payload (`data`) of one message type."""

    message_type: ClassVar[MessageType]
