"""What hub and witnesses tell each other about the message log (wire.md 11)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, Strict

from schemas.protocol import Base64Hash, CheckpointText, CosignatureLine
from schemas.road.payload import RoadPayload
from schemas.road.watch import Count


class HubCheckpoint(RoadPayload):
    """A checkpoint of the message log and its proof from the one before (`hub-checkpoint+jws`)."""

    model_config = ConfigDict(title="Controlepunt van het berichtenlog")
    name: ClassVar[str] = "hub-checkpoint"

    checkpoint: CheckpointText = Field(
        alias="checkpoint", title="Controlepunt", description="Tekst volgens C2SP tlog-checkpoint, met handtekening."
    )
    previous_size: Count = Field(
        alias="previousSize", title="Vorige omvang", description="Aantal bladen van het vorige controlepunt."
    )
    # a consistency proof in a tree of n leaves has at most log2(n) + 1 hashes
    proof: Annotated[tuple[Base64Hash, ...], Strict(strict=False), Field(max_length=64)] = Field(
        alias="proof", title="Bewijs", description="Hashes die laten zien dat niets herschreven is (RFC 6962), base64."
    )


class CheckpointCosignature(RoadPayload):
    """A witness confirms a checkpoint (`checkpoint-cosignature+jws`)."""

    model_config = ConfigDict(title="Medeondertekening van een controlepunt")
    name: ClassVar[str] = "checkpoint-cosignature"

    checkpoint: CheckpointText = Field(
        alias="checkpoint", title="Controlepunt", description="Tekst volgens C2SP tlog-checkpoint, met handtekening."
    )
    cosignature: CosignatureLine = Field(
        alias="cosignature", title="Medeondertekening", description="Eén regel volgens C2SP tlog-cosignature/v1."
    )
