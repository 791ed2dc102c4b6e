"""Terms: the questions kept in step with the log, the rungs of their ladders reached, partners reminded."""

from __future__ import annotations

from typing import Final

from hub.clock import named_id
from hub.conversations.climbing import store
from hub.conversations.climbing.store import Reached
from hub.conversations.following.store import behind
from hub.conversations.following.store import follow as follow_log
from hub.conversations.ladder import LadderSettings, Rung
from hub.conversations.questions import Stage, agreed_in
from hub.database import Connection
from hub.errors import HubError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.relay.notices import send_notice
from hub.relay.office import Office
from hub.wire.link import Link
from hub.wire.shortnames import case_code, short_type
from hub.workdays import AMSTERDAM
from schemas.codes import HubNoticeCode

CLIMBED_AT_ONCE: Final = 200
TOLD_AT_ONCE: Final = 100


async def follow(office: Office, settings: LadderSettings) -> int:
    """Follows the log to its end; returns how many entries that took."""
    count = 0
    while await office.database.read(behind):
        agreed = agreed_in(office.register.current)
        count += await office.database.run(follow_log, agreed, settings)
    return count


async def climb(office: Office, settings: LadderSettings) -> int:
    """Reaches every rung that is due; returns how many. The log is followed first: an answer may be in it."""
    await follow(office, settings)
    count = 0
    while some := await office.database.run(_climb, office, settings):
        reached(Failpoint.KEEPER_AFTER_CLIMB)
        for one in some:
            _report(one)
        count += len(some)
    return count


def _climb(connection: Connection, office: Office, settings: LadderSettings) -> list[Reached]:
    found = store.climb(connection, office.clock.now(), settings, CLIMBED_AT_ONCE)
    reached(Failpoint.KEEPER_BEFORE_CLIMB)
    return found


def _report(one: Reached) -> None:
    asked, rung = one.question, one.rung.name.lower()
    if one.rung in {Rung.UNDELIVERED, Rung.OVERDUE}:
        log().error(Event.TERM_PASSED, id=asked.id, type=asked.type, recipient=asked.recipient, state=rung)
    else:
        log().warning(Event.TERM_NEARS, id=asked.id, type=asked.type, recipient=asked.recipient, state=rung)


async def remind(office: Office, link: Link) -> int:
    """Sends partners the reminders that are due; returns how many went out.

    The rung stands already; the notice goes before the mark that it was told. A crash between sends it again, under
    the same id. What was answered or ended meanwhile is not reminded of.
    """
    due = await office.database.read(store.untold, (Rung.REMINDED,), TOLD_AT_ONCE)
    told: list[Reached] = []
    count = 0
    for one in due:
        if one.question.stage is Stage.DELIVERED:
            if await _send(office, link, one) is not None:
                continue  # its inbox does not take it now; the next look tries again
            count += 1
            reached(Failpoint.KEEPER_AFTER_TERM_NOTICE)
        told.append(one)
    await office.database.run(store.mark_told, told, office.clock.now())
    return count


async def _send(office: Office, link: Link, one: Reached) -> HubError | None:
    question = one.question
    end = question.due.astimezone(AMSTERDAM) if question.due else None
    until = f" De termijn eindigt op {end:%d-%m-%Y} om {end:%H:%M} uur." if end else ""
    text = f"{short_type(question.type)} in dossier {case_code(question.case)} wacht op uw antwoord.{until}"
    notice_id = named_id("reminder", question.sender, question.id)
    return await send_notice(
        office, link, question.recipient, HubNoticeCode.REMINDER, text, ref=question.id, notice_id=notice_id
    )
