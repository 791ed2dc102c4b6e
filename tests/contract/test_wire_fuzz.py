"""Whatever the bytes: an answer or one of our own errors, within a second; no library's exception escapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.register.governance import load_governance
from hub.register.load import load_register
from hub.register.model import Organisation
from hub.wire import jose, strictjson
from hub.wire.envelope import parse_envelope
from hub.wire.jwk import check_fits, load_private, load_public
from hub.wire.keys import Suite
from hub.wire.postmark import TO_HUB, TO_PARTNER, check_signer, verify_postmark
from hub.wire.receipt import read_payload
from hub.wire.seal import Event, seal
from hub.wire.sealform import check_seal
from hub.wire.unseal import open_message
from schemas.road import ROAD_MODELS
from tests import foreign
from tests.world import HUB, NOW, SHV, TAX, World, make_body, make_event, make_letter, make_world, sign_register

MANY = settings(max_examples=300, deadline=timedelta(seconds=1), suppress_health_check=[HealthCheck.too_slow])
SOME = settings(MANY, max_examples=120)
WORLDS = (
    make_world(),
    make_world(suites={SHV: ("ES256", "X25519"), TAX: ("Ed25519", "P-256")}),
    make_world(suites={SHV: ("PS256", "X25519"), TAX: ("Ed25519", "RSA-OAEP-256")}),
)
BODIES = [make_body(world) for world in WORLDS]
KEYS = [world.keys(TAX) for world in WORLDS]

TEXT = st.text(max_size=12) | st.sampled_from(["Ed25519", "ES256", "PS256", "none", "", "\x00", f"{SHV}/sig/a"])
WEIRD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from([2**53, -(2**53), 10**400, "a" * 3_000, "1" * 5_000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def recipient_of(world: World) -> Organisation:
    found = world.register.organisation(TAX)
    assert found
    return found


def everything(body: bytes, choice: int = 0) -> None:
    """Everything that hub and partner do with bytes from outside."""
    world = WORLDS[choice]
    for by_hub in (True, False):
        with suppress(HubError):
            postmark = verify_postmark(body, world.register, NOW, by_hub=by_hub)
            check_signer(postmark, world.register.hub, SHV)
            if postmark.typ in TO_HUB & TO_PARTNER:
                envelope = parse_envelope(postmark.payload, world.register)
                check_seal(envelope.data, recipient_of(world), NOW)
            else:
                read_payload(postmark, ROAD_MODELS[postmark.typ.removesuffix("+jws")])
    with suppress(HubError):
        open_message(body, register=world.register, keys=KEYS[choice], me=TAX, now=NOW)
    with suppress(HubError):
        load_register(body, world.governance)
    with suppress(HubError):
        load_governance(body)
    with suppress(HubError):
        jose.parse_jwe(body, "hub-sealed+jwe", "hub-event+jws")
    with suppress(HubError, UnicodeDecodeError):
        check_seal(body.decode(), recipient_of(world), NOW)


@MANY
@given(st.binary(max_size=2_000))
def test_any_bytes(body: bytes) -> None:
    everything(body)


@MANY
@given(
    st.lists(st.sampled_from([b".", b"e30", b"=", b"\n", b"{", b"[", b'"', b"\\u", b"\xff", b"A", b"eyJ"]), max_size=40)
)
def test_bytes_that_look_like_something(pieces: list[bytes]) -> None:
    everything(b"".join(pieces))


@MANY
@given(st.data(), st.integers(0, 2))
def test_a_good_body_with_some_bytes_changed(data: st.DataObject, choice: int) -> None:
    body = bytearray(BODIES[choice])
    for _ in range(data.draw(st.integers(1, 4))):
        if not body:
            break
        place = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from("xidc")):
            case "x":
                body[place] = data.draw(st.integers(0, 255))
            case "i":
                body[place:place] = data.draw(st.binary(max_size=4))
            case "d":
                del body[place : place + data.draw(st.integers(1, 50))]
            case _:
                body = body[:place]
    everything(bytes(body), choice)


@SOME
@given(st.data(), st.integers(0, 2))
def test_a_good_seal_with_some_bytes_changed(data: st.DataObject, choice: int) -> None:
    def change(sealed: str) -> str:
        place = data.draw(st.integers(0, len(sealed) - 1))
        return sealed[:place] + data.draw(TEXT) + sealed[place + data.draw(st.integers(0, 3)) :]

    everything(make_letter(WORLDS[choice], change_seal=change).body(), choice)


def replacing(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names) | TEXT, WEIRD, max_size=3)


@SOME
@given(
    replacing(["alg", "kid", "typ", "cty", "crit", "jwk", "b64"]),
    st.sampled_from(sorted(TO_HUB | TO_PARTNER)),
    st.integers(0, 2),
)
def test_a_genuine_signature_under_any_header(changes: dict[str, Any], typ: str, choice: int) -> None:
    letter = make_letter(WORLDS[choice], edit_header=lambda header: header.update({"typ": typ} | changes))
    everything(letter.body(), choice)


ATTRIBUTES = [
    *make_event().attributes(),
    "datacontenttype",
    "data",
    "causationid",
    "traceparent",
    "matchtoken",
    "matchepoch",
]


@SOME
@given(replacing(ATTRIBUTES))
def test_a_genuine_signature_over_any_envelope(changes: dict[str, Any]) -> None:
    everything(make_letter(WORLDS[0], edit_envelope=lambda envelope: envelope.update(changes)).body())


@SOME
@given(replacing([*ATTRIBUTES, "receipts"]), st.sampled_from(sorted(ROAD_MODELS)), st.sampled_from([HUB, SHV]))
def test_a_genuine_signature_over_any_other_payload(changes: dict[str, Any], name: str, oin: str) -> None:
    key = WORLDS[0].private[f"{oin}/sig/a"]
    payload = {"id": make_event().id, "source": f"urn:nld:oin:{oin}", "time": "2026-11-23T12:00:00Z"} | changes
    header = {"alg": "Ed25519", "kid": f"{oin}/sig/a", "typ": f"{name}+jws"}
    everything(foreign.sign(header, json.dumps(payload).encode(), key).encode())


@SOME
@given(replacing(["alg", "enc", "kid", "typ", "cty", "epk", "zip", "apu", "p2c"]), st.integers(0, 2))
def test_any_header_on_a_seal(changes: dict[str, Any], choice: int) -> None:
    everything(make_letter(WORLDS[choice], edit_seal_header=lambda header: header.update(changes)).body(), choice)


@SOME
@given(replacing(["kty", "crv", "x", "y", "d", "kid"]), st.integers(0, 1))
def test_any_ephemeral_key_in_a_seal(changes: dict[str, Any], choice: int) -> None:
    everything(
        make_letter(WORLDS[choice], edit_seal_header=lambda header: header["epk"].update(changes)).body(), choice
    )


@SOME
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(0, 1))
def test_any_point_in_a_seal(x: bytes, y: bytes, choice: int) -> None:
    coordinates = {"x": foreign.b64(x)} | ({"y": foreign.b64(y)} if choice else {})
    letter = make_letter(WORLDS[choice], edit_seal_header=lambda header: header["epk"].update(coordinates))
    everything(letter.body(), choice)


@SOME
@given(replacing(ATTRIBUTES), replacing(["alg", "kid", "typ", "cty", "jku"]))
def test_any_document_inside(event: dict[str, Any], header: dict[str, Any]) -> None:
    letter = make_letter(
        WORLDS[0],
        edit_event=lambda inside: inside.update(event),
        edit_event_header=lambda inside: inside.update(header),
    )
    everything(letter.body())


@SOME
@given(st.binary(max_size=600))
def test_any_plaintext_inside(plain: bytes) -> None:
    recipient = WORLDS[0].private[f"{TAX}/enc/a"]
    letter = make_letter(WORLDS[0], change_seal=lambda _: foreign.encrypt(plain, recipient, f"{TAX}/enc/a"))
    everything(letter.body())


@SOME
@given(st.binary(max_size=600))
def test_any_bytes_as_a_document(written: bytes) -> None:
    everything(make_letter(WORLDS[0], write_event=lambda _: written).body())


@MANY
@given(
    st.sampled_from(["Ed25519", "ES256", "X25519", "P-256"]),
    replacing(["kty", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "use", "alg", "oth"]),
    st.booleans(),
)
def test_any_key(suite: Suite, changes: dict[str, Any], empty: bool) -> None:  # noqa: FBT001 drawn
    jwk: dict[str, Any] = ({} if empty else dict(_made(suite))) | changes
    for read in (load_public, load_private, lambda found: check_fits(found, "sig", str(found.get("alg")))):
        with suppress(HubError):
            read(jwk)


def _made(suite: Suite) -> dict[str, Any]:
    world = make_world(
        suites={SHV: ("ES256" if suite == "ES256" else "Ed25519", "P-256" if suite == "P-256" else "X25519")}
    )
    use = "sig" if suite in {"Ed25519", "ES256"} else "enc"
    return dict(world.private[f"{SHV}/{use}/a"])


def _places(value: object, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document at which a value stands."""
    items: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [place, *(inner for name, item in items for inner in _places(item, (*place, name)))]


