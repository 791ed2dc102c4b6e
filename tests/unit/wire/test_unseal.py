from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.clock import new_pseudonym, rfc3339
from hub.errors import Code, HubError, TamperedError
from hub.wire.keys import KeyFolder
from hub.wire.unseal import Opened, accept_outer, open_message, open_seal
from tests import foreign
from tests.foreign import Edit
from tests.world import (
    CRED,
    NOW,
    SHV,
    TAX,
    World,
    listed_key,
    make_body,
    make_event,
    make_letter,
    make_world,
    new_key,
)

WORLD = make_world()


def read(body: bytes, world: World = WORLD, *, me: str = TAX, after: timedelta = timedelta()) -> Opened:
    return open_message(body, register=world.register, keys=WORLD.keys(me), me=me, now=NOW + after)


def opens(body: bytes, world: World = WORLD, *, after: timedelta = timedelta()) -> bool:
    return read(body, world, after=after).envelope.recipient_oin == TAX


def outer_code(body: bytes, world: World = WORLD, *, me: str = TAX, after: timedelta = timedelta()) -> Code:
    """The code with which the outer layer is refused."""
    with pytest.raises(HubError) as refused:
        accept_outer(body, register=world.register, me=me, now=NOW + after)
    with pytest.raises(HubError) as again:
        read(body, world, me=me, after=after)
    assert again.value.code is refused.value.code
    return refused.value.code


def inner_code(body: bytes, world: World = WORLD, *, after: timedelta = timedelta()) -> tuple[Code, str | None]:
    """The code that a receipt carries; the outer layer is in order."""
    outer = accept_outer(body, register=world.register, me=TAX, now=NOW + after)
    with pytest.raises(HubError) as refused:
        open_seal(outer, register=world.register, keys=WORLD.keys(TAX), now=NOW + after)
    return refused.value.code, refused.value.place


def in_register(position: int, key: int, **changes: object) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["organisations"][position]["keys"][key] |= changes

    return edit


SHV_SIG, TAX_ENC = (1, 0), (3, 1)


