"""The shapes that several messages use (messages.md 1, *Shapes used above*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.codes import HandlerKind, Measure, NotStoppedReason
from schemas.document import Absent, Document, Listed
from schemas.errors import Slug
from schemas.forms import wrong
from schemas.identifiers import (
    Date,
    Email,
    HouseLetter,
    HouseNumber,
    KvkNumber,
    Line,
    Name,
    Phone,
    Postcode,
    Reference,
)

if TYPE_CHECKING:
    from pydantic.config import JsonDict

_PHONE_OR_EMAIL: JsonDict = {
    "description": "Wie te bereiken is, met een telefoonnummer of een e-mailadres.",
    "anyOf": [{"required": ["telefoon"]}, {"required": ["email"]}],
}


class Contact(Document):
    """Whom to ask about this message: a name and at least a telephone number or a mail address."""

    model_config = ConfigDict(title="Contact", json_schema_extra=_PHONE_OR_EMAIL)

    name: Name = Field(alias="naam", title="Naam", description="Persoon of team bij de afzender.")
    phone: Absent[Phone] = Field(default=None, alias="telefoon", title="Telefoon", description="Telefoonnummer.")
    email: Absent[Email] = Field(default=None, alias="email", title="E-mail", description="E-mailadres.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise wrong(Slug.NEITHER_PHONE_NOR_EMAIL)
        return self


class Address(Document):
    """A Dutch address."""

    model_config = ConfigDict(title="Adres", json_schema_extra={"description": "Een adres in Nederland."})

    street: Line = Field(alias="straat", title="Straat", description="Naam van de openbare ruimte.")
    house_number: HouseNumber = Field(
        alias="huisnummer", title="Huisnummer", description="Geheel getal, zoals in de BAG."
    )
    house_letter: Absent[HouseLetter] = Field(
        default=None, alias="huisletter", title="Huisletter", description="Letter achter het huisnummer."
    )
    addition: Absent[Reference] = Field(
        default=None, alias="toevoeging", title="Toevoeging", description="Toevoeging achter huisnummer en huisletter."
    )
    postcode: Postcode = Field(alias="postcode", title="Postcode", description="Vier cijfers en twee hoofdletters.")
    city: Line = Field(alias="woonplaats", title="Woonplaats", description="Woonplaats.")


class Claim(Document):
    """A claim of the recipient or answering party."""

    model_config = ConfigDict(
        title="Vordering",
        json_schema_extra={"description": "Een vordering van de ontvanger of de antwoordende partij."},
    )

    invoice_number: Reference = Field(
        alias="factuurnummer", title="Factuurnummer", description="Nummer van de factuur, aanslag of het dossier."
    )
    summary: Absent[Line] = Field(
        default=None, alias="omschrijving", title="Omschrijving", description="Korte omschrijving van de vordering."
    )


class Business(Document):
    """The enterprise of a resident who is an entrepreneur."""

    model_config = ConfigDict(
        title="Onderneming", json_schema_extra={"description": "De onderneming van een inwoner die ondernemer is."}
    )

    kvk_number: KvkNumber = Field(alias="kvkNummer", title="KVK-nummer", description="Nummer in het handelsregister.")
    trade_name: Name = Field(alias="handelsnaam", title="Handelsnaam", description="Naam in het handelsregister.")
    legal_form: Line = Field(
        alias="rechtsvorm", title="Rechtsvorm", description="Rechtsvorm, bijvoorbeeld eenmanszaak."
    )


class Reachability(Document):
    """How a resident wants to be reached, and whether that is safe."""

    model_config = ConfigDict(
        title="Bereikbaarheid", json_schema_extra={"description": "Hoe de inwoner te bereiken is."}
    )

    phone: Absent[Phone] = Field(default=None, alias="telefoon", title="Telefoon", description="Telefoonnummer.")
    email: Absent[Email] = Field(default=None, alias="email", title="E-mail", description="E-mailadres.")
    language: Absent[Line] = Field(
        default=None, alias="taal", title="Taal", description="Taal waarin de inwoner het liefst spreekt."
    )
    safe_to_contact: Absent[bool] = Field(
        default=None,
        alias="veiligBereikbaar",
        title="Veilig bereikbaar",
        description="Onwaar als bellen, mailen of schrijven niet zonder overleg kan; ontbreekt als het niet bekend is.",
    )


class Creditor(Document):
    """A creditor whom a pause is asked for, as the asking party knows it."""

    model_config = ConfigDict(
        title="Schuldeiser", json_schema_extra={"description": "Een schuldeiser, zoals de vrager die kent."}
    )

    name: Name = Field(alias="naam", title="Naam", description="Naam van de organisatie.")
    kvk_number: Absent[KvkNumber] = Field(
        default=None, alias="kvkNummer", title="KVK-nummer", description="Nummer in het handelsregister."
    )
    creditor_customer_number: Absent[Reference] = Field(
        default=None,
        alias="klantnummerSe",
        title="Klantnummer bij de schuldeiser",
        description="Het nummer waaronder de schuldeiser de inwoner kent.",
    )


class Handler(Document):
    """Another party that handles a claim or measure."""

    model_config = ConfigDict(
        title="Behandelaar",
        json_schema_extra={"description": "Een andere partij die een vordering of maatregel behandelt."},
    )

    kind: Listed[HandlerKind] = Field(alias="soort", title="Soort", description="Wat voor partij het is.")
    name: Name = Field(alias="naam", title="Naam", description="Naam van het kantoor of de organisatie.")
    mark: Absent[Reference] = Field(
        default=None, alias="kenmerk", title="Kenmerk", description="Kenmerk bij deze behandelaar."
    )
    phone: Absent[Phone] = Field(default=None, alias="telefoon", title="Telefoon", description="Telefoonnummer.")


class MeasureNotStopped(Document):
    """A measure of collecting that goes on in spite of the pause, and why."""

    model_config = ConfigDict(
        title="Maatregel die niet gestopt is",
        json_schema_extra={"description": "Een maatregel die ondanks de pauze doorgaat, en waarom."},
    )

    measure: Listed[Measure] = Field(alias="maatregel", title="Maatregel", description="Welke maatregel doorgaat.")
    reason: Listed[NotStoppedReason] = Field(
        alias="reden", title="Reden", description="Waarom deze niet gestopt kon worden."
    )
    since: Absent[Date] = Field(
        default=None, alias="per", title="Per", description="Dag waarop de maatregel inging of ingaat."
    )
    handler: Absent[Handler] = Field(
        default=None, alias="behandelaar", title="Behandelaar", description="Wie de maatregel uitvoert."
    )
