"""The letters of a test sender, good ones and ones that nobody should send: made here, never published here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from adapters.contract import Identity, Office
from hub.clock import new_id, new_pseudonym, rfc3339
from hub.errors import Code, RefusedError
from hub.register.model import Organisation
from hub.wire import jose, strictjson
from hub.wire.envelope import SEALED
from hub.wire.names import organisation_urn
from hub.wire.postmark import CLOUDEVENT, ENVELOPE
from hub.wire.seal import EVENT_TYP, JSON, PAD_BYTES, SEAL_TYP, Event, seal
from schemas.catalogue import CATALOGUE, MessageType, type_named
from schemas.errors import PayloadError
from schemas.messages import MODELS, Message
from schemas.published import FOLDER

EXAMPLES: Final = FOLDER / "examples"
LIFETIME: Final = timedelta(hours=1)
#: What may open a conversation with a partner, in the order of preference, and what takes it back.
OPENINGS: Final[Mapping[str, tuple[str, Mapping[str, object]] | None]] = {
    "kennisgeving-publiek": ("pauze-beeindiging", {"klasse": "ten-onrechte-gemeld"}),
    "kennisgeving": ("pauze-beeindiging", {"klasse": "ten-onrechte-gemeld"}),
    "schuldenrust-aanmelding": ("schuldenrust-afmelding", {"klasse": "ten-onrechte-gemeld"}),
    "verwijzing": ("verwijzing-status", {"status": "ingetrokken", "reden": "Proef van een aansluiting."}),
    "saldoverzoek": None,
    "bewind-gestart": ("bewind-beeindigd", {}),
    "fasewijziging": None,
    "statusbericht": None,
}
Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Talk:
    """What a conversation with this partner consists of: how it opens, what follows, what is answered."""

    opening: MessageType
    payload: Mapping[str, object]
    follow_up: MessageType | None
    follow_payload: Mapping[str, object]
    replies: frozenset[str]


def example(name: str) -> dict[str, object]:
    """The published example of a type."""
    found: dict[str, object] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return found


class Letters:
    """Makes letters from one organisation to another."""

    def __init__(self, identity: Identity, office: Office, partner: Organisation) -> None:
        self._identity = identity
        self._office = office
        self.partner = partner

    def talk(self, name: str | None, payload: Mapping[str, object] | None) -> Talk:
        """How to talk to this partner: as named, or the first opening that agreement and register allow.

        Raises:
            RefusedError: `no_agreement` when nothing may be said to it.
            PayloadError: the payload does not fit.
        """
        names = [name] if name else [one for one in OPENINGS if self._may_say(one)]
        if not names or (opening := type_named(names[0])) is None:
            raise RefusedError(Code.NO_AGREEMENT, "type")
        said = dict(payload or example(opening.name))
        if payload is None and not self.partner.bsn_allowed and opening.name == "verwijzing":
            said = example("verwijzing--without-bsn")
        checked = MODELS[opening.type].from_wire(said).to_wire()
        follow = OPENINGS.get(opening.name)
        follow_up = type_named(follow[0]) if follow and self._may_say(follow[0]) else None
        follow_payload = self._example(follow_up) | dict(follow[1]) if follow and follow_up else {}
        return Talk(opening, checked, follow_up, follow_payload, self._replies(opening))

    def _example(self, message_type: MessageType) -> dict[str, object]:
        return example(message_type.name)

    def _sender(self) -> Organisation:
        sender = self._office.register.current.organisation(self._identity.oin)
        if sender is None:
            raise RefusedError(Code.SETTINGS_INVALID, "identity.oin: not in the register")
        return sender

    def _may_say(self, name: str) -> bool:
        message_type = type_named(name)
        if message_type is None or message_type.accepts not in self.partner.accepts:
            return False
        if name == "kennisgeving-publiek" and not self.partner.bsn_allowed:
            return False
        now, register = self._office.clock.now(), self._office.register.current
        return bool(register.lines(message_type.type, self._sender(), self.partner, now))

    def _replies(self, message_type: MessageType) -> frozenset[str]:
        now, register = self._office.clock.now(), self._office.register.current
        lines = register.lines(message_type.type, self._sender(), self.partner, now)
        return frozenset(reply for _, line in lines for reply in line.reply_types)

    def forbidden(self) -> MessageType | None:
        """A type that the partner accepts and that no agreement lets us send to it."""
        accepted = (one for one in CATALOGUE.values() if one.accepts in self.partner.accepts)
        return next((one for one in accepted if not one.closing and not self._may_say(one.name)), None)

    def event(self, message_type: MessageType, payload: Mapping[str, object], **changes: str | None) -> Event:
        """What is said, in a conversation of its own unless `changes` says which."""
        clock = self._office.clock
        now = clock.now()
        made = Event(
            id=new_id(clock),
            source=self._identity.source,
            type=message_type.type,
            subject=f"urn:uuid:{new_pseudonym()}",
            recipient=organisation_urn(self.partner.oin),
            correlationid=new_pseudonym(),
            time=rfc3339(now),
            expirytime=rfc3339(now + LIFETIME),
            dataschema=self._dataschema(message_type, payload),
            sequence=str(int(now.timestamp() * 1000)),
            data=payload,
        )
        return replace(made, **changes)  # type: ignore[arg-type]  # the names are the caller's

    def _dataschema(self, message_type: MessageType, payload: Mapping[str, object]) -> str:
        try:
            message: Message = MODELS[message_type.type].from_wire(payload)
        except PayloadError:  # one that is not to fit
            return message_type.dataschema
        return message.dataschema

    def sealed(self, event: Event) -> bytes:
        """The body as it should be."""
        now = self._office.clock.now()
        key = self._office.register.current.sealing_key(self.partner.oin, now)
        return seal(event, signing=self._office.keys.signing(now), recipient_key=key)

    def spoiled(
        self,
        event: Event,
        *,
        inner: Mapping[str, str] | None = None,
        document: Change | None = None,
        sealed: Change | None = None,
    ) -> bytes:
        """The body of an event whose inside is not what it should be, in an envelope that is.

        Args:
            event: what the envelope says.
            inner: other attributes in the signed event than on the envelope.
            document: what is done to the signed event before it is sealed.
            sealed: what is done to the seal.
        """
        now = self._office.clock.now()
        signing = self._office.keys.signing(now)
        key = self._office.register.current.sealing_key(self.partner.oin, now)
        attributes = event.attributes()
        said = attributes | dict(inner or {}) | {"datacontenttype": JSON}
        written = strictjson.dumps({**said, "data": dict(event.data)})
        padded = written.ljust(-(-len(written) // PAD_BYTES) * PAD_BYTES)
        signed = jose.sign_jws(padded, signing, EVENT_TYP, CLOUDEVENT)
        signed = document(signed) if document else signed
        closed = jose.encrypt(signed, alg=key.alg, kid=key.kid, public=key.public, typ=SEAL_TYP, cty=EVENT_TYP)
        closed = sealed(closed) if sealed else closed
        payload = strictjson.dumps({**attributes, "datacontenttype": SEALED, "data": closed.decode("ascii")})
        return jose.sign_jws(payload, signing, ENVELOPE, CLOUDEVENT)


def other_signature(token: bytes) -> bytes:
    """A JWS or JWE whose last part is another one of the same length."""
    head, _, last = token.rpartition(b".")
    return head + b"." + (b"B" if last[:1] == b"A" else b"A") + last[1:]
