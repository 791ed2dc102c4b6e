"""What an operator may write about his work: short, and without anything that leads to a person. Pure.

A note stands in a database that holds nothing about residents. So a number that could be a BSN and an e-mail address
are refused; names cannot be recognised, and the form asks to leave them out.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from typing import Final

from stdnum.nl import bsn

LONGEST: Final = 500
SHORTEST: Final = 5
_MAIL: Final = re.compile(r"\S@\S")
_DIGITS: Final = re.compile(r"[0-9](?:[ .\-/]?[0-9])*")
_SEPARATORS: Final = re.compile(r"[ .\-/]")
_BSN_DIGITS: Final = 9
_SHORT_BSN_DIGITS: Final = 8  # some leave the first nought out


class Wrong(StrEnum):
    """Why a text is not taken."""

    SHORT = "short"
    LONG = "long"
    STRANGE = "strange"
    NUMBER = "number"
    MAIL = "mail"


def problem_with(text: str) -> Wrong | None:
    """What is wrong with a reason or note; None where nothing is. `text` has no space around it."""
    if len(text) < SHORTEST:
        return Wrong.SHORT
    if len(text) > LONGEST:
        return Wrong.LONG
    if not text.isprintable():
        return Wrong.STRANGE
    if _MAIL.search(text):
        return Wrong.MAIL
    return Wrong.NUMBER if holds_bsn(text) else None


def holds_bsn(text: str) -> bool:
    """Whether some number in it passes the elfproef, written in one piece or with separators."""
    return any(_passes(candidate) for found in _DIGITS.findall(text) for candidate in _candidates(found))


def _candidates(found: str) -> set[str]:
    """The whole number, each piece of it, and each two and three pieces side by side."""
    pieces = [piece for piece in _SEPARATORS.split(found) if piece]
    pairs = {"".join(pair) for pair in pairwise(pieces)}
    threes = {"".join(three) for three in zip(pieces, pieces[1:], pieces[2:], strict=False)}
    return {"".join(pieces), *pieces, *pairs, *threes}


def _passes(digits: str) -> bool:
    if len(digits) not in {_SHORT_BSN_DIGITS, _BSN_DIGITS}:
        return False
    padded = digits.zfill(_BSN_DIGITS)
    return padded.strip("0") != "" and bsn.is_valid(padded)
