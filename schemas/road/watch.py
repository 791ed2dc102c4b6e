"""What edge and hub tell each other outside any conversation: how the edge is, and notices (wire.md 12)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from schemas.codes import Circuit, HubNoticeCode
from schemas.document import Absent, Document, Listed, Several
from schemas.forms import Whole
from schemas.identifiers import Line, LongText
from schemas.protocol import Accepts, Uuid, WireTime
from schemas.road.payload import RoadPayload

#: The largest whole number that every JSON reader keeps exactly (wire.md 7).
_MOST = 2**53 - 1

Count = Annotated[int, Whole(0, _MOST)]
"""Number of things: not negative."""


class EdgeVersions(Document):
    """What software the edge runs and which message types it takes."""

    model_config = ConfigDict(title="Versies")

    software: Line = Field(alias="software", title="Programma", description="Naam en versie van het programma.")
    types: Several[Accepts] = Field(alias="types", title="Berichtsoorten", description="Elk als <naam>:<hoofdversie>.")


class EdgeStatus(RoadPayload):
    """What the hub's operators may know of an edge: counts and versions, no persons (`edge-status+jws`)."""

    model_config = ConfigDict(title="Stand van de aansluiting")
    name: ClassVar[str] = "edge-status"

    waiting: Count = Field(alias="waiting", title="Wachtend", description="Aantal handelingen dat nog niet gedaan is.")
    oldest_waiting: Absent[WireTime] = Field(
        default=None, alias="oldestWaiting", title="Oudste", description="Tijdstip van de oudste wachtende handeling."
    )
    uncertain: Count = Field(
        alias="uncertain", title="Onzeker", description="Aantal handelingen waarvan onzeker is of ze gedaan zijn."
    )
    circuit: Listed[Circuit] = Field(
        alias="circuit", title="Verbinding", description="Stand van de zekering naar het eigen systeem."
    )
    versions: EdgeVersions = Field(alias="versions", title="Versies", description="Programma en berichtsoorten.")
    register_version: Count = Field(
        alias="registerVersion", title="Registerversie", description="Versie van het geladen register."
    )
    clock_offset_ms: Annotated[int, Whole(-_MOST, _MOST)] = Field(
        alias="clockOffsetMs", title="Klokverschil", description="Verschil met de klok van de hub in milliseconden."
    )


class HubNotice(RoadPayload):
    """A notice of the hub to a partner (`hub-notice+jws`)."""

    model_config = ConfigDict(title="Bericht van de hub")
    name: ClassVar[str] = "hub-notice"

    code: Listed[HubNoticeCode] = Field(alias="code", title="Code", description="Waarover dit gaat.")
    ref: Absent[Uuid] = Field(
        default=None, alias="ref", title="Bericht", description="Id van het bericht waarover dit gaat."
    )
    text: LongText = Field(alias="text", title="Tekst", description="Voor mensen; nooit iets over een persoon.")
