"""The tree against the vectors that everybody uses and against a reference written from the definition alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Code, TamperedError
from hub.wire.leaf import leaf_hash
from hub.wire.tree import (
    EMPTY_ROOT,
    Frontier,
    Nodes,
    consistency,
    inclusion,
    node_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

#: The eight leaves that implementations of Certificate Transparency test with, and the root after each.
VECTOR = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word, with hashes of its own."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = max(2**power for power in range(20) if 2**power < len(leaves))
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def nodes_of(hashes: Sequence[bytes]) -> Nodes:
    def nodes(level: int, place: int) -> bytes:
        assert (place + 1) << level <= len(hashes), "only complete subtrees are asked for"
        return root_of(hashes[place << level : (place + 1) << level])

    return nodes


def hashes_of(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_the_known_vectors(count: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in VECTOR[:count]]
    assert root_of(hashes).hex() == ROOTS[count - 1]
    assert root(nodes_of(hashes), count).hex() == ROOTS[count - 1]


def test_the_proofs_are_those_of_the_known_vectors() -> None:
    hashes = [leaf_hash(leaf) for leaf in VECTOR]
    nodes = nodes_of(hashes)
    assert [step.hex()[:8] for step in inclusion(nodes, 0, 8)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [step.hex()[:8] for step in inclusion(nodes, 5, 8)] == ["bc1a0643", "ca854ea1", "d37ee418"]
    assert [step.hex()[:8] for step in inclusion(nodes, 2, 3)] == ["fac54203"]
    assert [step.hex()[:8] for step in consistency(nodes, 1, 8)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [step.hex()[:8] for step in consistency(nodes, 6, 8)] == ["0ebc5d34", "ca854ea1", "d37ee418"]
    assert [step.hex()[:8] for step in consistency(nodes, 2, 5)] == ["5f083f0a", "bc1a0643"]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_the_one_of_the_definition(leaves: list[bytes]) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert root_of(hashes) == by_definition(leaves)
    assert root_of([]) == EMPTY_ROOT
    growing = Frontier()
    for count, one in enumerate(hashes):
        assert growing.root() == root_of(hashes[:count])
        growing.add(one)
    assert growing.root() == root_of(hashes)


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_can_be_proven_and_nothing_else_by_its_proof(case: tuple[int, int]) -> None:
    size, index = case
    hashes = hashes_of(size)
    proof, head = inclusion(nodes_of(hashes), index, size), root_of(hashes)
    verify_inclusion(hashes[index], index, proof, size, head)
    assert len(proof) <= size.bit_length()
    wrong = [
        (leaf_hash(b"another"), index, proof, size, head),
        (hashes[index], index, proof, size, EMPTY_ROOT),
        (hashes[index], size, proof, size, head),
        (hashes[index], -1, proof, size, head),
        (hashes[index], index, [*proof, EMPTY_ROOT], size, head),
        *([(hashes[index], index, proof[:-1], size, head)] if proof else []),
        *([(hashes[index], (index + 1) % size, proof, size, head)] if size > 1 else []),
        *((hashes[index], index, _changed(proof, step), size, head) for step in range(len(proof))),
    ]
    for arguments in wrong:
        with pytest.raises(TamperedError) as refused:
            verify_inclusion(*arguments)
        assert refused.value.code is Code.LOG_INVALID


@given(st.integers(0, 300).flatmap(lambda new: st.tuples(st.just(new), st.integers(0, new))))
def test_every_tree_extends_its_beginnings_and_no_other(case: tuple[int, int]) -> None:
    new, old = case
    hashes = hashes_of(new)
    before, after = root_of(hashes[:old]), root_of(hashes)
    proof = consistency(nodes_of(hashes), old, new)
    verify_consistency(old, before, new, after, proof)
    rewritten = [leaf_hash(b"rewritten"), *hashes[1:]]
    wrong = [
        (old, leaf_hash(b"x"), new, after, proof),
        (old, before, new, after, [*proof, EMPTY_ROOT]),
        (new + 1, before, new, after, proof),
        *([(old, before, new, root_of(rewritten), consistency(nodes_of(rewritten), old, new))] if old else []),
        *((old, before, new, after, _changed(proof, step)) for step in range(len(proof))),
        *([(old, before, new, after, proof[:-1])] if proof else []),
    ]
    for arguments in wrong:
        with pytest.raises(TamperedError):
            verify_consistency(*arguments)


@given(st.integers(0, 70), st.integers(0, 70), st.lists(st.binary(min_size=32, max_size=32), max_size=8))
def test_no_invented_proof_holds(one: int, other: int, proof: list[bytes]) -> None:
    with pytest.raises(TamperedError):
        verify_inclusion(leaf_hash(b"invented"), one, proof, other, leaf_hash(b"root"))
    with pytest.raises(TamperedError):
        verify_consistency(one, leaf_hash(b"old"), other, leaf_hash(b"new"), proof)


def test_what_is_not_in_the_tree_cannot_be_asked_for() -> None:
    nodes = nodes_of(hashes_of(3))
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion(nodes, index, size)
    with pytest.raises(ValueError, match="smaller"):
        consistency(nodes, 3, 2)


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = hashes_of(2)
    assert node_hash(left, right) != leaf_hash(left + right)


def _changed(proof: Sequence[bytes], step: int) -> list[bytes]:
    return [bytes([one[0] ^ 1, *one[1:]]) if number == step else one for number, one in enumerate(proof)]
