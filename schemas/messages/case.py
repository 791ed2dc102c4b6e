"""What is said about a case as a whole: its phase, and rest asked for by who helps in it (messages.md 1, 27 and 29)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ConfigDict, Field

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import DebtRestAct, Phase
from schemas.document import Listed, OneOrSeveral
from schemas.identifiers import Date, Gemeentecode, Text
from schemas.messages.message import Message
from schemas.shapes import Creditor


class PhaseChange(Message):
    """A case came into another phase (*fasewijziging*); feeds the DDAS delivery."""

    model_config = ConfigDict(
        title="Fasewijziging", json_schema_extra={"description": "De hulp aan een inwoner kwam in een andere fase."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.fasewijziging.v1"]

    phase: Listed[Phase] = Field(alias="fase", title="Fase", description="De nieuwe fase.")
    date: Date = Field(alias="datum", title="Datum", description="Eerste dag van de nieuwe fase.")
    gemeentecode: Gemeentecode = Field(
        alias="gemeentecode", title="Gemeentecode", description="De verantwoordelijke gemeente (CBS, vier cijfers)."
    )


class DebtRestRequest(Message):
    """Ask the debt helper, whose rest it is, to ask, extend or end it at these creditors (*rustverzoek*)."""

    model_config = ConfigDict(
        title="Rustverzoek",
        json_schema_extra={"description": "Verzoek om rust bij schuldeisers te vragen, verlengen of beëindigen."},
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.rustverzoek.v1"]

    kind: Listed[DebtRestAct] = Field(alias="soort", title="Soort", description="Wat er met de rust moet gebeuren.")
    creditors: OneOrSeveral[Creditor] = Field(alias="schuldeisers", title="Schuldeisers", description="Bij wie.")
    reason: Text = Field(alias="reden", title="Reden", description="Waarom, in korte vrije tekst.")
