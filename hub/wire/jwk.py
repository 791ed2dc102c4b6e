"""JSON Web Keys (RFC 7517, 7518, 8037) of the kinds that wire.md 6 allows, and of no other kind.

A key is read strictly: the members of its kind as canonical base64url of the right length, a point on the curve, RSA
of at least 3072 bits; a public key holds no private member.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
    rsa_recover_prime_factors,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hub.errors import Code, HubError, RefusedError
from hub.wire import base64url

PublicKey = Ed25519PublicKey | X25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
PrivateKeyObject = Ed25519PrivateKey | X25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
Kind = Literal["Ed25519", "X25519", "P-256", "RSA"]

ED25519: Final = "Ed25519"
ES256: Final = "ES256"
PS256: Final = "PS256"
ECDH_ES: Final = "ECDH-ES+A256KW"
RSA_OAEP: Final = "RSA-OAEP-256"
#: What a key of each use may be pinned to, with the kinds of key that fit (wire.md 6).
ALGORITHMS: Final[Mapping[str, Mapping[str, tuple[Kind, ...]]]] = {
    "sig": {ED25519: ("Ed25519",), ES256: ("P-256",), PS256: ("RSA",)},
    "enc": {ECDH_ES: ("X25519", "P-256"), RSA_OAEP: ("RSA",)},
}
PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
COORDINATE_BYTES: Final = 32
RSA_BITS_MIN: Final = 3072
RSA_BITS_MAX: Final = 16384  # OpenSSL takes no larger modulus
_RSA_E_BITS_MAX: Final = 64  # likewise for the exponent of a key this long
_UNUSABLE: Final = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm)


def kind_of(jwk: Mapping[str, object]) -> Kind:
    """The kind of key by `kty` and `crv`; `key_invalid` for one that wire.md 6 does not name."""
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            return "Ed25519"
        case "OKP", "X25519":
            return "X25519"
        case "EC", "P-256":
            return "P-256"
        case "RSA", None:
            return "RSA"
        case _:
            raise RefusedError(Code.KEY_INVALID, "kty")


def check_fits(jwk: Mapping[str, object], use: str, alg: str) -> None:
    """Refuse (`key_invalid`) a key that is not of a kind for `alg`, or an `alg` that is not for `use`.

    Members `use` and `alg` in the key itself are optional and must then say the same.
    """
    if kind_of(jwk) not in ALGORITHMS.get(use, {}).get(alg, ()):
        raise RefusedError(Code.KEY_INVALID, "alg")
    if jwk.get("alg", alg) != alg:
        raise RefusedError(Code.KEY_INVALID, "alg")
    if jwk.get("use", use) != use:
        raise RefusedError(Code.KEY_INVALID, "use")


def _octets(jwk: Mapping[str, object], member: str) -> bytes:
    text = jwk.get(member)
    if not isinstance(text, str):
        raise RefusedError(Code.KEY_INVALID, member)
    try:
        return base64url.decode(text.encode("ascii"))
    except (HubError, UnicodeEncodeError):
        raise RefusedError(Code.KEY_INVALID, member) from None


def _coordinate(jwk: Mapping[str, object], member: str) -> bytes:
    octets = _octets(jwk, member)
    if len(octets) != COORDINATE_BYTES:
        raise RefusedError(Code.KEY_INVALID, member)
    return octets


def _number(jwk: Mapping[str, object], member: str) -> int:
    """A Base64urlUInt (RFC 7518, 2): big-endian in as few octets as it takes."""
    octets = _octets(jwk, member)
    if not octets or octets[0] == 0 or len(octets) > RSA_BITS_MAX // 8:
        raise RefusedError(Code.KEY_INVALID, member)
    return int.from_bytes(octets, "big")


def _rsa_numbers(jwk: Mapping[str, object]) -> RSAPublicNumbers:
    numbers = RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n"))
    if not RSA_BITS_MIN <= numbers.n.bit_length() <= RSA_BITS_MAX:
        raise RefusedError(Code.KEY_INVALID, "n")
    if numbers.e.bit_length() > _RSA_E_BITS_MAX:
        raise RefusedError(Code.KEY_INVALID, "e")
    return numbers


def load_public(jwk: Mapping[str, object]) -> PublicKey:
    """The public key that `jwk` holds.

    Raises:
        RefusedError: `key_invalid` for another kind, a private member, a wrong length or no point on the curve.
    """
    if not PRIVATE_MEMBERS.isdisjoint(jwk):
        raise RefusedError(Code.KEY_INVALID, "private")
    kind = kind_of(jwk)
    try:
        if kind == "RSA":
            return _rsa_numbers(jwk).public_key()
        x = _coordinate(jwk, "x")
        if kind == "P-256":
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\x04" + x + _coordinate(jwk, "y"))
        return (Ed25519PublicKey if kind == "Ed25519" else X25519PublicKey).from_public_bytes(x)
    except _UNUSABLE:
        raise RefusedError(Code.KEY_INVALID, "jwk") from None


def public_jwk(private: Mapping[str, object]) -> dict[str, object]:
    """`private` without its private members: what may be shown and sent to the register's keeper."""
    return {member: value for member, value in private.items() if member not in PRIVATE_MEMBERS}


