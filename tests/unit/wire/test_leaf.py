from __future__ import annotations

import hashlib
import json

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.leaf import Leaf, leaf_bytes, leaf_hash, subject_hash

ACCEPTED = Leaf(
    kind="accepted",
    ts="2026-11-23T12:00:00.000Z",
    id="01a20846-fe00-7b51-ba0c-e5c8c4166286",
    type="nl.schuldhulpverlening.kennisgeving.v1",
    src="00000099000000001000",
    rcpt="00000099000000003000",
    kid="00000099000000001000/sig/a",
    refhash="sha-256:" + "0" * 64,
    subj=subject_hash(b"salt", "urn:uuid:7cab5560-207d-4448-a10c-117bc21cbdc6"),
)


def test_the_bytes_of_a_leaf_are_canonical() -> None:
    written = leaf_bytes(ACCEPTED)
    assert written == (
        b'{"id":"01a20846-fe00-7b51-ba0c-e5c8c4166286","kid":"00000099000000001000/sig/a","kind":"accepted",'
        b'"rcpt":"00000099000000003000","refhash":"sha-256:' + b"0" * 64 + b'","src":"00000099000000001000",'
        b'"subj":"' + str(ACCEPTED.subj).encode() + b'","ts":"2026-11-23T12:00:00.000Z",'
        b'"type":"nl.schuldhulpverlening.kennisgeving.v1","v":1}'
    )


def test_the_hash_of_a_leaf_has_the_prefix_of_a_leaf() -> None:
    written = leaf_bytes(ACCEPTED)
    assert leaf_hash(written) == hashlib.sha256(b"\x00" + written).digest()


def test_the_hash_of_an_empty_leaf_is_that_of_the_rfc() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_absent_members_are_left_out() -> None:
    assert json.loads(leaf_bytes(Leaf(kind="operator", ts="t", code="x"))) == {
        "v": 1,
        "kind": "operator",
        "ts": "t",
        "code": "x",
    }


@given(st.binary(max_size=32), st.text(max_size=40))
def test_the_same_case_with_another_salt_cannot_be_recognised(salt: bytes, subject: str) -> None:
    assert subject_hash(salt, subject) == hashlib.sha256(salt + subject.encode("utf-8", "surrogatepass")).hexdigest()
    assert subject_hash(salt + b"x", subject) != subject_hash(salt + b"y", subject)


@given(*[st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)] * 3)
def test_the_bytes_are_those_of_a_library_for_canonical_json(
    one: str | None, other: str | None, third: str | None
) -> None:
    leaf = Leaf(kind="refused", ts=one or "t", id=other, code=third, type=one, src=other)
    written = leaf_bytes(leaf)
    assert rfc8785.dumps(json.loads(written)) == written
