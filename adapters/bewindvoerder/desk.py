"""The parts that every page of the portal works with: which office somebody works for, and what he may see there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, Final, ParamSpec, TypeVar

from starlette.exceptions import HTTPException

from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.settings import Duty
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.terms import Rules
from hub.web import desk as kit
from hub.web.sessions import Session
from hub.web.visits import ANYBODY, SIGNED_IN

P = ParamSpec("P")
T = TypeVar("T")
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404


class Permission(StrEnum):
    """What a page asks of who opens it, beside what the kit knows."""

    OFFICE = "office"
    """A member of one office: that office's own letters, and nobody else's."""
    MANAGE = "manage"
    """One who looks after the office's colleagues, access log and tokens."""


class Act(StrEnum):
    """What the access log of an office says that somebody did."""

    LISTED = "lijst gezien"
    READ = "gelezen"
    ANSWERED = "beantwoord"
    FILED = "verstuurd"
    NOTED = "bewerkt"
    PRINTED = "brief geopend"
    ENDED = "sessie beëindigd"
    TOKENS = "tokens bijgewerkt"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at his office."""

    office: Office
    duty: Duty


class Members:
    """Who belongs to which office, by the groups that the issuer gave. In two offices at once nobody is let in."""

    def __init__(self, offices: Mapping[str, Office]) -> None:
        self.offices = offices
        self._of_group = {
            group: Member(office, duty)
            for office in offices.values()
            for group, duty in office.settings.members.items()
        }

    @property
    def groups(self) -> dict[str, str]:
        """Every group, as the kit wants the names of roles."""
        return {group: group for group in self._of_group}

    def of(self, groups: frozenset[str]) -> Member | None:
        """The one office of somebody with these groups; the higher duty where he has two."""
        found = [self._of_group[group] for group in sorted(groups) if group in self._of_group]
        if not found or any(one.office is not found[0].office for one in found):
            return None
        return next((one for one in found if one.duty is Duty.ADMINISTRATOR), found[0])

    def allows(self, permission: str, groups: frozenset[str]) -> bool:
        """Whether somebody with these groups may."""
        if permission == ANYBODY:
            return True
        member = self.of(groups)
        if permission in {SIGNED_IN, Permission.OFFICE}:
            return member is not None or (permission == SIGNED_IN and bool(groups))
        return member is not None and member.duty is Duty.ADMINISTRATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(kit.Desk):
    """Everything that pages share."""

    members: Members
    title: str

    def shared(self, session: Session | None) -> Mapping[str, object]:
        """The office of who looks, and its words."""
        member = self.members.of(session.user.roles) if session else None
        office = member.office if member else None
        return {
            "title": self.title,
            "office": office.settings if office else None,
            "trade": office.trade if office else None,
            "duty": member.duty if member else None,
            "name_of": office.name_of if office else None,
        }


Visitor = kit.Visitor[Desk]
Page = kit.Page[Desk]


def office_of(visitor: Visitor) -> Office:
    """The office that this visitor works for: the only one whose ledger a page ever reaches."""
    member = visitor.desk.members.of(visitor.roles)
    if member is None:
        raise HTTPException(_FORBIDDEN)
    return member.office


def rules_of(office: Office) -> Rules:
    """The terms of an office."""
    return Rules(office.terms, office.reply_term)


async def seen(
    visitor: Visitor,
    act: Act,
    target: str | None,
    work: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Does something in the office's ledger, with its line in the access log in the same transaction."""
    return await office_of(visitor).seen(visitor.visit(act, target), work, *args, **kwargs)


def not_here() -> HTTPException:
    """There is no such thing for this office."""
    return HTTPException(_NOT_FOUND)