PLACES = _places(WORLDS[0].document)[1:]


@MANY
@given(st.lists(st.tuples(st.sampled_from(PLACES), WEIRD), min_size=1, max_size=3))
def test_a_genuine_signature_over_any_register(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = deepcopy(WORLDS[0].document)
    for place, value in changes:
        inside: Any = document
        with suppress(KeyError, IndexError, TypeError):
            for step in place[:-1]:
                inside = inside[step]
            inside[place[-1]] = value
    with suppress(HubError):
        load_register(sign_register(document, WORLDS[0].governance_jwk), WORLDS[0].governance)


@MANY
@given(st.dictionaries(st.sampled_from(ATTRIBUTES) | TEXT, WEIRD, max_size=20))
def test_any_event_to_seal(document: dict[str, Any]) -> None:
    full = {**make_event().attributes(), "data": {}} | document
    world = WORLDS[0]
    with suppress(HubError):
        seal(Event.from_json(full), signing=world.signing(SHV), recipient_key=world.register.sealing_key(TAX, NOW))


@pytest.mark.parametrize("read", [strictjson.loads, load_governance])
@MANY
@given(data=st.binary(max_size=400))
def test_any_bytes_as_json(read: Callable[[bytes], object], data: bytes) -> None:
    with suppress(HubError):
        read(data)
