"""One role, and what it may; a page names a permission, never a role. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from hub.web.visits import ANYBODY, SIGNED_IN


class Role(StrEnum):
    """What somebody may be here."""

    CASE_WORKER = "consulent"


WORK: Final = "work"
_GRANTED: Final = {SIGNED_IN: frozenset(Role), WORK: frozenset({Role.CASE_WORKER})}


def allowed(permission: str, roles: Iterable[str]) -> bool:
    """Whether who has these roles may; who has none may only what anybody may."""
    return permission == ANYBODY or not _GRANTED[permission].isdisjoint(roles)
