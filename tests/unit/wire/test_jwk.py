from __future__ import annotations

from functools import cache
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.errors import Code, RefusedError
from hub.wire import base64url
from hub.wire.jwk import PRIVATE_MEMBERS, check_fits, kind_of, load_private, load_public, private_jwk, public_jwk
from hub.wire.keys import SUITES, Suite, new_private_jwk

KID = "00000099000000001000/sig/a"


@cache
def made(suite: Suite) -> dict[str, object]:
    return new_private_jwk(KID, suite)


def refused_member(jwk: dict[str, Any], *, private: bool = False) -> str | None:
    with pytest.raises(RefusedError) as refused:
        (load_private if private else load_public)(jwk)
    assert refused.value.code is Code.KEY_INVALID
    return refused.value.place


@pytest.mark.parametrize("suite", get_args(Suite))
def test_a_key_of_each_kind_is_written_and_read(suite: Suite) -> None:
    jwk = made(suite)
    public = public_jwk(jwk)
    assert PRIVATE_MEMBERS.isdisjoint(public)
    assert load_private(jwk).public_key() == load_public(public)
    assert {name: jwk[name] for name in ("kid", "use", "alg")} == {
        "kid": KID,
        "use": SUITES[suite][0],
        "alg": SUITES[suite][1],
    }
    check_fits(public, *SUITES[suite])


@pytest.mark.parametrize("suite", get_args(Suite))
def test_a_private_member_makes_a_public_key_unusable(suite: Suite) -> None:
    public = public_jwk(made(suite))
    for member in PRIVATE_MEMBERS:
        assert refused_member(public | {member: "AA"}) == "private"


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "oct"},
        {"kty": "EC"},
        {"crv": "Ed448"},
        {"crv": "X448"},
        {"crv": "P-256"},
        {"crv": None},
        {"kty": None},
        {"kty": ["OKP"]},
        {"x": None},
        {"x": 1},
        {"x": ""},
        {"x": "A" * 42},
        {"x": "A" * 44},
        {"x": "A" * 42 + "="},
        {"x": "A" * 42 + "B"},
        {"x": "é" * 43},
    ],
)
def test_an_okp_key_is_read_strictly(changes: dict[str, object]) -> None:
    refused_member(public_jwk(made("Ed25519")) | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"y": None},
        {"x": "A" * 43},
        {"y": "A" * 43},
        {"x": "_" * 42 + "8"},
        {"x": "AA" + "A" * 43},
    ],
)
def test_a_point_is_on_the_curve_with_whole_coordinates(changes: dict[str, object]) -> None:
    refused_member(public_jwk(made("P-256")) | changes)


def test_a_compressed_point_is_refused() -> None:
    jwk = public_jwk(made("P-256"))
    del jwk["y"]
    assert refused_member(jwk) == "y"


def uint(number: int) -> str:
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"n": uint(2**2047 + 1)},
        {"n": uint(2**3071 - 1)},
        {"n": uint(2**16385 + 1)},
        {"n": "AA" * 300},
        {"n": ""},
        {"e": "AQ"},
        {"e": "Ag"},
        {"e": "AAEAAQ"},
        {"e": uint(2**65 + 1)},
        {"e": None},
        {"crv": "P-256"},
    ],
)
def test_an_rsa_key_has_3072_bits_and_a_sound_exponent(changes: dict[str, object]) -> None:
    refused_member(public_jwk(made("PS256")) | changes)


def test_rsa_of_2048_bits_is_refused() -> None:
    small = private_jwk(rsa.generate_private_key(65537, 2048))
    assert refused_member(public_jwk(small)) == "n"


def test_an_rsa_key_without_its_primes_is_read() -> None:
    jwk = {name: value for name, value in made("PS256").items() if name not in {"p", "q", "dp", "dq", "qi"}}
    assert load_private(jwk).public_key() == load_public(public_jwk(jwk))


def test_an_rsa_key_of_more_than_two_primes_is_refused() -> None:
    assert refused_member(made("PS256") | {"oth": []}, private=True) == "oth"


@pytest.mark.parametrize("changes", [{"d": "AQAB"}, {"p": "AQAB"}, {"qi": None}, {"d": None}])
def test_an_rsa_key_that_does_not_hold_together_is_refused(changes: dict[str, object]) -> None:
    refused_member(made("PS256") | changes, private=True)


@pytest.mark.parametrize("suite", ["Ed25519", "X25519", "P-256"])
def test_a_private_half_of_another_key_is_refused(suite: Suite) -> None:
    other = new_private_jwk(KID, suite)
    assert refused_member(made(suite) | {"d": other["d"]}, private=True) == "d"
    assert refused_member(made(suite) | {"d": "A" * 42}, private=True) == "d"
    assert refused_member(public_jwk(made(suite)), private=True) == "d"


@pytest.mark.parametrize("scalar", [0, 2**256 - 1])
def test_a_scalar_outside_the_curve_is_refused(scalar: int) -> None:
    d = base64url.encode(scalar.to_bytes(32, "big")).decode()
    assert refused_member(made("P-256") | {"d": d}, private=True) == "d"


@pytest.mark.parametrize(
    ("suite", "use", "alg"),
    [
        ("Ed25519", "sig", "EdDSA"),
        ("Ed25519", "sig", "ES256"),
        ("Ed25519", "enc", "Ed25519"),
        ("X25519", "sig", "Ed25519"),
        ("X25519", "enc", "ECDH-ES"),
        ("X25519", "enc", "RSA-OAEP-256"),
        ("P-256", "sig", "PS256"),
        ("PS256", "sig", "RS256"),
        ("PS256", "enc", "RSA-OAEP"),
        ("PS256", "mac", "PS256"),
    ],
)
def test_only_the_algorithms_of_the_protocol_fit(suite: Suite, use: str, alg: str) -> None:
    jwk = {name: value for name, value in made(suite).items() if name not in {"use", "alg"}}
    with pytest.raises(RefusedError):
        check_fits(jwk, use, alg)


def test_a_key_that_says_another_use_or_algorithm_of_itself_does_not_fit() -> None:
    jwk = public_jwk(made("P-256"))
    with pytest.raises(RefusedError):
        check_fits(jwk, "sig", "ES256")
    with pytest.raises(RefusedError):
        check_fits(jwk | {"alg": "ES256"}, "enc", "ECDH-ES+A256KW")


def test_members_that_other_libraries_add_are_ignored() -> None:
    jwk = public_jwk(made("Ed25519")) | {"key_ops": ["verify"], "ext": True, "x5t": "AA"}
    assert load_public(jwk) == load_public(public_jwk(made("Ed25519")))
    assert kind_of(jwk) == "Ed25519"
