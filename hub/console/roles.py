"""Five roles and what each may do; a page names a permission, never a role. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What somebody may be here; one person may be several."""

    READER = "reader"
    HANDLER = "handler"
    RELEASER = "releaser"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a page asks of who opens it."""

    ANYBODY = "anybody"
    """Also who is not signed in: the way in, and the files that a page is made of."""
    SIGNED_IN = "signed-in"
    """Whatever the role: to leave, for instance."""
    SEE_ROAD = "see-road"
    """Messages, cases and partners by their headers; nobody sees content, because it is not there."""
    SEE_AUDIT = "see-audit"
    """Who looked at what."""


#: In Dutch, for the screen.
ROLE_NAMES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.READER: "lezer",
        Role.HANDLER: "behandelaar",
        Role.RELEASER: "vrijgever",
        Role.ADMINISTRATOR: "beheerder",
        Role.AUDITOR: "auditor",
    }
)

_GRANTED: Final[Mapping[Permission, frozenset[Role]]] = MappingProxyType(
    {
        Permission.SIGNED_IN: frozenset(Role),
        Permission.SEE_ROAD: frozenset(Role),
        Permission.SEE_AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    }
)


def allowed(permission: Permission, roles: Iterable[Role]) -> bool:
    """Whether who has these roles may; who has none may only what anybody may."""
    if permission is Permission.ANYBODY:
        return True
    return not _GRANTED[permission].isdisjoint(roles)


def roles_of(claim: object, mapping: Mapping[str, str]) -> frozenset[Role]:
    """The roles that an issuer's claim gives: a list of names, or one. Names that the mapping lacks give nothing."""
    names = claim if isinstance(claim, list) else [claim]
    found = (mapping.get(name) for name in names if isinstance(name, str))
    return frozenset(Role(role) for role in found if role is not None)
