"""Signed, sealed, signed (wire.md 1, 4, 5): from an event to the body that travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Self

from hub.errors import Code, RefusedError, TamperedError
from hub.register.model import Key
from hub.wire import jose, strictjson
from hub.wire.envelope import SEALED, SPECVERSION, parse_envelope
from hub.wire.keys import PrivateKey
from hub.wire.names import kid_of
from hub.wire.postmark import CLOUDEVENT, ENVELOPE

EVENT_TYP: Final = "hub-event+jws"
SEAL_TYP: Final = "hub-sealed+jwe"
JSON: Final = "application/json"
#: Attributes that stand on the envelope only.
OUTSIDE_ONLY: Final = frozenset({"matchtoken", "matchepoch", "traceparent"})
PAD_BYTES: Final = 1_024
MAX_EVENT_BYTES: Final = 25_600


@dataclass(frozen=True, slots=True)
class Event:
    """What one party tells another: the attributes as on the wire (wire.md 4) and the payload, not yet sealed."""

    id: str
    source: str
    type: str
    subject: str
    recipient: str
    correlationid: str
    time: str
    expirytime: str
    dataschema: str
    data: Mapping[str, object]
    causationid: str | None = None
    sequence: str | None = None
    traceparent: str | None = None
    matchtoken: str | None = None
    matchepoch: str | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """An event from its JSON; `specversion` and `datacontenttype` may be left out, as they can say one thing only.

        Raises:
            RefusedError: `attribute_invalid` for a member that is missing, foreign or not of its kind.
        """
        given = dict(document)
        for name, only in (("specversion", SPECVERSION), ("datacontenttype", JSON)):
            if given.pop(name, only) != only:
                raise RefusedError(Code.ATTRIBUTE_INVALID, name)
        data = given.pop("data", None)
        if not isinstance(data, dict):
            raise RefusedError(Code.ATTRIBUTE_INVALID, "data")
        optional = {field.name: field.default is None for field in fields(cls) if field.name != "data"}
        texts: dict[str, str] = {}
        for name, value in given.items():
            if not isinstance(value, str) or name not in optional:
                raise RefusedError(Code.ATTRIBUTE_INVALID, name if name in optional else "member")
            texts[name] = value
        for name, may_lack in optional.items():
            if not may_lack and name not in texts:
                raise RefusedError(Code.ATTRIBUTE_INVALID, name)
        return cls(**texts, data=data)

    def attributes(self) -> dict[str, str]:
        """Every attribute that has a value, `specversion` with them; without `datacontenttype` and `data`."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name != "data")
        return {"specversion": SPECVERSION} | {name: value for name, value in named if value is not None}


def seal(event: Event, *, signing: PrivateKey, recipient_key: Key) -> bytes:
    """The body for one recipient: the event signed, sealed to `recipient_key`, in an envelope that is signed again.

    Raises:
        RefusedError: `too_large` for an event over 25,600 bytes after padding; `attribute_invalid`; `malformed` for a
            payload that strict JSON does not hold; `seal_invalid` for a key that is not the recipient's; `key_invalid`.
        TamperedError: `identity_mismatch` when the signing key is not that of the event's source.
    """
    attributes = event.attributes()
    # the envelope's rules first: a sealed document that no envelope can carry is never made
    envelope = parse_envelope({**attributes, "datacontenttype": SEALED, "data": ""})
    signer = kid_of(signing.kid)
    if signer is None or signer.oin != envelope.source_oin:
        raise TamperedError(Code.IDENTITY_MISMATCH, "source")
    if recipient_key.use != "enc" or recipient_key.oin != envelope.recipient_oin:
        raise RefusedError(Code.SEAL_INVALID, "recipient")
    document = jose.sign_jws(_padded(event, attributes), signing, EVENT_TYP, CLOUDEVENT)
    sealed = jose.encrypt(
        document,
        alg=recipient_key.alg,
        kid=recipient_key.kid,
        public=recipient_key.public,
        typ=SEAL_TYP,
        cty=EVENT_TYP,
    )
    payload = strictjson.dumps({**attributes, "datacontenttype": SEALED, "data": sealed.decode("ascii")})
    body = jose.sign_jws(payload, signing, ENVELOPE, CLOUDEVENT)
    if len(body) > jose.MAX_BODY_BYTES:
        raise RefusedError(Code.TOO_LARGE, "data")
    return body


def _padded(event: Event, attributes: Mapping[str, str]) -> bytes:
    """The event's JSON, filled up with spaces so that its size says little about what is in it."""
    inside = {name: value for name, value in attributes.items() if name not in OUTSIDE_ONLY}
    written = strictjson.dumps({**inside, "datacontenttype": JSON, "data": dict(event.data)})
    if len(written) > MAX_EVENT_BYTES:
        raise RefusedError(Code.TOO_LARGE, "event")
    strictjson.loads(written)  # what our own parser would refuse must not leave
    return written.ljust(-(-len(written) // PAD_BYTES) * PAD_BYTES)
