"""What every payload of the road has: an id, who says it, and when (wire.md 3)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from schemas.document import Document
from schemas.protocol import OrganisationUrn, Uuid, WireTime


class RoadPayload(Document):
    """The payload of a signed JWS that is no envelope; `name` is its `typ` without `+jws`."""

    name: ClassVar[str]
    version: ClassVar[str] = "1"

    @classmethod
    def urn(cls) -> str:
        """The `$id` of its schema."""
        return f"urn:hub:payload:{cls.name}:{cls.version}"

    id: Uuid = Field(alias="id", title="Id", description="UUID van dit bericht.")
    source: OrganisationUrn = Field(alias="source", title="Afzender", description="Organisatie die dit zegt.")
    time: WireTime = Field(alias="time", title="Tijdstip", description="Wanneer dit gezegd is (UTC).")
