"""Whether a message can go to an organisation now, by whose right, and how it says whom it is about. Pure.

With a BSN only where the organisation and the agreement both allow it; without one by name, birth date, and an address
or customer number. A secret address goes only to who knows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from adapters.haarlem.dossier import Party, Person
from adapters.haarlem.fanout import CallReason, Directory
from hub.register.model import AgreementLine, Organisation
from schemas.messages import Message
from schemas.shapes import Address


@dataclass(frozen=True, slots=True)
class Reach:
    """An organisation that a message can go to, and what was agreed about it."""

    organisation: Organisation
    line: AgreementLine

    @property
    def may_use_bsn(self) -> bool:
        """Whether a BSN may stand in this message."""
        return self.organisation.bsn_allowed and self.line.bsn


class WithBsn(TypedDict):
    """Block P1 (messages.md, *Person blocks*)."""

    bsn: str
    birth_date: str
    prefix: str | None
    surname: str


class WithoutBsn(TypedDict):
    """Block P2."""

    initials: str | None
    birth_date: str
    prefix: str | None
    surname: str
    name_at_creditor: str | None
    address: Address | None
    creditor_customer_number: str | None


def reach(directory: Directory, organisation: Organisation | None, message: type[Message]) -> Reach | CallReason:
    """The way to an organisation for this message, or why there is none."""
    if organisation is None or not organisation.active:
        return CallReason.NOT_ON_HUB
    if not directory.sealable(organisation):
        return CallReason.NO_KEY
    agreed = directory.line(message, organisation)
    return CallReason.NO_AGREEMENT if agreed is None else Reach(organisation, agreed[1])


def with_bsn(person: Person, bsn: str) -> WithBsn:
    """Whom it is about, by BSN."""
    return {"bsn": bsn, "birth_date": person.birth_date, "prefix": person.prefix, "surname": person.surname}


def without_bsn(person: Person, party: Party | None) -> WithoutBsn:
    """Whom it is about, without a BSN; `party` is where it is known by a number, a name or an address."""
    knows_address = party is not None and party.address_known
    return {
        "initials": person.initials,
        "birth_date": person.birth_date,
        "prefix": person.prefix,
        "surname": person.surname,
        "name_at_creditor": party.name_at_creditor if party else None,
        "address": person.address if knows_address or not person.address_secret else None,
        "creditor_customer_number": party.customer_number if party else None,
    }


def is_findable(block: WithoutBsn) -> bool:
    """Whether the other side can find anybody by it."""
    return block["address"] is not None or block["creditor_customer_number"] is not None
