"""Overzicht: what needs attention now. Green says so in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from hub.console.cases import CaseMessage, Question, questions_of
from hub.console.cases.store import unanswered
from hub.console.desk import Page, Visitor
from hub.console.overview import (
    COUNTED,
    LOOKED_BACK,
    WAITS_LONG,
    Unconfirmed,
    needs_attention,
    terms_at_risk,
    unconfirmed_of,
)
from hub.console.overview.store import quarantined, waiting_since
from hub.console.partners import Partner, partners_of
from hub.console.partners.store import reports
from hub.console.roles import Permission
from hub.database import Connection
from hub.messagelog.reading.records import LogLine
from hub.messagelog.reading.store import entries_after, last_index
from hub.register.model import Register

_SEE_OTHER: Final = 303
NEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database says at one moment."""

    quarantined: int
    waiting: int
    open: list[CaseMessage]
    partners: list[Partner]
    newest: list[LogLine]


async def root(_visitor: Visitor) -> Response:
    """The address itself leads to the first screen."""
    return RedirectResponse("/overzicht", _SEE_OTHER)


async def show(visitor: Visitor) -> Response:
    """The five tiles and the last events."""
    register = visitor.desk.register.current
    seen = await visitor.desk.database.read(_look, visitor, register)
    questions = _single_questions(seen.open, register, visitor)
    endangered, overdue = terms_at_risk(questions)
    unconfirmed: Unconfirmed = unconfirmed_of(questions, visitor.now)
    away = [partner for partner in seen.partners if partner.away]
    return visitor.shown(
        "overzicht.html",
        quarantined=seen.quarantined,
        waiting=seen.waiting,
        endangered=endangered,
        overdue=overdue,
        unconfirmed=unconfirmed,
        away=away,
        counted=COUNTED,
        cut=len(seen.open) >= COUNTED,
        newest=seen.newest,
    )


async def terms(visitor: Visitor) -> Response:
    """Termijnen: questions without an answer, the one that hurts first."""
    register = visitor.desk.register.current
    found = await visitor.desk.database.read(_open, register, visitor)
    only_rest = visitor.request.query_params.get("soort") == "rust"
    questions = [
        question
        for question in _single_questions(found, register, visitor)
        if not only_rest or (question.asks_rest and needs_attention(question, visitor.now))
    ]
    far = visitor.now + LOOKED_BACK
    questions.sort(key=lambda question: (not needs_attention(question, visitor.now), question.due or far))
    return visitor.shown("termijnen.html", questions=questions, only_rest=only_rest, cut=len(found) >= COUNTED)


def _look(connection: Connection, visitor: Visitor, register: Register) -> _Seen:
    return _Seen(
        quarantined(connection),
        waiting_since(connection, visitor.now - WAITS_LONG),
        _open(connection, register, visitor),
        partners_of(register.organisations.values(), reports(connection), {}, {}, visitor.now),
        entries_after(connection, last_index(connection) - NEWEST, NEWEST)[::-1],
    )


def _open(connection: Connection, register: Register, visitor: Visitor) -> list[CaseMessage]:
    """Messages that some agreement wants answered and nobody answered."""
    asked = {line.type for agreement in register.agreements for line in agreement.lines if line.reply_types}
    return unanswered(connection, asked, visitor.now - LOOKED_BACK, COUNTED)


def _single_questions(messages: list[CaseMessage], register: Register, visitor: Visitor) -> list[Question]:
    """Each message judged alone: that nobody answered is known already."""
    return [question for message in messages for question in questions_of([message], register, visitor.now)]


PAGES: Final = (
    Page("/", "begin", Permission.SEE_ROAD, root),
    Page("/overzicht", "overzicht", Permission.SEE_ROAD, show),
    Page("/termijnen", "termijnen", Permission.SEE_ROAD, terms),
)
