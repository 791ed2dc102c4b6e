"""What every command on a party's own machine begins with: its ledger, its register, and who sits there."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from adapters.settings import EdgeSettings
from adapters.upkeep import store
from hub.database import Database
from hub.errors import Code, HubError, RefusedError
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.register.model import Register
from hub.settings import sqlite_file

_LOGIN_CHARS: Final = 64


@contextmanager
def opened_ledger(settings: EdgeSettings) -> Iterator[Database]:
    """The ledger; `not_found` where there is none, for looking must not leave an empty one behind."""
    file = sqlite_file(settings.ledger)
    if file is not None and not file.exists():
        raise RefusedError(Code.NOT_FOUND, file.name)
    database = Database(settings.ledger)
    try:
        if not store.is_ledger(database):
            raise RefusedError(Code.NOT_FOUND, "ledger")
        yield database
    finally:
        database.close()


def register_of(settings: EdgeSettings) -> Register:
    """The register that lies there, verified; a command looks at it and moves no floor.

    Raises:
        RefusedError: `key_invalid`, `register_invalid`.
    """
    return load_register(read_body(settings.register_file), read_governance(settings.governance_file))


def names_of(settings: EdgeSettings) -> dict[str, str]:
    """Names by OIN for whoever reads a table; none where the register cannot be used, which is no reason to stop."""
    try:
        register = register_of(settings)
    except HubError:
        return {}
    return {organisation.oin: organisation.name for organisation in register.organisations.values()}


def operator() -> str:
    """The login of whoever sits at the terminal, also behind `sudo`; in a session without terminal the process's."""
    try:
        return os.getlogin()[:_LOGIN_CHARS]
    except OSError:
        pass
    try:
        return pwd.getpwuid(os.getuid()).pw_name[:_LOGIN_CHARS]
    except KeyError:
        return f"uid {os.getuid()}"


def record_looking(database: Database, settings: EdgeSettings, keys: Sequence[tuple[str, str]], command: str) -> None:
    """Writes down who is about to see persons, by sender and message, before anybody does."""
    store.prepare(database)
    now = settings.clock().now()
    with database.begin() as tx:
        for key in keys:
            store.record_access(tx, key, operator(), command, now)
