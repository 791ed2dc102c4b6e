"""The conversation about one pause of collecting: notice, answer, extension, end (messages.md 2, *Pause*)."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, ClassVar, Final, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.catalogue import CATALOGUE, MessageType
from schemas.codes import CoolingOffKind, Measure, NoCooperationReason
from schemas.document import Absent, Document, Listed, Several
from schemas.errors import Slug
from schemas.forms import wrong
from schemas.identifiers import Date, Gemeentecode, Line, Reference, Text
from schemas.messages.ending import EarlyEndClass
from schemas.messages.message import Message
from schemas.persons import ADDRESS_OR_NUMBER, PersonWithBsn, PersonWithoutBsn
from schemas.shapes import Business, Claim, Contact, MeasureNotStopped

if TYPE_CHECKING:
    from datetime import date

#: A cooling-off period lasts at most 6 months (Wgs art. 5; messages.md 1, row 26).
MOST_COOLING_OFF_MONTHS: Final = 6


class _Pause(Document):
    """What both notices say about the pause itself."""

    helper_customer_number: Reference = Field(
        alias="klantnummerShv",
        title="Klantnummer bij de schuldhulpverlener",
        description="Het nummer dat de schuldhulpverlener voor deze inwoner gebruikt.",
    )
    creditor_customer_number: Absent[Reference] = Field(
        default=None,
        alias="klantnummerSe",
        title="Klantnummer bij de schuldeiser",
        description="Het nummer waaronder de ontvanger de inwoner kent.",
    )
    claims: Absent[Several[Claim]] = Field(
        default=None, alias="vorderingen", title="Vorderingen", description="De vorderingen die de inwoner noemt."
    )
    start_date: Date = Field(alias="ingangsdatum", title="Ingangsdatum", description="Eerste dag van rust.")
    end_date: Date = Field(
        alias="einddatum", title="Einddatum", description="Laatste dag van rust, die dag inbegrepen."
    )
    contact: Contact = Field(alias="contact", title="Contact", description="Wie hierover te bereiken is.")
    urgent: bool = Field(default=False, alias="urgent", title="Urgent", description="Waar als er een ingreep dreigt.")
    business: Absent[Business] = Field(
        default=None, alias="onderneming", title="Onderneming", description="De onderneming van een ondernemer."
    )

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end_date < self.start_date:
            raise wrong(Slug.END_BEFORE_START)
        return self


class Notice(Message, _Pause, PersonWithoutBsn):
    """Notice that somebody is in debt help, to a creditor without the right to use the BSN (*kennisgeving*)."""

    model_config = ConfigDict(
        title="Kennisgeving",
        json_schema_extra={
            "description": "Verzoek om de inning te pauzeren, zonder BSN.",
            **ADDRESS_OR_NUMBER,
            "x-controle": "einddatum niet vóór ingangsdatum",
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.kennisgeving.v1"]


class PublicNotice(Message, _Pause, PersonWithBsn):
    """The same notice to a tax office or creditor that may use the BSN (*kennisgeving-publiek*)."""

    model_config = ConfigDict(
        title="Kennisgeving Publiek",
        json_schema_extra={
            "description": "Verzoek om de inning te pauzeren, met BSN.",
            "x-controle": "einddatum niet vóór ingangsdatum",
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.kennisgeving-publiek.v1"]

    gemeentecode: Gemeentecode = Field(
        alias="gemeentecode", title="Gemeentecode", description="De gemeente van de vordering (CBS, vier cijfers)."
    )


class NoticeAnswer(Message):
    """What the party stopped, what it could not stop, and until when (*kennisgeving-antwoord*)."""

    model_config = ConfigDict(
        title="Kennisgeving-antwoord", json_schema_extra={"description": "Wat er gestopt is en wat niet."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.kennisgeving-antwoord.v1"]

    creditor_customer_number: Absent[Reference] = Field(
        default=None,
        alias="klantnummerSe",
        title="Klantnummer bij de schuldeiser",
        description="Het nummer waaronder de antwoordende partij de inwoner kent.",
    )
    start_date: Date = Field(
        alias="ingangsdatum", title="Ingangsdatum", description="Zoals ingevoerd in het eigen systeem van de partij."
    )
    end_date: Date = Field(
        alias="einddatum", title="Einddatum", description="Zoals ingevoerd in het eigen systeem van de partij."
    )
    measures_stopped: Several[Listed[Measure]] = Field(
        alias="maatregelenGestopt",
        title="Gestopte maatregelen",
        description="Leeg als er niets liep.",
    )
    measures_not_stopped: Several[MeasureNotStopped] = Field(
        alias="maatregelenNietGestopt",
        title="Niet gestopte maatregelen",
        description="Leeg als alles gestopt is.",
    )
    claims: Absent[Several[Claim]] = Field(
        default=None, alias="vorderingen", title="Vorderingen", description="De dossiers die gepauzeerd zijn."
    )


class NoCooperation(Message):
    """The party does not pause, and why (*geen-medewerking*)."""

    model_config = ConfigDict(
        title="Geen medewerking", json_schema_extra={"description": "De partij pauzeert niet, met reden."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.geen-medewerking.v1"]

    reason: Listed[NoCooperationReason] = Field(alias="reden", title="Reden", description="Waarom niet.")
    explanation: Absent[Text] = Field(
        default=None, alias="toelichting", title="Toelichting", description="Korte toelichting."
    )


class PauseExtension(Message):
    """Pause longer (*pauze-verlenging*)."""

    model_config = ConfigDict(
        title="Pauze-verlenging", json_schema_extra={"description": "Verzoek om langer te pauzeren."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.pauze-verlenging.v1"]

    end_date: Date = Field(alias="einddatum", title="Einddatum", description="Nieuwe laatste dag van rust.")
    reason: Text = Field(alias="reden", title="Reden", description="Waarom langer, in korte vrije tekst.")


class PauseEnd(Message):
    """The pause ends, and what that means for collecting (*pauze-beeindiging*)."""

    model_config = ConfigDict(title="Pauze-beëindiging", json_schema_extra={"description": "De pauze eindigt."})
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.pauze-beeindiging.v1"]

    end_date: Date = Field(
        alias="einddatum", title="Einddatum", description="Laatste dag van rust, die dag inbegrepen."
    )
    end_class: EarlyEndClass = Field(
        alias="klasse", title="Klasse", description="Wat het einde voor de inning betekent."
    )


class CollectionDespitePause(Message):
    """Somebody collected although a pause was confirmed (*incasso-ondanks-pauze*)."""

    model_config = ConfigDict(
        title="Incasso ondanks pauze", json_schema_extra={"description": "Melding dat de inning niet stilstaat."}
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.incasso-ondanks-pauze.v1"]

    measure: Listed[Measure] = Field(alias="maatregel", title="Maatregel", description="Wat er toch gebeurde.")
    date: Date = Field(alias="datum", title="Datum", description="Dag waarop het gebeurde.")
    explanation: Absent[Text] = Field(
        default=None, alias="toelichting", title="Toelichting", description="Korte toelichting."
    )


def _months_later(start: date, months: int) -> date:
    """The same day some months later, or the last day of that month where it is shorter."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return start.replace(year=year, month=month + 1, day=min(start.day, calendar.monthrange(year, month + 1)[1]))


