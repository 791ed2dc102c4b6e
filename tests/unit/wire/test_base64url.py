from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Code, RefusedError
from hub.wire import base64url


@given(st.binary(max_size=200))
def test_what_is_encoded_is_decoded(data: bytes) -> None:
    assert base64url.encode(data) == base64.urlsafe_b64encode(data).rstrip(b"=")
    assert base64url.decode(base64url.encode(data)) == data


@given(st.binary(max_size=12))
def test_only_one_text_stands_for_the_same_bytes(text: bytes) -> None:
    try:
        decoded = base64url.decode(text)
    except RefusedError:
        return
    assert base64url.encode(decoded) == text


@given(st.binary(max_size=12) | st.text("ABZaz019-_=+", max_size=12).map(str.encode))
def test_the_check_refuses_exactly_what_decoding_refuses(text: bytes) -> None:
    refused = []
    for judge in (base64url.check, base64url.decode):
        try:
            judge(text)
        except RefusedError as error:
            refused.append((error.code, error.place))
    assert len(refused) in {0, 2}
    assert len(set(refused)) <= 1


@pytest.mark.parametrize(
    "text",
    [
        b"A",
        b"AAAAA",
        b"AB",  # a set trailing bit
        b"AAB",
        b"AA==",
        b"AAA=",
        b"AA=A",
        b"=",
        b"A+AA",
        b"A/AA",
        b"AA AA",
        b"AAAA\n",
        b"AAAA\r",
        b"\nAAAA",
        b"AA.AA",
        b"AA\x00A",
        "AAé".encode(),
        b"\xff\xff\xff\xff",
    ],
)
def test_what_is_not_canonical_is_malformed(text: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        base64url.decode(text)
    assert refused.value.code is Code.MALFORMED
    with pytest.raises(RefusedError):
        base64url.check(text)


def test_nothing_stands_for_nothing() -> None:
    assert base64url.decode(b"") == b""
