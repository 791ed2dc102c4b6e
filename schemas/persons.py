"""The ways to say who it is about (messages.md, person blocks): with a BSN, without, or by the recipient's right.

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
#: One block or the other: with a BSN nothing that only block P2 has, without one what that block asks.
ONE_BLOCK: Final[JsonDict] = {
    "if": {"required": ["bsn"]},
    "then": {"properties": {"voorletters": False, "naamBijSchuldeiser": False, "adres": False, "klantnummerSe": False}},
    "else": ADDRESS_OR_NUMBER,
}


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


class _PersonByName(Document):
    """The members of block P2."""

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

    def _check_findable(self) -> None:
        if self.address is None and self.creditor_customer_number is None:
            raise wrong(Slug.NEITHER_ADDRESS_NOR_NUMBER)


class PersonWithoutBsn(_PersonByName):
    """Block P2, for recipients without the right to use the BSN: known by name, birth date, and address or number."""

    model_config = ConfigDict(json_schema_extra=ADDRESS_OR_NUMBER)

    @model_validator(mode="after")
    def _findable(self) -> Self:
        self._check_findable()
        return self


class PersonByRight(_PersonByName):
    """Block P1 or block P2, whichever the recipient has a right to; never something of both."""

    model_config = ConfigDict(json_schema_extra=ONE_BLOCK)

    bsn: Absent[Bsn] = Field(
        default=None,
        alias="bsn",
        title="BSN",
        description="Burgerservicenummer van de inwoner, alleen voor een ontvanger die het mag gebruiken.",
    )

    @model_validator(mode="after")
    def _one_block(self) -> Self:
        if self.bsn is None:
            self._check_findable()
        elif any((self.initials, self.name_at_creditor, self.address, self.creditor_customer_number)):
            raise wrong(Slug.PERSON_MIXED)
        return self
