"""What DDAS v1.0 delivers (*Uitwisselmodel*): the parts of it that we can fill, under its own names.

The national schema is not kept here. These models are closed everywhere, where it leaves inner objects open, so what
they let through it lets through; a contract test compares the two wherever the official schema is at hand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from pydantic import Field, Strict

from schemas.document import Absent, Document, Listed
from schemas.errors import Slug
from schemas.forms import Parsed
from schemas.identifiers import Date, Email, read_instant

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Strict(strict=False)]
"""A list of any length: a delivery holds all trajectories of a municipality."""
AtLeastOne = Annotated[tuple[T, ...], Strict(strict=False), Field(min_length=1)]
MOST_CLIENTS: Final = 2


def _write_seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Seconds = Annotated[
    datetime,
    Parsed(
        Slug.INSTANT_FORM,
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$",
        25,
        read_instant,
        _write_seconds,
        datetime,
        "date-time",
    ),
]
"""An instant in UTC in whole seconds, as DDAS describes it."""


class Decision(StrEnum):
    """What the municipality decided after the intake."""

    REFUSED = "Afwijzingsbeschikking"
    ADMITTED = "Toelatingsbeschikking"


class Guidance(StrEnum):
    """A kind of guidance."""

    COACHING = "Budgetcoaching"
    MANAGEMENT = "Budgetbeheer"
    ADMINISTRATION = "Beschermingsbewind"
    LONG_TERM = "Lange Termijn Begeleiding (DFD)"
    SUPPORT = "Budgetbegeleiding"


class ExitReason(StrEnum):
    """Why help ended."""

    DECEASED = "Overleden"
    MOVED = "Verhuisd"
    NOT_APPEARED = "Nietverschenen"
    WITHDRAWN = "Ingetrokken"
    NOT_FITTING = "Niet passend"
    OTHER = "Overig"
    NOT_QUALIFIED = "Voldoet niet"
    COMPLETED = "Afgerond"
    BY_THEMSELVES = "Zelf"


class DebtKind(StrEnum):
    """A kind of debt."""

    CARE = "Zorg"
    PUBLIC = "Publiek"
    UTILITIES = "Nuts"
    OTHER = "Overig"


class SolutionKind(StrEnum):
    """How the debts are solved."""

    PAYMENT_PLAN = "Betalingsregeling"
    REFINANCING = "Herfinanciering"
    CREDIT = "Saneringskrediet"
    MEDIATION = "Schuldbemiddeling"
    NOTHING_OFFERED = "0%-aanbod"


class Span(Document):
    """From a day to a day, as far as they are known."""

    end: Absent[Date] = Field(default=None, alias="einddatum")
    start: Absent[Date] = Field(default=None, alias="startdatum")


class Application(Span):
    """Somebody came with a question (*aanmelding*)."""

    crisis: Absent[bool] = Field(default=None, alias="crisisinterventie")


class Intake(Span):
    """From the first talk to the plan."""

    decided: Absent[Date] = Field(default=None, alias="beschikkingsdatum")
    decision: Absent[Listed[Decision]] = Field(default=None, alias="beschikkingssoort")


class Guided(Span):
    """Guidance beside the arrangement."""

    kind: Absent[Listed[Guidance]] = Field(default=None, alias="soort")


class Moratorium(Span):
    """A cooling-off period by the court."""

    asked: Absent[Date] = Field(default=None, alias="datumAanvraag")
    granted: Absent[Date] = Field(default=None, alias="datumGoedkeuring")


class Plan(Document):
    """The plan of approach."""

    completed: Absent[Date] = Field(default=None, alias="datumAfronding")


class Arrangement(Document):
    """The proposal to all creditors (*schuldregeling*)."""

    refused: Absent[Date] = Field(default=None, alias="afgewezen")
    submitted: Absent[Date] = Field(default=None, alias="datum")
    compulsion_asked: Absent[Date] = Field(default=None, alias="datumVerzoekDwangakkoord")
    compulsory: Absent[bool] = Field(default=None, alias="dwangakkoord")
    withdrawn: Absent[Date] = Field(default=None, alias="ingetrokken")
    granted: Absent[Date] = Field(default=None, alias="toegekend")


class Solution(Span):
    """The arrangement while it runs (*oplossing*)."""

    kind: Absent[Listed[SolutionKind]] = Field(default=None, alias="soort")
    free_amount: Absent[int] = Field(default=None, alias="vtlb")


class Exit(Document):
    """Help ended (*uitstroom*)."""

    day: Absent[Date] = Field(default=None, alias="datum")
    decided: Absent[Date] = Field(default=None, alias="datumBeeindigingsbeschikking")
    summary: Absent[str] = Field(default=None, alias="omschrijving")
    reason: Absent[Listed[ExitReason]] = Field(default=None, alias="reden")


class Creditor(Document):
    """To whom something is owed."""

    name: Absent[str] = Field(default=None, alias="naam")
    kvk_number: Absent[str] = Field(default=None, alias="kvknummer")
    postcode: Absent[str] = Field(default=None, alias="postcode")
    private: Absent[bool] = Field(default=None, alias="privepersoon")


class Debt(Document):
    """One debt, in whole euros."""

    amount: Absent[int] = Field(default=None, alias="bedrag")
    measured: Absent[Date] = Field(default=None, alias="peildatum")
    kind: Absent[Listed[DebtKind]] = Field(default=None, alias="schuldsoort")
    business: Absent[bool] = Field(default=None, alias="zakelijkeSchuld")
    creditor: Absent[Creditor] = Field(default=None, alias="schuldeiser")


class Client(Document):
    """Somebody who is helped."""

    bsn: Absent[str] = Field(default=None, alias="Burgerservicenummer")
    birth_date: Absent[str] = Field(default=None, alias="Geboortedatum")
    sex: Absent[str] = Field(default=None, alias="Geslachtsaanduiding")
    postcode: Absent[str] = Field(default=None, alias="Postcode")
    house_number: Absent[str] = Field(default=None, alias="Huisnummer")
    house_addition: Absent[str] = Field(default=None, alias="Huisnummertoevoeging")


class Trajectory(Document):
    """One trajectory of debt help (*schuldhulptraject*)."""

    end: Absent[Date] = Field(default=None, alias="einddatum")
    summary: Absent[str] = Field(default=None, alias="omschrijving")
    start: Absent[Date] = Field(default=None, alias="startdatum")
    granted: Absent[Date] = Field(default=None, alias="toekenningsdatum")
    total_debt: Absent[int] = Field(default=None, alias="totaalSchuldbedragBijAanvangSchuld")
    gemeentecode: str = Field(alias="gemeentecode")
    application: Absent[Application] = Field(default=None, alias="aanmelding")
    guidance: Absent[Many[Guided]] = Field(default=None, alias="begeleiding")
    clients: Absent[Annotated[AtLeastOne[Client], Field(max_length=MOST_CLIENTS)]] = Field(default=None, alias="client")
    crises: Absent[Many[Span]] = Field(default=None, alias="crisisinterventies")
    advice: Absent[Span] = Field(default=None, alias="informatieEnAdvies")
    intake: Absent[Intake] = Field(default=None, alias="intake")
    moratoria: Absent[Many[Moratorium]] = Field(default=None, alias="moratoria")
    aftercare: Absent[Span] = Field(default=None, alias="nazorg")
    solution: Absent[Solution] = Field(default=None, alias="oplossing")
    plan: Absent[Plan] = Field(default=None, alias="planVanAanpak")
    debts: Absent[Many[Debt]] = Field(default=None, alias="schulden")
    arrangement: Absent[Arrangement] = Field(default=None, alias="schuldregeling")
    provisions: Absent[Many[Span]] = Field(default=None, alias="voorlopigeVoorzieningen")
    exit: Absent[Exit] = Field(default=None, alias="uitstroom")
    stabilisation: Absent[Span] = Field(default=None, alias="stabilisatie")


class Person(Document):
    """Whom the receiver may ask about a delivery."""

    email: Absent[Email] = Field(default=None, alias="email")
    position: Absent[str] = Field(default=None, alias="functietitel")
    name: Absent[str] = Field(default=None, alias="naam")
    phone: Absent[str] = Field(default=None, alias="telefoonnummer")


class Deliverer(Document):
    """The municipality that a delivery comes from (*aanleverende organisatie*)."""

    name: Absent[str] = Field(default=None, alias="(Statutaire) Naam")
    kvk_number: Absent[str] = Field(default=None, alias="KvK-nummer")
    postcode: Absent[str] = Field(default=None, alias="postcode")
    gemeentecode: Absent[str] = Field(default=None, alias="gemeentecode")
    contacts: Absent[AtLeastOne[Person]] = Field(default=None, alias="contactpersonen")


class Delivery(Document):
    """What one municipality delivers."""

    counter: int = Field(alias="teller")
    deliverer: Deliverer = Field(alias="aanleverende_organisatie")
    trajectories: Absent[Many[Trajectory]] = Field(default=None, alias="schuldhulptrajecten")


class Exchange(Document):
    """Everything that is delivered at once."""

    start: Date = Field(alias="startdatumLevering")
    end: Date = Field(alias="einddatumLevering")
    at: Seconds = Field(alias="aanleverdatumEnTijd")
    supplier: str = Field(alias="codeGegevensleverancier")
    deliveries: AtLeastOne[Delivery] = Field(alias="leveringen")


class Paging(Document):
    """Which part of a delivery this is."""

    size: int = Field(alias="pageSize")
    current: int = Field(alias="currentPage")
    pages: int = Field(alias="totalPages")
    records: int = Field(alias="totalRecords")


class Answer(Document):
    """The answer to `POST /gegevens`."""

    data: Exchange = Field(alias="gegevens")
    paging: Absent[Paging] = Field(default=None, alias="paginering")
