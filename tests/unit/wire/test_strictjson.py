from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Code, RefusedError
from hub.wire import strictjson

MOST = 2**53 - 1


def nested(depth: int) -> bytes:
    """An object whose innermost container is at `depth`, the object itself being at 1."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"1",
        b'"text"',
        b"[]",
        b"{} {}",
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":-1e999}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":.5}',
        b'{"a":1.}',
        b'{"a":0x10}',
        b'{"a":"\x00"}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00\\ud800"}',
        b'{"a":"\\ud800\\u0041"}',
        b'{"\\ud800":1}',
        b'{"a":["\\udfff"]}',
        b'{"a":"\t"}',
        b'{"a":"\x1f"}',
        b'{"a":"\\x41"}',
        b'{"a":"\\u00g0"}',
        b'{"a":"\xff"}',
        b'{"a":"\xc0\x80"}',
        b'{"a":"\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        '{"a":1}'.encode("utf-32-le"),
        b"\x0b{}",
        b"\xc2\xa0{}",
        b"// comment\n{}",
        b"{",
        b'{"a"',
        nested(33),
        nested(1_000),
        nested(30_000),
        b'{"a":' * 30_000,
    ],
)
def test_what_is_not_one_strict_object_is_malformed(data: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        strictjson.loads(data)
    assert refused.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"{}", {}),
        (b' \t\r\n{"a" : 1 }  \n', {"a": 1}),
        (b'{"a":9007199254740991}', {"a": MOST}),
        (b'{"a":-9007199254740991}', {"a": -MOST}),
        (b'{"a":-0}', {"a": 0}),
        (b'{"a":9007199254740993.0}', {"a": 9007199254740992.0}),
        (b'{"a":1E20}', {"a": 1e20}),
        (b'{"a":1e-999}', {"a": 0.0}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a":"\\\\u0000"}', {"a": "\\u0000"}),
        ('{"a":"é\u2028"}'.encode(), {"a": "é\u2028"}),
        (b'{"a":{"a":{"a":1}}}', {"a": {"a": {"a": 1}}}),
        (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
        (b'{"":true,"b":[null,false]}', {"": True, "b": [None, False]}),
    ],
)
def test_strict_objects_are_read(data: bytes, value: dict[str, object]) -> None:
    assert strictjson.loads(data) == value


def test_thirty_two_levels_are_read() -> None:
    document: Any = strictjson.loads(nested(32))
    for _ in range(31):
        document = document["a"] if isinstance(document, dict) else document[0] if document else []
    assert document == []


def test_brackets_in_text_are_no_levels() -> None:
    assert strictjson.loads(b'{"a":"' + b"[{" * 100 + b'"}') == {"a": "[{" * 100}


def test_many_brackets_side_by_side_are_no_levels() -> None:
    assert strictjson.loads(b'{"a":[' + b"[]," * 100 + b"{}]}") == {"a": [*([[]] * 100), {}]}


def test_an_escape_far_inside_is_looked_into() -> None:
    with pytest.raises(RefusedError):
        strictjson.loads(b'{"a":[{"b":[{"c":"\\uD83D"}]}]}')


def test_what_json_cannot_hold_is_not_written() -> None:
    endless: list[object] = []
    endless.append(endless)
    for document in (float("nan"), float("inf"), {"a": b"bytes"}, {"a": "\ud800"}, endless, {(1, 2): 3}):
        with pytest.raises(RefusedError) as refused:
            strictjson.dumps(document)
        assert refused.value.code is Code.MALFORMED


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_what_is_written_is_read_back(document: dict[str, object]) -> None:
    assert strictjson.loads(strictjson.dumps(document)) == document


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_escapes_are_read_as_what_they_stand_for(document: dict[str, object]) -> None:
    assert strictjson.loads(json.dumps(document, ensure_ascii=True).encode()) == document
