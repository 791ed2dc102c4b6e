"""Notes against the vectors of their specification, and against what does not hold."""

from __future__ import annotations

import base64
import contextlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.wire.note import (
    COSIGNATURE,
    NOTE,
    Note,
    Signer,
    cosign,
    new_signer,
    read_note,
    read_signature,
    read_signer,
    read_verifier,
    sign,
    verify,
    verify_cosignature,
)
from tests.world import NOW

#: Key and note of Go's golang.org/x/mod/sumdb/note, which every implementation reads.
PETER_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\N{EM DASH} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"  # noqa: E501 - a vector
)
TEXT = "hub.example.test/log/2026\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
SIGNER = new_signer("hub.example.test/log")
WITNESS = Signer("00000099000000003000/sig/a", COSIGNATURE, Ed25519PrivateKey.generate())


def test_the_note_of_the_specification_holds_under_its_key_alone() -> None:
    note = read_note(PETER_NOTE)
    verify(note, read_verifier(PETER_PUBLIC))
    assert str(note) == PETER_NOTE
    with pytest.raises(TamperedError):
        verify(note, SIGNER.verifier)
    with pytest.raises(TamperedError):
        verify(read_note(PETER_NOTE.replace("the answer", "an answer")), read_verifier(PETER_PUBLIC))


def test_keys_read_back_as_they_were_written() -> None:
    assert str(read_verifier(PETER_PUBLIC)) == PETER_PUBLIC
    assert str(read_verifier(str(SIGNER.verifier))) == str(SIGNER.verifier)
    assert read_signer(SIGNER.exported()).private.private_bytes_raw() == SIGNER.private.private_bytes_raw()
    assert "PRIVATE" not in repr(SIGNER) + str(SIGNER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a+b+c",
        PETER_PUBLIC.replace("c74f20a3", "c74f20a4"),
        PETER_PUBLIC.replace("Peter", "Pe ter"),
        PETER_PUBLIC[:-4],
        PETER_PUBLIC + "AA",
        PETER_PUBLIC.replace("+ARpc", "+ARp c"),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    for read in (read_verifier, read_signer):
        with pytest.raises(RefusedError) as refused:
            read(text)
        assert refused.value.code is Code.KEY_INVALID
    with pytest.raises(RefusedError):
        new_signer("two words")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
def test_what_is_signed_holds_and_another_text_does_not(text: str) -> None:
    note = sign(f"{text}\n", SIGNER)
    verify(read_note(str(note)), SIGNER.verifier)
    with pytest.raises(TamperedError):
        verify(Note(f"{text} \n", note.signatures), SIGNER.verifier)


def test_signatures_of_strangers_are_passed_by_and_a_false_one_of_the_key_refuses_the_whole() -> None:
    note, other = sign(TEXT, SIGNER), sign(TEXT, new_signer("elsewhere.example"))
    verify(Note(TEXT, (*other.signatures, *note.signatures)), SIGNER.verifier)
    false = read_signature(str(note.signatures[0])[:-8] + "AAAAAA==")
    with pytest.raises(TamperedError):
        verify(Note(TEXT, (*note.signatures, false)), SIGNER.verifier)
    with pytest.raises(TamperedError):
        verify(Note(TEXT, other.signatures), SIGNER.verifier)


def test_a_cosignature_says_when_and_holds_for_its_text_and_witness_alone() -> None:
    line = read_signature(str(cosign(TEXT, WITNESS, NOW)))
    assert verify_cosignature(TEXT, [line], WITNESS.verifier) == NOW
    another = Signer(WITNESS.name, COSIGNATURE, Ed25519PrivateKey.generate())
    for text, lines, key in (
        (TEXT.replace("2026", "2027"), [line], WITNESS.verifier),
        (TEXT, [], WITNESS.verifier),
        (TEXT, [line], another.verifier),
        (TEXT, [line], Signer(WITNESS.name, NOTE, WITNESS.private).verifier),
        (TEXT, [read_signature(str(sign(TEXT, WITNESS).signatures[0]))], WITNESS.verifier),
    ):
        with pytest.raises(TamperedError):
            verify_cosignature(text, lines, key)


def test_a_cosignature_is_made_of_the_text_of_its_specification() -> None:
    line = cosign(TEXT, WITNESS, NOW)
    seconds = int(NOW.timestamp())
    assert int.from_bytes(line.signature[:8], "big") == seconds
    WITNESS.private.public_key().verify(line.signature[8:], f"cosignature/v1\ntime {seconds}\n{TEXT}".encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        TEXT + "\n",
        TEXT + "\n- hub.example.test/log AAAA\n",
        TEXT + "\n\N{EM DASH} hub.example.test/log " + base64.b64encode(b"abc").decode() + "\n",
        TEXT + "\n\N{EM DASH} hub.example.test/log AAA\n",
        "\x07" + str(sign(TEXT, SIGNER)),
        str(sign(TEXT, SIGNER)).removesuffix("\n"),
        str(sign(TEXT, SIGNER)) + "x" * 9000,
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_note(text)
    assert refused.value.code is Code.LOG_INVALID


@given(st.text(max_size=200))
def test_no_text_is_read_with_any_other_error(text: str) -> None:
    for read in (read_note, read_signature, read_verifier, read_signer):
        with contextlib.suppress(HubError):
            read(text)
