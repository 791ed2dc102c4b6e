"""What may be said to whom: asked before a message is sealed, for afterwards nobody on the road can read it.

Two questions, and what neither answers is refused: whether the register has an agreement with a legal basis for this
type between these roles, and whether each member of the payload may go to the recipient in that role
(`minimisation.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hub.errors import Code, RefusedError
from hub.register.model import AgreementLine, Organisation, Register
from schemas.catalogue import MessageType
from schemas.identifiers import is_bsn

#: Nine digits by themselves or grouped as people write a BSN; after a letter or dash they are another number.
_NINE_DIGITS: Final = re.compile(
    r"(?:\bbsn\W{0,3}|(?<![\w/-]))(\d{9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3})(?![\w/-])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Members that only these roles may have; in these message types, or in all when none is named."""

    why: str
    members: frozenset[str]
    to: frozenset[str]
    types: frozenset[str] = frozenset()
    by_right: bool = False

    def forbids(self, member: str, kind: MessageType, roles: frozenset[str]) -> bool:
        """Whether this member may not go to a recipient in these roles."""
        about = member in self.members and (not self.types or kind.name in self.types)
        return about and not roles & self.to


@dataclass(frozen=True, slots=True)
class Minimisation:
    """The whole table."""

    rules: tuple[Rule, ...]
    texts: frozenset[str]


@cache
def minimisation() -> Minimisation:
    """The table as it is delivered with this release."""
    read = tomllib.loads(files("adapters").joinpath("minimisation.toml").read_text(encoding="utf-8"))
    rules = tuple(
        Rule(
            why=one["why"],
            members=frozenset(one["members"]),
            to=frozenset(one["to"]),
            types=frozenset(one.get("types", ())),
            by_right=one.get("by_right", False),
        )
        for one in read["rule"]
    )
    return Minimisation(rules, frozenset(read["text"]["members"]))


@dataclass(frozen=True, slots=True)
class Allowed:
    """On what an organisation may have a message: the roles in which it may, and whether with a BSN."""

    roles: frozenset[str]
    bsn: bool


def allowed(register: Register, sender: str, recipient: str, kind: MessageType, at: datetime) -> Allowed:
    """On what basis `sender` may say this to `recipient`.

    An answer and a closing message go on in what was begun while an agreement held; which conversation that is, the hub
    knows (wire.md 8, check 15), so here it is enough that there was one.

    Raises:
        RefusedError: `no_agreement`, `unknown_recipient`.
    """
    me, other = register.organisation(sender), register.organisation(recipient)
    if other is None:
        raise RefusedError(Code.UNKNOWN_RECIPIENT)
    if me is None:
        raise RefusedError(Code.NO_AGREEMENT, "type")
    outright = [line for _, line in register.lines(kind.type, me, other, at)]
    if outright:
        return Allowed(frozenset(line.recipient_role for line in outright), any(line.bsn for line in outright))
    roles = frozenset(_roles_once_allowed(register, me, other, kind, at))
    if not roles:
        raise RefusedError(Code.NO_AGREEMENT, "type")
    return Allowed(roles, bsn=False)


def _roles_once_allowed(
    register: Register, me: Organisation, other: Organisation, kind: MessageType, at: datetime
) -> Iterator[str]:
    for line in _lines_so_far(register, at):
        answers = kind.type in line.reply_types
        if answers and line.sender_role in other.roles and line.recipient_role in me.roles:
            yield line.sender_role
        closes = kind.closing and line.type == kind.type
        if closes and line.sender_role in me.roles and line.recipient_role in other.roles:
            yield line.recipient_role


def _lines_so_far(register: Register, at: datetime) -> Iterator[AgreementLine]:
    """Of every agreement with a legal basis that is or was in force."""
    for agreement in register.agreements:
        if agreement.legal_basis.strip() and agreement.begins <= at:
            yield from agreement.lines


def check(
    register: Register, sender: str, recipient: str, kind: MessageType, data: Mapping[str, Any], at: datetime
) -> None:
    """Refuses what the recipient may not have, naming the member and never its value.

    Raises:
        RefusedError: `no_agreement`, `unknown_recipient`, `bsn_not_allowed`, `field_not_allowed`.
    """
    basis = allowed(register, sender, recipient, kind, at)
    known = minimisation()
    may_have_bsn = register.organisations[recipient].bsn_allowed
    for pointer, member, value in _members(data):
        for rule in known.rules:
            if rule.by_right and member in rule.members and not (may_have_bsn and basis.bsn):
                raise RefusedError(Code.BSN_NOT_ALLOWED, pointer)
            if rule.forbids(member, kind, basis.roles):
                raise RefusedError(Code.BSN_NOT_ALLOWED if rule.by_right else Code.FIELD_NOT_ALLOWED, pointer)
        if not may_have_bsn and member in known.texts and isinstance(value, str) and may_be_bsn(value):
            raise RefusedError(Code.BSN_NOT_ALLOWED, pointer)


def _members(value: object, pointer: str = "") -> Iterator[tuple[str, str, object]]:
    """Every member of a payload with its place (RFC 6901) and name, however deep; lists stand between."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield f"{pointer}/{name}", str(name), member
            yield from _members(member, f"{pointer}/{name}")
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from _members(item, f"{pointer}/{place}")


def may_be_bsn(text: str) -> bool:
    """Whether a number in this text has the form of a BSN and passes the elfproef (docs/adr/0011)."""
    numbers = (re.sub(r"\D", "", match[1]) for match in _NINE_DIGITS.finditer(text))
    return any(is_bsn(number) for number in numbers)
