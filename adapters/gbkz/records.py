"""What a local tax system is asked and answers, in its own words; read at the border: nothing odd comes further.

Its answers may hold more than is read here: another release of it may add members.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.outside import Day

Number = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]


class Step(StrEnum):
    """A step of tax collection, and the two other things that a pause stops."""

    ASSESSMENT = "AANSLAG"
    REMINDER = "HERINNERING"
    FINAL_DEMAND = "AANMANING"
    WARRANT = "DWANGBEVEL"
    BAILIFF = "DEURWAARDER"
    WAGE_CLAIM = "LOONVORDERING"
    ATTACHMENT = "BESLAG"
    DIRECT_DEBIT = "INCASSO"
    COSTS = "KOSTEN"


class Cause(StrEnum):
    """Why the tax system cannot stop a step."""

    AT_BAILIFF = "BIJ_DEURWAARDER"
    ATTACHED = "BESLAG_LIGT"
    SENT = "VERZONDEN"
    EXCLUDED = "UITGEZONDERD"


class Reason(StrEnum):
    """Why there is *uitstel van betaling*."""

    DEBT_HELP = "SCHULDHULPVERLENING"
    ARRANGEMENT = "SCHULDREGELING"
    LEGAL_PROTECTION = "WETTELIJKE_BESCHERMING"
    DECEASED = "OVERLEDEN"


class Miss(StrEnum):
    """Why a taxpayer was not found."""

    UNKNOWN = "NIET_GEVONDEN"
    BIRTH_DATE_DIFFERS = "GEBOORTEDATUM_WIJKT_AF"


class Record(BaseModel):
    """A document of the tax system; built by English names, read and written by the names of the tax system."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, validate_by_name=True, validate_by_alias=True)

    def __repr_args__(self) -> tuple[()]:
        """Nothing: a record in a log line or traceback shows its kind and no content."""
        return ()


class TaxpayerQuestion(Record):
    """Who is this?"""

    bsn: str = Field(alias="bsn")
    birth_date: str = Field(alias="geboortedatum")


class Taxpayer(Record):
    """Somebody who is known to the tax office."""

    number: Number = Field(alias="subjectnummer")
    bsn: str = Field(alias="bsn")
    birth_date: str = Field(alias="geboortedatum", pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    prefix: str | None = Field(default=None, alias="voorvoegsel")
    surname: str = Field(alias="geslachtsnaam")


class TaxpayerAnswer(Record):
    """Found, or why not."""

    result: Miss | Literal["GEVONDEN"] = Field(alias="uitkomst")
    taxpayer: Taxpayer | None = Field(default=None, alias="belastingplichtige")


class DossierQuestion(Record):
    """What does this taxpayer owe?"""

    taxpayer: str = Field(alias="subjectnummer")


class Dossier(Record):
    """A tax debt that is not paid."""

    number: Number = Field(alias="dossiernummer")
    gemeentecode: str = Field(alias="gemeentecode")
    step: Step = Field(alias="stap")
    outstanding: str | None = Field(default=None, alias="openstaand", pattern=r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$")


class DossierAnswer(Record):
    """The open dossiers of one taxpayer."""

    dossiers: tuple[Dossier, ...] = Field(alias="dossiers", max_length=200)


class Placement(Record):
    """Put *uitstel* on these dossiers and a mark on the taxpayer; without `until` until further notice."""

    taxpayer: str = Field(alias="subjectnummer")
    dossiers: tuple[str, ...] = Field(alias="dossiernummers")
    start: date = Field(alias="vanaf")
    until: date | None = Field(alias="totEnMet")
    reason: Reason = Field(alias="reden")


class Handler(Record):
    """Who has a dossier that left the office."""

    name: str = Field(alias="naam")
    mark: str | None = Field(default=None, alias="kenmerk")
    phone: str | None = Field(default=None, alias="telefoon")


class NotStopped(Record):
    """A step that goes on."""

    step: Step = Field(alias="stap")
    cause: Cause = Field(alias="oorzaak")
    since: Day | None = Field(default=None, alias="datum")
    handler: Handler | None = Field(default=None, alias="behandelaar")


class Placed(Record):
    """What the placement did to one dossier; without a number no *uitstel* could be put on it."""

    dossier: Number = Field(alias="dossiernummer")
    uitstel: Number | None = Field(alias="uitstelnummer")
    stopped: tuple[Step, ...] = Field(alias="gestopt")
    not_stopped: tuple[NotStopped, ...] = Field(alias="nietGestopt")


class PlacementAnswer(Record):
    """One result for each dossier."""

    results: tuple[Placed, ...] = Field(alias="resultaten")


class NewEnd(Record):
    """Another end and reason of one *uitstel*."""

    uitstel: str = Field(alias="uitstelnummer")
    until: date | None = Field(alias="totEnMet")
    reason: Reason = Field(alias="reden")


class Change(Record):
    """Give these *uitstellen* another end and reason."""

    uitstellen: tuple[NewEnd, ...] = Field(alias="uitstellen")


class Lifting(Record):
    """End these *uitstellen*: collecting goes on."""

    uitstellen: tuple[str, ...] = Field(alias="uitstelnummers")


class Removal(Record):
    """Take these *uitstellen* away as if they had never been there, and the mark on the taxpayer when asked."""

    uitstellen: tuple[str, ...] = Field(alias="uitstelnummers")
    taxpayer: str = Field(alias="subjectnummer")
    mark_too: bool = Field(alias="aantekeningVerwijderen")


class Handled(Record):
    """The *uitstellen* that the act changed."""

    uitstellen: tuple[str, ...] = Field(alias="verwerkt")
