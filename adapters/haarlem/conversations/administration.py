"""The state of an administration (*bewind*) on the side of the municipality that advises (messages.md 1, 22-25). Pure.

started → dossier there → advised → ended. The office tells of a start within 2 weeks and files the dossier within 3
months; the municipality advises within 4 weeks after that. A later dossier asks for advice anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from adapters.haarlem.conversations.position import Actor, Alarm, Position, carriage, days_after, on_day
from adapters.haarlem.conversations.talk import Talk
from adapters.haarlem.settings import Settings, Terms
from hub.workdays import add_months, local_day
from schemas.codes import AdministrationGround
from schemas.messages import AdministrationAdvice, AdministrationDossier, AdministrationEnd, AdministrationStart


class AdministrationState(StrEnum):
    """The states, in the words that the API says."""

    STARTED = "gestart"
    DOSSIER = "dossier-ontvangen"
    ADVISED = "geadviseerd"
    ENDED = "beeindigd"
    HANDED_OVER = "overgedragen"


WORDS: Final[dict[AdministrationState, str]] = {
    AdministrationState.STARTED: "Het bewind is gestart; het dossier moet nog komen.",
    AdministrationState.DOSSIER: "Het dossier is er: breng advies uit.",
    AdministrationState.ADVISED: "Het advies is uitgebracht.",
    AdministrationState.ENDED: "Het bewind is beëindigd.",
    AdministrationState.HANDED_OVER: "Een ander kantoor zet het bewind voort.",
}


def administration_position(talk: Talk, settings: Settings, now: datetime) -> Position:
    """Where an administration stands at `now`."""
    position = _position(talk, settings.terms, now)
    wrong = carriage(talk, settings.terms.receipt, now)
    return position if wrong is None or position.over else position.alarmed(wrong)


def _position(talk: Talk, terms: Terms, now: datetime) -> Position:
    end, dossier = talk.newest(AdministrationEnd), talk.newest(AdministrationDossier)
    if end is not None:
        successor = end.message(AdministrationEnd).successor is not None
        state = AdministrationState.HANDED_OVER if successor else AdministrationState.ENDED
        return Position(state, Actor.NOBODY, end.at, over=True)
    if dossier is not None:
        advice = talk.last_said(AdministrationAdvice)
        if advice is not None and advice.answers == dossier.id:
            return Position(AdministrationState.ADVISED, Actor.NOBODY, advice.sent)
        due = days_after(dossier.at, terms.advice_days)
        return Position(AdministrationState.DOSSIER, Actor.HELPER, dossier.at, due).at(now)
    return _started(talk, terms, now)


def _started(talk: Talk, terms: Terms, now: datetime) -> Position:
    """The right to advise is about debts: with another ground no dossier is waited for."""
    start = talk.newest(AdministrationStart)
    if start is None:
        return Position(AdministrationState.STARTED, Actor.PARTY, talk.began)
    said = start.message(AdministrationStart)
    if said.ground is not AdministrationGround.DEBTS:
        return Position(AdministrationState.STARTED, Actor.NOBODY, start.at)
    due = on_day(add_months(local_day(start.at), terms.dossier_months))
    position = Position(AdministrationState.STARTED, Actor.PARTY, start.at, due).at(now)
    told_late = start.at > on_day(said.started_on + timedelta(days=terms.start_told_days))
    fresh = now <= days_after(start.at, terms.start_told_days)
    return replace(position, alarm=position.alarm or Alarm.LATE_NOTICE) if told_late and fresh else position
