"""Which alarms there are, how soon each must be told, and in what words. Pure.

*Nu*: nothing moves, or somebody meddles. *Werkdag*: a partner or a term; told at 08:00 of a working day. *Week*: what
has weeks; told at 08:00 of the first working day of a week.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, assert_never

from hub.wire.shortnames import case_code
from hub.workdays import is_working_day, local_day, local_instant

TOLD_AT: Final = time(8)


class AlarmClass(StrEnum):
    """How soon somebody must know."""

    NOW = "nu"
    WORKDAY = "werkdag"
    WEEK = "week"


class AlarmKind(StrEnum):
    """What is wrong."""

    DATABASE = "database"
    BROKER = "broker"
    HUB = "hub"
    DISK = "disk"
    FORK = "fork"
    ID_REUSED = "id-reused"
    STALLED = "stalled"
    PARTNER = "partner"
    INBOX = "inbox"
    UNRECEIPTED = "unreceipted"
    PAUSED = "paused"
    TERM = "term"
    PAUSE = "pause"
    KEY = "key"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Kind:
    """How soon, what is said of it, and what to do; both sentences in plain Dutch."""

    of: AlarmClass
    says: str
    advice: str


_NOW, _WORKDAY, _WEEK = AlarmClass.NOW, AlarmClass.WORKDAY, AlarmClass.WEEK

KINDS: Final[Mapping[AlarmKind, Kind]] = MappingProxyType(
    {
        AlarmKind.DATABASE: Kind(
            _NOW, "De database neemt niets aan", "Breng de database terug. Tot dan wachten berichten bij de broker."
        ),
        AlarmKind.BROKER: Kind(
            _NOW, "De broker beweegt niet", "Kijk of de broker draait, en of zijn schijf of geheugen vol is."
        ),
        AlarmKind.HUB: Kind(_NOW, "De hub beweegt niet", "Kijk of `schuldhub up` draait en wat zijn log zegt."),
        AlarmKind.DISK: Kind(_NOW, "De schijf raakt vol", "Maak ruimte vrij, voordat er niets meer bewaard wordt."),
        AlarmKind.FORK: Kind(
            _NOW, "Het berichtenlog spreekt zichzelf tegen", "Behandel dit als beveiligingsincident; bewaar alles."
        ),
        AlarmKind.ID_REUSED: Kind(
            _NOW,
            "Onder een gebruikt nummer kwam een ander bericht",
            "Behandel dit als beveiligingsincident en bel de afzender.",
        ),
        AlarmKind.STALLED: Kind(
            _NOW, "De bewaker biedt berichten niet opnieuw aan", "Kijk wat het log van de hub zegt, en herstart hem."
        ),
        AlarmKind.PARTNER: Kind(_WORKDAY, "Ketenpartner onbereikbaar", "Bel de ketenpartner."),
        AlarmKind.INBOX: Kind(
            _WORKDAY, "Berichten komen niet in de postbus", "De postbus is vol of ontbreekt; bel de ketenpartner."
        ),
        AlarmKind.UNRECEIPTED: Kind(
            _WORKDAY,
            "Berichten zonder ontvangstbewijs na een dag",
            "Bel de ketenpartner: hij leest of tekent niet.",
        ),
        AlarmKind.PAUSED: Kind(
            _WORKDAY,
            "Berichten liggen langer dan een dag stil voor een gepauzeerde ketenpartner",
            "Hervat de ketenpartner, of zet in de console waarom het langer duurt.",
        ),
        AlarmKind.TERM: Kind(_WORKDAY, "Vraag zonder antwoord", "Bel wie moet antwoorden."),
        AlarmKind.PAUSE: Kind(
            _WORKDAY, "Pauze zonder bevestiging", "Bel de partij: hier kan iemand last van incasso hebben."
        ),
        AlarmKind.KEY: Kind(_WEEK, "Sleutel loopt af", "Vraag de eigenaar om een nieuwe sleutel, ruim op tijd."),
        AlarmKind.REGISTER: Kind(_WEEK, "Het register is te oud", "Vraag de governance om een nieuw register."),
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alarm is about; `name` tells it from others of its kind. Nothing in it is about a person."""

    name: str
    oin: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: as long as `cleared` is empty it stands."""

    id: str
    kind: AlarmKind
    subject: Subject
    started: datetime
    cleared: datetime | None

    @property
    def of(self) -> AlarmClass:
        """How soon somebody must know."""
        return KINDS[self.kind].of

    def title(self, names: Mapping[str, str]) -> str:
        """In one line, with organisations by name."""
        about = []
        if self.subject.case:
            about.append(f"dossier {case_code(self.subject.case)}")
        if self.subject.oin:
            about.append(names.get(self.subject.oin, self.subject.oin))
        return ": ".join([KINDS[self.kind].says, ", ".join(about)]) if about else KINDS[self.kind].says


def told_from(of: AlarmClass, at: datetime) -> datetime:
    """When what happened at `at` is to be told."""
    match of:
        case AlarmClass.NOW:
            return at
        case AlarmClass.WORKDAY:
            return _first_morning(at, first_of_week=False)
        case AlarmClass.WEEK:
            return _first_morning(at, first_of_week=True)
        case _:
            assert_never(of)


def _first_morning(at: datetime, *, first_of_week: bool) -> datetime:
    day = local_day(at)
    while True:
        morning = local_instant(day, TOLD_AT)
        monday = day - timedelta(days=day.weekday())
        earlier = any(is_working_day(monday + timedelta(days=n)) for n in range(day.weekday()))
        if morning >= at and is_working_day(day) and not (first_of_week and earlier):
            return morning
        day += timedelta(days=1)
