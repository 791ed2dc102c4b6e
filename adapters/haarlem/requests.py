"""What the case system asks: one closed model per act, with the Dutch names of the API (README.md).

They are read by hand from strict JSON and not by the web framework, so that duplicate members, unknown members and
values of the wrong form are refused with a place and never with what was written there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, Strict, model_validator

from adapters.haarlem.reasons import EndReason
from schemas.codes import EndClass, Phase
from schemas.document import Absent, Document, Listed, Several
from schemas.errors import Slug
from schemas.forms import Whole, wrong
from schemas.identifiers import (
    BirthDate,
    Bsn,
    Date,
    Gemeentecode,
    Line,
    Money,
    Name,
    Oin,
    Phone,
    Prefix,
    Reference,
    Text,
)
from schemas.protocol import Uuid
from schemas.shapes import Address, Business, Contact

PersonNumber = Annotated[int, Whole(1, 2)]
Count = Annotated[int, Whole(0, 100_000)]


class PersonRequest(Document):
    """Somebody who is helped."""

    model_config = ConfigDict(title="Persoon")

    mark: Absent[Reference] = Field(
        default=None, alias="kenmerk", description="Eigen, nietszeggend kenmerk van het zaaksysteem voor deze persoon."
    )
    bsn: Absent[Bsn] = Field(default=None, alias="bsn", description="Ontbreekt als het (nog) niet bekend is.")
    birth_date: BirthDate = Field(
        alias="geboortedatum", description="Zoals in de BRP; een onbekende dag of maand is 00."
    )
    initials: Absent[Prefix] = Field(default=None, alias="voorletters")
    prefix: Absent[Prefix] = Field(default=None, alias="voorvoegsel")
    surname: Name = Field(alias="geslachtsnaam", description="Zonder voorvoegsel.")
    address: Absent[Address] = Field(default=None, alias="adres")
    address_secret: bool = Field(
        default=False, alias="adresGeheim", description="Het adres gaat alleen naar partijen met adresBekend."
    )
    business: Absent[Business] = Field(default=None, alias="onderneming")


class OwedClaimRequest(Document):
    """A claim as the resident names it."""

    model_config = ConfigDict(title="Vordering van een schuldeiser")

    invoice_number: Reference = Field(alias="factuurnummer")
    summary: Absent[Line] = Field(default=None, alias="omschrijving")
    amount: Absent[Money] = Field(
        default=None, alias="bedrag", description="Blijft in Haarlem; gaat niet naar partijen."
    )


class CreditorRequest(Document):
    """A creditor that the resident names."""

    model_config = ConfigDict(title="Schuldeiser")

    name: Name = Field(alias="naam")
    oin: Absent[Oin] = Field(default=None, alias="oin", description="Ontbreekt als de partij niet is aangesloten.")
    customer_number: Absent[Reference] = Field(default=None, alias="klantnummerSe")
    name_at_creditor: Absent[Name] = Field(default=None, alias="naamBijSchuldeiser")
    claims: Several[OwedClaimRequest] = Field(default=(), alias="vorderingen")
    no_bsn: bool = Field(
        default=False, alias="geenBsn", description="Nagekeken: een nummer dat op een BSN lijkt, is er geen."
    )
    address_known: bool = Field(default=False, alias="adresBekend", description="Deze partij kent het adres al.")
    phone: Absent[Phone] = Field(
        default=None, alias="telefoon", description="Voor de consulent, als er gebeld moet worden."
    )
    end: Absent[Date] = Field(default=None, alias="einddatum", description="Als deze afwijkt van die van de zaak.")
    persons: Several[PersonNumber] = Field(default=(), alias="personen", description="Leeg: iedereen in de zaak.")


class RunningRegistration(Document):
    """A registration in VISH that runs already."""

    model_config = ConfigDict(title="Lopende registratie")

    person: PersonNumber = Field(default=1, alias="persoon")
    number: Reference = Field(alias="registratienummer")


class RunningPause(Document):
    """A pause that runs already at a party; `gemeentecode` names a tax office, `oin` any other party of the request."""

    model_config = ConfigDict(title="Lopende pauze")

    person: PersonNumber = Field(default=1, alias="persoon")
    oin: Absent[Oin] = Field(default=None, alias="oin")
    gemeentecode: Absent[Gemeentecode] = Field(default=None, alias="gemeentecode")
    start: Date = Field(alias="ingangsdatum")
    end: Date = Field(alias="einddatum")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end < self.start:
            raise wrong(Slug.END_BEFORE_START)
        return self


class Running(Document):
    """What runs already: it comes into the books and nothing is sent."""

    model_config = ConfigDict(title="Bestaand")

    vish: Several[RunningRegistration] = Field(default=(), alias="vish")
    pauses: Several[RunningPause] = Field(default=(), alias="pauzes")


class RegisterRequest(Document):
    """Register debt rest for a case: one act, told to every party."""

    model_config = ConfigDict(title="Aanmelding")

    helper_number: Reference = Field(alias="klantnummerShv", description="Het nummer van de zaak in het zaaksysteem.")
    gemeentecode: Gemeentecode = Field(alias="gemeentecode", description="De verantwoordelijke gemeente.")
    tax_municipalities: Several[Gemeentecode] = Field(
        default=(),
        alias="belastinggemeenten",
        description="Gemeenten van nu en eerder waar belastingschuld kan zijn; leeg: alleen de verantwoordelijke.",
    )
    phase: Listed[Phase] = Field(alias="fase")
    start: Absent[Date] = Field(default=None, alias="ingangsdatum", description="Standaard vandaag.")
    end: Absent[Date] = Field(default=None, alias="einddatum", description="Ontbreekt: bij elke partij het maximum.")
    urgent: bool = Field(default=False, alias="urgent")
    contact: Absent[Contact] = Field(default=None, alias="contact")
    second_case: bool = Field(default=False, alias="tweedeZaak")
    persons: Annotated[tuple[PersonRequest, ...], Strict(strict=False), Field(max_length=2)] = Field(
        alias="personen", json_schema_extra={"minItems": 1}
    )
    creditors: Several[CreditorRequest] = Field(default=(), alias="schuldeisers")
    running: Absent[Running] = Field(default=None, alias="bestaand", description="Neem over zonder iets te versturen.")


class PartyRequest(Document):
    """Add one party; exactly one of the members."""

    model_config = ConfigDict(title="Nieuwe partij")

    creditor: Absent[CreditorRequest] = Field(default=None, alias="schuldeiser")
    tax_municipality: Absent[Gemeentecode] = Field(default=None, alias="belastinggemeente")
    vish: Absent[Annotated[bool, Field(strict=True)]] = Field(default=None, alias="vish")


class NewPersonRequest(Document):
    """Add a person (the partner)."""

    model_config = ConfigDict(title="Nieuwe persoon")

    person: PersonRequest = Field(alias="persoon")
    second_case: bool = Field(default=False, alias="tweedeZaak")


class EndRequest(Document):
    """End one party, one person or the case."""

    model_config = ConfigDict(title="Beëindiging")

    reason: Listed[EndReason] = Field(alias="reden", description="Blijft in Haarlem; partijen horen alleen de klasse.")
    end_class: Absent[Listed[EndClass]] = Field(
        default=None, alias="klasse", description="Nodig waar de klasse niet uit de reden volgt."
    )
    end: Absent[Date] = Field(
        default=None, alias="einddatum", description="Laatste dag van rust; standaard de vroegst mogelijke."
    )
    count: Absent[Count] = Field(default=None, alias="aantalPauzes", description="Bevestigt hoeveel pauzes eindigen.")


class EndPartyRequest(EndRequest):
    """End one party, for everyone or for one person."""

    model_config = ConfigDict(title="Beëindiging bij één partij")

    person_id: Absent[Uuid] = Field(default=None, alias="persoonId")


class ExtendRequest(Document):
    """Pause longer, at every party or at one."""

    model_config = ConfigDict(title="Verlenging")

    end: Absent[Date] = Field(default=None, alias="einddatum", description="Ontbreekt: bij elke partij het maximum.")
    reason: Text = Field(alias="reden", description="Gaat naar de partijen; nooit gezondheid of gezin.")
    party_id: Absent[Uuid] = Field(default=None, alias="partijId")


class SplitRequest(Document):
    """Go on with one person in a case of its own."""

    model_config = ConfigDict(title="Afsplitsing")

    helper_number: Reference = Field(alias="klantnummerShv", description="Het nummer van de nieuwe zaak.")
    gemeentecode: Absent[Gemeentecode] = Field(default=None, alias="gemeentecode")
    contact: Absent[Contact] = Field(default=None, alias="contact")


class PersonCorrection(Document):
    """What was wrong about a person; another BSN is another person to the parties."""

    model_config = ConfigDict(title="Verbeterde persoon")

    person_id: Uuid = Field(alias="id")
    bsn: Absent[Bsn] = Field(default=None, alias="bsn")
    birth_date: Absent[BirthDate] = Field(default=None, alias="geboortedatum")
    initials: Absent[Prefix] = Field(default=None, alias="voorletters")
    prefix: Absent[Prefix] = Field(default=None, alias="voorvoegsel")
    surname: Absent[Name] = Field(default=None, alias="geslachtsnaam")
    address: Absent[Address] = Field(default=None, alias="adres")
    address_secret: Absent[bool] = Field(default=None, alias="adresGeheim")
    business: Absent[Business] = Field(default=None, alias="onderneming")


class PartyCorrection(Document):
    """What was wrong about a party."""

    model_config = ConfigDict(title="Verbeterde partij")

    party_id: Uuid = Field(alias="id")
    customer_number: Absent[Reference] = Field(default=None, alias="klantnummerSe")
    name_at_creditor: Absent[Name] = Field(default=None, alias="naamBijSchuldeiser")
    claims: Absent[Several[OwedClaimRequest]] = Field(default=None, alias="vorderingen")
    no_bsn: bool = Field(
        default=False, alias="geenBsn", description="Nagekeken: een nummer dat op een BSN lijkt, is er geen."
    )
    address_known: Absent[bool] = Field(default=None, alias="adresBekend")
    phone: Absent[Phone] = Field(default=None, alias="telefoon")


class CorrectRequest(Document):
    """Put right what was wrong; parties hear only what concerns them."""

    model_config = ConfigDict(title="Correctie")

    phase: Absent[Listed[Phase]] = Field(default=None, alias="fase")
    contact: Absent[Contact] = Field(default=None, alias="contact")
    urgent: Absent[bool] = Field(default=None, alias="urgent")
    persons: Several[PersonCorrection] = Field(default=(), alias="personen")
    parties: Several[PartyCorrection] = Field(default=(), alias="partijen")
    count: Absent[Count] = Field(default=None, alias="aantalPauzes", description="Bevestigt hoeveel pauzes eindigen.")


class SearchRequest(Document):
    """Find the cases of one person; by POST, because a BSN has no place in an address."""

    model_config = ConfigDict(title="Zoekopdracht")

    bsn: Bsn = Field(alias="bsn")
    only_open: bool = Field(default=False, alias="alleenLopend")


class CallOutcome(StrEnum):
    """How a call ended."""

    ARRANGED = "geregeld"
    FAILED = "niet-gelukt"
    LAPSED = "vervallen"


class CallDoneRequest(Document):
    """A call was made."""

    model_config = ConfigDict(title="Afhandeling van een belpunt")

    outcome: Listed[CallOutcome] = Field(alias="uitkomst")
    end: Absent[Date] = Field(
        default=None, alias="einddatum", description="Tot en met wanneer er telefonisch rust is beloofd."
    )


class EmptyRequest(Document):
    """Nothing but the act itself."""

    model_config = ConfigDict(title="Leeg")
