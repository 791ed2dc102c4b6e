from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import new_pseudonym, rfc3339
from hub.errors import Code, HubError, TamperedError
from hub.wire.names import organisation_urn
from hub.wire.postmark import (
    BY_HUB,
    CLOUDEVENT,
    ENVELOPE,
    TO_HUB,
    TO_PARTNER,
    Postmark,
    check_signer,
    refhash_of,
    source_of,
    verify_postmark,
)
from tests import foreign
from tests.world import (
    HUB,
    NOW,
    SHV,
    TAX,
    Edit,
    World,
    listed_key,
    make_body,
    make_letter,
    make_world,
    new_key,
)

WORLD = make_world()
SIG = f"{SHV}/sig/a"


def road_body(world: World, typ: str, oin: str, header: Mapping[str, object] | None = None, **changes: object) -> bytes:
    """Any payload that is no envelope, signed by an organisation."""
    payload = {"id": new_pseudonym(), "source": organisation_urn(oin), "time": rfc3339(NOW)} | changes
    key = world.private[f"{oin}/sig/a"]
    written = {"alg": key["alg"], "kid": key["kid"], "typ": typ} | dict(header or {})
    return foreign.sign(written, json.dumps(payload).encode(), key).encode()


def code_of(
    body: bytes, world: World = WORLD, *, by_hub: bool = True, after: timedelta = timedelta()
) -> tuple[Code, str | None]:
    with pytest.raises(HubError) as refused:
        verify_postmark(body, world.register, NOW + after, by_hub=by_hub)
    return refused.value.code, refused.value.place


def keyed(**changes: object) -> Edit:
    """An edit of the debt helper's signing key in the register."""

    def edit(document: dict[str, Any]) -> None:
        document["organisations"][1]["keys"][0] |= changes

    return edit


def test_a_postmark_says_who_signed_what() -> None:
    body = make_body(WORLD)
    found = verify_postmark(body, WORLD.register, NOW, by_hub=True)
    assert (found.typ, found.kid, found.signer.oin) == (ENVELOPE, SIG, SHV)
    assert found.payload["specversion"] == "1.0"
    assert found.signing_hash == hashlib.sha256(body.rpartition(b".")[0]).hexdigest()
    assert found.refhash == "sha-256:" + hashlib.sha256(body).hexdigest() == refhash_of(body)


@pytest.mark.parametrize("by_hub", [True, False])
def test_each_direction_has_its_own_kinds(*, by_hub: bool) -> None:
    allowed = TO_HUB if by_hub else TO_PARTNER
    for typ in TO_HUB | TO_PARTNER:
        body = make_body(WORLD) if typ == ENVELOPE else road_body(WORLD, typ, SHV)
        if typ in allowed:
            assert verify_postmark(body, WORLD.register, NOW, by_hub=by_hub).typ == typ
        else:
            assert code_of(body, by_hub=by_hub) == (Code.BAD_TYPE, "typ")


@pytest.mark.parametrize(
    "typ",
    [
        None,
        5,
        [],
        "",
        "JWT",
        "hub-envelope",
        "HUB-ENVELOPE+JWS",
        "hub-envelope+jws ",
        "application/hub-envelope+jws",
        "hub-event+jws",
        "hub-sealed+jwe",
        "hub-register+jws",
    ],
)
@pytest.mark.parametrize("by_hub", [True, False])
def test_any_other_kind_is_a_bad_type(typ: object, *, by_hub: bool) -> None:
    body = make_letter(WORLD, edit_header=lambda header: header.update(typ=typ)).body()
    assert code_of(body, by_hub=by_hub) == (Code.BAD_TYPE, "typ")


def test_a_kind_may_not_be_left_out() -> None:
    assert code_of(make_letter(WORLD, edit_header=lambda header: header.pop("typ")).body()) == (Code.BAD_TYPE, "typ")


@pytest.mark.parametrize("cty", [None, 5, "", "CloudEvents+JSON", "application/cloudevents+json", "json"])
def test_an_envelope_says_that_it_holds_an_event(cty: object) -> None:
    assert code_of(make_letter(WORLD, edit_header=lambda header: header.update(cty=cty)).body()) == (
        Code.BAD_TYPE,
        "cty",
    )
    assert code_of(make_letter(WORLD, edit_header=lambda header: header.pop("cty")).body()) == (Code.BAD_TYPE, "cty")


@pytest.mark.parametrize("cty", [CLOUDEVENT, "json", None])
def test_nothing_else_says_what_it_holds(cty: object) -> None:
    assert code_of(road_body(WORLD, "edge-status+jws", SHV, {"cty": cty})) == (Code.BAD_TYPE, "cty")