def load_private(jwk: Mapping[str, object]) -> PrivateKeyObject:
    """The private key that `jwk` holds; its public half must be the one that stands beside it.

    Raises:
        RefusedError: `key_invalid`.
    """
    public = load_public(public_jwk(jwk))
    kind = kind_of(jwk)
    private: PrivateKeyObject
    try:
        match kind:
            case "RSA":
                private = _load_rsa(jwk)
            case "P-256":
                private = derive_private_key(int.from_bytes(_coordinate(jwk, "d"), "big"), SECP256R1())
            case "Ed25519":
                private = Ed25519PrivateKey.from_private_bytes(_coordinate(jwk, "d"))
            case "X25519":
                private = X25519PrivateKey.from_private_bytes(_coordinate(jwk, "d"))
    except _UNUSABLE:
        raise RefusedError(Code.KEY_INVALID, "d") from None
    if private.public_key() != public:
        raise RefusedError(Code.KEY_INVALID, "d")
    return private


def _load_rsa(jwk: Mapping[str, object]) -> RSAPrivateKey:
    public = _rsa_numbers(jwk)
    d = _number(jwk, "d")
    if "oth" in jwk:
        raise RefusedError(Code.KEY_INVALID, "oth")
    if "p" in jwk:
        p, q = _number(jwk, "p"), _number(jwk, "q")
        crt = _number(jwk, "dp"), _number(jwk, "dq"), _number(jwk, "qi")
    else:
        p, q = rsa_recover_prime_factors(public.n, public.e, d)
        crt = rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q)
    return RSAPrivateNumbers(p, q, d, *crt, public).private_key()


def private_jwk(key: PrivateKeyObject) -> dict[str, object]:
    """A private key as a JWK: its kind's members only, no `kid`, `use` or `alg`."""
    if isinstance(key, RSAPrivateKey):
        numbers = key.private_numbers()
        shown = numbers.public_numbers
        return {
            "kty": "RSA",
            "n": _uint(shown.n),
            "e": _uint(shown.e),
            "d": _uint(numbers.d),
            "p": _uint(numbers.p),
            "q": _uint(numbers.q),
            "dp": _uint(numbers.dmp1),
            "dq": _uint(numbers.dmq1),
            "qi": _uint(numbers.iqmp),
        }
    if isinstance(key, EllipticCurvePrivateKey):
        scalar = key.private_numbers()
        point = scalar.public_numbers
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _fixed(point.x),
            "y": _fixed(point.y),
            "d": _fixed(scalar.private_value),
        }
    curve = "Ed25519" if isinstance(key, Ed25519PrivateKey) else "X25519"
    return {
        "kty": "OKP",
        "crv": curve,
        "x": _text(key.public_key().public_bytes_raw()),
        "d": _text(key.private_bytes_raw()),
    }


def _text(octets: bytes) -> str:
    return base64url.encode(octets).decode("ascii")


def _uint(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _fixed(number: int) -> str:
    return _text(number.to_bytes(COORDINATE_BYTES, "big"))
