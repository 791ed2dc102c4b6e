"""Everything of the demo set up and started, each party in its own process; taken down again at the end."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from adapters.bewindvoerder.access import Scope as PortalScope
from adapters.bewindvoerder.access import Token as PortalToken
from adapters.bewindvoerder.access import new_secret
from adapters.bewindvoerder.access.store import add_token
from adapters.bewindvoerder.tables import PORTAL_SCHEMA
from adapters.demo.brokers import DemoBroker, running_broker
from adapters.demo.caseworker import CaseSystem
from adapters.demo.cast import Cast
from adapters.demo.configuration import (
    CLOCK,
    CONFIG,
    PORTAL_DATABASE,
    configure_adapters,
    configure_edges,
    configure_haarlem,
    configure_hub,
    configure_portal,
)
from adapters.demo.console import DemoConsole
from adapters.demo.office import OfficeSoftware
from adapters.demo.outside_chain import Outside
from adapters.demo.parties import HAARLEM, HUB, OFFICE, WITH_ADAPTER, Party
from adapters.demo.process import LOOPBACK, free_ports
from adapters.demo.screen import Screen
from adapters.demo.world import Place, make_world, private_folder
from adapters.haarlem.desk.access import Scope, make_token
from adapters.haarlem.tables import SCHEMA as HAARLEM_TABLES
from adapters.ledger import Ledger
from adapters.migrations import upgrade
from hub.clock import ShiftedClock, SystemClock, new_id
from hub.database import Database
from hub.errors import Code, UnavailableError
from hub.messagelog import schema

TOKEN_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True)
class Stage:
    """What the story plays on."""

    place: Place
    broker: DemoBroker
    cast: Cast
    outside: Outside
    cases: CaseSystem
    office: OfficeSoftware
    clock: ShiftedClock
    console: DemoConsole

    def start_adapter(self, party: Party) -> None:
        """Starts the edge of one party with its adapter."""
        config = str(self.place.of(party) / CONFIG)
        folder = self.place.of(party)
        self.cast.start_ours(party.name, "adapter", "run", party.adapter, "--config", config, folder=folder)

    def move_clock_to(self, moment: datetime) -> None:
        """Moves the clock of hub and adapters; the outside systems keep their own."""
        shift = (moment - datetime.fromtimestamp(SystemClock().now().timestamp(), UTC)).total_seconds()
        fresh = self.place.root / f"{CLOCK}.nieuw"
        fresh.write_text(f"{shift}\n", encoding="ascii")
        fresh.replace(self.place.root / CLOCK)

    def pass_time_until(self, moment: datetime) -> None:
        """Everybody's time goes on to a later day: ours to that instant, the outside systems' by whole days."""
        self.outside.advance((moment.date() - self.clock.now().date()).days)
        self.move_clock_to(moment)


@contextmanager
def set_stage(root: Path, screen: Screen) -> Iterator[Stage]:
    """Sets everything up in `root`, which is emptied first; when the context ends every process has ended."""
    with _alone(root):
        if root.exists():
            shutil.rmtree(root)
        private_folder(root)
        with _running(root, screen) as stage:
            yield stage


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One demo at a time in a folder; the lock goes with the process, however that ends."""
    lock = os.open(root.with_name(f"{root.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "another demo runs in this folder; stop it first") from None
    finally:
        os.close(lock)


@contextmanager
def _running(root: Path, screen: Screen) -> Iterator[Stage]:
    place, clock = Place(root / "partijen"), SystemClock()
    with screen.act("Broker starten (eigen RabbitMQ op loopback, wederzijds TLS)"):
        broker_context = running_broker(root / "broker", clock)
        broker = broker_context.__enter__()
    cast = Cast(private_folder(root / "logboeken"))
    try:
        with screen.act("Sleutels, certificaten, register en postbussen maken, elk in de eigen map"):
            make_world(place, broker, clock)
        with screen.act("Buitensystemen, hub en adapters starten, elk als eigen proces"):
            stage = _start(place, broker, cast, clock)
        yield stage
    finally:
        cast.stop_all()
        broker_context.__exit__(None, None, None)


def _start(place: Place, broker: DemoBroker, cast: Cast, clock: SystemClock) -> Stage:
    outside = Outside.prepare(place, clock)
    outside.start(cast)
    api_port, portal_port, issuer_port = free_ports(3)
    hub_config = configure_hub(place, broker.address)
    configure_edges(place, broker.address)
    configure_adapters(place, outside)
    configure_haarlem(place, api_port)
    secret = secrets.token_urlsafe(24)
    portal = configure_portal(place, portal_port, f"http://{LOOPBACK}:{issuer_port}", secret)
    console = DemoConsole.prepare(place)
    database = Database(f"sqlite:///{place.of(HUB) / 'hub.db'}")
    schema.upgrade(database)
    database.close()
    cases = CaseSystem(api_port, _token(place, clock))
    office = OfficeSoftware(portal_port, _office_token(place, clock))
    stage = Stage(place, broker, cast, outside, cases, office, ShiftedClock(place.root / CLOCK), console)
    cast.start_ours(HUB.name, "up", "--config", str(hub_config), folder=place.of(HUB))
    for party in WITH_ADAPTER:
        stage.start_adapter(party)
    cast.start_ours("portaal", "portal", "run", "--config", str(portal), folder=place.of(OFFICE))
    arguments = (str(issuer_port), office.url, secret)
    cast.start("aanmelden-portaal", "adapters.demo.issuing", *arguments, folder=place.of(OFFICE))
    cast.wait(HAARLEM.name, cases.reachable)
    cast.wait("portaal", office.reachable)
    return stage


def _office_token(place: Place, clock: SystemClock) -> str:
    """A token of the office's own software, made where the portal runs."""
    database = Database(f"sqlite:///{place.of(OFFICE) / PORTAL_DATABASE}")
    secret, scopes = new_secret(), frozenset(PortalScope)
    token = PortalToken(new_id(clock), OFFICE.name, "kantoorsoftware (demo)", scopes, clock.now(), "demo")
    try:
        upgrade(database, PORTAL_SCHEMA)
        with database.begin() as tx:
            add_token(tx, token, secret)
    finally:
        database.close()
    return secret


def _token(place: Place, clock: SystemClock) -> str:
    """A token of the case system, made on Haarlem's own machine."""
    ledger = Ledger(f"sqlite:///{place.of(HAARLEM) / 'grootboek.db'}")
    try:
        ledger.upgrade(HAARLEM_TABLES)
        with ledger.begin() as tx:
            return make_token(tx, "zaaksysteem (demo)", Scope, clock.now(), clock.now() + TOKEN_LIFE)[1]
    finally:
        ledger.close()
