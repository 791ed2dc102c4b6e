"""The composition root of the hub: from settings to a running relay and keeper, and their orderly stop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hub import failpoints
from hub.clock import clock_of
from hub.conversations.ladder import LadderSettings
from hub.database import Database
from hub.errors import Code, RefusedError
from hub.keeper import Keeper, KeeperSettings
from hub.keeper.alarms import Teller
from hub.keeper.checkpoints import LogSettings
from hub.messagelog.schema import check_schema
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.register.governance import load_governance
from hub.relay.lanes import Lanes, LaneSettings
from hub.relay.quota import Quota, QuotaSettings
from hub.relay.registers import RegisterWatch
from hub.relay.relay import Office, Relay
from hub.running import run_until_stopped
from hub.settings import LOG_FLOOR, HubSettings
from hub.telling import messenger_of, watchman_of
from hub.wire.link import LinkSettings

if TYPE_CHECKING:
    from hub.console.process import Console


def link_settings(settings: HubSettings) -> LinkSettings:
    """Where and who we are at the broker."""
    broker = settings.broker
    return LinkSettings(broker.url, broker.ca, broker.certificate, broker.key)


def read_governance(path: Path) -> bytes:
    """The governance key's file, or RefusedError(register_invalid)."""
    try:
        return path.read_bytes()
    except OSError:
        raise RefusedError(Code.REGISTER_INVALID, path.name) from None


def open_office(settings: HubSettings) -> Office:
    """Register, keys and database of the hub; refuses a production register, and a database of another release."""
    governance = load_governance(read_governance(settings.governance_file))
    register = CurrentRegister(RegisterFile(settings.register_file, governance, settings.state / "register-floor.json"))
    keys = CurrentKeys(settings.keys, register.current.hub.oin, register)
    database = Database(settings.database)
    check_schema(database)
    return Office(register, keys, clock_of(settings.clock_file), database)


def relay_of(settings: HubSettings, office: Office) -> Lanes:
    """The relay of this process."""
    relay = settings.relay
    quota = Quota(QuotaSettings(relay.quota_rate, relay.quota_burst))
    own = relay.lanes if relay.lanes is not None else tuple(range(relay.lane_count))
    lanes = LaneSettings(
        own=own,
        count=relay.lane_count,
        batch=relay.batch,
        prefetch=relay.prefetch,
        look_s=relay.look_s,
        orphan_s=relay.orphan_s,
        adopted_s=relay.adopted_s,
    )
    return Lanes(Relay(office, quota), lanes, link_settings(settings))


def keeper_of(settings: HubSettings, office: Office) -> Keeper:
    """The keeper; only one at a time may run."""
    terms = settings.terms
    ladder = LadderSettings(terms.undelivered_after, terms.unreached_after, terms.escalate_after)
    keeper = KeeperSettings(ladder=ladder, log=LogSettings(settings.keys, settings.state / LOG_FLOOR))
    console = settings.console.url if settings.console else None
    return Keeper(
        office,
        keeper,
        link_settings(settings),
        lambda: read_inboxes(settings.state),
        Teller(office, messenger_of(settings.alarms, office.clock), console),
    )


def watch_of(settings: HubSettings) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A part of a process that watches over everything, where alarms are set."""

    async def watch(stop: asyncio.Event) -> None:
        async with watchman_of(settings, clock_of(settings.clock_file)) as watchman:
            if watchman is not None:
                await watchman.run(stop)

    return watch


def run_watch(settings: HubSettings) -> None:
    """The watchman alone in this process, until it is told to stop.

    Raises:
        RefusedError: `settings_invalid` without a part `alarms`.
    """
    if settings.alarms is None:
        raise RefusedError(Code.SETTINGS_INVALID, "alarms")
    asyncio.run(run_until_stopped(watch_of(settings)))


def read_inboxes(state: Path) -> dict[str, str]:
    """The names of the inboxes by OIN, as `topology apply` and `partners add` wrote them."""
    try:
        content = json.loads((state / "inboxes.json").read_bytes())
    except (OSError, ValueError):
        raise RefusedError(Code.SETTINGS_INVALID, "inboxes.json") from None
    return {str(oin): str(queue) for oin, queue in content.items()}


def open_console(settings: HubSettings) -> Console:
    """The operators' console, with a register and a database of its own; needs neither broker nor keys.

    Raises:
        RefusedError: `settings_invalid` without a part `console`; as `open_office`.
    """
    from hub.api.app import Api, create_api  # noqa: PLC0415 - as the next
    from hub.console.process import Console  # noqa: PLC0415 - a web server, of which a relay carries no weight

    if settings.console is None:
        raise RefusedError(Code.SETTINGS_INVALID, "console")
    governance = load_governance(read_governance(settings.governance_file))
    floor = settings.state / "console-register-floor.json"  # two processes do not write one file
    register = CurrentRegister(RegisterFile(settings.register_file, governance, floor))
    database = Database(settings.database)
    check_schema(database)
    clock = clock_of(settings.clock_file)
    api = create_api(Api(database, register, clock, f"{settings.console.url}/v1"))
    return Console(settings.console, database, register, clock, settings.state / LOG_FLOOR, api)


def run_console(settings: HubSettings, say: Callable[[str], None]) -> None:
    """The console in this process, until it is told to stop; `say` is told where it is."""
    console = open_console(settings)
    say(f"console: {console.desk.origin}")
    try:
        asyncio.run(run_until_stopped(console.run, watch_of(settings)))
    finally:
        console.desk.database.close()


def run_hub(settings: HubSettings) -> None:
    """Relay and keeper in this process, until it is told to stop."""
    if settings.failpoint is not None:
        failpoints.arm(settings.failpoint.point, settings.failpoint.after)
    office = open_office(settings)
    lanes, keeper = relay_of(settings, office), keeper_of(settings, office)
    try:
        asyncio.run(run_until_stopped(lanes.run, keeper.run, RegisterWatch(office).run, watch_of(settings)))
    finally:
        office.database.close()
