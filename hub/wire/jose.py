"""Strict compact JWS and JWE (RFC 7515, 7516, 7518, 8037, 9864): the only user of joserfc.

Bytes are taken apart here, by wire.md 7 and not by the library, which would accept more; the library then does the
cryptography, with one explicit algorithm each time. It is handed the signing input and the decoded signature of a JWS
directly: parsing everything a second time inside it made a verification a quarter dearer (131 against 107
microseconds for Ed25519, 104 of them OpenSSL's own). Every failure is a HubError; no exception of a library leaves
this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from hub.errors import Code, RefusedError, TamperedError
from hub.wire import base64url, strictjson
from hub.wire.jwk import ALGORITHMS, COORDINATE_BYTES, ECDH_ES, RSA_OAEP, PrivateKeyObject, PublicKey

MAX_BODY_BYTES: Final = 65_536
ENC: Final = "A256GCM"
_IV_BYTES: Final = 12
_TAG_BYTES: Final = 16
_WRAPPED_BYTES: Final = 40  # a 32-byte key under AES key wrap (RFC 3394)
_JWS_HEADER: Final = frozenset({"alg", "kid", "typ", "cty"})
_JWE_HEADER: Final = _JWS_HEADER | {"enc", "epk"}
_EPK_MEMBERS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "X25519": ("OKP", frozenset({"kty", "crv", "x"})),
    "P-256": ("EC", frozenset({"kty", "crv", "x", "y"})),
}
_REMEMBERED_HEADER_CHARS: Final = 512  # longer ones are parsed each time, so that the cache stays under 2 MB
_FAILURES: Final = (JoseError, ValueError, TypeError, KeyError, OverflowError, AssertionError, UnsupportedAlgorithm)


class _Sizes(jwe.JWERegistry):
    """The library's own size limits, set so that ours are the ones that count."""

    max_protected_header_length = MAX_BODY_BYTES
    max_encrypted_key_length = MAX_BODY_BYTES
    max_ciphertext_length = MAX_BODY_BYTES


_SIGNERS: Final = jws.JWSRegistry(algorithms=tuple(ALGORITHMS["sig"]))
_SEALERS: Final = {alg: _Sizes(algorithms=(alg, ENC)) for alg in ALGORITHMS["enc"]}


class VerifyingKey(Protocol):
    """A public key pinned to one algorithm."""

    @property
    def alg(self) -> str:
        """The only algorithm that this key may be used with."""
        ...

    @property
    def public(self) -> PublicKey:
        """The key."""
        ...


class SigningKey(Protocol):
    """A private key pinned to one algorithm, with the name under which others look it up."""

    @property
    def kid(self) -> str:
        """The key's name in the register."""
        ...

    @property
    def alg(self) -> str:
        """The only algorithm that this key may be used with."""
        ...

    @property
    def key(self) -> PrivateKeyObject:
        """The key."""
        ...


@dataclass(frozen=True, slots=True)
class Jws:
    """A JWS taken apart: its header is on the allow-list, its payload any bytes, nothing is verified."""

    header: Mapping[str, object]
    payload: bytes
    signing_input: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Jwe:
    """A JWE taken apart whose form is that of a seal (wire.md 5); nothing is decrypted."""

    text: bytes
    alg: str
    kid: str
    curve: str | None
    """Of the ephemeral key; None where the key is wrapped with RSA."""
    wrapped_key_bytes: int


def _read_header(part: bytes, allowed: frozenset[str]) -> Mapping[str, object]:
    header = strictjson.loads(base64url.decode(part))
    if not allowed.issuperset(header):
        raise RefusedError(Code.MALFORMED, "header")
    return header


@lru_cache(maxsize=2048)
def _remembered_header(part: bytes) -> Mapping[str, object]:
    """A sender's header is the same in every message of its; a refused one is not remembered."""
    return _read_header(part, _JWS_HEADER)


def read_header(part: bytes) -> Mapping[str, object]:
    """The protected header of a JWS; not to be changed by the caller.

    Raises:
        RefusedError: `malformed`.
    """
    if len(part) <= _REMEMBERED_HEADER_CHARS:
        return _remembered_header(part)
    return _read_header(part, _JWS_HEADER)


def parse_jws(body: bytes, limit: int = MAX_BODY_BYTES) -> Jws:
    """The parts of a compact JWS of at most `limit` bytes.

    Raises:
        RefusedError: `too_large`, `malformed`.
    """
    if len(body) > limit:
        raise RefusedError(Code.TOO_LARGE, "body")
    parts = body.split(b".", 3)
    if len(parts) != 3:  # noqa: PLR2004 header, payload, signature
        raise RefusedError(Code.MALFORMED, "parts")
    header = read_header(parts[0])
    signing_input = body[: len(parts[0]) + 1 + len(parts[1])]
    return Jws(header, base64url.decode(parts[1]), signing_input, base64url.decode(parts[2]))


def _wrap_public(key: PublicKey) -> OKPKey | ECKey | RSAKey:
    if isinstance(key, EllipticCurvePublicKey):
        return ECKey.import_key(key)
    if isinstance(key, RSAPublicKey):
        return RSAKey.import_key(key)
    return OKPKey.import_key(key)


def _wrap_private(key: PrivateKeyObject) -> OKPKey | ECKey | RSAKey:
    if isinstance(key, EllipticCurvePrivateKey):
        return ECKey.import_key(key)
    if isinstance(key, RSAPrivateKey):
        return RSAKey.import_key(key)
    return OKPKey.import_key(key)


