"""Puts together from settings how alarms leave the house, and who watches what every other alarm depends on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from hub.alarms.memory import Memory
from hub.alarms.messenger import HookRoute, MailRoute, Messenger
from hub.alarms.vitals import Vitals, VitalsSettings
from hub.alarms.watchman import Watchman
from hub.clock import Clock
from hub.database import Database
from hub.secret import read_secret
from hub.settings import AlarmSettings, HubSettings, MailSettings, WebhookSettings, sqlite_file
from hub.wire.link import LinkSettings

_MB: Final = 1_000_000


def messenger_of(settings: AlarmSettings | None, clock: Clock) -> Messenger:
    """The ways that are set.

    Raises:
        RefusedError: `settings_invalid`, for a secret that cannot be read.
    """
    if settings is None:
        return Messenger(None, None, clock)
    return Messenger(_mail_route(settings.mail), _hook_route(settings.webhook), clock)


def _mail_route(mail: MailSettings | None) -> MailRoute | None:
    if mail is None:
        return None
    password = read_secret(mail.password_file) if mail.password_file else None
    return MailRoute(mail.host, mail.port, mail.encryption, mail.sender, mail.to, mail.user, password, mail.ca)


def _hook_route(hook: WebhookSettings | None) -> HookRoute | None:
    if hook is None:
        return None
    return HookRoute(hook.url, read_secret(hook.token_file) if hook.token_file else None, hook.ca)


@asynccontextmanager
async def watchman_of(settings: HubSettings, clock: Clock) -> AsyncIterator[Watchman | None]:
    """A watchman with a database connection of its own; None where no alarms are set."""
    given = settings.alarms
    if given is None:
        yield None
        return
    database = Database(settings.database, threads=2)
    file = sqlite_file(settings.database)
    folders = [settings.state, *([file.parent] if file else [])]
    broker = settings.broker
    link = LinkSettings(broker.url, broker.ca, broker.certificate, broker.key)
    looks_at = VitalsSettings(link, settings.relay.lane_count, folders, given.disk_free_mb * _MB)
    try:
        yield Watchman(
            Vitals(database, looks_at, clock),
            database,
            messenger_of(given, clock),
            Memory(settings.state),
            clock,
            console=settings.console.url if settings.console else None,
            patience=timedelta(seconds=given.patience_s),
        )
    finally:
        database.close()
