"""What every message is: a closed payload with its type, read and written in any schema version that is known."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Self

from schemas.catalogue import MessageType
from schemas.document import Document
from schemas.errors import PayloadError, Problem, Slug


class Message(Document):
    """The payload (`data`) of one message type: one model for all its schema versions (docs/adr/0009)."""

    message_type: ClassVar[MessageType]
    later_members: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Fields that the first schema version did not have, with the version that brought each."""

    @classmethod
    def from_wire(cls, document: Mapping[str, object], *, version: str | None = None) -> Self:
        """Reads what came over the wire, as one schema version has it; as the newest when none is named.

        Raises:
            PayloadError: it does not fit; a member of a later version is an unknown one.
        """
        message = super().from_wire(document)
        versions = cls.message_type.versions
        if version is not None and versions.index(message.schema_version) > versions.index(version):
            raise PayloadError([Problem("", Slug.UNKNOWN_MEMBER)])
        return message

    @property
    def schema_version(self) -> str:
        """The oldest known schema version that can say this."""
        versions = self.message_type.versions
        said = [since for name, since in self.later_members.items() if getattr(self, name) is not None]
        return max(said, key=versions.index, default=versions[0])

    @property
    def dataschema(self) -> str:
        """The URN to send it under: of the oldest version that can say it, which most recipients can read."""
        return self.message_type.schema_urn(self.schema_version)
