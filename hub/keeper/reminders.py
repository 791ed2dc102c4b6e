"""Reminding partners of keys near their end, each time once: a key that lapses stops an organisation in mid-case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.failpoints import Failpoint, reached
from hub.messagelog.due.store import add_notice, notices_sent
from hub.register.model import Key, Register
from hub.relay.notices import send_notice
from hub.relay.office import Office
from hub.wire.link import Link
from schemas.codes import HubNoticeCode

DAYS_BEFORE: Final = (1, 7, 14, 30, 60)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to say once."""

    name: str
    oin: str
    text: str


async def remind(office: Office, link: Link) -> int:
    """Sends the reminders that are due and did not go out yet; returns how many.

    The notice goes first and the row after it: a crash between reminds twice, never not at all. A partner whose inbox
    does not take it is reminded when it does.
    """
    now = office.clock.now()
    due = list(reminders(office.register.current, now))
    sent = await office.database.read(notices_sent) if due else set()
    count = 0
    for reminder in due:
        if reminder.name in sent:
            continue
        if await send_notice(office, link, reminder.oin, HubNoticeCode.KEY_EXPIRING, reminder.text) is None:
            reached(Failpoint.KEEPER_AFTER_NOTICE)
            await office.database.run(add_notice, reminder.name, now)
            count += 1
    return count


def reminders(register: Register, now: datetime) -> Iterator[Reminder]:
    """Every key that is the last of its use and organisation and ends within 60 days, at the nearest of the marks."""
    for organisation in register.organisations.values():
        if not organisation.active or organisation.oin == register.hub.oin:
            continue
        for use in ("sig", "enc"):
            usable = [key for key in organisation.keys if key.use == use and key.status == "active"]
            last = max(usable, key=lambda key: key.exp, default=None)
            if last is not None and (days := _mark(last, now)) is not None:
                text = f"Sleutel {last.kid} verloopt op {last.exp:%d-%m-%Y}. Maak en meld tijdig een nieuwe."
                yield Reminder(f"key:{last.kid}:{days}", organisation.oin, text)


def _mark(key: Key, now: datetime) -> int | None:
    """The smallest number of days of the marks within which the key ends; None long before, and after."""
    left = key.exp - now
    return next((days for days in DAYS_BEFORE if timedelta(0) < left <= timedelta(days=days)), None)
