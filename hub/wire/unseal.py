"""What a recipient does with a body (wire.md 5 and 8), in two steps because they are answered differently.

`accept_outer`: the postmark by the partner's rules, `identity_mismatch`, `attribute_invalid`, `clock_skew` (in the
order of wire.md 8) and then `wrong_recipient`. Whatever it raises is kept as evidence and alarmed, never answered.

`open_seal`: from here on a refusal goes into a recipient receipt, with the code raised:

1. `expired`, judged after *not for me*, so that what is not for me is never answered;
2. `open_failed`: not a seal, or not for a key of mine that the register lists, that is not revoked and at most 28 days
   past its `exp`, or whose private half is not here, or it does not decrypt: always the same, without a place;
3. `inner_signature`: the document is no strict JWS of the right `typ` and `cty`, its key may not have signed it (place
   `kid` where the register does not know it), or its signature does not hold;
4. `identity_mismatch`: inner and outer signer are two organisations;
5. `attribute_mismatch`: not exactly the envelope's attributes, each the same text (place: the attribute);
6. `schema_invalid`: the document is larger than 25,600 bytes, or its `data` is not an object.

Payloads are not looked into here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.register.model import OPENING_GRACE, Organisation, Register
from hub.wire import jose, strictjson
from hub.wire.envelope import Envelope, check_not_ahead, check_not_expired, parse_envelope
from hub.wire.keys import KeyFolder
from hub.wire.postmark import CLOUDEVENT, ENVELOPE, Postmark, check_signer, signing_key, verify_postmark
from hub.wire.seal import EVENT_TYP, JSON, MAX_EVENT_BYTES, OUTSIDE_ONLY
from hub.wire.sealform import fits, read_seal


@dataclass(frozen=True, slots=True, eq=False)
class Outer:
    """An envelope that is genuine and for me; the seal is still closed."""

    postmark: Postmark
    envelope: Envelope


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A message that was opened and holds together; `event` has the attributes and `data` as the sender signed them."""

    postmark: Postmark
    envelope: Envelope
    event: dict[str, object]

    @property
    def data(self) -> dict[str, object]:
        """The payload."""
        data = self.event["data"]
        return data if isinstance(data, dict) else {}


def outer_of(postmark: Postmark, *, register: Register, me: str | None, now: datetime) -> Outer:
    """The rest of the outer layer of an envelope whose postmark and signer were checked.

    Args:
        postmark: of an envelope.
        register: the present one.
        me: the OIN that it must be for; None judges the layer whoever it is for.
        now: the recipient's own clock.

    Raises:
        RefusedError: `attribute_invalid`, `clock_skew`.
        TamperedError: `wrong_recipient`.
    """
    envelope = parse_envelope(postmark.payload, register)
    check_not_ahead(envelope, now)
    if me not in {None, envelope.recipient_oin}:
        raise TamperedError(Code.WRONG_RECIPIENT, "recipient")
    return Outer(postmark, envelope)


def accept_outer(body: bytes, *, register: Register, me: str | None, now: datetime) -> Outer:
    """The outer layer of a body that is for `me`; nothing that this raises is answered.

    Raises:
        RefusedError: `too_large`, `malformed`, `bad_type`, `unknown_key`, `revoked_key`, and as `outer_of`.
        TamperedError: `bad_signature`, `identity_mismatch`, and as `outer_of`.
    """
    postmark = verify_postmark(body, register, now, by_hub=False)
    if postmark.typ != ENVELOPE:
        raise RefusedError(Code.BAD_TYPE, "typ")
    check_signer(postmark, register.hub)
    return outer_of(postmark, register=register, me=me, now=now)


def open_seal(outer: Outer, *, register: Register, keys: KeyFolder, now: datetime) -> Opened:
    """The message inside; every error that this raises is answered with a receipt of its code.

    Raises:
        RefusedError: `expired`, `open_failed`, `inner_signature`, `schema_invalid`.
        TamperedError: `identity_mismatch`, `attribute_mismatch`.
    """
    check_not_expired(outer.envelope, now)
    document = _decrypt(outer.envelope, register, keys, now)
    event, size, signer = _verify_document(document, outer, register, now)
    if signer.oin != outer.postmark.signer.oin:
        raise TamperedError(Code.IDENTITY_MISMATCH, "inner")
    _compare(event, outer.postmark.payload)
    if size > MAX_EVENT_BYTES:
        raise RefusedError(Code.SCHEMA_INVALID, "event")
    if not isinstance(event["data"], dict):
        raise RefusedError(Code.SCHEMA_INVALID, "data")
    return Opened(outer.postmark, outer.envelope, event)


def open_message(body: bytes, *, register: Register, keys: KeyFolder, me: str, now: datetime) -> Opened:
    """Both steps: all that a recipient does before it looks into the payload.

    Raises:
        RefusedError: as `accept_outer` and `open_seal`.
        TamperedError: likewise.
    """
    return open_seal(accept_outer(body, register=register, me=me, now=now), register=register, keys=keys, now=now)


def _decrypt(envelope: Envelope, register: Register, keys: KeyFolder, now: datetime) -> bytes:
    try:
        sealed = read_seal(envelope.data)
    except HubError:
        raise RefusedError(Code.OPEN_FAILED, "data") from None
    key, private = register.key(sealed.kid), keys.opening(sealed.kid)
    if key is None or private is None or key.oin != envelope.recipient_oin or not fits(sealed, key):
        raise RefusedError(Code.OPEN_FAILED, "data")
    if key.status == "revoked" or now >= key.exp + OPENING_GRACE:
        raise RefusedError(Code.OPEN_FAILED, "data")
    return jose.decrypt(sealed, private.key)


def _verify_document(
    document: bytes, outer: Outer, register: Register, now: datetime
) -> tuple[dict[str, object], int, Organisation]:
    """The event, its size before the JSON is read, and who signed it."""
    try:
        parsed = jose.parse_jws(document)
        event = strictjson.loads(parsed.payload)
        if (parsed.header.get("typ"), parsed.header.get("cty")) != (EVENT_TYP, CLOUDEVENT):
            raise RefusedError(Code.BAD_TYPE, "typ")
        key, signer = signing_key(parsed.header, register, now, outer.postmark.payload["time"])
        jose.verify_jws(parsed, key)
    except HubError as error:
        raise RefusedError(Code.INNER_SIGNATURE, error.place) from None
    return event, len(parsed.payload), signer


def _compare(event: dict[str, object], envelope: dict[str, object]) -> None:
    """Refuse an event whose attributes are not exactly the envelope's, but for those that stand outside only."""
    if "data" not in event:
        raise TamperedError(Code.ATTRIBUTE_MISMATCH, "data")
    if event.get("datacontenttype") != JSON:
        raise TamperedError(Code.ATTRIBUTE_MISMATCH, "datacontenttype")
    for name, value in envelope.items():
        if name not in OUTSIDE_ONLY and name not in {"data", "datacontenttype"} and event.get(name) != value:
            raise TamperedError(Code.ATTRIBUTE_MISMATCH, name)
    if len(event) != len(envelope.keys() - OUTSIDE_ONLY):
        raise TamperedError(Code.ATTRIBUTE_MISMATCH, "member")
