"""What anyone can see of a seal without opening it (wire.md 5; wire.md 8, check 13); nothing here decrypts."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from hub.errors import Code, HubError, RefusedError
from hub.register.model import Key, Organisation
from hub.wire import jose
from hub.wire.jose import Jwe
from hub.wire.seal import EVENT_TYP, SEAL_TYP

_BITS_PER_BYTE = 8


def read_seal(data: str) -> Jwe:
    """The form of the JWE in an envelope's `data`.

    Raises:
        RefusedError: `malformed`.
    """
    if not data.isascii():
        raise RefusedError(Code.MALFORMED, "data")
    return jose.parse_jwe(data.encode("ascii"), SEAL_TYP, EVENT_TYP)


def fits(sealed: Jwe, key: Key) -> bool:
    """Whether the seal is made for this key: its algorithm, its curve, the size of what it wraps."""
    if key.use != "enc" or sealed.kid != key.kid or sealed.alg != key.alg:
        return False
    if isinstance(key.public, RSAPublicKey):
        return sealed.wrapped_key_bytes == (key.public.key_size + _BITS_PER_BYTE - 1) // _BITS_PER_BYTE
    return sealed.curve == key.jwk.get("crv")


def check_seal(data: str, recipient: Organisation, now: datetime) -> None:
    """Return only if `data` is a well-formed seal for a key of `recipient` that is not revoked and before its `exp`.

    Raises:
        RefusedError: `seal_invalid`.
    """
    try:
        sealed = read_seal(data)
    except HubError as error:
        raise RefusedError(Code.SEAL_INVALID, error.place) from None
    key = next((key for key in recipient.keys if key.kid == sealed.kid), None)
    if key is None or key.status == "revoked" or now >= key.exp:
        raise RefusedError(Code.SEAL_INVALID, "kid")
    if not fits(sealed, key):
        raise RefusedError(Code.SEAL_INVALID, "alg")
