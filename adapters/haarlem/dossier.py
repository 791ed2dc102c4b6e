"""A case as Haarlem keeps it: who it is about, what it asks, and which parties must know. Pure data.

A case number and a person are known to people, so neither leaves a seal; `Case.id` is the pseudonym that the hub sees.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from schemas.codes import Phase
from schemas.shapes import Address, Business, Claim, Contact


class Row(BaseModel):
    """Something that is kept in the database as one document; its content never shows in a log line or traceback."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def __repr_args__(self) -> tuple[()]:
        """Nothing."""
        return ()

    def changed(self, **values: object) -> Self:
        """The same with other values; none of them is checked again."""
        return self.model_copy(update=values)


class CaseState(StrEnum):
    """Whether help goes on."""

    OPEN = "open"
    ENDED = "beeindigd"


class PersonState(StrEnum):
    """Whether this person is still helped in this case."""

    ACTIVE = "actief"
    ENDED = "beeindigd"
    SPLIT_OFF = "afgesplitst"
    REPLACED = "vervangen"  # another BSN stood here by mistake


class PartyRole(StrEnum):
    """In what role a party must know."""

    VISH = "vish"
    TAX = "belastingkantoor"
    CREDITOR = "schuldeiser"


class Case(Row):
    """One case of debt help of one or two persons."""

    id: str
    helper_number: str
    gemeentecode: str
    tax_municipalities: tuple[str, ...]
    phase: Phase
    start: date
    end: date | None
    urgent: bool
    contact: Contact
    opened_at: datetime
    state: CaseState = CaseState.OPEN
    ended_at: datetime | None = None
    reason: str | None = None
    split_from: str | None = None


class Person(Row):
    """Somebody who is helped. `mark` is the case system's own reference to the person, nothing that says who it is."""

    id: str
    case_id: str
    number: int
    mark: str | None
    bsn: str | None
    birth_date: str
    initials: str | None
    prefix: str | None
    surname: str
    address: Address | None
    address_secret: bool
    business: Business | None
    state: PersonState = PersonState.ACTIVE


class OwedClaim(Row):
    """A claim as the resident names it; the amount stays here (messages.md 5)."""

    claim: Claim
    amount: str | None


class Party(Row):
    """Somebody who must know. Without `oin` the party is not on the hub, and a person calls it.

    `persons` are the numbers of the persons it concerns, empty for everyone. `address_known` says that the party has
    the resident's address already, so that a secret one may stand in a letter to it.
    """

    id: str
    case_id: str
    role: PartyRole
    name: str
    oin: str | None = None
    gemeentecode: str | None = None
    customer_number: str | None = None
    name_at_creditor: str | None = None
    claims: tuple[OwedClaim, ...] = ()
    address_known: bool = False
    phone: str | None = None
    end: date | None = None
    persons: tuple[int, ...] = ()
    ended: bool = False

    def concerns(self, person: Person) -> bool:
        """Whether this party must know of this person."""
        return not self.ended and (not self.persons or person.number in self.persons)
