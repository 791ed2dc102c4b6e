"""Between a letter and what an office has on record. Pure."""

from __future__ import annotations

from datetime import datetime

from adapters.bewindvoerder.records import Client, Letter, Person
from adapters.contract import M, Received
from schemas.messages import Message


def person_in(message: Message) -> Person | None:
    """Whom a message names, if it names anybody."""
    data = message.to_wire()
    if "geslachtsnaam" not in data or "geboortedatum" not in data:
        return None
    return Person(
        surname=data["geslachtsnaam"],
        birth_date=data["geboortedatum"],
        prefix=data.get("voorvoegsel"),
        initials=data.get("voorletters"),
        bsn=data.get("bsn"),
    )


def client_in(received: Received[M], now: datetime) -> Client | None:
    """The client whom a letter names."""
    person = person_in(received.message)
    return None if person is None else Client(received.case, received.sender, person, now)


def letter_in(received: Received[M], now: datetime) -> Letter:
    """A letter that came."""
    return Letter(
        id=received.id,
        case=received.case,
        conversation=received.conversation,
        counterpart=received.sender,
        ours=False,
        type=received.message.message_type.type,
        data=received.message.to_wire(),
        at=now,
    )
