"""Tells an office by mail that something waits; never what, about whom, or from whom.

One mail for everything that came since the last, and on each later working day one more while a letter lies unread too
long. A mail that could not be handed over comes again; after a crash it may come twice, never not at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

import aiosmtplib

from adapters.bewindvoerder import store
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.settings import MailSettings
from adapters.bewindvoerder.store import Transaction
from hub.clock import Clock
from hub.errors import Code, HubError, UnavailableError
from hub.events import Event, log
from hub.secret import read_secret
from hub.waiting import pause
from hub.workdays import is_working_day, local_day, term_end

LOOK_S: Final = 30.0
SUBJECT: Final = "Er staat een bericht voor u klaar"
TEXT: Final = (
    "Voor {office} staat een bericht klaar in het portaal van de schuldhulp.\n\n"
    "Meld u aan op {url} om het te lezen.\n\n"
    "In deze mail staat met opzet niet waarover het bericht gaat. Er staat geen link in die u hoeft te vertrouwen:\n"
    "u kunt het adres ook zelf intypen.\n"
)


class Postman:
    """Mails the offices of one portal."""

    def __init__(self, settings: MailSettings, url: str, clock: Clock) -> None:
        """Reads the password.

        Raises:
            RefusedError: settings_invalid, with the name of its file.
        """
        self._settings = settings
        self._url = url
        self._clock = clock
        self._password = read_secret(settings.password_file) if settings.password_file else None

    async def run(self, offices: Iterable[Office], stop: asyncio.Event) -> None:
        """Looks until `stop`."""
        while not await pause(stop, LOOK_S):
            await self.tick(offices)

    async def tick(self, offices: Iterable[Office]) -> None:
        """Mails every office for which something waits now; one that fails holds up no other."""
        for office in offices:
            try:
                await self._look(office)
            except HubError as error:
                log().warning(Event.OUTSIDE_FAILED, place="mail", code=error.code, oin=office.edge.identity.oin)

    async def _look(self, office: Office) -> None:
        now = self._clock.now()
        up_to = await office.committed(_due, now, office, timedelta(minutes=self._settings.every_minutes))
        if up_to is None or not office.settings.mail:
            return
        await self.send(office.settings.mail, SUBJECT, TEXT.format(office=office.settings.name, url=self._url))
        await office.committed(store.put_mailed, up_to, now)

    async def tell_operators(self, subject: str, text: str) -> None:
        """Mails whoever runs the portal, where anybody is named.

        Raises:
            UnavailableError: it could not be handed over.
        """
        if self._settings.operators:
            await self.send(self._settings.operators, subject, text)

    async def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Hands one mail over.

        Raises:
            UnavailableError: it could not be handed over.
        """
        mail, settings = EmailMessage(), self._settings
        mail["From"], mail["To"], mail["Subject"] = settings.sender, ", ".join(to), subject
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        try:
            await aiosmtplib.send(
                mail,
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=self._password,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
                timeout=settings.deadline_s,
            )
        except (aiosmtplib.SMTPException, OSError):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "mail") from None


def _due(tx: Transaction, now: datetime, office: Office, every: timedelta) -> datetime | None:
    """Up to which letter the office is to be told now, if it is."""
    unread = store.unread(tx)
    if unread is None:
        return None
    told = store.mailed(tx)
    if told is None:
        return unread.newest
    up_to, at = told
    if unread.newest > up_to and now - at >= every:
        return unread.newest
    today = local_day(now)
    late = term_end(local_day(unread.oldest), office.terms.remind) < now
    return max(up_to, unread.newest) if late and is_working_day(today) and local_day(at) < today else None
