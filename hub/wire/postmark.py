"""The postmark: who signed a body, judged before anything that it says (wire.md 8, checks 2 to 7).

The order of refusals, for every `typ` of wire.md 3:

1. `too_large`: more than 65,536 bytes;
2. `malformed`: parts, base64url, JSON of header and payload, a header member outside the allow-list;
3. `bad_type`: a `typ` that does not travel in this direction; a `cty` that is wrong, or missing, or there on anything
   but an envelope;
4. `unknown_key` or `revoked_key`: the kid is unknown or not for signing · revoked · outside its term · pinned to
   another algorithm than the header names · of an organisation that is not active, in that order. The hub refuses a
   revoked key always, a partner only where `revokedAt` is not after the message's own `time` (or either is missing);
5. `bad_signature`;
6. `identity_mismatch` (`check_signer`): the organisation in `source` is another than the signer's; on what only the hub
   may send, the signer is not the hub. A `source` of bad form is left to the attribute rules.

`unknown_key` has place `kid` where the register does not know the key: the one cause that a newer register may cure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.errors import Code, RefusedError, TamperedError
from hub.register.model import Key, Organisation, Register
from hub.wire import instants, jose, strictjson
from hub.wire.names import ORGANISATION, SYSTEM

ENVELOPE: Final = "hub-envelope+jws"
RECIPIENT_RECEIPT: Final = "recipient-receipt+jws"
CLAIM_REGISTRATION: Final = "claim-registration+jws"
EDGE_STATUS: Final = "edge-status+jws"
CHECKPOINT_COSIGNATURE: Final = "checkpoint-cosignature+jws"
HUB_RECEIPT: Final = "hub-receipt+jws"
HUB_CHECKPOINT: Final = "hub-checkpoint+jws"
HUB_NOTICE: Final = "hub-notice+jws"
CLOUDEVENT: Final = "cloudevents+json"

TO_HUB: Final = frozenset({ENVELOPE, RECIPIENT_RECEIPT, CLAIM_REGISTRATION, EDGE_STATUS, CHECKPOINT_COSIGNATURE})
#: What the hub makes itself.
BY_HUB: Final = frozenset({HUB_RECEIPT, HUB_CHECKPOINT, HUB_NOTICE})
TO_PARTNER: Final = frozenset({ENVELOPE, RECIPIENT_RECEIPT}) | BY_HUB


def refhash_of(body: bytes) -> str:
    """`sha-256:` and the lower-case hex SHA-256 of an exact body, verified or not."""
    return "sha-256:" + hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Postmark:
    """A body whose signature holds: what it is, who signed it, and its payload, not yet judged."""

    typ: str
    kid: str
    signer: Organisation
    payload: dict[str, object]
    signing_hash: str
    """Lower-case hex SHA-256 of the signing input: what makes two bodies duplicates (wire.md 7, rule 6)."""
    refhash: str
    """`sha-256:` and lower-case hex of the exact body: what receipts refer to."""


def verify_postmark(body: bytes, register: Register, now: datetime, *, by_hub: bool) -> Postmark:
    """The postmark of `body`, or the first refusal in the order above (1 to 5).

    Args:
        body: the exact bytes.
        register: the present one.
        now: the judge's own clock.
        by_hub: judge as the hub does at arrival; otherwise as a partner does at opening.

    Raises:
        RefusedError: `too_large`, `malformed`, `bad_type`, `unknown_key`, `revoked_key`.
        TamperedError: `bad_signature`.
    """
    parsed = jose.parse_jws(body)
    payload = strictjson.loads(parsed.payload)
    typ = _typ(parsed.header, TO_HUB if by_hub else TO_PARTNER)
    key, signer = signing_key(parsed.header, register, now, None if by_hub else payload.get("time"))
    jose.verify_jws(parsed, key)
    digest = hashlib.sha256(parsed.signing_input)
    signing_hash = digest.hexdigest()
    digest.update(body[len(parsed.signing_input) :])
    return Postmark(typ, key.kid, signer, payload, signing_hash, "sha-256:" + digest.hexdigest())


def _typ(header: Mapping[str, object], allowed: frozenset[str]) -> str:
    typ = header.get("typ")
    if not isinstance(typ, str) or typ not in allowed:
        raise RefusedError(Code.BAD_TYPE, "typ")
    if header.get("cty") != CLOUDEVENT if typ == ENVELOPE else "cty" in header:
        raise RefusedError(Code.BAD_TYPE, "cty")
    return typ


def signing_key(
    header: Mapping[str, object], register: Register, now: datetime, signed_at: object
) -> tuple[Key, Organisation]:
    """The key that a header names and its organisation, if it may have signed.

    Args:
        header: of the JWS.
        register: the present one.
        now: the judge's own clock.
        signed_at: the message's own `time` for a partner's milder rule on revoked keys; None for the hub's.

    Raises:
        RefusedError: `unknown_key`, `revoked_key`.
    """
    kid = header.get("kid")
    key = register.key(kid) if isinstance(kid, str) else None
    signer = register.organisation(key.oin) if key else None
    if key is None or signer is None:
        raise RefusedError(Code.UNKNOWN_KEY, "kid")
    if key.use != "sig":
        raise RefusedError(Code.UNKNOWN_KEY, "use")
    if key.status == "revoked" and not _revoked_later(key, signed_at):
        raise RefusedError(Code.REVOKED_KEY, "kid")
    if not key.within_term(now):
        raise RefusedError(Code.UNKNOWN_KEY, "term")
    if header.get("alg") != key.alg:
        raise RefusedError(Code.UNKNOWN_KEY, "alg")
    if not signer.active:
        raise RefusedError(Code.UNKNOWN_KEY, "organisation")
    return key, signer


def _revoked_later(key: Key, signed_at: object) -> bool:
    """Whether the key was still good at the instant that the message names."""
    if key.revoked_at is None or not isinstance(signed_at, str):
        return False
    signed_ns = instants.parse_ns(signed_at)
    return signed_ns is not None and instants.to_ns(key.revoked_at) > signed_ns


def source_of(typ: str, payload: Mapping[str, object]) -> str | None:
    """The OIN in `source`, or None where its form is wrong for this `typ`.

    An envelope's is a system's URN, that of everything else an organisation's.
    """
    source = payload.get("source")
    found = (SYSTEM if typ == ENVELOPE else ORGANISATION).fullmatch(source) if isinstance(source, str) else None
    return found[1] if found else None


def check_signer(postmark: Postmark, hub: Organisation, user: str | None = None) -> None:
    """Return only if the signer is the organisation in `source` (6 above).

    Args:
        postmark: the body's.
        hub: the organisation that alone may send what is the hub's.
        user: for the hub, the OIN in the broker-verified `user_id`.

    Raises:
        TamperedError: `identity_mismatch`.
    """
    signer = postmark.signer.oin
    if user is not None and user != signer:
        raise TamperedError(Code.IDENTITY_MISMATCH, "user_id")
    if postmark.typ in BY_HUB and signer != hub.oin:
        raise TamperedError(Code.IDENTITY_MISMATCH, "signer")
    if source_of(postmark.typ, postmark.payload) not in {None, signer}:
        raise TamperedError(Code.IDENTITY_MISMATCH, "source")
