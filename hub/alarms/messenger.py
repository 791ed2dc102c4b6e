"""Takes letters out of the house: by e-mail and by webhook, each for itself, neither by way of broker or database.

Both libraries are loaded when there is something to tell: a hub at rest carries no weight of them.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Literal

from hub.alarms.letters import Letter
from hub.alarms.store import Channel
from hub.clock import Clock, rfc3339
from hub.errors import Code, UnavailableError

WAIT_S: Final = 20.0
Encryption = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailRoute:
    """A mail server, and from whom to whom."""

    host: str
    port: int
    encryption: Encryption
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password: str | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class HookRoute:
    """Where letters are posted as JSON; `token` goes along as a bearer."""

    url: str
    token: str | None = None
    ca: Path | None = None


class Messenger:
    """Every way that is set; a letter is told when the other side took it."""

    def __init__(self, mail: MailRoute | None, webhook: HookRoute | None, clock: Clock) -> None:
        self._mail = mail
        self._webhook = webhook
        self._clock = clock

    def has(self, channel: Channel) -> bool:
        """Whether letters go this way."""
        return (self._mail if channel is Channel.MAIL else self._webhook) is not None

    async def tell(self, channel: Channel, letter: Letter) -> None:
        """Takes a letter one way; where that way is not set, nothing happens.

        Raises:
            UnavailableError: `outside_unavailable`: it was not taken, or nobody knows whether it was.
        """
        if channel is Channel.MAIL and self._mail is not None:
            await _mail(self._mail, letter, self._clock)
        if channel is Channel.WEBHOOK and self._webhook is not None:
            await _post(self._webhook, letter, self._clock)


async def _mail(route: MailRoute, letter: Letter, clock: Clock) -> None:
    import aiosmtplib  # noqa: PLC0415 - see above

    message = EmailMessage()
    message["From"] = route.sender
    message["To"] = ", ".join(letter.to or route.to)
    message["Subject"] = letter.subject
    message["Date"] = clock.now()
    message["Message-ID"] = f"<{letter.id}@{route.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office answers (RFC 3834)
    message.set_content(letter.text)
    try:
        await aiosmtplib.send(
            message,
            hostname=route.host,
            port=route.port,
            use_tls=route.encryption == "tls",
            start_tls=route.encryption == "starttls",
            username=route.user,
            password=route.password,
            tls_context=None if route.encryption == "none" else ssl.create_default_context(cafile=route.ca),
            timeout=WAIT_S,
        )
    except (aiosmtplib.SMTPException, OSError):
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "alarms.mail") from None


async def _post(route: HookRoute, letter: Letter, clock: Clock) -> None:
    import httpx2  # noqa: PLC0415 - see above

    headers = {"Authorization": f"Bearer {route.token}"} if route.token else {}
    content = {"id": letter.id, "time": rfc3339(clock.now()), "subject": letter.subject, **letter.data}
    verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=route.ca) if route.ca else True
    try:
        async with httpx2.AsyncClient(timeout=WAIT_S, verify=verify, follow_redirects=False) as client:
            response = await client.post(route.url, json=content, headers=headers)
    except httpx2.HTTPError:
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "alarms.webhook") from None
    if not response.is_success:
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "alarms.webhook")
