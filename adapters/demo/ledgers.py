"""The databases of the parties before anybody runs: brought to this release here, so that nobody does it at its start.

Each is made where it stays, in its owner's folder; the tokens in them are made there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from adapters.bewindvoerder.access import Scope as PortalScope
from adapters.bewindvoerder.access import Token as PortalToken
from adapters.bewindvoerder.access import new_secret
from adapters.bewindvoerder.access.store import add_token
from adapters.bewindvoerder.tables import PORTAL_SCHEMA
from adapters.bewindvoerder.tables import SCHEMA as OFFICE_SCHEMA
from adapters.convenant.tables import SCHEMA as CREDITOR_SCHEMA
from adapters.demo.configuration import LEDGER, PORTAL_DATABASE
from adapters.demo.parties import HAARLEM, OFFICE, OFFICES, WITH_ADAPTER, Party
from adapters.demo.world import Place
from adapters.gbkz.tables import SCHEMA as TAX_SCHEMA
from adapters.haarlem.desk.access import Scope, make_token
from adapters.haarlem.tables import SCHEMA as HAARLEM_SCHEMA
from adapters.kredietbank.tables import SCHEMA as BANK_SCHEMA
from adapters.ledger import Ledger
from adapters.migrations import Schema, upgrade
from adapters.vish.tables import SCHEMA as VISH_SCHEMA
from hub.clock import Clock, new_id
from hub.database import Database

TOKEN_LIFE: Final = timedelta(days=30)
#: What an adapter keeps beside what every edge keeps; an office of the portal has no adapter.
SCHEMAS: Final[Mapping[str, Schema]] = {
    "haarlem": HAARLEM_SCHEMA,
    "vish": VISH_SCHEMA,
    "gbkz": TAX_SCHEMA,
    "convenant": CREDITOR_SCHEMA,
    "kredietbank": BANK_SCHEMA,
    "": OFFICE_SCHEMA,
}


def make_ledgers(place: Place) -> None:
    """Makes the ledger of everybody who has an edge of ours, and the portal's own database."""
    for party in (*WITH_ADAPTER, *OFFICES):
        ledger = Ledger(_address(place, party))
        try:
            ledger.upgrade(SCHEMAS[party.adapter])
        finally:
            ledger.close()
    portal = _portal(place)
    upgrade(portal, PORTAL_SCHEMA)
    portal.close()


def _address(place: Place, party: Party) -> str:
    return f"sqlite:///{place.of(party) / LEDGER}"


def _portal(place: Place) -> Database:
    return Database(f"sqlite:///{place.of(OFFICE) / PORTAL_DATABASE}")


def office_token(place: Place, clock: Clock) -> str:
    """A token of the office's own software, made where the portal runs."""
    database = _portal(place)
    secret, scopes = new_secret(), frozenset(PortalScope)
    token = PortalToken(new_id(clock), OFFICE.name, "kantoorsoftware (demo)", scopes, clock.now(), "demo")
    try:
        with database.begin() as tx:
            add_token(tx, token, secret)
    finally:
        database.close()
    return secret


def case_system_token(place: Place, clock: Clock) -> str:
    """A token of the case system, made on Haarlem's own machine."""
    ledger = Ledger(_address(place, HAARLEM))
    try:
        with ledger.begin() as tx:
            return make_token(tx, "zaaksysteem (demo)", Scope, clock.now(), clock.now() + TOKEN_LIFE)[1]
    finally:
        ledger.close()
