"""The hub's checks in the order of wire.md 8, pure: no socket, no database, the time is an argument.

1 quota · 2 size · 3 form · 4 typ · 5 key · 6 signature · 7 identity · 8 AMQP properties (`authenticate`)
9 duplicate or id reused (`admit` with what the message log knows) · 10 attributes · 11 clock and expiry · 12 recipient
13 seal · 14 schema · 15 agreement.

A refusal before the end of 8 is not attributed to a signed `source`: only the broker-verified user counts there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.messagelog.store import Known, Opener
from hub.register.model import Organisation, Register
from hub.wire import jose
from hub.wire.envelope import Envelope, check_clock, parse_envelope
from hub.wire.link import CONTENT_TYPE, Arrival
from hub.wire.names import UUID
from hub.wire.postmark import (
    CHECKPOINT_COSIGNATURE,
    EDGE_STATUS,
    ENVELOPE,
    RECIPIENT_RECEIPT,
    Postmark,
    check_signer,
    verify_postmark,
)
from hub.wire.sealform import check_seal
from schemas.catalogue import CATALOGUE

INBOUND = frozenset({ENVELOPE, RECIPIENT_RECEIPT, EDGE_STATUS, CHECKPOINT_COSIGNATURE})

_AFTER_TYPE = frozenset({Code.UNKNOWN_KEY, Code.REVOKED_KEY, Code.BAD_SIGNATURE})
_USER = re.compile(r"p-([0-9A-Z]{20})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A message that is what it says of its sender: checks 1 to 8 hold."""

    arrival: Arrival
    postmark: Postmark
    id: str

    @property
    def key(self) -> tuple[str, str]:
        """(source OIN, id): what messages are de-duplicated by."""
        return (self.postmark.signer.oin, self.id)


def sender_of(arrival: Arrival) -> str | None:
    """The OIN in the broker-verified `user_id`; None where the property is absent or not a partner's."""
    found = _USER.fullmatch(arrival.user_id or "")
    return found.group(1) if found else None


def uuid_or_none(value: object) -> str | None:
    """The value if it is a lower-case UUID of versions 1 to 8, else None: what may be stored unverified."""
    return value if isinstance(value, str) and UUID.fullmatch(value) else None


def authenticate(arrival: Arrival, register: Register, now: datetime) -> Authenticated:
    """Checks 2 to 8.

    Raises:
        HubError: RefusedError or TamperedError with the code of the first check that fails.
    """
    try:
        postmark = verify_postmark(arrival.body, register, now, by_hub=True)
    except HubError as error:
        if error.code in _AFTER_TYPE:
            _check_served(str(jose.parse_jws(arrival.body).header.get("typ")))  # check 4 goes before 5 and 6
        raise
    _check_served(postmark.typ)
    check_signer(postmark, register.hub, sender_of(arrival) or "")
    return Authenticated(arrival, postmark, _checked_properties(arrival, postmark))


def _check_served(typ: str) -> None:
    """Check 4 for what wire.md 3 knows and this release does not serve yet: claims."""
    if typ not in INBOUND:
        raise RefusedError(Code.BAD_TYPE, "typ")


def _checked_properties(arrival: Arrival, postmark: Postmark) -> str:
    """Check 8; returns the id, which is then known to be a string that equals the AMQP `message_id`."""
    identity = postmark.payload.get("id")
    is_envelope = postmark.typ == ENVELOPE
    name = postmark.payload.get("type") if is_envelope else postmark.typ.removesuffix("+jws")
    # `correlation_id` is the id where there is no correlationid (wire.md 3); that it is missing is then for check 10
    correlation = postmark.payload.get("correlationid", identity) if is_envelope else identity
    expected = {
        "content_type": (arrival.content_type, CONTENT_TYPE),
        "message_id": (arrival.message_id, identity),
        "type": (arrival.type, name),
        "correlation_id": (arrival.correlation_id, correlation),
    }
    for place, (property_value, signed) in expected.items():
        if not isinstance(property_value, str) or property_value != signed:
            raise RefusedError(Code.PROPERTY_MISMATCH, place)
    return str(identity)


def is_duplicate(message: Authenticated, held: Known) -> bool:
    """Check 9: True when the hub holds this message; TamperedError when it holds another one by this id."""
    if held.signing_hash != message.postmark.signing_hash:
        raise TamperedError(Code.ID_REUSED, "id")
    return True


def admit(message: Authenticated, register: Register, now: datetime) -> Envelope:
    """Checks 10 to 14; the envelope of a message that may be carried if an agreement allows it."""
    envelope = parse_envelope(message.postmark.payload, register)
    if envelope.matchtoken is not None:
        # Hit / no hit is not served yet: carrying such a message unmatched would tell every candidate about a person.
        raise RefusedError(Code.ATTRIBUTE_INVALID, "matchtoken")
    check_clock(envelope, now)
    recipient = register.organisation(envelope.recipient_oin)
    if recipient is None:
        raise RefusedError(Code.UNKNOWN_RECIPIENT, "recipient")
    if recipient.status != "active":
        raise RefusedError(Code.RECIPIENT_INACTIVE, "recipient")
    check_seal(envelope.data, recipient, now)
    _check_schema(envelope, recipient)
    return envelope


def _check_schema(envelope: Envelope, recipient: Organisation) -> None:
    known = CATALOGUE.get(envelope.type)
    version = envelope.dataschema.rpartition(":")[2]
    if known is None or version not in known.versions or known.accepts not in recipient.accepts:
        raise RefusedError(Code.SCHEMA_UNKNOWN, "dataschema")


def allowed_outright(envelope: Envelope, register: Register, now: datetime) -> bool:
    """Check 15, first half: an agreement in force names this type between these roles."""
    return _has_line(register, envelope.type, envelope.source_oin, envelope.recipient_oin, now)


def check_conversation(
    envelope: Envelope,
    register: Register,
    openers: Sequence[Opener],
    instants: Mapping[int, datetime],
) -> None:
    """Check 15, second half: an answer or a closing message in a conversation that was opened under an agreement.

    `instants` gives the moment of each opener's `received`: the agreement is judged as of then.
    """
    for opener in openers:
        at = instants[opener.received]
        pair = (opener.source_oin, opener.recipient_oin)
        if pair == (envelope.recipient_oin, envelope.source_oin):
            if _answers(register, envelope.type, opener, at):
                return
        elif pair == (envelope.source_oin, envelope.recipient_oin):
            closing = CATALOGUE[envelope.type].closing
            if closing and _has_line(register, envelope.type, *pair, at):
                return
    raise RefusedError(Code.NO_AGREEMENT, "type")


def _has_line(register: Register, message_type: str, source_oin: str, recipient_oin: str, at: datetime) -> bool:
    source, recipient = register.organisation(source_oin), register.organisation(recipient_oin)
    return bool(source and recipient and register.lines(message_type, source, recipient, at))


def _answers(register: Register, message_type: str, opener: Opener, at: datetime) -> bool:
    source, recipient = register.organisation(opener.source_oin), register.organisation(opener.recipient_oin)
    if source is None or recipient is None:
        return False
    lines = register.lines(opener.type, source, recipient, at)
    return any(message_type in line.reply_types for _, line in lines)