@pytest.mark.parametrize("by_hub", [True, False])
def test_too_much_is_refused_before_anything_is_read(*, by_hub: bool) -> None:
    assert code_of(b"\x00" * 65_537, by_hub=by_hub) == (Code.TOO_LARGE, "body")


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b'{"a":1,"a":1}', b'{"time":"\\u0000"}', b"{" * 40, b"\xff", b'{"a":1e999}']
)
def test_the_payload_is_read_before_the_kind_is_judged(payload: bytes) -> None:
    key = WORLD.private[SIG]
    body = foreign.sign({"alg": "none", "kid": 5, "typ": 5}, payload, key).encode()
    assert code_of(body)[0] is Code.MALFORMED


@pytest.mark.parametrize(
    "kid", [None, 5, [], {}, "", "governance", SIG.upper(), SIG + "\n", f"{SHV}/sig/b", "../sig/a"]
)
def test_a_key_that_the_register_does_not_list_is_unknown(kid: object) -> None:
    body = make_letter(WORLD, edit_header=lambda header: header.update(kid=kid)).body()
    assert code_of(body) == code_of(body, by_hub=False) == (Code.UNKNOWN_KEY, "kid")


def test_a_key_may_not_be_left_out() -> None:
    assert code_of(make_letter(WORLD, edit_header=lambda header: header.pop("kid")).body()) == (Code.UNKNOWN_KEY, "kid")


def test_a_key_to_seal_with_signs_nothing() -> None:
    body = make_letter(WORLD, edit_header=lambda header: header.update(kid=f"{SHV}/enc/a")).body()
    assert code_of(body) == (Code.UNKNOWN_KEY, "use")


@pytest.mark.parametrize("alg", [None, 5, "none", "EdDSA", "ES256", "HS256", "ed25519", ["Ed25519"]])
def test_only_the_pinned_algorithm_will_do(alg: object) -> None:
    body = make_letter(WORLD, edit_header=lambda header: header.update(alg=alg)).body()
    assert code_of(body) == (Code.UNKNOWN_KEY, "alg")


def test_an_algorithm_may_not_be_left_out() -> None:
    assert code_of(make_letter(WORLD, edit_header=lambda header: header.pop("alg")).body()) == (Code.UNKNOWN_KEY, "alg")


@pytest.mark.parametrize("by_hub", [True, False])
@pytest.mark.parametrize("status", ["active", "retired"])
def test_a_key_is_good_from_its_first_instant_until_before_its_last(status: str, *, by_hub: bool) -> None:
    world = WORLD.edited(keyed(status=status, nbf=rfc3339(NOW), exp=rfc3339(NOW + timedelta(days=1))))
    body = make_letter(WORLD).body()
    second = timedelta(microseconds=1)
    for after in (timedelta(), timedelta(days=1) - second):
        assert verify_postmark(body, world.register, NOW + after, by_hub=by_hub).kid == SIG
    for after in (-second, timedelta(days=1), timedelta(days=400)):
        assert code_of(body, world, by_hub=by_hub, after=after) == (Code.UNKNOWN_KEY, "term")


def test_the_hub_refuses_a_revoked_key_whenever_it_was_revoked() -> None:
    for revoked_at in (NOW - timedelta(days=1), NOW + timedelta(days=1)):
        world = WORLD.edited(keyed(status="revoked", revokedAt=rfc3339(revoked_at)))
        assert code_of(make_letter(WORLD).body(), world) == (Code.REVOKED_KEY, "kid")


def test_a_partner_refuses_a_revoked_key_for_what_is_not_older_than_that() -> None:
    body = make_letter(WORLD).body()
    for seconds, fine in ((-1, False), (0, False), (1, True)):
        revoked_at = rfc3339(NOW + timedelta(seconds=seconds))
        world = WORLD.edited(keyed(status="revoked", revokedAt=revoked_at))
        if fine:
            assert verify_postmark(body, world.register, NOW, by_hub=False).kid == SIG
        else:
            assert code_of(body, world, by_hub=False) == (Code.REVOKED_KEY, "kid")


@pytest.mark.parametrize("time", [None, 5, "yesterday", "2026-11-23T12:00:00"])
def test_without_a_time_a_partner_refuses_a_revoked_key(time: object) -> None:
    world = WORLD.edited(keyed(status="revoked", revokedAt=rfc3339(NOW + timedelta(days=1))))
    body = make_letter(WORLD, edit_envelope=lambda envelope: envelope.update(time=time)).body()
    assert code_of(body, world, by_hub=False) == (Code.REVOKED_KEY, "kid")


def test_a_key_that_was_revoked_nobody_knows_when_is_refused() -> None:
    assert code_of(make_letter(WORLD).body(), WORLD.edited(keyed(status="revoked")), by_hub=False) == (
        Code.REVOKED_KEY,
        "kid",
    )


