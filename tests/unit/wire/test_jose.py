from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.wire import jose
from hub.wire.jwk import PrivateKeyObject, load_private, load_public, public_jwk
from hub.wire.keys import SUITES, PrivateKey, Suite, new_private_jwk
from tests import foreign

OIN = "00000099000000001000"
TYP, CTY = "hub-sealed+jwe", "hub-event+jws"
HEADER = {"alg": "Ed25519", "kid": f"{OIN}/sig/a", "typ": "hub-receipt+jws"}


class Pinned:
    """A public key as the register pins it."""

    def __init__(self, jwk: Mapping[str, object]) -> None:
        self.alg = str(jwk["alg"])
        self.public = load_public(public_jwk(jwk))


@cache
def made(suite: Suite) -> dict[str, object]:
    return new_private_jwk(f"{OIN}/{SUITES[suite][0]}/a", suite)


@cache
def loaded(suite: Suite) -> PrivateKeyObject:
    return load_private(made(suite))


def private(suite: Suite) -> PrivateKey:
    jwk = made(suite)
    return PrivateKey(str(jwk["kid"]), str(jwk["use"]), str(jwk["alg"]), loaded(suite))


def code_of(body: bytes, limit: int = jose.MAX_BODY_BYTES) -> Code:
    with pytest.raises(HubError) as refused:
        jose.parse_jws(body, limit)
    return refused.value.code


def jws(header: object = HEADER, payload: bytes = b"{}", suite: Suite = "Ed25519") -> bytes:
    written = header if isinstance(header, bytes) else json.dumps(header).encode()
    return foreign.sign(written, payload, made(suite)).encode()


@pytest.mark.parametrize("suite", ["Ed25519", "ES256", "PS256"])
def test_what_is_signed_verifies(suite: Suite) -> None:
    body = jose.sign_jws(b'{"a":1}', private(suite), "hub-notice+jws")
    parsed = jose.parse_jws(body)
    jose.verify_jws(parsed, Pinned(made(suite)))
    assert parsed.payload == b'{"a":1}'
    assert parsed.header == {"alg": suite, "kid": f"{OIN}/sig/a", "typ": "hub-notice+jws"}
    assert body.startswith(parsed.signing_input + b".")


@pytest.mark.parametrize("suite", ["Ed25519", "ES256", "PS256"])
def test_a_changed_byte_anywhere_does_not_verify(suite: Suite) -> None:
    head, payload, signed = jose.sign_jws(b'{"a":1}', private(suite), "hub-notice+jws").split(b".")
    swapped = signed[:5] + (b"A" if signed[5:6] != b"A" else b"B") + signed[6:]
    for body in (b".".join((head, b"f" + payload[1:], signed)), b".".join((head, payload, swapped))):
        with pytest.raises(TamperedError) as refused:
            jose.verify_jws(jose.parse_jws(body), Pinned(made(suite)))
        assert refused.value.code is Code.BAD_SIGNATURE


@pytest.mark.parametrize("suite", ["Ed25519", "ES256", "PS256"])
@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 96, 384, 400])
def test_a_signature_of_any_length_is_refused_in_order(suite: Suite, length: int) -> None:
    head, payload, _ = jose.sign_jws(b"{}", private(suite), "hub-notice+jws").decode().split(".")
    body = f"{head}.{payload}.{foreign.b64(bytes(length))}".encode()
    with pytest.raises(TamperedError) as refused:
        jose.verify_jws(jose.parse_jws(body), Pinned(made(suite)))
    assert refused.value.code is Code.BAD_SIGNATURE


def test_a_der_signature_is_refused() -> None:
    head, payload, signed = jose.sign_jws(b"{}", private("ES256"), "hub-notice+jws").decode().split(".")
    raw = foreign.unb64(signed)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    with pytest.raises(TamperedError):
        jose.verify_jws(jose.parse_jws(f"{head}.{payload}.{foreign.b64(der)}".encode()), Pinned(made("ES256")))


