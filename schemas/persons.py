"""The two ways to say who it is about (messages.md, person blocks): with a BSN, or without.

Their members stand directly in the payload. Whether a recipient may get a BSN, and whether an address may be shown to
it, is decided by the adapter that seals; no model can know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.document import Absent, Document
from schemas.errors import Slug
from schemas.forms import wrong
from schemas.identifiers import BirthDate, Bsn, Name, Prefix, Reference
from schemas.shapes import Address

if TYPE_CHECKING:
    from pydantic.config import JsonDict

#: What block P2 asks of a schema.
ADDRESS_OR_NUMBER: Final[JsonDict] = {"anyOf": [{"required": ["adres"]}, {"required": ["klantnummerSe"]}]}


class PersonWithBsn(Document):
    """Block P1, for recipients that may use the BSN."""

    bsn: Bsn = Field(alias="bsn", title="BSN", description="Burgerservicenummer van de inwoner.")
    birth_date: BirthDate = Field(
        alias="geboortedatum",
        title="Geboortedatum",
        description="Zoals in de BRP; een onbekende dag of maand is 00.",
    )
    prefix: Absent[Prefix] = Field(
        default=None, alias="voorvoegsel", title="Voorvoegsel", description="Voorvoegsel van de geslachtsnaam."
    )
    surname: Name = Field(alias="geslachtsnaam", title="Geslachtsnaam", description="Zonder voorvoegsel.")


class PersonWithoutBsn(Document):
    """Block P2, for recipients without the right to use the BSN: known by name, birth date, and address or number."""

    model_config = ConfigDict(json_schema_extra=ADDRESS_OR_NUMBER)

    initials: Absent[Prefix] = Field(
        default=None, alias="voorletters", title="Voorletters", description="Voorletters van de inwoner."
    )
    prefix: Absent[Prefix] = Field(
        default=None, alias="voorvoegsel", title="Voorvoegsel", description="Voorvoegsel van de geslachtsnaam."
    )
    surname: Name = Field(alias="geslachtsnaam", title="Geslachtsnaam", description="Zonder voorvoegsel.")
    name_at_creditor: Absent[Name] = Field(
        default=None,
        alias="naamBijSchuldeiser",
        title="Naam bij de schuldeiser",
        description="De naam waaronder de schuldeiser de inwoner kent, als die anders is.",
    )
    birth_date: BirthDate = Field(
        alias="geboortedatum",
        title="Geboortedatum",
        description="Zoals in de BRP; een onbekende dag of maand is 00.",
    )
    address: Absent[Address] = Field(default=None, alias="adres", title="Adres", description="Adres van de inwoner.")
    creditor_customer_number: Absent[Reference] = Field(
        default=None,
        alias="klantnummerSe",
        title="Klantnummer bij de schuldeiser",
        description="Het nummer waaronder de ontvanger de inwoner kent.",
    )

    @model_validator(mode="after")
    def _findable(self) -> Self:
        if self.address is None and self.creditor_customer_number is None:
            raise wrong(Slug.NEITHER_ADDRESS_NOR_NUMBER)
        return self
