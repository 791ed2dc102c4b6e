"""The one JSON parser for headers, payloads, the register, receipts and keys (wire.md 7, rule 3; RFC 8259).

Refused besides what RFC 8259 refuses: a BOM, other encodings than UTF-8, a member that occurs twice, NaN and Infinity,
a number that overflows, a whole number outside plus or minus 2**53 - 1, more than 32 levels, U+0000 and lone
surrogates (escaped too), and a document that is not an object.
"""

from __future__ import annotations

import json
import math
import re
from typing import Final, NoReturn

from hub.errors import Code, RefusedError

MAX_DEPTH: Final = 32
_MAX_WHOLE: Final = 2**53 - 1
_MAX_WHOLE_DIGITS: Final = 17  # with a sign; longer ones are out of range whatever they say
_FORBIDDEN: Final = re.compile("[\x00\ud800-\udfff]")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _whole(text: str) -> int:
    if len(text) > _MAX_WHOLE_DIGITS or abs(value := int(text)) > _MAX_WHOLE:
        raise ValueError
    return value


def _fraction(text: str) -> float:
    if math.isinf(value := float(text)):
        raise ValueError
    return value


def _constant(_name: str) -> NoReturn:
    raise ValueError


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _inspect(document: object) -> None:
    """Raise ValueError for a document that is too deep or holds a forbidden character."""
    depth = 1
    level: list[object] = [document]
    while level:
        deeper: list[object] = []
        for value in level:
            if isinstance(value, str):
                if _FORBIDDEN.search(value):
                    raise ValueError
            elif isinstance(value, dict | list):
                if depth > MAX_DEPTH:
                    raise ValueError
                deeper += value
                if isinstance(value, dict):
                    deeper += value.values()
        depth += 1
        level = deeper


def loads(data: bytes) -> dict[str, object]:
    """The object that `data` holds.

    Raises:
        RefusedError: `malformed` for anything that is not one strict JSON object.
    """
    try:
        document = _DECODER.decode(data.decode("utf-8"))
        # Unescaped text cannot hold what `_inspect` looks for, and few brackets cannot nest deeply.
        if b"\\u" in data or data.count(b"{") + data.count(b"[") > MAX_DEPTH:
            _inspect(document)
    except (ValueError, RecursionError):
        raise RefusedError(Code.MALFORMED, "json") from None
    if not isinstance(document, dict):
        raise RefusedError(Code.MALFORMED, "json")
    return document


def dumps(document: object) -> bytes:
    """`document` as compact UTF-8 JSON, members in their given order.

    Raises:
        RefusedError: `malformed` for what JSON cannot hold (a lone surrogate, NaN, a foreign object).
    """
    try:
        return _ENCODER.encode(document).encode("utf-8")
    except (ValueError, TypeError, RecursionError):
        raise RefusedError(Code.MALFORMED, "json") from None