@pytest.mark.parametrize("foreign_made", [True, False])
def test_a_message_is_opened(*, foreign_made: bool) -> None:
    event = make_event(data={"bsn": "999990019"}, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    found = read(make_letter(WORLD, event).body() if foreign_made else make_body(WORLD, event))
    assert found.data == {"bsn": "999990019"}
    assert found.envelope.id == event.id == found.event["id"]
    assert found.postmark.signer.oin == SHV
    assert "traceparent" in found.postmark.payload
    assert "traceparent" not in found.event


@pytest.mark.parametrize(
    "write",
    [
        lambda written: written,
        lambda written: written + b" ",
        lambda written: written.ljust(25_600),
        lambda written: b"\n " + written.replace(b": ", b"\t:\n") + b"\n",
    ],
)
def test_any_amount_of_filling_will_do(write: Any) -> None:  # noqa: ANN401 a step of Letter
    assert read(make_letter(WORLD, write_event=write).body()).data == {"toelichting": "proef"}


def test_both_signatures_may_be_made_with_different_keys_of_one_organisation() -> None:
    second = new_key(SHV, "ES256", "b")
    world = WORLD.edited(lambda document: document["organisations"][1]["keys"].append(listed_key(second)))
    assert read(make_letter(WORLD, inner_signer=second).body(), world).envelope.source_oin == SHV


# the outer layer: evidence and alarm, never a receipt


def test_only_an_envelope_can_be_opened() -> None:
    receipt = foreign.sign(
        {"alg": "Ed25519", "kid": f"{SHV}/sig/a", "typ": "recipient-receipt+jws"}, b"{}", WORLD.private[f"{SHV}/sig/a"]
    )
    assert outer_code(receipt.encode()) is Code.BAD_TYPE


def test_what_is_not_for_me_is_refused_before_the_seal_is_touched() -> None:
    body = make_letter(WORLD, change_seal=lambda _: "no seal").body()
    assert outer_code(body, me=CRED) is Code.WRONG_RECIPIENT


def test_what_is_not_for_me_is_not_answered_even_when_it_has_expired() -> None:
    assert outer_code(make_letter(WORLD).body(), me=CRED, after=timedelta(days=30)) is Code.WRONG_RECIPIENT


def test_a_stranger_in_source_is_refused() -> None:
    body = make_letter(WORLD, signer=WORLD.private[f"{CRED}/sig/a"]).body()
    assert outer_code(body) is Code.IDENTITY_MISMATCH


def test_a_source_of_bad_form_is_an_invalid_attribute() -> None:
    body = make_letter(WORLD, edit_envelope=lambda envelope: envelope.update(source=f"urn:nld:oin:{CRED}")).body()
    assert outer_code(body) is Code.ATTRIBUTE_INVALID


def test_a_clock_that_runs_ahead_is_refused() -> None:
    assert outer_code(make_letter(WORLD).body(), after=timedelta(minutes=-5, microseconds=-1)) is Code.CLOCK_SKEW
    assert opens(make_letter(WORLD).body(), after=timedelta(minutes=-5))


def test_an_attribute_comes_before_the_clock() -> None:
    body = make_letter(WORLD, edit_envelope=lambda envelope: envelope.update(comment="x")).body()
    assert outer_code(body, after=timedelta(days=-1)) is Code.ATTRIBUTE_INVALID


def test_a_revoked_key_signs_nothing_after_that() -> None:
    world = WORLD.edited(in_register(*SHV_SIG, status="revoked", revokedAt=rfc3339(NOW)))
    assert outer_code(make_letter(WORLD).body(), world) is Code.REVOKED_KEY


def test_what_was_signed_before_the_key_was_revoked_is_opened() -> None:
    world = WORLD.edited(in_register(*SHV_SIG, status="revoked", revokedAt=rfc3339(NOW + timedelta(seconds=1))))
    assert read(make_letter(WORLD).body(), world).envelope.source_oin == SHV


# from here on a receipt says what is wrong


def test_an_expired_message_is_refused() -> None:
    assert inner_code(make_letter(WORLD).body(), after=timedelta(days=7)) == (Code.EXPIRED, "expirytime")
    assert opens(make_letter(WORLD).body(), after=timedelta(days=7, microseconds=-1))


def test_expiry_comes_before_the_seal() -> None:
    body = make_letter(WORLD, change_seal=lambda _: "no seal").body()
    assert inner_code(body, after=timedelta(days=7))[0] is Code.EXPIRED


@pytest.mark.parametrize("data", ["", "x", "a.b.c.d.e", "é.é.é.é.é", "....", "\ud83d\ude00"])
def test_what_is_no_seal_cannot_be_opened(data: str) -> None:
    assert inner_code(make_letter(WORLD, change_seal=lambda _: data).body()) == (Code.OPEN_FAILED, "data")


@pytest.mark.parametrize("kid", [f"{CRED}/enc/a", f"{TAX}/enc/b", f"{TAX}/sig/a", "governance", ""])
def test_a_seal_for_another_key_cannot_be_opened(kid: str) -> None:
    body = make_letter(WORLD, edit_seal_header=lambda header: header.update(kid=kid)).body()
    assert inner_code(body) == (Code.OPEN_FAILED, "data")


def test_without_the_private_key_nothing_can_be_opened() -> None:
    outer = accept_outer(make_letter(WORLD).body(), register=WORLD.register, me=TAX, now=NOW)
    with pytest.raises(HubError) as refused:
        open_seal(outer, register=WORLD.register, keys=KeyFolder({}, ()), now=NOW)
    assert (refused.value.code, refused.value.place) == (Code.OPEN_FAILED, "data")


def test_a_seal_under_my_name_for_the_key_of_another_cannot_be_opened() -> None:
    other = new_key(TAX, "X25519")
    assert inner_code(make_letter(WORLD, recipient=other).body()) == (Code.OPEN_FAILED, "data")


@pytest.mark.parametrize("revoked_at", [NOW - timedelta(days=1), NOW + timedelta(days=1)])
def test_a_revoked_key_opens_nothing(revoked_at: Any) -> None:  # noqa: ANN401 a datetime
    world = WORLD.edited(in_register(*TAX_ENC, status="revoked", revokedAt=rfc3339(revoked_at)))
    assert inner_code(make_letter(WORLD).body(), world) == (Code.OPEN_FAILED, "data")


@pytest.mark.parametrize("status", ["active", "retired"])
def test_a_key_opens_until_four_weeks_after_its_end(status: str) -> None:
    end = NOW + timedelta(days=1)
    world = WORLD.edited(in_register(*TAX_ENC, status=status, exp=rfc3339(end - timedelta(days=28))))
    body = make_letter(WORLD).body()
    assert opens(body, world, after=timedelta(days=1, microseconds=-1))
    assert inner_code(body, world, after=timedelta(days=1)) == (Code.OPEN_FAILED, "data")


@pytest.mark.parametrize("place", range(5))
def test_an_altered_seal_cannot_be_opened(place: int) -> None:
    def alter(sealed: str) -> str:
        parts = sealed.split(".")
        octets = bytearray(foreign.unb64(parts[place]))
        octets[len(octets) // 2] ^= 1
        parts[place] = foreign.b64(bytes(octets))
        return ".".join(parts)

    assert inner_code(make_letter(WORLD, change_seal=alter).body()) == (Code.OPEN_FAILED, "data")


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda header: header.update(typ="hub-envelope+jws"), "typ"),
        (lambda header: header.update(typ="HUB-EVENT+JWS"), "typ"),
        (lambda header: header.pop("typ"), "typ"),
        (lambda header: header.pop("cty"), "typ"),
        (lambda header: header.update(cty="JWT"), "typ"),
        (lambda header: header.update(crit=[]), "header"),
        (lambda header: header.update(alg="ES256"), "alg"),
        (lambda header: header.update(alg="none"), "alg"),
        (lambda header: header.pop("alg"), "alg"),
        (lambda header: header.update(kid=f"{SHV}/sig/z"), "kid"),
        (lambda header: header.update(kid=f"{SHV}/enc/a"), "use"),
        (lambda header: header.update(kid=["x"]), "kid"),
        (lambda header: header.update(kid=f"{CRED}/sig/a"), "signature"),
    ],
)
def test_a_document_that_is_not_properly_signed_is_refused(edit: Edit, place: str) -> None:
    assert inner_code(make_letter(WORLD, edit_event_header=edit).body()) == (Code.INNER_SIGNATURE, place)


