"""Somebody else's implementation of wire.md, on cryptography alone and with nothing of ours: the other side in tests.

It follows whatever it is told to, so it also makes what nobody should make: each step can be changed by an edit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

Jwk = Mapping[str, object]
Edit = Callable[[dict[str, Any]], object]

_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
_P256 = ec.SECP256R1()


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(jwk: Jwk, member: str) -> int:
    """An unsigned number in a JWK."""
    return int.from_bytes(unb64(str(jwk[member])), "big")


def rsa_private(jwk: Jwk) -> rsa.RSAPrivateKey:
    """An RSA private key."""
    public = rsa.RSAPublicNumbers(number(jwk, "e"), number(jwk, "n"))
    p, q, d, dp, dq, qi = (number(jwk, member) for member in ("p", "q", "d", "dp", "dq", "qi"))
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public).private_key(unsafe_skip_rsa_key_validation=True)


def rsa_public(jwk: Jwk) -> rsa.RSAPublicKey:
    """An RSA public key."""
    return rsa.RSAPublicNumbers(number(jwk, "e"), number(jwk, "n")).public_key()


def point(jwk: Jwk) -> ec.EllipticCurvePublicKey:
    """A P-256 public key."""
    return ec.EllipticCurvePublicNumbers(number(jwk, "x"), number(jwk, "y"), _P256).public_key()


def signature(signing_input: bytes, jwk: Jwk) -> bytes:
    """The signature that the key's own algorithm makes."""
    match jwk["alg"]:
        case "Ed25519":
            return ed25519.Ed25519PrivateKey.from_private_bytes(unb64(str(jwk["d"]))).sign(signing_input)
        case "ES256":
            key = ec.derive_private_key(number(jwk, "d"), _P256)
            r, s = decode_dss_signature(key.sign(signing_input, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case _:
            return rsa_private(jwk).sign(signing_input, _PSS, hashes.SHA256())


def verify(token: str, jwk: Jwk) -> tuple[dict[str, Any], bytes]:
    """Header and payload of a compact JWS whose signature holds; raises otherwise."""
    header, payload, signed = token.split(".")
    signing_input, made = f"{header}.{payload}".encode(), unb64(signed)
    parsed: dict[str, Any] = json.loads(unb64(header))
    match parsed["alg"]:
        case "Ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(unb64(str(jwk["x"]))).verify(made, signing_input)
        case "ES256":
            der = encode_dss_signature(int.from_bytes(made[:32], "big"), int.from_bytes(made[32:], "big"))
            point(jwk).verify(der, signing_input, ec.ECDSA(hashes.SHA256()))
        case _:
            rsa_public(jwk).verify(made, signing_input, _PSS, hashes.SHA256())
    return parsed, unb64(payload)


def sign(header: Mapping[str, object] | bytes, payload: bytes, jwk: Jwk) -> str:
    """A compact JWS."""
    written = header if isinstance(header, bytes) else json.dumps(header).encode()
    signing_input = f"{b64(written)}.{b64(payload)}"
    return f"{signing_input}.{b64(signature(signing_input.encode(), jwk))}"


def derive(shared: bytes) -> bytes:
    """The key-wrapping key of ECDH-ES+A256KW (RFC 7518, 4.6.2)."""
    name = b"ECDH-ES+A256KW"
    info = struct.pack(">I", len(name)) + name + bytes(8) + struct.pack(">I", 256)
    return hashlib.sha256(struct.pack(">I", 1) + shared + info).digest()


def agree(jwk: Jwk) -> tuple[bytes, dict[str, str]]:
    """A shared secret with the holder of a public key, and the ephemeral key that goes with it."""
    if jwk["kty"] == "EC":
        own = ec.generate_private_key(_P256)
        numbers = own.public_key().public_numbers()
        coordinates = {"x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
        return own.exchange(ec.ECDH(), point(jwk)), {"kty": "EC", "crv": "P-256"} | coordinates
    mine = x25519.X25519PrivateKey.generate()
    theirs = x25519.X25519PublicKey.from_public_bytes(unb64(str(jwk["x"])))
    public = b64(mine.public_key().public_bytes_raw())
    return mine.exchange(theirs), {"kty": "OKP", "crv": "X25519", "x": public}


def nothing(_made: dict[str, Any]) -> None:
    """The edit that changes nothing."""


def encrypt(plaintext: bytes, jwk: Jwk, kid: str, edit: Edit = nothing) -> str:
    """A compact JWE as wire.md 5 has it; `edit` changes the header before anything is computed over it."""
    content_key, iv = os.urandom(32), os.urandom(12)
    header: dict[str, Any] = {
        "alg": "RSA-OAEP-256" if jwk["kty"] == "RSA" else "ECDH-ES+A256KW",
        "enc": "A256GCM",
        "kid": kid,
        "typ": "hub-sealed+jwe",
        "cty": "hub-event+jws",
    }
    if jwk["kty"] == "RSA":
        wrapped = rsa_public(jwk).encrypt(content_key, _OAEP)
    else:
        shared, header["epk"] = agree(jwk)
        wrapped = aes_key_wrap(derive(shared), content_key)
    edit(header)
    protected = b64(json.dumps(header).encode())
    sealed = AESGCM(content_key).encrypt(iv, plaintext, protected.encode())
    return ".".join((protected, b64(wrapped), b64(iv), b64(sealed[:-16]), b64(sealed[-16:])))


def decrypt(token: str, jwk: Jwk) -> tuple[dict[str, Any], bytes]:
    """Header and plaintext of a compact JWE; raises when it cannot be opened."""
    protected, wrapped, iv, ciphertext, tag = token.split(".")
    header: dict[str, Any] = json.loads(unb64(protected))
    if jwk["kty"] == "RSA":
        content_key = rsa_private(jwk).decrypt(unb64(wrapped), _OAEP)
    elif jwk["kty"] == "EC":
        shared = ec.derive_private_key(number(jwk, "d"), _P256).exchange(ec.ECDH(), point(header["epk"]))
        content_key = aes_key_unwrap(derive(shared), unb64(wrapped))
    else:
        theirs = x25519.X25519PublicKey.from_public_bytes(unb64(header["epk"]["x"]))
        shared = x25519.X25519PrivateKey.from_private_bytes(unb64(str(jwk["d"]))).exchange(theirs)
        content_key = aes_key_unwrap(derive(shared), unb64(wrapped))
    return header, AESGCM(content_key).decrypt(unb64(iv), unb64(ciphertext) + unb64(tag), protected.encode())


@dataclass(frozen=True)
class Letter:
    """A message in the making. `event` holds every attribute and `data`; each other field changes one step."""

    event: Mapping[str, Any]
    signer: Jwk
    """Private key of the outer signature, and of the inner one unless `inner_signer` is given."""
    recipient: Jwk
    """Public or private key with `kid` to seal to."""
    inner_signer: Jwk | None = None
    edit_event: Edit = nothing
    edit_event_header: Edit = nothing
    edit_seal_header: Edit = nothing
    edit_envelope: Edit = nothing
    edit_header: Edit = nothing
    write_event: Callable[[bytes], bytes] = field(default=lambda written: written + b" " * (-len(written) % 1024))
    change_seal: Callable[[str], str] = field(default=lambda sealed: sealed)

    def document(self) -> str:
        """The inner JWS."""
        key = self.inner_signer or self.signer
        outside = {"matchtoken", "matchepoch", "traceparent"}
        event = {name: value for name, value in self.event.items() if name not in outside}
        event |= {"datacontenttype": "application/json"}
        self.edit_event(event)
        header = {"alg": key["alg"], "kid": key["kid"], "typ": "hub-event+jws", "cty": "cloudevents+json"}
        self.edit_event_header(header)
        return sign(header, self.write_event(json.dumps(event).encode()), key)

    def seal(self) -> str:
        """The JWE."""
        document = self.document().encode()
        return self.change_seal(encrypt(document, self.recipient, str(self.recipient["kid"]), self.edit_seal_header))

    def body(self) -> bytes:
        """The outer JWS."""
        envelope = dict(self.event) | {"datacontenttype": "application/jose", "data": self.seal()}
        self.edit_envelope(envelope)
        header = {
            "alg": self.signer["alg"],
            "kid": self.signer["kid"],
            "typ": "hub-envelope+jws",
            "cty": "cloudevents+json",
        }
        self.edit_header(header)
        return sign(header, json.dumps(envelope).encode(), self.signer).encode()
