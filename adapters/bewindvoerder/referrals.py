"""Which status may follow which (messages.md 2, *Referral*), for the office that is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from adapters.bewindvoerder.records import Letter
from schemas.codes import ReferralStatus as S
from schemas.messages import ReferralStatusReport

#: By the last status; None is the request itself. The same status again is news that it still holds.
_NEXT: Final[Mapping[S | None, tuple[S, ...]]] = MappingProxyType(
    {
        None: (S.ACCEPTED, S.REJECTED),
        S.ACCEPTED: (S.ACCEPTED, S.STARTED, S.WITHDRAWN),
        S.STARTED: (S.STARTED, S.SUSPENDED, S.COMPLETED, S.FAILED, S.WITHDRAWN),
        S.SUSPENDED: (S.SUSPENDED, S.STARTED, S.COMPLETED, S.FAILED, S.WITHDRAWN),
        S.REJECTED: (),
        S.WITHDRAWN: (),
        S.COMPLETED: (),
        S.FAILED: (),
    }
)
#: Taken on, and not over.
HELPING: Final = frozenset({S.ACCEPTED, S.STARTED, S.SUSPENDED})


def last_report(letters: Iterable[Letter], conversation: str) -> Letter | None:
    """The newest status of a referral, whoever said it."""
    said = (one for one in letters if one.conversation == conversation and one.of(ReferralStatusReport))
    return max(said, key=lambda one: one.number, default=None)


def status_of(letters: Iterable[Letter], conversation: str) -> S | None:
    """The status of a referral; None while nobody said anything."""
    last = last_report(letters, conversation)
    return None if last is None else S(last.data["status"])


def may_follow(status: S | None) -> tuple[S, ...]:
    """What we may say next."""
    return _NEXT[status]
