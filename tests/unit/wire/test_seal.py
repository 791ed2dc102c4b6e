from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hub.errors import Code, HubError, RefusedError
from hub.wire.keys import Suite
from hub.wire.seal import MAX_EVENT_BYTES, Event, seal
from tests import foreign
from tests.world import CRED, HUB, NOW, SHV, TAX, World, make_body, make_event, make_world

WORLD = make_world()


def opened(body: bytes, world: World = WORLD, to: str = TAX) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Envelope, document and the document's bytes, as somebody else's software finds them."""
    header, envelope = foreign.verify(body.decode(), world.private[f"{SHV}/sig/a"])
    assert header == {
        "alg": world.private[f"{SHV}/sig/a"]["alg"],
        "kid": f"{SHV}/sig/a",
        "typ": "hub-envelope+jws",
        "cty": "cloudevents+json",
    }
    attributes: dict[str, Any] = json.loads(envelope)
    _, document = foreign.decrypt(attributes["data"], world.private[f"{to}/enc/a"])
    inner, written = foreign.verify(document.decode(), world.private[f"{SHV}/sig/a"])
    assert inner == header | {"typ": "hub-event+jws"}
    return attributes, json.loads(written), written


@pytest.mark.parametrize(
    ("sign", "wrap"), [("Ed25519", "X25519"), ("ES256", "P-256"), ("PS256", "RSA-OAEP-256"), ("ES256", "X25519")]
)
def test_an_event_is_signed_sealed_and_signed(sign: Suite, wrap: Suite) -> None:
    world = make_world(suites={SHV: (sign, "X25519"), TAX: ("Ed25519", wrap)})
    event = make_event(data={"bsn": "999990019", "naam": "José"}, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    attributes, document, _ = opened(make_body(world, event), world)
    assert attributes.pop("data") != document["data"]
    assert document.pop("data") == {"bsn": "999990019", "naam": "José"}
    assert attributes == event.attributes() | {"datacontenttype": "application/jose"}
    del attributes["traceparent"]
    assert document == attributes | {"datacontenttype": "application/json"}


def test_a_match_token_stands_outside_only() -> None:
    event = make_event(to=CRED, matchtoken="A" * 43, matchepoch="2026Q4")
    attributes, document, _ = opened(make_body(WORLD, event), to=CRED)
    assert attributes["matchtoken"] == "A" * 43
    assert "matchtoken" not in document
    assert "matchepoch" not in document


def test_nothing_personal_stands_outside() -> None:
    body = make_body(WORLD, make_event(data={"bsn": "999990019"}))
    assert b"999990019" not in foreign.unb64(body.decode().split(".")[1])


@pytest.mark.parametrize("size", [0, 1, 100, 500, 900, 2_000, 24_000])
def test_a_document_is_filled_up_to_whole_kibibytes(size: int) -> None:
    _, document, written = opened(make_body(WORLD, make_event(data={"toelichting": "x" * size})))
    assert len(written) % 1_024 == 0
    assert len(written) - len(written.rstrip(b" ")) < 1_024
    assert len(document["data"]["toelichting"]) == size


def test_the_largest_document_fits_and_one_byte_more_does_not() -> None:
    event = make_event(data={"t": ""})
    _, _, written = opened(make_body(WORLD, event))
    room = MAX_EVENT_BYTES - len(written.rstrip(b" "))
    _, _, written = opened(make_body(WORLD, replace(event, data={"t": "x" * room})))
    assert len(written) == MAX_EVENT_BYTES == len(written.rstrip(b" "))
    with pytest.raises(RefusedError) as refused:
        make_body(WORLD, replace(event, data={"t": "x" * (room + 1)}))
    assert refused.value.code is Code.TOO_LARGE


def test_three_layers_of_the_largest_document_fit_into_a_body() -> None:
    world = make_world(suites={SHV: ("PS256", "X25519"), TAX: ("Ed25519", "RSA-OAEP-256")})
    event = make_event(data={"t": "x" * 24_800}, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    assert 60_000 < len(make_body(world, event)) <= 65_536


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"id": "x"}, "id"),
        ({"subject": "case 12"}, "subject"),
        ({"expirytime": "2027-11-23T12:00:00Z"}, "expirytime"),
        ({"matchtoken": "A" * 43}, "matchepoch"),
        ({"sequence": "01"}, "sequence"),
    ],
)
def test_what_no_envelope_may_carry_is_not_sealed(changes: dict[str, str], place: str) -> None:
    event = replace(make_event(to=CRED), **changes)  # type: ignore[arg-type]  # all of them texts
    with pytest.raises(RefusedError) as refused:
        make_body(WORLD, event)
    assert (refused.value.code, refused.value.place) == (Code.ATTRIBUTE_INVALID, place)


@pytest.mark.parametrize(
    "data",
    [
        {"a": "\x00"},
        {"a": "\ud800"},
        {"a": 2**53},
        {"a": float("inf")},
        {"a": {1, 2}},
        {"a": json.loads("[" * 40 + "]" * 40)},
    ],
)
def test_what_strict_json_does_not_hold_is_not_sealed(data: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as refused:
        make_body(WORLD, make_event(data=data))
    assert refused.value.code is Code.MALFORMED


def code_of(event: Event, signer: str, to: str) -> Code:
    with pytest.raises(HubError) as refused:
        seal(event, signing=WORLD.signing(signer), recipient_key=WORLD.register.sealing_key(to, NOW))
    return refused.value.code


def test_nobody_seals_in_the_name_of_another() -> None:
    assert code_of(make_event(), TAX, TAX) is Code.IDENTITY_MISMATCH


def test_nothing_is_sealed_to_another_than_the_recipient() -> None:
    assert code_of(make_event(to=TAX), SHV, CRED) is Code.SEAL_INVALID


def test_nothing_is_sealed_to_a_key_to_sign_with() -> None:
    key = WORLD.register.key(f"{TAX}/sig/a")
    assert key
    with pytest.raises(RefusedError) as refused:
        seal(make_event(), signing=WORLD.signing(SHV), recipient_key=key)
    assert refused.value.code is Code.SEAL_INVALID


def test_an_organisation_without_a_key_to_seal_to_is_no_recipient() -> None:
    with pytest.raises(RefusedError) as refused:
        WORLD.register.sealing_key(HUB, NOW)
    assert refused.value.code is Code.KEY_MISSING


def written_event(**changes: object) -> dict[str, object]:
    event = make_event()
    return {**event.attributes(), "datacontenttype": "application/json", "data": dict(event.data)} | changes


def test_an_event_is_read_from_its_json() -> None:
    document = written_event()
    event = Event.from_json(document)
    assert {**event.attributes(), "datacontenttype": "application/json", "data": event.data} == document


def test_what_can_say_one_thing_only_may_be_left_out() -> None:
    document = written_event()
    full = Event.from_json(document)
    del document["specversion"], document["datacontenttype"]
    assert Event.from_json(document) == full


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"datacontenttype": "application/jose"}, "datacontenttype"),
        ({"data": "text"}, "data"),
        ({"data": None}, "data"),
        ({"sequence": 5}, "sequence"),
        ({"id": None}, "id"),
        ({"comment": "x"}, "member"),
    ],
)
def test_an_event_of_another_form_is_refused(changes: dict[str, object], place: str) -> None:
    with pytest.raises(RefusedError) as refused:
        Event.from_json(written_event(**changes))
    assert (refused.value.code, refused.value.place) == (Code.ATTRIBUTE_INVALID, place)


def test_an_event_without_an_attribute_is_refused() -> None:
    document = written_event()
    del document["subject"]
    with pytest.raises(RefusedError) as refused:
        Event.from_json(document)
    assert refused.value.place == "subject"
