"""A word of a creditor's list, looked up: a word that is not in it is a fault of theirs, and never guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def of(words: Mapping[str, T], word: str) -> T:
    """What this word means.

    Raises:
        ValueError: it is not in the list; the word itself is not in the error.
    """
    if word not in words:
        message = "a word that is not in the list"
        raise ValueError(message)
    return words[word]
