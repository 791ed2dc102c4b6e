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
    HANDLE = "handle"
    """To take something on, write a note, make a plan, send a test message or a reminder: nothing that cannot wait."""
    RELEASE = "release"
    """To send again, and to decide what becomes of evidence."""
    ADMINISTER = "administer"
    """To pause and resume partners, and to plan when they are away."""


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
        Permission.HANDLE: frozenset({Role.HANDLER, Role.RELEASER, Role.ADMINISTRATOR}),
        Permission.RELEASE: frozenset({Role.RELEASER}),
        Permission.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    }
)


def allowed(permission: str, roles: Iterable[str]) -> bool:
    """Whether who has these roles may; who has none may only what anybody may."""
    if permission == Permission.ANYBODY:
        return True
    return not _GRANTED[Permission(permission)].isdisjoint(roles)
