"""Checkpoints and proofs as files: the form of their specifications, and everything that does not hold."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.wire.checkpoint import Checkpoint, Origin, open_checkpoint, read_body, read_origin
from hub.wire.leaf import Leaf, leaf_bytes, leaf_hash
from hub.wire.note import COSIGNATURE, Note, Signer, cosign, new_signer, read_note, sign
from hub.wire.tlogproof import Proof, read_proof, verify_proof
from hub.wire.tree import inclusion, root_of
from tests.world import NOW

KEY = new_signer("hub.example.test/log")
WITNESS = Signer("00000099000000003000/sig/a", COSIGNATURE, Ed25519PrivateKey.generate())
ORIGIN = Origin("hub.example.test/log", 2026)
LEAVES = [leaf_bytes(Leaf(kind="accepted", ts=f"2026-11-23T12:00:00.{number:03}Z")) for number in range(11)]


def proof_of(index: int, size: int = 11) -> Proof:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    head = Checkpoint(ORIGIN, size, root_of(hashes))
    signed = sign(head.body(), KEY)
    note = Note(signed.text, (*signed.signatures, cosign(signed.text, WITNESS, NOW)))
    way = inclusion(lambda level, place: root_of(hashes[place << level : (place + 1) << level]), index, size)
    return Proof(index, tuple(way), str(note))


@pytest.mark.parametrize("index", range(11))
def test_a_proof_reads_back_and_holds_for_its_leaf_alone(index: int) -> None:
    proof = read_proof(str(proof_of(index)))
    head = verify_proof(proof, LEAVES[index], KEY.verifier, [WITNESS.verifier])
    assert (head.origin, head.size) == (ORIGIN, 11)
    with pytest.raises(TamperedError):
        verify_proof(proof, LEAVES[index - 1], KEY.verifier)


def test_the_file_is_laid_out_as_its_specification_says() -> None:
    first, index, *hashes = str(proof_of(6)).split("\n\n")[0].split("\n")
    assert (first, index, len(hashes)) == ("c2sp.org/tlog-proof@v1", "index 6", 4)
    origin, size, *_ = str(proof_of(6)).split("\n\n", 1)[1].split("\n")
    assert (origin, size) == ("hub.example.test/log/2026", "11")


def test_a_leaf_that_is_laid_out_otherwise_is_the_same_leaf() -> None:
    laid_out = json.dumps(json.loads(LEAVES[3]), indent=2).encode() + b"\n"
    verify_proof(proof_of(3), laid_out, KEY.verifier)
    text = str(proof_of(3)).replace("index", "extra AAAA\nindex", 1)
    verify_proof(read_proof(text), laid_out, KEY.verifier)


def test_a_proof_holds_under_the_key_of_its_log_and_the_witnesses_that_are_asked_for() -> None:
    proof = proof_of(2)
    stranger = Signer("00000099000000004000/sig/a", COSIGNATURE, Ed25519PrivateKey.generate())
    for key, witnesses in (
        (new_signer("hub.example.test/log").verifier, []),
        (new_signer("elsewhere.example").verifier, []),
        (KEY.verifier, [stranger.verifier]),
    ):
        with pytest.raises(TamperedError):
            verify_proof(proof, LEAVES[2], key, witnesses)


def test_a_key_signs_for_no_log_of_another_name() -> None:
    head = Checkpoint(Origin("elsewhere.example", 2026), 0, root_of([]))
    with pytest.raises(RefusedError):
        open_checkpoint(str(sign(head.body(), KEY)), KEY.verifier)


@pytest.mark.parametrize("changed", ["index", "hash", "size", "root", "origin", "signature"])
def test_nothing_in_a_proof_can_be_changed(changed: str) -> None:
    proof = proof_of(4)
    head = read_body(read_note(proof.checkpoint).text)
    other = {
        "index": lambda: replace(proof, index=5),
        "hash": lambda: replace(proof, hashes=(root_of([]), *proof.hashes[1:])),
        "size": lambda: replace(proof, checkpoint=proof.checkpoint.replace("\n11\n", "\n12\n")),
        "root": lambda: replace(
            proof, checkpoint=proof.checkpoint.replace(head.body(), replace(head, root=root_of([])).body())
        ),
        "origin": lambda: replace(proof, checkpoint=proof.checkpoint.replace("/2026", "/2027")),
        "signature": lambda: replace(proof, checkpoint=proof_of(4, 10).checkpoint),
    }[changed]()
    with pytest.raises(HubError) as refused:
        verify_proof(read_proof(str(other)), LEAVES[4], KEY.verifier)
    assert refused.value.code is Code.LOG_INVALID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
        "c2sp.org/tlog-proof@v1\n\nx",
        str(proof_of(1)) + "x" * 20_000,
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        read_proof(text)


@pytest.mark.parametrize("leaf", [b"", b"{", b"[]", b'{"v":1,"v":1}', b"\xff"])
def test_what_is_no_leaf_is_refused(leaf: bytes) -> None:
    with pytest.raises(RefusedError):
        verify_proof(proof_of(1), leaf, KEY.verifier)


@given(st.text(max_size=300))
def test_no_text_is_read_with_any_other_error(text: str) -> None:
    for read in (read_proof, read_body, read_origin):
        with contextlib.suppress(HubError):
            read(text)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("hub.example.test/log/2026", ORIGIN),
        ("hub.example.test/log/2026/3", replace(ORIGIN, number=3)),
        ("a/b/0099", Origin("a/b", 99)),
    ],
)
def test_an_origin_is_a_log_a_year_and_how_often_it_began_anew(text: str, origin: Origin) -> None:
    assert read_origin(text) == origin
    assert str(origin) == text
