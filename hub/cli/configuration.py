"""Where a hub command finds its settings, and the database behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hub.database import Database
from hub.errors import Code, HubError, RefusedError
from hub.messagelog.schema import check_schema
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.settings import HubSettings, config_path, load_hub_settings, sqlite_file

ConfigOption = Annotated[
    Path | None, Parameter(name="--config", help="The hub's settings, a TOML file; HUB_CONFIG names it when left out.")
]


def hub_settings(config: Path | None) -> HubSettings:
    """The settings that the option or `HUB_CONFIG` names."""
    return load_hub_settings(config_path(config))


def check_database_is_there(url: str) -> None:
    """A command that only looks must not leave an empty database behind.

    Raises:
        RefusedError: `not_found` for a SQLite file that is not there.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise RefusedError(Code.NOT_FOUND, file.name)


@contextmanager
def opened_log(settings: HubSettings) -> Iterator[Database]:
    """The hub's database, of this release."""
    check_database_is_there(settings.database)
    database = Database(settings.database)
    try:
        check_schema(database)
        yield database
    finally:
        database.close()


def organisation_names(settings: HubSettings) -> dict[str, str]:
    """Names by OIN for whoever reads a table; empty where the register cannot be used, which is no reason to stop."""
    try:
        register = load_register(read_body(settings.register_file), read_governance(settings.governance_file))
    except HubError:
        return {}
    return {organisation.oin: organisation.name for organisation in register.organisations.values()}
