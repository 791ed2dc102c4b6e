"""What the API answers about conversations: closed models with Dutch names, and nothing that says who somebody is."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from schemas.document import Absent, Document
from schemas.identifiers import Date, Instant


class LineAnswer(Document):
    """How one conversation stands."""

    model_config = ConfigDict(title="Stand van een gesprek")

    id: str = Field(alias="id")
    kind: str = Field(alias="soort", description="pauze, vish, schuldregeling, verwijzing, bewind, …")
    case_id: Absent[str] = Field(default=None, alias="zaak")
    party_id: Absent[str] = Field(default=None, alias="partijId")
    party: str = Field(alias="partij")
    oin: Absent[str] = Field(default=None, alias="oin", description="Ontbreekt als het per brief gaat.")
    person_id: Absent[str] = Field(default=None, alias="persoonId")
    conversation: str = Field(alias="gesprek", description="Pseudoniem in het berichtenlog.")
    state: str = Field(alias="stand")
    words: str = Field(alias="toelichting", description="De stand in woorden.")
    since: Instant = Field(alias="sinds")
    actor: str = Field(alias="aanZet", description="schuldhulpverlener, partij of niemand.")
    due: Absent[Instant] = Field(default=None, alias="termijn", description="Tot wanneer wie aan zet is de tijd heeft.")
    days_left: Absent[int] = Field(default=None, alias="werkdagen", description="Tot de termijn; negatief: voorbij.")
    end: Absent[Date] = Field(default=None, alias="einddatum", description="Laatste dag van rust.")
    alarm: Absent[str] = Field(default=None, alias="alarm")
    open: bool = Field(alias="loopt")
    corrected: Absent[Instant] = Field(
        default=None, alias="gegevensGewijzigdOp", description="De partij heeft nog de gegevens van daarvoor."
    )


class OverviewAnswer(Document):
    """Every conversation of a case, or those in which Haarlem must act."""

    model_config = ConfigDict(title="Overzicht van gesprekken")

    lines: tuple[LineAnswer, ...] = Field(alias="gesprekken")


class SpokenAnswer(Document):
    """One message of a conversation."""

    model_config = ConfigDict(title="Bericht in een gesprek")

    name: str = Field(alias="naam", description="De naam van het berichttype.")
    ours: bool = Field(alias="vanOns")
    at: Instant = Field(alias="tijd")
    carried: Absent[str] = Field(default=None, alias="vervoer", description="Hoe ver een bericht van ons kwam.")
    by_hand: Absent[bool] = Field(default=None, alias="perBrief")
    data: dict[str, Any] = Field(alias="inhoud", description="Zoals in het berichttype, zonder wie het is.")


class TalkAnswer(Document):
    """One conversation with everything that was said in it."""

    model_config = ConfigDict(title="Gesprek")

    line: LineAnswer = Field(alias="stand")
    spoken: tuple[SpokenAnswer, ...] = Field(alias="berichten")


class RefusalsAnswer(Document):
    """How often parties refused for one reason."""

    model_config = ConfigDict(title="Weigeringen om één reden")

    reason: str = Field(alias="reden")
    count: int = Field(alias="aantal")


class FiguresAnswer(Document):
    """The figures of one municipality over one quarter; what is under five is left out."""

    model_config = ConfigDict(title="Rapportage")

    gemeentecode: str = Field(alias="gemeentecode")
    quarter: str = Field(alias="kwartaal")
    residents: Absent[int] = Field(default=None, alias="inwoners", description="In zaken die in dit kwartaal begonnen.")
    median_hours: Absent[int] = Field(
        default=None, alias="mediaanUren", description="Mediaan van de uren tot elke aangesloten partij bevestigde."
    )
    refusals: tuple[RefusalsAnswer, ...] = Field(alias="weigeringen")
    breaches: Absent[int] = Field(default=None, alias="schendingen", description="Incasso ondanks de pauze.")
    withheld: tuple[str, ...] = Field(alias="achtergehouden", description="Cellen die onder de vijf bleven.")
