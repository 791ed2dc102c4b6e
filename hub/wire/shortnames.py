"""Names of the wire as people say them: the *dossierkenmerk* of a case, the short name of a message type. Pure."""

from __future__ import annotations

import re
from typing import Final

from hub.wire.names import TYPE, UUID

CASE_CODE: Final = re.compile("[0-9A-Fa-f]{10}")
CASE_CODE_CHARS: Final = 10
_HYPHENS_AFTER: Final = (8, 12, 16, 20)
_DIGITS: Final = 32


def case_code(case: str) -> str:
    """The *dossierkenmerk*: the first ten characters of the case pseudonym, without hyphens, in capitals.

    Short enough to read out over the telephone. It is no key: among a million cases some two share one.
    """
    return case.replace("-", "")[:CASE_CODE_CHARS].upper()


def names_case(text: str) -> bool:
    """Whether this is a *dossierkenmerk* or a whole case pseudonym."""
    return CASE_CODE.fullmatch(text) is not None or UUID.fullmatch(text.lower()) is not None


def cases_named(text: str) -> tuple[str, str]:
    """The first and last case pseudonym that begin with these hexadecimal characters; hyphens do not matter.

    A range of whole UUIDs sorts the same under every collation, so the index on the case serves it.
    """
    digits = text.replace("-", "").lower()
    return _uuid(digits.ljust(_DIGITS, "0")), _uuid(digits.ljust(_DIGITS, "f"))


def _uuid(digits: str) -> str:
    starts = (0, *_HYPHENS_AFTER)
    ends = (*_HYPHENS_AFTER, _DIGITS)
    return "-".join(digits[start:end] for start, end in zip(starts, ends, strict=True))


def short_type(full: str | None) -> str | None:
    """The kebab name of a message type; its major version follows where it is not the first."""
    found = TYPE.fullmatch(full) if full else None
    if found is None:
        return full
    return found[1] if found[2] == "1" else f"{found[1]}:{found[2]}"
