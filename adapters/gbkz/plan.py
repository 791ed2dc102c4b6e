"""What must be done in the tax system, worked out from who holds which dossier: pure.

A dossier may be held by several conversations (a couple with one assessment, a second case). As long as one of them
holds it there is *uitstel* on it, until the latest of their ends; when none does, the *uitstel* that this adapter
placed is ended. *Uitstel* that the office itself granted is not in these rows and is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from adapters.gbkz.records import Change, Lifting, NewEnd, Placement, Reason, Record, Removal
from hub.workdays import add_working_days


@dataclass(frozen=True, slots=True)
class Hold:
    """One conversation wants one dossier paused; without `until` collecting does not go on by itself."""

    conversation: str
    dossier: str
    until: date | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Uitstel:
    """*Uitstel van betaling* that this adapter placed and has not ended; `until` as the tax system has it."""

    number: str
    dossier: str
    until: date | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class OnBehalfOf:
    """Whose dossiers these are and from when, for what must be placed."""

    taxpayer: str
    start: date


class Plan(Record):
    """The acts that bring the tax system in line; all but `place` may be repeated without harm."""

    place: Placement | None = None
    change: Change | None = None
    lift: Lifting | None = None
    remove: Removal | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is left to do."""
        return not (self.place or self.change or self.lift or self.remove)


def wanted_end(holds: Sequence[Hold], margin: int) -> tuple[date | None, Reason]:
    """Until when the tax system must hold a dossier, and why.

    Args:
        holds: those of one dossier, at least one.
        margin: working days that the tax system gets on top, so that rest never lapses because our road was down.
    """
    for hold in holds:
        if hold.until is None:
            return None, hold.reason
    until, reason = max((hold.until, hold.reason) for hold in holds if hold.until is not None)
    return add_working_days(until, margin), reason


def plan_for(
    dossiers: Iterable[str],
    holds: Sequence[Hold],
    running: Sequence[Uitstel],
    *,
    margin: int,
    owner: OnBehalfOf,
    wrongly_registered: bool = False,
    mark_too: bool = False,
) -> Plan:
    """The acts that bring the tax system in line with `holds`.

    Args:
        dossiers: the dossiers that this message is about.
        holds: all holds on them, of every conversation, as they are after the message.
        running: all *uitstel* of ours on them.
        margin: working days on top of the end date.
        owner: the taxpayer of this conversation.
        wrongly_registered: what nobody holds any more is removed as if it had never been, rather than ended.
        mark_too: the mark on the taxpayer goes as well.
    """
    to_place: list[tuple[str, date | None, Reason]] = []
    to_change: list[NewEnd] = []
    to_end: list[str] = []
    for dossier in sorted(set(dossiers)):
        held_by = [hold for hold in holds if hold.dossier == dossier]
        ours = [uitstel for uitstel in running if uitstel.dossier == dossier]
        if not held_by:
            to_end += [uitstel.number for uitstel in ours]
            continue
        until, reason = wanted_end(held_by, margin)
        if not ours:
            to_place.append((dossier, until, reason))
        stale = [uitstel for uitstel in ours if (uitstel.until, uitstel.reason) != (until, reason)]
        to_change += [NewEnd(uitstel=uitstel.number, until=until, reason=reason) for uitstel in stale]
    return Plan(
        place=_placement(to_place, owner),
        change=Change(uitstellen=tuple(to_change)) if to_change else None,
        lift=Lifting(uitstellen=tuple(to_end)) if to_end and not wrongly_registered else None,
        remove=_removal(to_end, owner, mark_too=mark_too) if wrongly_registered else None,
    )


def _placement(to_place: Sequence[tuple[str, date | None, Reason]], owner: OnBehalfOf) -> Placement | None:
    """One placement for all: until the latest end, or without one where one has none; the adapter does the lifting."""
    if not to_place:
        return None
    endless = [reason for _, until, reason in to_place if until is None]
    return Placement(
        taxpayer=owner.taxpayer,
        dossiers=tuple(dossier for dossier, _, _ in to_place),
        start=owner.start,
        until=None if endless else max(until for _, until, _ in to_place if until is not None),
        reason=endless[0] if endless else Reason.DEBT_HELP,
    )


def _removal(to_end: Sequence[str], owner: OnBehalfOf, *, mark_too: bool) -> Removal | None:
    if not to_end and not mark_too:
        return None
    return Removal(uitstellen=tuple(to_end), taxpayer=owner.taxpayer, mark_too=mark_too)