def test_a_key_revoked_later_must_still_be_within_its_term() -> None:
    after = timedelta(days=1)
    changes = keyed(status="revoked", revokedAt=rfc3339(NOW + after), exp=rfc3339(NOW + after))
    assert code_of(make_letter(WORLD).body(), WORLD.edited(changes), by_hub=False, after=after) == (
        Code.UNKNOWN_KEY,
        "term",
    )


@pytest.mark.parametrize("status", ["suspended", "ended"])
@pytest.mark.parametrize("by_hub", [True, False])
def test_an_organisation_that_is_not_active_signs_nothing(status: str, *, by_hub: bool) -> None:
    world = WORLD.edited(lambda document: document["organisations"][1].update(status=status))
    assert code_of(make_letter(WORLD).body(), world, by_hub=by_hub) == (Code.UNKNOWN_KEY, "organisation")


def test_another_key_of_the_same_organisation_is_not_this_key() -> None:
    second = new_key(SHV, "Ed25519", "b")
    world = WORLD.edited(lambda document: document["organisations"][1]["keys"].append(listed_key(second)))
    body = make_letter(WORLD, edit_header=lambda header: header.update(kid=second["kid"])).body()
    assert code_of(body, world) == (Code.BAD_SIGNATURE, "signature")


@pytest.mark.parametrize("by_hub", [True, False])
def test_altered_bytes_have_a_bad_signature(*, by_hub: bool) -> None:
    head, payload, signed = make_letter(WORLD).body().decode().split(".")
    altered = json.loads(foreign.unb64(payload)) | {"subject": f"urn:uuid:{new_pseudonym()}"}
    body = ".".join((head, foreign.b64(json.dumps(altered).encode()), signed)).encode()
    with pytest.raises(TamperedError) as refused:
        verify_postmark(body, WORLD.register, NOW, by_hub=by_hub)
    assert refused.value.code is Code.BAD_SIGNATURE


def test_a_signature_may_not_be_left_out() -> None:
    head, payload, _ = make_letter(WORLD).body().decode().split(".")
    assert code_of(f"{head}.{payload}.".encode()) == (Code.BAD_SIGNATURE, "signature")


def postmark_of(body: bytes, *, by_hub: bool = False) -> Postmark:
    return verify_postmark(body, WORLD.register, NOW, by_hub=by_hub)


def mismatch(postmark: Postmark, user: str | None = None) -> str | None:
    with pytest.raises(TamperedError) as refused:
        check_signer(postmark, WORLD.register.hub, user)
    assert refused.value.code is Code.IDENTITY_MISMATCH
    return refused.value.place


def test_signer_source_and_user_are_one() -> None:
    check_signer(postmark_of(make_body(WORLD)), WORLD.register.hub, SHV)
    check_signer(postmark_of(make_body(WORLD)), WORLD.register.hub)
    assert mismatch(postmark_of(make_body(WORLD)), TAX) == "user_id"
    assert mismatch(postmark_of(make_body(WORLD)), "") == "user_id"


def test_nobody_signs_for_another() -> None:
    letter = make_letter(WORLD, signer=WORLD.private[f"{TAX}/sig/a"])
    assert mismatch(postmark_of(letter.body())) == "source"
    assert mismatch(postmark_of(letter.body()), TAX) == "source"


@pytest.mark.parametrize("source", [None, 5, "", organisation_urn(TAX), f"urn:nld:oin:{TAX}:systeem:A"])
def test_a_source_of_bad_form_is_left_to_the_attribute_rules(source: object) -> None:
    letter = make_letter(WORLD, edit_envelope=lambda envelope: envelope.update(source=source))
    check_signer(postmark_of(letter.body()), WORLD.register.hub, SHV)


@pytest.mark.parametrize("typ", sorted(BY_HUB))
def test_only_the_hub_sends_what_is_the_hubs(typ: str) -> None:
    check_signer(postmark_of(road_body(WORLD, typ, HUB)), WORLD.register.hub)
    assert mismatch(postmark_of(road_body(WORLD, typ, SHV))) == "signer"
    assert mismatch(postmark_of(road_body(WORLD, typ, HUB, source=organisation_urn(SHV)))) == "source"


def test_the_source_of_a_receipt_is_an_organisation() -> None:
    assert source_of("recipient-receipt+jws", {"source": organisation_urn(TAX)}) == TAX
    assert source_of("recipient-receipt+jws", {"source": f"urn:nld:oin:{TAX}:systeem:a"}) is None
    assert source_of(ENVELOPE, {"source": f"urn:nld:oin:{TAX}:systeem:a"}) == TAX
