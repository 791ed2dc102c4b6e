"""Claims that a creditor registers to be found by, without saying whose they are (wire.md 10)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, Strict

from schemas.protocol import Epoch, MatchToken
from schemas.road.payload import RoadPayload


class ClaimRegistration(RoadPayload):
    """Tokens of the persons on whom a creditor has a claim in one quarter (`claim-registration+jws`)."""

    model_config = ConfigDict(title="Registratie van vorderingen")
    name: ClassVar[str] = "claim-registration"

    epoch: Epoch = Field(alias="epoch", title="Kwartaal", description="Kwartaal waarvoor de tokens gelden.")
    tokens: Annotated[tuple[MatchToken, ...], Strict(strict=False), Field(max_length=600)] = Field(
        alias="tokens", title="Tokens", description="Hoogstens 600; nooit een BSN."
    )
