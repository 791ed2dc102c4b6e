"""What must happen by when, for one client: from the letters alone. Pure; terms are counted by `hub.workdays`.

A letter on the portal is stored, not seen: our terms for an answer count from its first opening (messages.md 3), and a
letter that nobody opens is a term of its own.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from adapters.bewindvoerder.records import Letter
from adapters.bewindvoerder.referrals import last_report
from adapters.bewindvoerder.settings import Terms
from adapters.bewindvoerder.trades import ANSWERS, kind_of
from hub.workdays import LAST_SECOND, local_day, local_instant, term_end, working_days_between
from schemas.codes import ReferralStatus, Status
from schemas.messages import (
    AdministrationAdvice,
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
    CollectionDespitePause,
    PauseEnd,
    PauseExtension,
    Referral,
    StatusReport,
)

#: Days in which the end of a pause is answered, whatever the office (messages.md 1, rows 9 and 10).
SHORT: Final = 2
_WEEK: Final = timedelta(weeks=1)
#: An answer with one of these is none yet.
_NOT_YET: Final = frozenset({Status.FETCHED.value, Status.IN_PROGRESS.value})


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must happen, by whom and before when."""

    what: str
    due: datetime
    ours: bool
    case: str
    letter: str
    counterpart: str
    """OIN of the other side; who must act when we must not."""

    def days_left(self, now: datetime) -> int:
        """Working days until it is due; negative by calendar days when it passed."""
        today, last = local_day(now), local_day(self.due)
        return working_days_between(today, last) if last >= today else (last - today).days


@dataclass(frozen=True, slots=True)
class Rules:
    """The terms of one office; `agreed` gives those of the agreement for (type, sender, moment)."""

    terms: Terms
    agreed: Callable[[str, str, datetime], int | None]


def open_terms(letters: Sequence[Letter], rules: Rules) -> list[Term]:
    """Everything that is open for one client, the first due first."""
    found = [
        *_answers(letters, rules),
        *_referrals(letters, rules),
        *_administrations(letters, rules),
        *_incidents(letters),
    ]
    return sorted(found, key=lambda term: (term.due, term.what))


def _answers(letters: Sequence[Letter], rules: Rules) -> Iterator[Term]:
    for letter in letters:
        if letter.ours:
            continue
        if letter.opened is None:
            due = term_end(local_day(letter.at), rules.terms.read)
            yield _ours(f"lezen: {kind_of(letter.type)}", due, letter)
        elif _is_waited_for(letter, letters):
            due = term_end(local_day(letter.opened), _answer_days(letter, rules))
            yield _ours(f"antwoord op {kind_of(letter.type)}", due, letter)


def _is_waited_for(letter: Letter, letters: Sequence[Letter]) -> bool:
    """Whether an answer is still wanted; a referral that its sender withdrew needs none."""
    if letter.type not in ANSWERS or letter.answered is not None:
        return False
    return not letter.of(Referral) or last_report(letters, letter.conversation) is None


def _answer_days(letter: Letter, rules: Rules) -> int:
    agreed = rules.agreed(letter.type, letter.counterpart, letter.at)
    if agreed is not None:
        return agreed
    if letter.of(Referral):
        return rules.terms.referral
    return SHORT if letter.of(PauseEnd) or letter.of(PauseExtension) else rules.terms.answer


def _referrals(letters: Sequence[Letter], rules: Rules) -> Iterator[Term]:
    for letter in letters:
        if not letter.of(Referral) or letter.ours or letter.opened is None:
            continue
        last = last_report(letters, letter.conversation)
        if last is None:
            continue
        status = ReferralStatus(last.data["status"])
        if status is ReferralStatus.ACCEPTED:
            first_day = local_day(letter.opened)
            urgent = bool(letter.data["urgent"])
            weeks = rules.terms.talk_weeks * _WEEK
            due = term_end(first_day, rules.terms.urgent_talk) if urgent else _end_of(first_day + weeks)
            yield _ours("eerste gesprek", due, letter)
        elif status in {ReferralStatus.STARTED, ReferralStatus.SUSPENDED}:
            due = _end_of(local_day(last.at) + timedelta(days=rules.terms.heartbeat_days))
            yield _ours("laten weten hoe het gaat", due, letter)


def _administrations(letters: Sequence[Letter], rules: Rules) -> Iterator[Term]:
    for start in letters:
        if not start.of(AdministrationStart):
            continue
        talk = [one for one in letters if one.conversation == start.conversation]
        if any(one.of(AdministrationEnd) for one in talk):
            continue
        sent = (one for one in talk if one.of(AdministrationDossier))
        dossier = max(sent, key=lambda one: one.number, default=None)
        if dossier is None:
            due = _end_of(months_later(local_day(start.at), rules.terms.dossier_months))
            yield _ours("dossier indienen", due, start)
        elif not any(one.of(AdministrationAdvice) and one.number > dossier.number for one in talk):
            due = _end_of(local_day(dossier.at) + rules.terms.advice_weeks * _WEEK)
            yield _theirs("advies van de gemeente", due, start)


def _incidents(letters: Sequence[Letter]) -> Iterator[Term]:
    """What we told a creditor is answered when it says what it did, not when it only got it."""
    for told in letters:
        if not told.of(CollectionDespitePause) or not told.ours:
            continue
        said = (one for one in letters if one.conversation == told.conversation and one.of(StatusReport))
        if not any(not one.ours and one.data.get("status") not in _NOT_YET for one in said):
            yield _theirs("antwoord op de incassomelding", term_end(local_day(told.at), SHORT), told)


def _ours(what: str, due: datetime, about: Letter) -> Term:
    return Term(what, due, ours=True, case=about.case, letter=about.id, counterpart=about.counterpart)


def _theirs(what: str, due: datetime, about: Letter) -> Term:
    return Term(what, due, ours=False, case=about.case, letter=about.id, counterpart=about.counterpart)


def _end_of(day: date) -> datetime:
    return local_instant(day, LAST_SECOND)


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