@pytest.mark.parametrize("salt", [0, 20, 64])
def test_a_pss_salt_is_32_bytes(salt: int) -> None:
    signing_input = jose.sign_jws(b"{}", private("PS256"), "hub-notice+jws").rpartition(b".")[0]
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=salt)
    signed = foreign.rsa_private(made("PS256")).sign(signing_input, pss, hashes.SHA256())
    with pytest.raises(TamperedError):
        jose.verify_jws(jose.parse_jws(signing_input + b"." + foreign.b64(signed).encode()), Pinned(made("PS256")))


def test_another_algorithm_in_the_header_is_refused_before_any_cryptography() -> None:
    body = jws(HEADER | {"alg": "ES256"})
    with pytest.raises(RefusedError) as refused:
        jose.verify_jws(jose.parse_jws(body), Pinned(made("Ed25519")))
    assert refused.value.code is Code.UNKNOWN_KEY


def test_a_public_key_of_low_order_verifies_nothing_of_ours() -> None:
    weak = Pinned(made("Ed25519"))
    weak.public = load_public({"kty": "OKP", "crv": "Ed25519", "x": foreign.b64(bytes(32))})
    with pytest.raises(TamperedError):
        jose.verify_jws(jose.parse_jws(jws()), weak)


def test_size_comes_first() -> None:
    assert code_of(b"!" * 65_537) is Code.TOO_LARGE
    assert code_of(b"!" * 65_536) is Code.MALFORMED
    assert code_of(b"!" * 11, limit=10) is Code.TOO_LARGE


@pytest.mark.parametrize(
    "member", ["jku", "x5u", "jwk", "x5c", "x5t", "crit", "b64", "zip", "enc", "epk", "p2s", "ALG", ""]
)
def test_a_header_member_that_is_not_allowed_is_malformed(member: str) -> None:
    assert code_of(jws(HEADER | {member: "x"})) is Code.MALFORMED


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"null",
        b"",
        b'{"alg":"Ed25519","alg":"Ed25519"}',
        b"\xef\xbb\xbf{}",
        b'{"kid":"\\u0000"}',
        b'{"kid":1e999}',
        b'{"typ":' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)
def test_a_header_that_is_no_strict_object_is_malformed(header: bytes) -> None:
    assert code_of(jws(header)) is Code.MALFORMED


def test_parts_are_three_and_canonical() -> None:
    head, payload, signed = jws().split(b".")
    for body in (
        b"",
        b".",
        b"..",
        b"...",
        head + b"." + payload,
        b".".join((head, payload, signed, signed)),
        b".".join((head, payload, signed)) + b".",
        b".".join((head, payload, signed)) + b"\n",
        b".".join((head, payload, signed)) + b"\r",
        b" " + b".".join((head, payload, signed)),
        b".".join((head, payload, signed + b"=")),
        b".".join((head + b"=", payload, signed)),
        b".".join((head, payload, signed[:-1] + b"/")),
        b".".join((head, payload + b"\n", signed)),
        b".".join((head, payload, signed[:-1] + bytes([signed[-1] + 1]))),
        "é.é.é".encode(),
        b'{"payload":"","signatures":[]}',
    ):
        assert code_of(body) is Code.MALFORMED


def test_a_long_header_is_read_but_not_remembered() -> None:
    before = jose._remembered_header.cache_info()
    assert jose.parse_jws(jws(HEADER | {"kid": "k" * 600})).header["kid"] == "k" * 600
    assert jose._remembered_header.cache_info() == before


def test_a_key_that_cannot_sign_is_refused() -> None:
    jwk = made("X25519")
    key = PrivateKey("a", "sig", "Ed25519", load_private(jwk))
    with pytest.raises(RefusedError) as refused:
        jose.sign_jws(b"{}", key, "hub-notice+jws")
    assert refused.value.code is Code.KEY_INVALID


def sealed(suite: Suite, plaintext: bytes = b"plain") -> bytes:
    jwk = made(suite)
    alg, kid = str(jwk["alg"]), str(jwk["kid"])
    return jose.encrypt(plaintext, alg=alg, kid=kid, public=load_public(public_jwk(jwk)), typ=TYP, cty=CTY)


