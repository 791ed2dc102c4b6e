"""`schuldhub check`: looks at everything that the hub needs, and says what to do about what is wrong."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cyclopts import App

from hub.cli.app import PROBLEMS
from hub.cli.configuration import ConfigOption, check_database_is_there
from hub.cli.doctor.finding import Finding, Level, failed, ok, problem
from hub.cli.doctor.papers import (
    Papers,
    look_at_certificates,
    look_at_keys,
    look_at_modes,
    look_at_register,
)
from hub.cli.doctor.partners import look_at_partner_keys
from hub.cli.doctor.record import look_at_database
from hub.cli.doctor.road import look_at_broker
from hub.cli.output import Output, OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import clock_of
from hub.database import Database
from hub.errors import HubError
from hub.events import configure
from hub.register.inboxes import InboxFile
from hub.register.model import Register
from hub.register.partners import partners_of
from hub.settings import HubSettings, config_path, load_hub_settings, sqlite_file
from hub.wire.link import LinkSettings

app = App(name="check")
FLOOR_FILE: Final = "register-floor.json"
INBOX_FILE: Final = "inboxes.json"


@app.default
def check(*, config: ConfigOption = None, output: OutputOption = None) -> int:
    """Look at settings, register, keys (partners' too), modes, database, broker, lanes, inboxes, edges and clocks.

    Each line is ok, warn or problem, with what to do; exit 6 when there is a problem. Nothing is changed.

    Args:
        config: The hub's settings.
        output: How to print it.
    """
    configure("check", stream=io.StringIO())  # the findings say it better than lines of a log
    path = config_path(config)
    try:
        settings = load_hub_settings(path)
    except HubError as error:
        return report([failed("settings", error)], output)
    return report([ok("settings", f"{path.name} can be read"), *_look(settings, path)], output)


def report(findings: Sequence[Finding], output: Output | None) -> int:
    """Prints the findings; returns the exit code."""
    print_rows([finding.row() for finding in findings], output)
    problems = sum(finding.level is Level.PROBLEM for finding in findings)
    warnings = sum(finding.level is Level.WARN for finding in findings)
    say(f"{problems} problem(s), {warnings} warning(s)")
    return PROBLEMS if problems else OK


def _look(settings: HubSettings, path: Path) -> list[Finding]:
    now = clock_of(settings.clock_file).now()
    papers = papers_of(settings)
    found, register = look_at_register(papers, now)
    if register is not None:
        found += look_at_keys(papers, register.hub.oin, register, now)
        found += look_at_partner_keys(register, now)
    found += look_at_certificates(papers, now)
    found += look_at_modes((settings.keys, settings.state), _secrets(settings, path))
    names = {partner.oin: partner.name for partner in partners_of(register)} if register else {}
    found += _look_at_record(settings, register, names)
    return found + _look_at_road(settings, names)


def papers_of(settings: HubSettings) -> Papers:
    """Where the hub's papers lie."""
    broker = settings.broker
    return Papers(
        register_file=settings.register_file,
        governance_file=settings.governance_file,
        floor_file=settings.state / FLOOR_FILE,
        keys=settings.keys,
        ca=broker.ca,
        certificate=broker.certificate,
        certificate_key=broker.key,
        opens=False,
    )


def _secrets(settings: HubSettings, path: Path) -> list[Path]:
    """Files that others may not read: the key of the connection, the database, and settings that hold a password."""
    secrets = [settings.broker.key]
    file = sqlite_file(settings.database)
    if file is None:
        return [*secrets, path] if "@" in settings.database else secrets
    return [*secrets, file] if file.exists() else secrets


def _look_at_record(settings: HubSettings, register: Register | None, names: dict[str, str]) -> list[Finding]:
    try:
        check_database_is_there(settings.database)
    except HubError as error:
        return [problem("database", f"{error.place} is not there", "run `schuldhub db upgrade`")]
    now = clock_of(settings.clock_file).now()
    database = Database(settings.database)
    try:
        return look_at_database(database, names, register.version if register else 0, now)
    finally:
        database.close()


def _look_at_road(settings: HubSettings, names: dict[str, str]) -> list[Finding]:
    broker = settings.broker
    link = LinkSettings(broker.url, broker.ca, broker.certificate, broker.key)
    try:
        inboxes = InboxFile(settings.state / INBOX_FILE).load()
    except HubError as error:
        return [failed("inboxes", error)]
    return asyncio.run(look_at_broker(link, settings.relay.lane_count, inboxes, names))
