"""Overzicht: what needs attention now. Green says so in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from hub.alarms.kinds import Alarm
from hub.alarms.store import latest
from hub.console.desk import Page, Visitor
from hub.console.overview import COUNTED, WAITS_LONG
from hub.console.overview.store import quarantined, waiting_since
from hub.console.partners import Partner, partners_of
from hub.console.partners.store import reports
from hub.console.roles import Permission
from hub.console.since import Changes, LastVisit
from hub.console.since.store import changes_since
from hub.console.since.store import seen as note_visit
from hub.conversations import store
from hub.conversations.questions import Question
from hub.conversations.store import Attention
from hub.database import Connection, Place, read_place
from hub.messagelog.reading.records import LogLine
from hub.messagelog.reading.store import entries_after, last_index
from hub.register.model import Register

_SEE_OTHER: Final = 303
NEWEST: Final = 10
#: Questions on one page of Termijnen.
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database says at one moment."""

    quarantined: int
    waiting: int
    attention: Attention
    partners: list[Partner]
    newest: list[LogLine]
    last: LastVisit | None
    changes: Changes | None
    alarms: list[Alarm]


async def root(_visitor: Visitor) -> Response:
    """The address itself leads to the first screen."""
    return RedirectResponse("/overzicht", _SEE_OTHER)


async def show(visitor: Visitor) -> Response:
    """The five tiles and the last events."""
    register = visitor.desk.register.current
    last = await visitor.desk.database.run(_visit, visitor)
    seen = await visitor.desk.database.read(_look, visitor, register, last)
    attention = seen.attention
    unconfirmed = attention.rest_undelivered + attention.rest_failed + attention.rest_overdue
    away = [partner for partner in seen.partners if partner.away]
    return visitor.shown(
        "overzicht.html",
        quarantined=seen.quarantined,
        waiting=seen.waiting,
        attention=attention,
        unconfirmed=unconfirmed,
        away=away,
        counted=COUNTED,
        newest=seen.newest,
        last=seen.last,
        changes=seen.changes,
        alarms=seen.alarms,
    )


def _visit(connection: Connection, visitor: Visitor) -> LastVisit | None:
    """Where whoever looks left off."""
    session = visitor.session
    return note_visit(connection, session.user.subject, session.begun, visitor.now) if session else None


async def terms(visitor: Visitor) -> Response:
    """Termijnen: questions without an answer, the one that hurts first."""
    only_rest = visitor.request.query_params.get("soort") == "rust"
    after = read_place(visitor.request.query_params.get("na", ""))
    found, following = await visitor.desk.database.read(_open, visitor, only_rest=only_rest, after=after)
    return visitor.shown("termijnen.html", questions=found, only_rest=only_rest, after=after, following=following)


def _open(
    connection: Connection, visitor: Visitor, *, only_rest: bool, after: Place | None
) -> tuple[list[Question], Place | None]:
    """A page of open questions, and where the next one begins."""
    since = visitor.now if only_rest else None
    found = store.open_questions(connection, SHOWN + 1, rest_since=since, after=after)
    if len(found) <= SHOWN:
        return found, None
    return found[:SHOWN], store.place_of(connection, found[SHOWN - 1])


def _look(connection: Connection, visitor: Visitor, register: Register, last: LastVisit | None) -> _Seen:
    return _Seen(
        quarantined(connection),
        waiting_since(connection, visitor.now - WAITS_LONG),
        store.attention(connection, visitor.now, COUNTED),
        partners_of(register.organisations.values(), reports(connection), {}, {}, visitor.now),
        entries_after(connection, last_index(connection) - NEWEST, NEWEST)[::-1],
        last,
        changes_since(connection, last) if last else None,
        latest(connection, NEWEST, standing=True),
    )


PAGES: Final = (
    Page("/", "begin", Permission.SEE_ROAD, root),
    Page("/overzicht", "overzicht", Permission.SEE_ROAD, show),
    Page("/termijnen", "termijnen", Permission.SEE_ROAD, terms),
)