@pytest.mark.parametrize("suite", ["X25519", "P-256", "RSA-OAEP-256"])
def test_what_is_sealed_opens(suite: Suite) -> None:
    parsed = jose.parse_jwe(sealed(suite), TYP, CTY)
    assert jose.decrypt(parsed, loaded(suite)) == b"plain"
    assert (parsed.alg, parsed.kid) == (made(suite)["alg"], made(suite)["kid"])
    assert parsed.curve == {"X25519": "X25519", "P-256": "P-256"}.get(suite)


@pytest.mark.parametrize("suite", ["X25519", "P-256", "RSA-OAEP-256"])
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_every_failure_to_open_looks_the_same(suite: Suite, place: int) -> None:
    parts = sealed(suite).split(b".")
    octets = bytearray(foreign.unb64(parts[place].decode()))
    octets[0] ^= 1
    parts[place] = foreign.b64(bytes(octets)).encode()
    with pytest.raises(RefusedError) as refused:
        jose.decrypt(jose.parse_jwe(b".".join(parts), TYP, CTY), loaded(suite))
    assert (refused.value.code, refused.value.place) == (Code.OPEN_FAILED, "data")
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("suite", "other"), [("X25519", "P-256"), ("P-256", "RSA-OAEP-256"), ("RSA-OAEP-256", "X25519")]
)
def test_a_key_of_another_kind_fails_to_open(suite: Suite, other: Suite) -> None:
    with pytest.raises(RefusedError) as refused:
        jose.decrypt(jose.parse_jwe(sealed(suite), TYP, CTY), loaded(other))
    assert refused.value.code is Code.OPEN_FAILED


def with_header(suite: Suite, edit: foreign.Edit) -> bytes:
    return foreign.encrypt(b"plain", made(suite), str(made(suite)["kid"]), edit).encode()


LOW_ORDER = (
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
)


@pytest.mark.parametrize("octets", LOW_ORDER)
def test_a_point_that_gives_an_all_zero_secret_fails_to_open(octets: bytes) -> None:
    body = with_header("X25519", lambda header: header["epk"].update(x=foreign.b64(octets)))
    with pytest.raises(RefusedError) as refused:
        jose.decrypt(jose.parse_jwe(body, TYP, CTY), loaded("X25519"))
    assert (refused.value.code, refused.value.place) == (Code.OPEN_FAILED, "data")


@pytest.mark.parametrize("octets", LOW_ORDER)
def test_nothing_is_sealed_to_a_point_of_low_order(octets: bytes) -> None:
    public = load_public({"kty": "OKP", "crv": "X25519", "x": foreign.b64(octets)})
    with pytest.raises(RefusedError) as refused:
        jose.encrypt(b"", alg="ECDH-ES+A256KW", kid="k", public=public, typ=TYP, cty=CTY)
    assert refused.value.code is Code.KEY_INVALID


def test_a_point_off_the_curve_fails_to_open() -> None:
    body = with_header("P-256", lambda header: header["epk"].update(y="A" * 43))
    with pytest.raises(RefusedError) as refused:
        jose.decrypt(jose.parse_jwe(body, TYP, CTY), loaded("P-256"))
    assert (refused.value.code, refused.value.place) == (Code.OPEN_FAILED, "data")


