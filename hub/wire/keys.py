"""Private keys: made on their owner's machine, kept one per file in a folder of its own, never sent anywhere.

The folder's rules are those of `DIR` in wire.md 13: private JWKs, one per `*.jwk.json`, mode 0600 or tighter; files
with other names and keys whose kid the register does not list for this organisation are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Self

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.errors import Code, HubError, RefusedError
from hub.register.model import Key, Register, Use
from hub.wire.jwk import (
    ECDH_ES,
    ED25519,
    ES256,
    PS256,
    RSA_BITS_MIN,
    RSA_OAEP,
    PrivateKeyObject,
    check_fits,
    load_private,
    private_jwk,
)
from hub.wire.keyfiles import read_folder, read_private
from hub.wire.names import GOVERNANCE_KID, LABEL, OIN, Kid

GOVERNANCE_FILE: Final = "governance.jwk.json"
GOVERNANCE_PUBLIC_FILE: Final = "governance.pub.jwk.json"

#: What a key can be made for: use and pinned algorithm by the word on the command line.
Suite = Literal["Ed25519", "ES256", "PS256", "X25519", "P-256", "RSA-OAEP-256"]
SUITES: Final[Mapping[Suite, tuple[Use, str]]] = {
    "Ed25519": ("sig", ED25519),
    "ES256": ("sig", ES256),
    "PS256": ("sig", PS256),
    "X25519": ("enc", ECDH_ES),
    "P-256": ("enc", ECDH_ES),
    "RSA-OAEP-256": ("enc", RSA_OAEP),
}
DEFAULT_SUITES: Final[Mapping[Use, Suite]] = {"sig": "Ed25519", "enc": "X25519"}


@dataclass(frozen=True, slots=True, eq=False)
class PrivateKey:
    """A private key with the name, use and algorithm under which the register lists its public half."""

    kid: str
    use: str
    alg: str
    key: PrivateKeyObject

    def __repr__(self) -> str:
        """Its name only."""
        return f"PrivateKey({self.kid})"


class KeyFolder:
    """The private keys of one organisation that the register knows."""

    def __init__(self, held: Mapping[str, PrivateKey], listed: tuple[Key, ...]) -> None:
        self._held = held
        self._listed = listed

    @classmethod
    def load(cls, path: Path, oin: str, register: Register) -> Self:
        """Every key in the folder that the register lists for `oin`.

        Raises:
            RefusedError: `key_invalid` when the folder or one of its `*.jwk.json` cannot be used: a mode wider than
                0600, not a JSON object with a kid, or a listed key that is not the private half of the listed one.
        """
        organisation = register.organisation(oin)
        listed = organisation.keys if organisation else ()
        by_kid = {key.kid: key for key in listed}
        held: dict[str, PrivateKey] = {}
        for name, jwk in read_folder(path).items():
            key = by_kid.get(str(jwk["kid"]))
            if key is not None:
                held[key.kid] = _private(jwk, key, name)
        return cls(held, tuple(key for key in listed if key.kid in held))

    def signing(self, now: datetime) -> PrivateKey:
        """The key to sign with: of the active ones valid now the latest `nbf`, on a tie the first listed.

        Raises:
            RefusedError: `key_missing`.
        """
        usable = [key for key in self._listed if key.use == "sig" and key.usable(now)]
        if not usable:
            raise RefusedError(Code.KEY_MISSING, "sig")
        return self._held[max(usable, key=lambda key: key.nbf).kid]

    def opening(self, kid: str) -> PrivateKey | None:
        """The key that opens what is sealed to `kid`, if it is here."""
        held = self._held.get(kid)
        return held if held is not None and held.use == "enc" else None

    def kids(self) -> tuple[str, ...]:
        """The names of what is here, as the register lists them."""
        return tuple(key.kid for key in self._listed)


def _private(jwk: Mapping[str, object], key: Key, file_name: str) -> PrivateKey:
    try:
        check_fits(jwk, key.use, key.alg)
        private = load_private(jwk)
    except HubError as error:
        raise RefusedError(Code.KEY_INVALID, f"{file_name}: {error.place}") from None
    if private.public_key() != key.public:
        raise RefusedError(Code.KEY_INVALID, f"{file_name}: not the private half of the key in the register")
    return PrivateKey(key.kid, key.use, key.alg, private)


def load_governance_private(file: Path) -> PrivateKey:
    """The governance's own signing key.

    Raises:
        RefusedError: `key_invalid`.
    """
    jwk = read_private(file)
    alg = jwk.get("alg")
    if jwk["kid"] != GOVERNANCE_KID or not isinstance(alg, str):
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: kid or alg")
    try:
        check_fits(jwk, "sig", alg)
        return PrivateKey(GOVERNANCE_KID, "sig", alg, load_private(jwk))
    except HubError as error:
        raise RefusedError(Code.KEY_INVALID, f"{file.name}: {error.place}") from None


def kid_for(oin: str, use: Use, label: str) -> str:
    """The name of a key; `key_invalid` for an OIN or label of bad form."""
    if OIN.fullmatch(oin) is None:
        raise RefusedError(Code.KEY_INVALID, "oin")
    if LABEL.fullmatch(label) is None:
        raise RefusedError(Code.KEY_INVALID, "label")
    return str(Kid(oin, use, label))


def new_private_jwk(kid: str, suite: Suite) -> dict[str, object]:
    """A fresh private key as a JWK with `kid`, `use` and `alg`."""
    use, alg = SUITES[suite]
    return {"kid": kid, "use": use, "alg": alg, **private_jwk(_generate(suite))}


def _generate(suite: Suite) -> PrivateKeyObject:
    match suite:
        case "Ed25519":
            return Ed25519PrivateKey.generate()
        case "X25519":
            return X25519PrivateKey.generate()
        case "ES256" | "P-256":
            return generate_private_key(SECP256R1())
        case "PS256" | "RSA-OAEP-256":
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS_MIN)
