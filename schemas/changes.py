"""What can change from one schema to the next, and what each change means for those who exchange messages.

The measure is one sentence: may a message that was right yesterday be wrong, or mean something else, today? Then the
change is breaking. A reader that is up to date must be able to read whatever was said before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Effect(StrEnum):
    """What a change asks for: a new major version, a new minor one, or a new patch."""

    BREAKING = "breaking"
    COMPATIBLE = "compatible"
    WORDS = "words"


class Rule(StrEnum):
    """Every kind of change that is told apart (docs/adr/0009 explains each)."""

    MEMBER_ADDED = "member-added"
    MEMBER_REMOVED = "member-removed"
    MEMBER_BOUND = "member-bound"
    MEMBER_FREED = "member-freed"
    REQUIRED_ADDED = "required-added"
    REQUIRED_REMOVED = "required-removed"
    CODE_ADDED = "code-added"
    CODE_REMOVED = "code-removed"
    TYPE_WIDENED = "type-widened"
    TYPE_NARROWED = "type-narrowed"
    BOUND_LOOSENED = "bound-loosened"
    BOUND_TIGHTENED = "bound-tightened"
    OBJECT_OPENED = "object-opened"
    OBJECT_CLOSED = "object-closed"
    CHOICE_ADDED = "choice-added"
    CHOICE_REMOVED = "choice-removed"
    CHECK_ADDED = "check-added"
    CHECK_REMOVED = "check-removed"
    CHECK_CHANGED = "check-changed"
    DEFAULT_CHANGED = "default-changed"
    NOT_JUDGED = "not-judged"
    OTHER_TYPE = "other-type"
    VERSION_BACK = "version-back"
    VERSION_GONE = "version-gone"
    TYPE_ADDED = "type-added"
    WORDS_CHANGED = "words-changed"


_BREAKING: Final = {
    Rule.MEMBER_REMOVED: "a message that has this member is refused now",
    Rule.MEMBER_BOUND: "anything could stand under this name before",
    Rule.REQUIRED_ADDED: "a message without this member is refused now",
    Rule.CODE_REMOVED: "a message with this code is refused now",
    Rule.TYPE_NARROWED: "a kind of value that was good is refused now",
    Rule.BOUND_TIGHTENED: "a value that was within bounds is refused now",
    Rule.OBJECT_CLOSED: "a message with a member of its own is refused now",
    Rule.CHOICE_REMOVED: "a message that was good by this choice is refused now",
    Rule.CHECK_ADDED: "a value that nobody checked may be refused now",
    Rule.CHECK_CHANGED: "nobody can tell whether every old value still passes",
    Rule.DEFAULT_CHANGED: "a message without this member means something else now",
    Rule.NOT_JUDGED: "these rules do not know what this keyword does",
    Rule.OTHER_TYPE: "this is another type or another major version",
    Rule.VERSION_BACK: "the version number went down",
    Rule.VERSION_GONE: "a message of this version is refused now",
}
_COMPATIBLE: Final = {
    Rule.MEMBER_ADDED: "a member that may be left out",
    Rule.MEMBER_FREED: "anything may stand under this name now",
    Rule.REQUIRED_REMOVED: "this member may be left out now",
    Rule.CODE_ADDED: "one more code",
    Rule.TYPE_WIDENED: "one more kind of value",
    Rule.BOUND_LOOSENED: "more values are within bounds",
    Rule.OBJECT_OPENED: "members of one's own are taken now",
    Rule.CHOICE_ADDED: "one more way to be good",
    Rule.CHECK_REMOVED: "one check less",
    Rule.TYPE_ADDED: "a type or version that was not there",
}
_WORDS: Final = {Rule.WORDS_CHANGED: "the same is valid, said in other words"}

#: Why each rule has the effect that it has.
WHY: Final = MappingProxyType(_BREAKING | _COMPATIBLE | _WORDS)


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where (RFC 6901, in the new schema, or in the old one for what is gone), by which rule, of what."""

    pointer: str
    rule: Rule
    what: str

    @property
    def effect(self) -> Effect:
        """What it asks for."""
        if self.rule in _BREAKING:
            return Effect.BREAKING
        return Effect.COMPATIBLE if self.rule in _COMPATIBLE else Effect.WORDS


def asked_for(changes: Iterable[Change]) -> Effect | None:
    """The heaviest effect among them; nothing when there is no change."""
    effects = {change.effect for change in changes}
    return next((effect for effect in Effect if effect in effects), None)
