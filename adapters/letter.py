"""A message as a letter: allowed by the agreements, sealed for one recipient, a row of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters import minimisation
from adapters.contract import Office, check_fictitious
from adapters.ledger import Sent, Values
from hub.clock import new_id, rfc3339
from hub.database import instant
from hub.register.model import Key, Register
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from hub.wire.seal import Event, seal
from schemas.messages import Message


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a letter goes to (OIN), about which case (pseudonym), in which conversation, as an answer to what."""

    to: str
    case: str
    conversation: str
    causation: str | None


def key_for(register: Register, oin: str, message: Message, to: str, now: datetime) -> Key:
    """The key to seal `message` with, once nothing forbids `oin` to say it to that recipient.

    Raises:
        RefusedError: unknown recipient, no key, no agreement, a member that the recipient may not have (named).
    """
    key = register.sealing_key(to, now)
    data = message.to_wire()
    minimisation.check(register, oin, to, message.message_type, data, now)
    check_fictitious(data, register.environment)
    return key


def written(
    office: Office, source: str, message: Message, address: Address, *, key: Key, sequence: int, lifetime: timedelta
) -> Values:
    """The row of the outbox, sealed with `key`; it may be published at once.

    Raises:
        RefusedError: no key of our own to sign with, too large.
    """
    now = office.clock.now()
    event = Event(
        id=new_id(office.clock),
        source=source,
        type=message.message_type.type,
        subject=f"urn:uuid:{address.case}",
        recipient=organisation_urn(address.to),
        correlationid=address.conversation,
        causationid=address.causation,
        sequence=str(sequence),
        time=rfc3339(now),
        expirytime=rfc3339(now + lifetime),
        dataschema=message.dataschema,
        data=message.to_wire(),
    )
    body = seal(event, signing=office.keys.signing(now), recipient_key=key)
    return {
        "id": event.id,
        "type": event.type,
        "recipient": address.to,
        "subject": address.case,
        "correlationid": address.conversation,
        "sequence": sequence,
        "body": body,
        "refhash": refhash_of(body),
        "created": instant(now),
        "expirytime": instant(now + lifetime),
        "state": Sent.QUEUED,
        "attempts": 0,
        "next_attempt": instant(now),
    }