@pytest.mark.parametrize("written", [b"", b"[]", b"{}{}", b'{"a":1,"a":1}', b'{"a":"\\u0000"}', b"[" * 9_000, b"\xff"])
def test_a_document_that_is_no_strict_json_is_refused(written: bytes) -> None:
    assert inner_code(make_letter(WORLD, write_event=lambda _: written).body()) == (Code.INNER_SIGNATURE, "json")


@pytest.mark.parametrize("plain", [b"", b"x", b"a.b", b"a.b.c.d", b"..", b"{}", b"\xff" * 100])
def test_what_is_no_signed_document_is_refused(plain: bytes) -> None:
    def reseal(_: str) -> str:
        recipient = WORLD.private[f"{TAX}/enc/a"]
        return foreign.encrypt(plain, recipient, str(recipient["kid"]))

    assert inner_code(make_letter(WORLD, change_seal=reseal).body())[0] is Code.INNER_SIGNATURE


def test_a_document_signed_with_a_revoked_key_is_refused() -> None:
    second = new_key(SHV, "Ed25519", "b")
    body = make_letter(WORLD, inner_signer=second).body()
    for seconds, fine in ((0, False), (1, True)):
        revoked_at = rfc3339(NOW + timedelta(seconds=seconds))
        listed = listed_key(second, status="revoked", revokedAt=revoked_at)
        world = WORLD.edited(in_register(1, 1, **listed))
        if fine:
            assert opens(body, world)
        else:
            assert inner_code(body, world)[0] is Code.INNER_SIGNATURE