class CoolingOffPeriod(Message):
    """A court forbids collecting for a while (*afkoelingsperiode*); the later end of it and the pause holds."""

    model_config = ConfigDict(
        title="Afkoelingsperiode",
        json_schema_extra={
            "description": "De rechter verbiedt de inning voor een tijd.",
            "x-controle": "einddatum niet vóór ingangsdatum en hoogstens 6 maanden later",
        },
    )
    message_type: ClassVar[MessageType] = CATALOGUE["nl.schuldhulpverlening.afkoelingsperiode.v1"]

    kind: Listed[CoolingOffKind] = Field(
        alias="soort", title="Soort", description="Op welk wetsartikel de afkoelingsperiode berust."
    )
    court: Line = Field(alias="rechtbank", title="Rechtbank", description="Rechtbank die het uitsprak.")
    mark: Reference = Field(alias="kenmerk", title="Kenmerk", description="Zaak- of rekestnummer van de rechtbank.")
    start_date: Date = Field(alias="ingangsdatum", title="Ingangsdatum", description="Eerste dag van bescherming.")
    end_date: Date = Field(
        alias="einddatum", title="Einddatum", description="Laatste dag van bescherming, die dag inbegrepen."
    )

    @model_validator(mode="after")
    def _lasts_no_longer_than_the_law_allows(self) -> Self:
        if self.end_date < self.start_date:
            raise wrong(Slug.END_BEFORE_START)
        if self.end_date > _months_later(self.start_date, MOST_COOLING_OFF_MONTHS):
            raise wrong(Slug.PERIOD_TOO_LONG)
        return self
