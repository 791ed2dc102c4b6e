"""Forms as data: each field names its place in the request (RFC 6901), so that a refusal finds its field again. Pure.

What is left empty is absent. Rows of a list that are left empty are left out, and the others move up; `Read.places`
says which field stands behind a place of the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """How a field is shown and read."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    MONEY = "money"
    LONG = "long"
    CHECK = "check"
    YES_NO = "yes-no"
    CHOICE = "choice"
    SEVERAL = "several"
    HIDDEN = "hidden"


class Source(StrEnum):
    """Choices that the case or the register gives."""

    PERSONS = "persons"
    PARTIES = "parties"
    CALLS = "calls"
    CREDITORS = "creditors"
    MUNICIPALITIES = "municipalities"
    HELPERS = "helpers"
    REFERRALS = "referrals"


Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is its place in the request; without a slash it names what the act is about."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    choices: Choices | Source = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together; a folded group is seldom needed."""

    title: str
    fields: tuple[Field, ...]
    folded: bool = False


Given = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Read:
    """A form as a request document, and the field behind each of its places."""

    document: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)

    def field_at(self, pointer: str) -> str:
        """The field behind a place; a member that is missing was to stand in the row that is there."""
        parts = pointer.split("/")
        for length in range(len(parts), 0, -1):
            known = self.places.get("/".join(parts[:length]))
            if known is not None:
                return "/".join([known, *parts[length:]])
        return pointer


_DUTCH_DAY: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_PLAIN: Final = re.compile(r"\d+(\.\d{1,2})?")


def day_of(text: str) -> str:
    """`1-2-2026` as `2026-02-01`; anything else as it is, for the request to refuse."""
    found = _DUTCH_DAY.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def money_of(text: str) -> str:
    """`€ 1.234,5` as `1234.50`; anything else as it is."""
    bare = text.replace("€", "").replace(" ", "")
    plain = bare.replace(".", "").replace(",", ".") if "," in bare else bare
    if not _PLAIN.fullmatch(plain):
        return text
    whole, _, cents = plain.partition(".")
    return f"{int(whole)}.{cents:0<2}"


def _value(one: Field, given: tuple[str, ...]) -> object:
    """What a field says, or None where it says nothing."""
    texts = [text.strip() for text in given if text.strip()]
    if not texts:
        return None
    text = texts[-1]
    match one.kind:
        case Kind.DAY:
            return day_of(text)
        case Kind.MONEY:
            return money_of(text)
        case Kind.NUMBER:
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text  # noqa: PLR2004
        case Kind.CHECK:
            return True
        case Kind.YES_NO:
            return text == "ja"
        case Kind.SEVERAL:
            return texts
        case _:
            return text


def read(fields: Iterable[Field], given: Given) -> Read:
    """The request that these values make."""
    tree: dict[str, Any] = {}
    for one in fields:
        value = _value(one, given.get(one.name, ())) if one.name.startswith("/") else None
        if value is not None:
            *path, last = one.name[1:].split("/")
            node = tree
            for part in path:
                node = node.setdefault(part, {})
            node[last] = value
    places: dict[str, str] = {}
    return Read(_compact(tree, "", "", places), places)


def _compact(node: dict[str, Any], here: str, there: str, places: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Rows become lists. `here` is the place in the request, `there` the field behind it."""
    places[here] = there
    if node and all(part.isdecimal() for part in node):
        # a row that says only which one it is about says nothing of it
        rows = [(old, node[old]) for old in sorted(node, key=int) if set(node[old]) != {"id"}]
        return [_compact(row, f"{here}/{new}", f"{there}/{old}", places) for new, (old, row) in enumerate(rows)]
    made = {}
    for part, value in node.items():
        if isinstance(value, dict):
            inner = _compact(value, f"{here}/{part}", f"{there}/{part}", places)
            if inner not in ([], {}):
                made[part] = inner
        else:
            made[part] = value
            places[f"{here}/{part}"] = f"{there}/{part}"
    return made
