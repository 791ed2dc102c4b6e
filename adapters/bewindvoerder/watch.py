"""Tells whoever runs the portal of an office that does not read: its reminders may go nowhere.

A receipt means stored, not seen: the road says *delivered* while nobody looks. So a letter that lies unread past its
term is an alarm here (messages.md 3, *Portal and SFTP*): once when it begins and once when the office has read, in the
log and by mail; `schuldhub portal status` shows how it stands. What it says or about whom is in none of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from adapters.bewindvoerder import store
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.mail import LOOK_S, Postman
from adapters.bewindvoerder.records import Silence, Unread
from adapters.bewindvoerder.store import Transaction
from hub.clock import Clock
from hub.errors import HubError
from hub.events import Event, log
from hub.waiting import pause
from hub.workdays import local_day, term_end

SUBJECT: Final = "Een kantoor leest zijn berichten niet"
SILENT: Final = (
    "{office} ({oin}) heeft ongelezen berichten die langer liggen dan afgesproken, het oudste sinds {day}.\n\n"
    "Bel het kantoor: misschien komen de herinneringen nergens aan. Wie schreef, wacht op antwoord.\n\n"
    "Hoe het ervoor staat: schuldhub portal status\n"
)
SUBJECT_OVER: Final = "Een kantoor leest zijn berichten weer"
OVER: Final = "{office} ({oin}) heeft gelezen wat er lag.\n"


def is_silent(unread: Unread | None, office: Office, now: datetime) -> bool:
    """Whether something lies unread past the office's term."""
    return unread is not None and term_end(local_day(unread.oldest), office.terms.read) < now


class Watchman:
    """Looks whether the offices of one portal read."""

    def __init__(self, postman: Postman | None, clock: Clock) -> None:
        self._postman = postman
        self._clock = clock

    async def run(self, offices: Iterable[Office], stop: asyncio.Event) -> None:
        """Looks until `stop`."""
        while not await pause(stop, LOOK_S):
            await self.tick(offices)

    async def tick(self, offices: Iterable[Office]) -> None:
        """Looks at every office; one that fails holds up no other."""
        for office in offices:
            try:
                await self._look(office)
            except HubError as error:
                log().warning(Event.OUTSIDE_FAILED, place="watch", code=error.code, oin=office.edge.identity.oin)

    async def _look(self, office: Office) -> None:
        known = await office.committed(_noted, office, self._clock.now())
        if known is None or known.told:
            return
        if self._postman is not None:
            words = {"office": office.settings.name, "oin": office.edge.identity.oin}
            words["day"] = local_day(known.since).strftime("%d-%m-%Y")
            subject, text = (SUBJECT_OVER, OVER) if known.over else (SUBJECT, SILENT)
            await self._postman.tell_operators(subject, text.format(**words))
        await office.committed(store.put_silence, None if known.over else replace(known, told=True))


def _noted(tx: Transaction, office: Office, now: datetime) -> Silence | None:
    """How it stands, written down and logged when it changed."""
    unread, known = store.unread(tx), store.silence(tx)
    silent_since = unread.oldest if unread is not None and is_silent(unread, office, now) else None
    found = next_silence(known, silent_since)
    if found != known:
        store.put_silence(tx, found)
        oin = office.edge.identity.oin
        if silent_since is None:
            log().info(Event.OFFICE_RETURNED, oin=oin)
        else:
            log().error(Event.OFFICE_SILENT, oin=oin, count=unread.count if unread else 0)
    return found


def next_silence(known: Silence | None, silent_since: datetime | None) -> Silence | None:
    """What is known after a look. What was over before anybody was told of it, is as if it had not been."""
    if silent_since is not None:
        if known is None:
            return Silence(silent_since)
        return replace(known, over=False, told=True) if known.over else known
    if known is None or known.over:
        return known
    return replace(known, over=True, told=False) if known.told else None
