"""The variable parts of the addresses of the API: pseudonyms only, never anything that says who it is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
CASES = "/schuldenrust"
CASE = CASES + "/{zaakId}"

CaseId = Annotated[str, Path(alias="zaakId", pattern=UUID, description="Pseudoniem van de zaak.")]
PersonId = Annotated[str, Path(alias="persoonId", pattern=UUID)]
PartyId = Annotated[str, Path(alias="partijId", pattern=UUID)]
CallId = Annotated[str, Path(alias="belpuntId", pattern=UUID)]
ImportId = Annotated[str, Path(alias="importId", pattern=UUID)]
TalkId = Annotated[str, Path(alias="gesprekId", pattern=UUID, description="Zoals id in het overzicht.")]
