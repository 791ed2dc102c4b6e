"""The conversation about an administration: its start, dossier, advice and end (messages.md 1, messages 22 to 25)."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import ConfigDict, Field, model_validator

from schemas import codes
from schemas.catalogue import CATALOGUE, MessageType
from schemas.document import Absent, Listed
from schemas.errors import Slug
from schemas.forms import wrong
from schemas.identifiers import Date, EstateText, KvkNumber, Line, LongText, Name, PlanText, Text
from schemas.messages.message import Message
from schemas.persons import PersonWithBsn


class AdministrationStart(Message, PersonWithBsn):
    """A court put somebody's money under administration (*bewind-gestart*)."""

    model_config = ConfigDict(
        title="Bewind gestart",
        json_schema_extra={
            "description": "Het bewind over het vermogen van een inwoner is ingesteld.",
            "x-controle": "einddatum niet vóór startdatum",
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.bewind-gestart.v1"]

    started_on: Date = Field(alias="startdatum", title="Startdatum", description="Eerste dag van het bewind.")
    court: Line = Field(alias="rechtbank", title="Rechtbank", description="Rechtbank die het uitsprak.")
    ground: Listed[codes.AdministrationGround] = Field(
        alias="grond", title="Grond", description="Waarom het bewind is ingesteld."
    )
    end_date: Absent[Date] = Field(
        default=None, alias="einddatum", title="Einddatum", description="Laatste dag, als de rechter die bepaalde."
    )
    office_kvk_number: KvkNumber = Field(
        alias="kantoorKvk", title="KVK-nummer van het kantoor", description="Nummer in het handelsregister."
    )

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end_date is not None and self.end_date < self.started_on:
            raise wrong(Slug.END_BEFORE_START)
        return self


class AdministrationDossier(Message):
    """What somebody has, owes, earns and spends, and what the administrator plans (*bewind-dossier*)."""

    model_config = ConfigDict(
        title="Bewind-dossier", json_schema_extra={"description": "Waarover de gemeente advies uitbrengt."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.bewind-dossier.v1"]

    estate: EstateText = Field(
        alias="boedelbeschrijving",
        title="Boedelbeschrijving",
        description="Bezittingen, schulden, inkomsten en uitgaven, hoogstens 8000 tekens.",
    )
    action_plan: PlanText = Field(
        alias="planVanAanpak",
        title="Plan van aanpak",
        description="Wat de bewindvoerder van plan is, hoogstens 4000 tekens.",
    )


class AdministrationAdvice(Message):
    """What the municipality advises the court about an administration (*bewind-advies*)."""

    model_config = ConfigDict(
        title="Bewind-advies", json_schema_extra={"description": "Advies van de gemeente over het bewind."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.bewind-advies.v1"]

    advice: Listed[codes.Advice] = Field(alias="advies", title="Advies", description="Hoe het verder moet.")
    reasoning: LongText = Field(
        alias="motivering", title="Motivering", description="Waarom, in vrije tekst van hoogstens 1000 tekens."
    )
    date: Date = Field(alias="datum", title="Datum", description="Dag van het advies.")


class AdministrationEnd(Message):
    """An administration ended, or went on at another office (*bewind-beeindigd*)."""

    model_config = ConfigDict(
        title="Bewind beëindigd",
        json_schema_extra={"description": "Het bewind eindigde of ging naar een ander kantoor."},
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.bewind-beeindigd.v1"]

    end_date: Date = Field(alias="einddatum", title="Einddatum", description="Laatste dag bij dit kantoor.")
    reason: Text = Field(alias="reden", title="Reden", description="Waarom, in korte vrije tekst.")
    successor: Absent[Name] = Field(
        default=None, alias="opvolger", title="Opvolger", description="Kantoor dat het bewind voortzet."
    )
