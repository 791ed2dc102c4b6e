"""What the API answers: closed models with Dutch names. No name, birth date, BSN or address is in any of them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ConfigDict, Field

from adapters.haarlem.rest import Rust
from schemas.document import Absent, Document, Listed, Several
from schemas.identifiers import Date, Instant


class CalleeAnswer(Document):
    """Whom to call, and why."""

    model_config = ConfigDict(title="Te bellen")

    party: str = Field(alias="partij")
    reason: str = Field(alias="reden")
    name: Absent[str] = Field(default=None, alias="naam")
    phone: Absent[str] = Field(default=None, alias="telefoon")
    email: Absent[str] = Field(default=None, alias="email")
    reference: Absent[str] = Field(default=None, alias="kenmerk")


class UnstoppedAnswer(Document):
    """A measure that went on."""

    model_config = ConfigDict(title="Niet gestopte maatregel")

    measure: str = Field(alias="maatregel")
    reason: str = Field(alias="reden")
    since: Absent[Date] = Field(default=None, alias="per")
    handler: Absent[str] = Field(default=None, alias="behandelaar")
    phone: Absent[str] = Field(default=None, alias="telefoon")
    reference: Absent[str] = Field(default=None, alias="kenmerk")


class PartyAnswer(Document):
    """How it stands with one party about one person."""

    model_config = ConfigDict(title="Stand bij een partij")

    id: str = Field(alias="id")
    role: str = Field(alias="soort", description="vish, belastingkantoor of schuldeiser.")
    name: str = Field(alias="naam")
    oin: Absent[str] = Field(default=None, alias="oin")
    gemeentecode: Absent[str] = Field(default=None, alias="gemeentecode")
    state: str = Field(alias="stand")
    words: str = Field(alias="toelichting", description="De stand in woorden.")
    since: Absent[Instant] = Field(default=None, alias="sinds")
    end: Absent[Date] = Field(default=None, alias="einddatum", description="Laatste dag van rust bij deze partij.")
    number: Absent[str] = Field(default=None, alias="registratienummer")
    reason: Absent[str] = Field(default=None, alias="reden", description="De reden die de partij gaf.")
    stopped: Absent[Several[str]] = Field(default=None, alias="maatregelenGestopt")
    unstopped: Absent[Several[UnstoppedAnswer]] = Field(default=None, alias="maatregelenNietGestopt")
    conversation: Absent[str] = Field(default=None, alias="gesprek", description="Pseudoniem in het berichtenlog.")


class PersonAnswer(Document):
    """How it stands for one person."""

    model_config = ConfigDict(title="Stand van een persoon")

    id: str = Field(alias="id")
    number: int = Field(alias="nummer")
    mark: Absent[str] = Field(default=None, alias="kenmerk")
    state: str = Field(alias="stand")
    rust: Listed[Rust] = Field(alias="rust")
    since: Absent[Instant] = Field(default=None, alias="sinds")
    first_end: Absent[Date] = Field(default=None, alias="eersteEinddatum")
    calls: Several[CalleeAnswer] = Field(alias="bellen", description="Wie te bellen als de rust in gevaar is.")
    parties: Several[PartyAnswer] = Field(alias="partijen")


class CaseAnswer(Document):
    """A case and the rest of everyone in it."""

    model_config = ConfigDict(title="Zaak")

    id: str = Field(alias="id", description="Pseudoniem van de zaak; zegt niets over wie het gaat.")
    helper_number: str = Field(alias="klantnummerShv")
    gemeentecode: str = Field(alias="gemeentecode")
    tax_municipalities: Several[str] = Field(alias="belastinggemeenten")
    phase: str = Field(alias="fase")
    start: Date = Field(alias="ingangsdatum")
    end: Absent[Date] = Field(default=None, alias="einddatum")
    urgent: bool = Field(alias="urgent")
    state: str = Field(alias="stand")
    split_from: Absent[str] = Field(default=None, alias="afgesplitstVan")
    persons: Several[PersonAnswer] = Field(alias="personen")


class HitAnswer(Document):
    """One case that was found."""

    model_config = ConfigDict(title="Gevonden zaak")

    id: str = Field(alias="zaak")
    state: str = Field(alias="stand")
    person_id: str = Field(alias="persoonId")
    rust: Listed[Rust] = Field(alias="rust")


class SearchAnswer(Document):
    """What a search found."""

    model_config = ConfigDict(title="Zoekresultaat")

    hits: Several[HitAnswer] = Field(alias="zaken")


class EventAnswer(Document):
    """Something that happened."""

    model_config = ConfigDict(title="Gebeurtenis")

    number: int = Field(alias="nummer")
    at: Instant = Field(alias="tijd")
    kind: str = Field(alias="soort")
    case_id: str = Field(alias="zaak")
    person_id: Absent[str] = Field(default=None, alias="persoonId")
    party_id: Absent[str] = Field(default=None, alias="partijId")
    state: Absent[str] = Field(default=None, alias="stand")


class EventsAnswer(Document):
    """Events after a number; ask again with `laatste`."""

    model_config = ConfigDict(title="Gebeurtenissen")

    events: tuple[EventAnswer, ...] = Field(alias="gebeurtenissen")
    last: int = Field(alias="laatste", description="Geef dit de volgende keer als na mee.")


class CallAnswer(Document):
    """Something that a case worker must call about."""

    model_config = ConfigDict(title="Belpunt")

    id: str = Field(alias="id")
    case_id: str = Field(alias="zaak")
    person_id: str = Field(alias="persoonId")
    party_id: str = Field(alias="partijId")
    party: str = Field(alias="partij")
    reason: str = Field(alias="reden")
    words: str = Field(alias="toelichting")
    phone: Absent[str] = Field(default=None, alias="telefoon")
    opened_at: Instant = Field(alias="geopendOp")
    due: Absent[Instant] = Field(default=None, alias="uiterlijk")
    closed_at: Absent[Instant] = Field(default=None, alias="geslotenOp")
    outcome: Absent[str] = Field(default=None, alias="uitkomst")


class CallsAnswer(Document):
    """Items to call about."""

    model_config = ConfigDict(title="Belpunten")

    calls: tuple[CallAnswer, ...] = Field(alias="belpunten")


class ImportState(StrEnum):
    """How far an import is."""

    WAITING = "wacht"
    BUSY = "bezig"
    READY = "klaar"


class ImportAnswer(Document):
    """How far an import is and what it did; the result per row is a file of its own, when it is ready."""

    model_config = ConfigDict(title="Import")

    id: str = Field(alias="id")
    at: Instant = Field(alias="tijd")
    state: ImportState = Field(alias="stand")
    total: int = Field(alias="regels")
    done: int = Field(alias="gedaan")
    already: int = Field(alias="alGedaan")
    refused: int = Field(alias="geweigerd")
    result: Absent[str] = Field(default=None, alias="resultaat", description="Adres van het resultaat per regel.")
