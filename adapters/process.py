"""The composition root of an edge: from settings to a running edge with its adapter, and its orderly stop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.adapter import Compose
from adapters.contract import Identity, Office
from adapters.edge import Edge
from adapters.ledger import Ledger
from adapters.settings import EdgeSettings
from hub import failpoints
from hub.errors import Code, RefusedError
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.register.governance import read_governance
from hub.running import run_until_stopped
from hub.wire.link import LinkSettings

FLOOR_FILE: Final = "register-floor.json"


def link_settings(settings: EdgeSettings) -> LinkSettings:
    """Where and who this edge is at the broker."""
    broker = settings.broker
    return LinkSettings(broker.url, broker.ca, broker.certificate, broker.key)


def open_office(settings: EdgeSettings) -> Office:
    """Register and keys of this party.

    Raises:
        RefusedError: `register_invalid`, `register_stale`, `key_invalid`; `key_missing` without a key to sign with;
            `production_refused`; `settings_invalid` for an OIN that the register does not know.
    """
    governance = read_governance(settings.governance_file)
    register = CurrentRegister(RegisterFile(settings.register_file, governance, settings.state / FLOOR_FILE))
    if register.current.organisation(settings.identity.oin) is None:
        raise RefusedError(Code.SETTINGS_INVALID, "identity.oin: not in the register")
    clock = settings.clock()
    keys = CurrentKeys(settings.keys, settings.identity.oin, register)
    keys.signing(clock.now())
    return Office(register, keys, clock)


@contextmanager
def opened_edge(settings: EdgeSettings) -> Iterator[Edge]:
    """An edge that is not running yet; its ledger closes with the context."""
    office = open_office(settings)
    ledger = Ledger(settings.ledger)
    identity = Identity(settings.identity.oin, settings.identity.system, settings.identity.inbox)
    try:
        yield Edge(identity, ledger, office, link_settings(settings))
    finally:
        ledger.close()


def run_adapter(settings: EdgeSettings, compose: Compose) -> None:
    """An edge with its adapter in this process, until it is told to stop."""
    if settings.failpoint is not None:
        failpoints.arm(settings.failpoint.point, settings.failpoint.after)
    with opened_edge(settings) as edge:
        asyncio.run(_run(edge, settings, compose))


async def _run(edge: Edge, settings: EdgeSettings, compose: Compose) -> None:
    async with compose(edge, settings.own) as tasks:
        await run_until_stopped(edge.run, *tasks)