def verify_jws(parsed: Jws, key: VerifyingKey) -> None:
    """Return only if `key` made the signature, under the algorithm that it is pinned to.

    Raises:
        RefusedError: `unknown_key` where the header names another algorithm; no cryptography has run then.
        TamperedError: `bad_signature`.
    """
    if parsed.header.get("alg") != key.alg:
        raise RefusedError(Code.UNKNOWN_KEY, "alg")
    wrapped = _wrap_public(key.public)
    try:
        signer = _SIGNERS.get_alg(key.alg)
        signer.check_key(wrapped)
        holds = signer.verify(parsed.signing_input, parsed.signature, wrapped)
    except _FAILURES:
        holds = False
    if not holds:
        raise TamperedError(Code.BAD_SIGNATURE, "signature")


def sign_jws(payload: bytes, key: SigningKey, typ: str, cty: str | None = None) -> bytes:
    """A compact JWS over `payload`.

    Raises:
        RefusedError: `key_invalid`.
    """
    header = {"alg": key.alg, "kid": key.kid, "typ": typ}
    if cty is not None:
        header["cty"] = cty
    signing_input = base64url.encode(strictjson.dumps(header)) + b"." + base64url.encode(payload)
    wrapped = _wrap_private(key.key)
    try:
        signer = _SIGNERS.get_alg(key.alg)
        signer.check_key(wrapped)
        signature = signer.sign(signing_input, wrapped)
    except _FAILURES:
        raise RefusedError(Code.KEY_INVALID, "signing") from None
    return signing_input + b"." + base64url.encode(signature)


def parse_jwe(text: bytes, typ: str, cty: str) -> Jwe:
    """The form of a compact JWE: five parts, lengths, and a header of exactly the members that wire.md 5 names.

    Raises:
        RefusedError: `malformed`, which the caller turns into the code of its own step.
    """
    parts = text.split(b".", 5)
    if len(parts) != 5:  # noqa: PLR2004 header, wrapped key, iv, ciphertext, tag
        raise RefusedError(Code.MALFORMED, "parts")
    header = _read_header(parts[0], _JWE_HEADER)
    base64url.check(parts[3])  # the ciphertext: whoever opens it decodes it
    wrapped, iv, tag = (base64url.decode(parts[number]) for number in (1, 2, 4))
    alg, kid = header.get("alg"), header.get("kid")
    if not isinstance(alg, str) or not isinstance(kid, str) or alg not in _SEALERS:
        raise RefusedError(Code.MALFORMED, "header")
    if (header.get("enc"), header.get("typ"), header.get("cty")) != (ENC, typ, cty):
        raise RefusedError(Code.MALFORMED, "header")
    curve = _curve_of(header) if alg == ECDH_ES else None
    if alg == RSA_OAEP and "epk" in header:
        raise RefusedError(Code.MALFORMED, "epk")
    if (len(iv), len(tag)) != (_IV_BYTES, _TAG_BYTES) or (alg == ECDH_ES and len(wrapped) != _WRAPPED_BYTES):
        raise RefusedError(Code.MALFORMED, "lengths")
    return Jwe(text, alg, kid, curve, len(wrapped))


def _curve_of(header: Mapping[str, object]) -> str:
    """The curve of `epk`, which has exactly the members of its kind, with coordinates of 32 bytes."""
    epk = header.get("epk")
    if not isinstance(epk, dict):
        raise RefusedError(Code.MALFORMED, "epk")
    curve = epk.get("crv")
    kty, members = _EPK_MEMBERS.get(curve, ("", frozenset())) if isinstance(curve, str) else ("", frozenset())
    if epk.get("kty") != kty or epk.keys() != members:
        raise RefusedError(Code.MALFORMED, "epk")
    for coordinate in members - {"kty", "crv"}:
        value = epk[coordinate]
        if not isinstance(value, str) or not value.isascii():
            raise RefusedError(Code.MALFORMED, "epk")
        if len(base64url.decode(value.encode("ascii"))) != COORDINATE_BYTES:
            raise RefusedError(Code.MALFORMED, "epk")
    return str(curve)


def encrypt(plaintext: bytes, *, alg: str, kid: str, public: PublicKey, typ: str, cty: str) -> bytes:
    """A compact JWE that only the holder of the private half of `public` can open.

    Raises:
        RefusedError: `key_invalid`, also for a public point that gives an all-zero shared secret.
    """
    header = {"alg": alg, "enc": ENC, "kid": kid, "typ": typ, "cty": cty}
    try:
        return jwe.encrypt_compact(header, plaintext, _wrap_public(public), registry=_SEALERS[alg]).encode("ascii")
    except _FAILURES:
        raise RefusedError(Code.KEY_INVALID, "sealing") from None


def decrypt(parsed: Jwe, key: PrivateKeyObject) -> bytes:
    """The plaintext of a JWE whose form was checked.

    Raises:
        RefusedError: `open_failed`; why is not told apart, so that nothing can be learned by trying.
    """
    try:
        opened = jwe.decrypt_compact(parsed.text, _wrap_private(key), registry=_SEALERS[parsed.alg])
    except _FAILURES:
        raise RefusedError(Code.OPEN_FAILED, "data") from None
    if opened.plaintext is None:
        raise RefusedError(Code.OPEN_FAILED, "data")
    return opened.plaintext
