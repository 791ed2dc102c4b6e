"""What the simulated tax system is told and asked: its requests and its seed file, in its own words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Step = Literal["AANSLAG", "HERINNERING", "AANMANING", "DWANGBEVEL", "DEURWAARDER", "LOONVORDERING", "BESLAG"]
FollowUp = Literal["DEURWAARDER", "LOONVORDERING", "BESLAG"]
Reason = Literal["SCHULDHULPVERLENING", "SCHULDREGELING", "WETTELIJKE_BESCHERMING", "OVERLEDEN", "BETALINGSREGELING"]


class Words(BaseModel):
    """A closed document whose members are written in lowerCamelCase."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, alias_generator=to_camel, populate_by_name=True
    )


class TaxpayerQuestion(Words):
    """Who is this?"""

    bsn: str = Field(pattern="^[0-9]{9}$")
    geboortedatum: str = Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class DossierQuestion(Words):
    """What does this taxpayer owe?"""

    subjectnummer: str


class Placement(Words):
    """Put *uitstel van betaling* on these dossiers; without `totEnMet` until further notice."""

    subjectnummer: str
    dossiernummers: tuple[str, ...] = Field(max_length=200)
    vanaf: date
    tot_en_met: date | None
    reden: Reason
    aantekening: bool = True


class ChangedUitstel(Words):
    """The new end and reason of one *uitstel*."""

    uitstelnummer: str
    tot_en_met: date | None
    reden: Reason


class Change(Words):
    """Give these *uitstellen* another end or reason."""

    uitstellen: tuple[ChangedUitstel, ...] = Field(max_length=200)


class Ending(Words):
    """End these *uitstellen* today: dunning goes on."""

    uitstelnummers: tuple[str, ...] = Field(max_length=200)


class Removal(Words):
    """Take these *uitstellen* away as if they had never been there; the mark too when asked."""

    uitstelnummers: tuple[str, ...] = Field(max_length=200)
    subjectnummer: str
    aantekening_verwijderen: bool


class ClockSetting(Words):
    """Set, speed up or advance the clock."""

    nu: datetime | None = None
    snelheid: float | None = Field(default=None, ge=0, le=10_000_000)
    vooruit_dagen: int = Field(default=0, ge=0, le=4_000)
    vooruit_seconden: int = Field(default=0, ge=0)


class ForcedStep(Words):
    """Let the collector take a step out of order, for instance hand the dossier over to a bailiff."""

    dossiernummer: str
    stap: Step
    behandelaar: SeedHandler | None = None


class SeedHandler(Words):
    """Who has the dossier when the office no longer has it."""

    naam: str
    kenmerk: str | None = None
    telefoon: str | None = None


class SeedTaxpayer(Words):
    """One taxpayer."""

    subjectnummer: str
    bsn: str
    geboortedatum: str
    voorletters: str | None = None
    voorvoegsel: str | None = None
    geslachtsnaam: str
    adres: str | None = None


class SeedDossier(Words):
    """One tax debt; a joint assessment names both partners."""

    dossiernummer: str
    belanghebbenden: tuple[str, ...] = Field(min_length=1)
    belastingsoort: str = "OZB"
    belastingjaar: int = 2026
    gemeentecode: str
    bedrag_cent: int = Field(ge=0)
    stap: Step = "AANSLAG"
    stapdatum: date
    vervolg: FollowUp = "DEURWAARDER"
    automatische_incasso: bool = False
    uitgezonderd: bool = False
    behandelaar: SeedHandler | None = None


class SeedUitstel(Words):
    """An *uitstel* that the office itself granted."""

    dossiernummer: str
    vanaf: date
    tot_en_met: date | None = None
    reden: Reason = "BETALINGSREGELING"


class Seed(Words):
    """The books that the simulator starts with."""

    nu: datetime | None = None
    belastingplichtigen: tuple[SeedTaxpayer, ...] = ()
    dossiers: tuple[SeedDossier, ...] = ()
    uitstellen: tuple[SeedUitstel, ...] = ()


ForcedStep.model_rebuild()
