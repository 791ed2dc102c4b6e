"""The figures of one municipality over one quarter: residents, hours until rest, refusals, breaches.

A cell under five is withheld, and said to be: fewer people than that could be told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Final

from adapters.haarlem import casefile, store
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.dossier import PersonState
from adapters.haarlem.facts import Conversation, LetterKind, Reaction
from adapters.haarlem.store import Transaction
from hub.workdays import local_day

#: The least that a cell may say.
LEAST: Final = 5
_CONFIRMS: Final = frozenset({Reaction.CONFIRMED, Reaction.REGISTERED})
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months, as `2026Q4`."""

    year: int
    number: int

    @classmethod
    def named(cls, name: str) -> Quarter:
        """The quarter with this name, which has its form."""
        return cls(int(name[:4]), int(name[-1]))

    def __contains__(self, day: date) -> bool:
        return (day.year, (day.month + 2) // 3) == (self.year, self.number)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted; None where it is withheld, and refusals only for reasons that may be said."""

    residents: int | None
    median_hours: int | None
    refusals: Mapping[str, int]
    breaches: int | None
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Resident:
    """One person of a case that was registered in the quarter."""

    opened: datetime
    conversations: tuple[Conversation, ...]

    @property
    def hours(self) -> float | None:
        """Hours until the last party confirmed; nothing while one has not."""
        confirmed = [_confirmed_at(one, self.opened) for one in self.conversations]
        known = [at for at in confirmed if at is not None]
        if not known or len(known) < len(confirmed):
            return None
        return max(0.0, (max(known) - self.opened).total_seconds()) / _HOUR_S


def _confirmed_at(facts: Conversation, opened: datetime) -> datetime | None:
    """When a party first confirmed in full; what ran already when the case came was confirmed then."""
    if facts.adopted is not None:
        return opened
    return min((one.at for one in facts.answers if one.reaction in _CONFIRMS), default=None)


def figures(tx: Transaction, gemeentecode: str, quarter: Quarter) -> Figures:
    """The figures over the cases of this municipality that were registered in this quarter."""
    files = (casefile.read(tx, case_id) for case_id in store.case_ids(tx))
    return counted(one for file in files for one in _residents(file, gemeentecode, quarter))


def _residents(file: CaseFile, gemeentecode: str, quarter: Quarter) -> Iterator[_Resident]:
    case = file.case
    if case.gemeentecode != gemeentecode or local_day(case.opened_at) not in quarter:
        return
    for person in file.persons:
        # Who was split off is counted in the case of its own.
        if person.state not in {PersonState.REPLACED, PersonState.SPLIT_OFF}:
            theirs = tuple(one.facts for one in file.exchanges if one.person_id == person.id)
            yield _Resident(case.opened_at, theirs)


def counted(residents: Iterable[_Resident]) -> Figures:
    """Counts, and withholds what is under five."""
    everyone = list(residents)
    hours = [one.hours for one in everyone]
    rested = [one for one in hours if one is not None]
    conversations = [facts for one in everyone for facts in one.conversations]
    refusals = Counter(
        one.reason or "overig" for facts in conversations for one in facts.answers if one.reaction is Reaction.REFUSED
    )
    breaches = sum(_breaches(facts) for facts in conversations)
    cells = {
        "inwoners": len(everyone),
        "mediaanUren": len(rested),
        "schendingen": breaches,
        **{f"weigeringen/{reason}": count for reason, count in refusals.items()},
    }
    withheld = tuple(sorted({name.partition("/")[0] for name, count in cells.items() if count < LEAST}))
    return Figures(
        residents=_shown(len(everyone)),
        median_hours=round(median(rested)) if len(rested) >= LEAST else None,
        refusals={reason: count for reason, count in sorted(refusals.items()) if count >= LEAST},
        breaches=_shown(breaches),
        withheld=withheld,
    )


def _breaches(facts: Conversation) -> int:
    told = sum(one.kind is LetterKind.INCIDENT for one in facts.asides)
    return told + sum(one.reaction is Reaction.RESUMED for one in facts.answers)


def _shown(count: int) -> int | None:
    return count if count >= LEAST else None
