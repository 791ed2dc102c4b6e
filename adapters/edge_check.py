"""`schuldhub edge check`: looks at everything that an edge needs, on its own machine; changes nothing."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from adapters.edge_options import ConfigFile
from adapters.process import FLOOR_FILE, link_settings
from adapters.settings import EdgeSettings, load_edge_settings
from adapters.upkeep import store
from hub.cli.check import report
from hub.cli.doctor.finding import Finding, failed, ok, problem, warn
from hub.cli.doctor.papers import Papers, look_at_certificates, look_at_keys, look_at_modes, look_at_register
from hub.cli.doctor.road import look_at_own_inbox
from hub.cli.output import OutputOption
from hub.database import Database
from hub.errors import HubError
from hub.events import configure
from hub.settings import sqlite_file

_START = "start the adapter: it makes its ledger"


def check(*, config: ConfigFile, output: OutputOption = None) -> int:
    """Look at settings, register, keys, modes, ledger and the own inbox, changing nothing; exit 6 for a problem.

    Args:
        config: The settings of the edge.
        output: How to print it.
    """
    configure("check", stream=io.StringIO())  # the findings say it better than lines of a log
    return report(look(config), output)


def look(config: Path) -> list[Finding]:
    """The findings, one for each thing that was looked at."""
    try:
        settings = load_edge_settings(config)
    except HubError as error:
        return [failed("settings", error)]
    now = settings.clock().now()
    papers = papers_of(settings)
    found = [ok("settings", f"{config.name} can be read")]
    register_findings, register = look_at_register(papers, now)
    found += register_findings
    if register is not None and register.organisation(settings.identity.oin) is None:
        found.append(problem("register", "it does not know this OIN", "the governance adds it; see `identity.oin`"))
    elif register is not None:
        found += look_at_keys(papers, settings.identity.oin, register, now)
    found += look_at_certificates(papers, now)
    found += look_at_modes((settings.keys, settings.state), _secrets(settings, config))
    found += _look_at_ledger(settings)
    return found + asyncio.run(look_at_own_inbox(link_settings(settings), settings.identity.inbox))


def papers_of(settings: EdgeSettings) -> Papers:
    """Where the papers of this party lie."""
    broker = settings.broker
    return Papers(
        register_file=settings.register_file,
        governance_file=settings.governance_file,
        floor_file=settings.state / FLOOR_FILE,
        keys=settings.keys,
        ca=broker.ca,
        certificate=broker.certificate,
        certificate_key=broker.key,
        opens=True,
    )


def _secrets(settings: EdgeSettings, config: Path) -> list[Path]:
    """Files that others may not read: the key of the connection, the ledger, and settings that hold a password."""
    secrets = [settings.broker.key]
    file = sqlite_file(settings.ledger)
    if file is None:
        return [*secrets, config] if "@" in settings.ledger else secrets
    return [*secrets, file] if file.exists() else secrets


def _look_at_ledger(settings: EdgeSettings) -> list[Finding]:
    file = sqlite_file(settings.ledger)
    if file is not None and not file.exists():
        return [warn("ledger", f"{file.name} is not there yet", _START)]
    database = Database(settings.ledger)
    try:
        if not store.is_ledger(database):
            return [warn("ledger", "it has no tables yet", _START)]
        with database.reading() as tx:
            undecided = store.undecided(tx)
    except HubError as error:
        return [failed("ledger", error)]
    finally:
        database.close()
    if undecided:
        says = f"{undecided} acts are uncertain or failed"
        return [warn("ledger", says, "see `schuldhub edge list --state uncertain --state failed`")]
    return [ok("ledger", "answers; nothing waits for a person")]