EDITS: dict[str, foreign.Edit] = {
    "no alg": lambda header: header.pop("alg"),
    "alg dir": lambda header: header.update(alg="dir"),
    "alg ECDH-ES": lambda header: header.update(alg="ECDH-ES"),
    "alg RSA-OAEP": lambda header: header.update(alg="RSA-OAEP"),
    "alg RSA1_5": lambda header: header.update(alg="RSA1_5"),
    "alg A256KW": lambda header: header.update(alg="A256KW"),
    "alg list": lambda header: header.update(alg=[]),
    "no enc": lambda header: header.pop("enc"),
    "enc A128GCM": lambda header: header.update(enc="A128GCM"),
    "enc CBC": lambda header: header.update(enc="A256CBC-HS512"),
    "no kid": lambda header: header.pop("kid"),
    "kid number": lambda header: header.update(kid=1),
    "no typ": lambda header: header.pop("typ"),
    "typ in capitals": lambda header: header.update(typ=TYP.upper()),
    "no cty": lambda header: header.pop("cty"),
    "other cty": lambda header: header.update(cty="JWT"),
    "zip": lambda header: header.update(zip="DEF"),
    "apu": lambda header: header.update(apu="AA"),
    "apv": lambda header: header.update(apv="AA"),
    "jku": lambda header: header.update(jku="https://example.test"),
    "crit": lambda header: header.update(crit=["exp"]),
    "p2s": lambda header: header.update(p2s="AA"),
}
EPK_EDITS: dict[str, foreign.Edit] = {
    "no epk": lambda header: header.pop("epk"),
    "epk text": lambda header: header.update(epk="x"),
    "epk empty": lambda header: header.update(epk={}),
    "epk private": lambda header: header["epk"].update(d="A" * 43),
    "epk with kid": lambda header: header["epk"].update(kid="x"),
    "epk without kty": lambda header: header["epk"].pop("kty"),
    "epk other kty": lambda header: header["epk"].update(kty="RSA"),
    "epk without crv": lambda header: header["epk"].pop("crv"),
    "epk crv list": lambda header: header["epk"].update(crv=[]),
    "epk P-384": lambda header: header["epk"].update(crv="P-384"),
    "epk short": lambda header: header["epk"].update(x="A" * 42),
    "epk long": lambda header: header["epk"].update(x="A" * 44),
    "epk padded": lambda header: header["epk"].update(x="A" * 43 + "="),
    "epk trailing bit": lambda header: header["epk"].update(x="A" * 42 + "B"),
    "epk number": lambda header: header["epk"].update(x=1),
    "epk not ascii": lambda header: header["epk"].update(x="é" * 43),
}


@pytest.mark.parametrize("suite", ["X25519", "P-256", "RSA-OAEP-256"])
@pytest.mark.parametrize("name", EDITS)
def test_a_seal_header_has_exactly_its_members(suite: Suite, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        jose.parse_jwe(with_header(suite, EDITS[name]), TYP, CTY)
    assert refused.value.code is Code.MALFORMED


@pytest.mark.parametrize("suite", ["X25519", "P-256"])
@pytest.mark.parametrize("name", EPK_EDITS)
def test_an_ephemeral_key_has_exactly_its_members(suite: Suite, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        jose.parse_jwe(with_header(suite, EPK_EDITS[name]), TYP, CTY)
    assert refused.value.code is Code.MALFORMED


def test_an_x25519_key_has_no_y_and_a_p256_key_has_one() -> None:
    edits: tuple[tuple[Suite, foreign.Edit], ...] = (
        ("X25519", lambda header: header["epk"].update(y="A" * 43)),
        ("P-256", lambda header: header["epk"].pop("y")),
    )
    for suite, edit in edits:
        with pytest.raises(RefusedError):
            jose.parse_jwe(with_header(suite, edit), TYP, CTY)


def test_an_rsa_seal_has_no_ephemeral_key() -> None:
    epk = {"kty": "OKP", "crv": "X25519", "x": "A" * 43}
    with pytest.raises(RefusedError):
        jose.parse_jwe(with_header("RSA-OAEP-256", lambda header: header.update(epk=epk)), TYP, CTY)


@pytest.mark.parametrize(("place", "length"), [(1, 39), (1, 41), (1, 0), (2, 11), (2, 13), (2, 0), (4, 15), (4, 17)])
def test_the_parts_of_a_seal_have_their_lengths(place: int, length: int) -> None:
    parts = sealed("X25519").decode().split(".")
    parts[place] = foreign.b64(bytes(length))
    with pytest.raises(RefusedError):
        jose.parse_jwe(".".join(parts).encode(), TYP, CTY)


@pytest.mark.parametrize("change", [b".x", b"=", b"\n", b"."])
def test_a_seal_has_five_canonical_parts(change: bytes) -> None:
    with pytest.raises(RefusedError):
        jose.parse_jwe(sealed("X25519") + change, TYP, CTY)
    with pytest.raises(RefusedError):
        jose.parse_jwe(sealed("X25519").rpartition(b".")[0], TYP, CTY)


def test_a_seal_header_may_be_long() -> None:
    def pad(header: dict[str, Any]) -> None:
        header["kid"] = "k" * 3_000

    parsed = jose.parse_jwe(with_header("X25519", pad), TYP, CTY)
    assert jose.decrypt(parsed, loaded("X25519")) == b"plain"
