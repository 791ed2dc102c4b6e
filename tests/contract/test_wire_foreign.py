"""Another implementation (jwcrypto) on the other side, in both directions and with every kind of key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
from jwcrypto.jwe import JWE  # type: ignore[import-untyped]
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]
from jwcrypto.jws import JWS  # type: ignore[import-untyped]

from hub.register.load import load_register
from hub.wire.keys import Suite
from hub.wire.receipt import receive, sign_payload
from hub.wire.unseal import open_message
from schemas.road import HubReceipt, RecipientReceipt
from tests.world import HUB, NOW, SHV, TAX, World, make_body, make_event, make_world, sign_register

SIGNERS: tuple[Suite, ...] = ("Ed25519", "ES256", "PS256")
WRAPPERS: tuple[Suite, ...] = ("X25519", "P-256", "RSA-OAEP-256")
PAIRS = tuple(product(SIGNERS, WRAPPERS))
DATA = {"bsn": "999990019", "geslachtsnaam": "Öztürk", "bedrag": "12.50", "aantal": 3, "urgent": True}


@cache
def world(sign: Suite, wrap: Suite) -> World:
    """One world for each pair of kinds; RSA keys are made once."""
    return make_world(suites={SHV: (sign, "X25519"), TAX: ("Ed25519", wrap)})


def jwk(private: Mapping[str, object]) -> JWK:
    return JWK(**{name: value for name, value in private.items() if name != "use"})


def signed(header: dict[str, object], payload: bytes, key: JWK) -> str:
    token = JWS(payload)
    token.allowed_algs = [str(header["alg"])]
    token.add_signature(key, None, json.dumps(header))
    return str(token.serialize(compact=True))


def verified(text: str, key: JWK, alg: str) -> tuple[dict[str, Any], bytes]:
    token = JWS()
    token.allowed_algs = [alg]
    token.deserialize(text, key)
    return token.jose_header, token.payload


def theirs(place: World) -> bytes:
    """A body that jwcrypto makes."""
    event = make_event(data=DATA)
    private, recipient = place.private[f"{SHV}/sig/a"], place.private[f"{TAX}/enc/a"]
    header = {"alg": private["alg"], "kid": private["kid"], "cty": "cloudevents+json"}
    inside = json.dumps({**event.attributes(), "datacontenttype": "application/json", "data": DATA}, indent=1).encode()
    document = signed(header | {"typ": "hub-event+jws"}, inside.ljust(2_048), jwk(private))
    seal_header = {
        "alg": recipient["alg"],
        "enc": "A256GCM",
        "kid": recipient["kid"],
        "typ": "hub-sealed+jwe",
        "cty": "hub-event+jws",
    }
    sealed = JWE(document.encode(), json.dumps(seal_header), algs=[recipient["alg"], "A256GCM"])
    sealed.add_recipient(jwk(recipient))
    envelope = {**event.attributes(), "datacontenttype": "application/jose", "data": sealed.serialize(compact=True)}
    return signed(header | {"typ": "hub-envelope+jws"}, json.dumps(envelope).encode(), jwk(private)).encode()


@pytest.mark.parametrize(("sign", "wrap"), PAIRS)
def test_we_open_what_they_seal(sign: Suite, wrap: Suite) -> None:
    place = world(sign, wrap)
    opened = open_message(theirs(place), register=place.register, keys=place.keys(TAX), me=TAX, now=NOW)
    assert opened.data == DATA
    assert opened.postmark.signer.oin == SHV


@pytest.mark.parametrize(("sign", "wrap"), PAIRS)
def test_they_open_what_we_seal(sign: Suite, wrap: Suite) -> None:
    place = world(sign, wrap)
    event = make_event(data=DATA)
    private, recipient = place.private[f"{SHV}/sig/a"], place.private[f"{TAX}/enc/a"]
    public = JWK(**jwk(private).export_public(as_dict=True))
    header, payload = verified(make_body(place, event).decode(), public, sign)
    assert (header["typ"], header["cty"], header["kid"]) == ("hub-envelope+jws", "cloudevents+json", f"{SHV}/sig/a")
    envelope = json.loads(payload)
    sealed = JWE(algs=[recipient["alg"], "A256GCM"])
    sealed.deserialize(envelope.pop("data"), jwk(recipient))
    header, document = verified(sealed.payload.decode(), public, sign)
    assert (header["typ"], header["cty"]) == ("hub-event+jws", "cloudevents+json")
    inside = json.loads(document)
    assert inside.pop("data") == DATA
    assert (inside.pop("datacontenttype"), envelope.pop("datacontenttype")) == ("application/json", "application/jose")
    assert inside == envelope == event.attributes()


@pytest.mark.parametrize("sign", SIGNERS)
def test_receipts_go_both_ways(sign: Suite) -> None:
    place = make_world(suites={TAX: (sign, "X25519"), HUB: (sign, "X25519")}) if sign != "PS256" else rsa_receipts()
    entry = {"ref": make_event().id, "refhash": "sha-256:" + "0" * 64}
    common = {"id": make_event().id, "time": "2026-11-23T12:00:00.000Z"}
    ours = HubReceipt.from_wire(
        common
        | {
            "source": f"urn:nld:oin:{HUB}",
            "receipts": [entry | {"decision": "accepted", "received": "2026-11-23T12:00:00.000Z"}],
        }
    )
    body = sign_payload(ours, place.signing(HUB)).decode()
    header, payload = verified(body, jwk(place.private[f"{HUB}/sig/a"]), sign)
    assert header["typ"] == "hub-receipt+jws"
    assert json.loads(payload) == ours.to_wire()
    answer = common | {
        "source": f"urn:nld:oin:{TAX}",
        "recipient": f"urn:nld:oin:{SHV}",
        "receipts": [entry | {"result": "accepted"}],
    }
    back = signed(
        {"alg": sign, "kid": f"{TAX}/sig/a", "typ": "recipient-receipt+jws"},
        json.dumps(answer).encode(),
        jwk(place.private[f"{TAX}/sig/a"]),
    )
    assert receive(back.encode(), RecipientReceipt, place.register, NOW)[1].to_wire() == answer


@cache
def rsa_receipts() -> World:
    return make_world(suites={TAX: ("PS256", "X25519"), HUB: ("PS256", "X25519")})


@pytest.mark.parametrize("suite", ["Ed25519", "ES256"])
def test_a_register_that_they_sign_is_read(suite: Suite) -> None:
    place = make_world(governance=suite)
    header: dict[str, object] = {"alg": suite, "kid": "governance", "typ": "hub-register+jws"}
    body = signed(header, json.dumps(place.document).encode(), jwk(place.governance_jwk))
    assert load_register(body.encode(), place.governance).version == 1
    verified(sign_register(place.document, place.governance_jwk).decode(), jwk(place.governance_jwk), suite)