def test_inner_and_outer_signer_are_one_organisation() -> None:
    body = make_letter(WORLD, inner_signer=WORLD.private[f"{CRED}/sig/a"]).body()
    assert inner_code(body)[0] is Code.IDENTITY_MISMATCH


SHARED = {
    "specversion": "1.1",
    "id": new_pseudonym(),
    "source": f"urn:nld:oin:{SHV}:systeem:ander",
    "type": "nl.schuldhulpverlening.kennisgeving.v1",
    "subject": f"urn:uuid:{new_pseudonym()}",
    "recipient": f"urn:nld:oin:{CRED}",
    "correlationid": new_pseudonym(),
    "sequence": "0",
    "time": "2026-11-23T12:00:00Z",
    "expirytime": "2026-11-30T12:00:00Z",
    "dataschema": "urn:hub:schema:kennisgeving-publiek:1.0.1",
    "datacontenttype": "application/jose",
}


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("value", [None, 5, ["x"], "other"])
def test_every_shared_attribute_is_the_same_text(name: str, value: object) -> None:
    replaced = SHARED[name] if value == "other" else value
    body = make_letter(WORLD, edit_event=lambda event: event.update({name: replaced})).body()
    assert inner_code(body) == (Code.ATTRIBUTE_MISMATCH, name)


@pytest.mark.parametrize("name", [*SHARED, "data"])
def test_no_attribute_is_missing_inside(name: str) -> None:
    body = make_letter(WORLD, edit_event=lambda event: event.pop(name)).body()
    assert inner_code(body) == (Code.ATTRIBUTE_MISMATCH, name)


@pytest.mark.parametrize("name", ["causationid", "traceparent", "matchtoken", "comment"])
def test_no_attribute_stands_inside_only(name: str) -> None:
    body = make_letter(WORLD, edit_event=lambda event: event.update({name: "x"})).body()
    assert inner_code(body) == (Code.ATTRIBUTE_MISMATCH, "member")


def test_an_attribute_that_stands_outside_only_is_not_looked_for_inside() -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    event = make_event(traceparent=trace)
    assert opens(make_letter(WORLD, event).body())
    body = make_letter(WORLD, event, edit_event=lambda inside: inside.update(traceparent=trace)).body()
    assert inner_code(body) == (Code.ATTRIBUTE_MISMATCH, "member")


def test_the_same_text_written_otherwise_is_the_same() -> None:
    def escape(written: bytes) -> bytes:
        return written.replace(b"urn:", b"\\u0075rn\\u003a").replace(b"application/json", b"application\\/json")

    assert opens(make_letter(WORLD, write_event=escape).body())


@pytest.mark.parametrize("data", [None, 5, "text", [], [{}]])
def test_data_is_an_object(data: object) -> None:
    body = make_letter(WORLD, edit_event=lambda event: event.update(data=data)).body()
    assert inner_code(body) == (Code.SCHEMA_INVALID, "data")


def test_a_document_is_at_most_25600_bytes() -> None:
    assert opens(make_letter(WORLD, write_event=lambda written: written.ljust(25_600)).body())
    body = make_letter(WORLD, write_event=lambda written: written.ljust(25_601)).body()
    assert inner_code(body) == (Code.SCHEMA_INVALID, "event")


def test_a_mismatch_comes_before_size() -> None:
    body = make_letter(
        WORLD, edit_event=lambda event: event.update(id="x"), write_event=lambda written: written.ljust(26_000)
    ).body()
    assert inner_code(body) == (Code.ATTRIBUTE_MISMATCH, "id")


def test_what_somebody_altered_is_told_from_what_is_wrong() -> None:
    body = make_letter(WORLD, edit_event=lambda event: event.update(id="x")).body()
    with pytest.raises(TamperedError):
        read(body)
