from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.clock import rfc3339
from hub.errors import Code, RefusedError
from hub.wire.envelope import parse_envelope
from hub.wire.keys import Suite
from hub.wire.postmark import verify_postmark
from hub.wire.sealform import check_seal
from tests import foreign
from tests.world import CRED, NOW, SHV, TAX, Edit, World, listed_key, make_body, make_letter, make_world, new_key

WORLD = make_world()
CURVED = make_world(suites={TAX: ("Ed25519", "P-256")})
RSA = make_world(suites={TAX: ("Ed25519", "RSA-OAEP-256")})


def judge(data: str, world: World = WORLD, after: timedelta = timedelta()) -> tuple[Code, str | None] | None:
    recipient = world.register.organisation(TAX)
    assert recipient
    try:
        check_seal(data, recipient, NOW + after)
    except RefusedError as refused:
        return refused.code, refused.place
    return None


def keyed(**changes: object) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document["organisations"][3]["keys"][1] |= changes

    return edit


@pytest.mark.parametrize("world", [WORLD, CURVED, RSA])
def test_a_seal_for_a_key_of_the_recipient_will_do(world: World) -> None:
    assert judge(make_letter(world).seal(), world) is None
    postmark = verify_postmark(make_body(world), world.register, NOW, by_hub=True)
    assert judge(parse_envelope(postmark.payload).data, world) is None


@pytest.mark.parametrize("data", ["", "x", "a.b.c.d.e", "....", "é.é.é.é.é", "a.b.c.d.e\n", "\x00"])
def test_what_is_no_seal_is_refused(data: str) -> None:
    found = judge(data)
    assert found
    assert found[0] is Code.SEAL_INVALID


@pytest.mark.parametrize("kid", [f"{SHV}/enc/a", f"{CRED}/enc/a", f"{TAX}/enc/b", f"{TAX}/sig/a", "", "governance"])
def test_the_key_is_one_of_the_recipient(kid: str) -> None:
    letter = make_letter(WORLD, edit_seal_header=lambda header: header.update(kid=kid))
    assert judge(letter.seal()) in {(Code.SEAL_INVALID, "kid"), (Code.SEAL_INVALID, "alg")}


def test_a_retired_key_will_do_until_its_end_and_a_revoked_one_never() -> None:
    data, last = make_letter(WORLD).seal(), timedelta(days=1)
    for status in ("active", "retired"):
        world = WORLD.edited(keyed(status=status, exp=rfc3339(NOW + last)))
        assert judge(data, world) is None
        assert judge(data, world, last) == (Code.SEAL_INVALID, "kid")
    for revoked_at in (NOW - last, NOW + last):
        world = WORLD.edited(keyed(status="revoked", revokedAt=rfc3339(revoked_at)))
        assert judge(data, world) == (Code.SEAL_INVALID, "kid")


def test_a_key_before_its_first_instant_will_do() -> None:
    assert judge(make_letter(WORLD).seal(), WORLD.edited(keyed(nbf=rfc3339(NOW + timedelta(days=1))))) is None


@pytest.mark.parametrize(
    ("suite", "pinned"),
    [("P-256", "X25519"), ("X25519", "P-256"), ("RSA-OAEP-256", "X25519"), ("X25519", "RSA-OAEP-256")],
)
def test_curve_and_algorithm_are_those_of_the_key(suite: Suite, pinned: Suite) -> None:
    world = {"X25519": WORLD, "P-256": CURVED, "RSA-OAEP-256": RSA}[pinned]
    other = new_key(TAX, suite)
    assert judge(make_letter(world, recipient=other).seal(), world) == (Code.SEAL_INVALID, "alg")


def test_what_is_wrapped_with_rsa_is_as_long_as_the_key() -> None:
    parts = make_letter(RSA).seal().split(".")
    for octets in (383, 385, 0, 512):
        parts[1] = foreign.b64(bytes(octets))
        assert judge(".".join(parts), RSA) == (Code.SEAL_INVALID, "alg")


def test_any_listed_key_of_the_recipient_will_do() -> None:
    second = new_key(TAX, "P-256", "b")
    world = WORLD.edited(lambda document: document["organisations"][3]["keys"].append(listed_key(second)))
    assert judge(make_letter(WORLD, recipient=second).seal(), world) is None
    assert judge(make_letter(WORLD).seal(), world) is None
