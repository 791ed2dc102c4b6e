"""What lies in quarantine, as it may be shown: hashes, validated attributes, causes; never content. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.errors import HubError
from hub.operations.acts import Done
from hub.relay.checks import uuid_or_none
from hub.wire import jose, strictjson
from hub.wire.link import CONTENT_TYPE, Arrival
from hub.wire.names import CASE, ORGANISATION, SYSTEM, TYPE
from hub.wire.postmark import BY_HUB, ENVELOPE, TO_HUB


class Cause(StrEnum):
    """Why a body lies here: the groups of the screen."""

    LANE = "lane"
    """The broker gave it up before the hub carried it: the hub ended on it too often, or its sender let it expire."""
    INBOX = "inbox"
    """The broker gave it up in its recipient's inbox: that edge ended on it too often, or rejected it."""
    ROW = "row"
    """The database refused its row; only its hash is here, its sender offers it again."""


DEAD_LETTER: Final = "dead-letter"
ROW_REFUSED: Final = "row-refused"


class Settlement(StrEnum):
    """How evidence was settled; settled or not, it is kept."""

    RELEASED = "released"
    REJECTED = "rejected"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One body in quarantine, or its hash."""

    row_id: int
    cause: Cause
    received: datetime
    refhash: str
    oin: str | None
    """The organisation whose broker user sent it; None for what an inbox gave up."""
    body: bytes | None
    settled: datetime | None
    settlement: Settlement | None
    settled_act: str | None
    claimed_by: str | None

    @property
    def open(self) -> bool:
        """Not settled, and in no recovery that is under way."""
        return self.settled is None and self.claimed_by is None


@dataclass(frozen=True, slots=True)
class Group:
    """Everything of one cause that is not settled."""

    cause: Cause
    count: int
    first: datetime
    last: datetime
    note: Done | None
    assignee: str | None
    assignee_name: str | None


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a body says of itself where that has its right form; nothing of it is verified by being here."""

    typ: str
    id: str | None
    type: str | None = None
    source_oin: str | None = None
    recipient_oin: str | None = None
    case: str | None = None
    signer_oin: str | None = None
    correlation: str | None = None


def cause_of(cause: str, oin: str | None) -> Cause:
    """The group that a row belongs to."""
    if cause == ROW_REFUSED:
        return Cause.ROW
    return Cause.INBOX if oin is None else Cause.LANE


def attributes_of(body: bytes) -> Attributes | None:
    """The attributes of a body; None for what cannot be read as one of the protocol."""
    try:
        parsed = jose.parse_jws(body)
        payload = strictjson.loads(parsed.payload)
    except HubError:
        return None
    typ, kid = parsed.header.get("typ"), parsed.header.get("kid")
    if not isinstance(typ, str) or typ not in TO_HUB | BY_HUB:
        return None
    signer = kid[:20] if isinstance(kid, str) and ORGANISATION.fullmatch(f"urn:nld:oin:{kid[:20]}") else None
    identity = uuid_or_none(payload.get("id"))
    if typ != ENVELOPE:
        return Attributes(typ, identity, signer_oin=signer, correlation=identity)
    name, source, recipient, subject = (payload.get(key) for key in ("type", "source", "recipient", "subject"))
    return Attributes(
        typ,
        identity,
        type=name if isinstance(name, str) and TYPE.fullmatch(name) else None,
        source_oin=found[1] if isinstance(source, str) and (found := SYSTEM.fullmatch(source)) else None,
        recipient_oin=found[1] if isinstance(recipient, str) and (found := ORGANISATION.fullmatch(recipient)) else None,
        case=subject.removeprefix("urn:uuid:") if isinstance(subject, str) and CASE.fullmatch(subject) else None,
        signer_oin=signer,
        correlation=uuid_or_none(payload.get("correlationid")) or identity,
    )


def arrival_of(evidence: Evidence) -> Arrival | None:
    """The body as a delivery, to be judged and carried like any other; None for what nobody could have sent.

    The user is the one whom the broker verified when it came, and for what an inbox gave up, which the hub itself laid
    there, the organisation that signed it: the relay verifies that signature. The AMQP properties are those that its
    signed content asks for: those of the dead delivery were not kept, because nothing unvalidated is.
    """
    found = attributes_of(evidence.body) if evidence.body is not None else None
    user = evidence.oin or (found.signer_oin if found else None)
    if evidence.body is None or found is None or user is None:
        return None
    name = found.type if found.typ == ENVELOPE else found.typ.removesuffix("+jws")
    return Arrival(
        evidence.body, CONTENT_TYPE, found.id, name, found.correlation, f"p-{user}", redelivered=False, tag=0
    )
