"""Everything of the demo set up and started, each party in its own process; taken down again at the end.

The broker takes ten seconds to start and one of two processors. In that time everything is made, and everybody started
who is not needed at once and tries until the broker is there; who is needed in the first act is started when it is.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from adapters.demo.brokers import DemoBroker, choose_broker
from adapters.demo.caseworker import CaseSystem
from adapters.demo.cast import Cast
from adapters.demo.configuration import (
    CLOCK,
    configure_adapters,
    configure_edges,
    configure_haarlem,
    configure_hub,
    configure_portal,
)
from adapters.demo.console import configure_console, start_console
from adapters.demo.ledgers import case_system_token, make_ledgers, office_token
from adapters.demo.office import OfficeSoftware
from adapters.demo.outside_chain import Outside
from adapters.demo.parties import FIRST, HAARLEM, HUB
from adapters.demo.process import free_ports
from adapters.demo.screen import Screen
from adapters.demo.sites import Sites
from adapters.demo.stage import Stage
from adapters.demo.world import Place, make_world, private_folder
from hub.clock import Clock, ShiftedClock, SystemClock
from hub.database import Database
from hub.errors import Code, UnavailableError
from hub.messagelog import schema
from hub.wire.topology import VHOST, Topology


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
    chosen = choose_broker(root / "broker", clock)
    cast = Cast(private_folder(root / "logboeken"))
    with _beside(chosen.running()) as broker_runs:
        try:
            with screen.act("Sleutels, certificaten, register, boeken en instellingen maken, elk in de eigen map"):
                wanted = make_world(place, chosen.broker, clock)
                stage = _prepare(place, chosen.broker, cast, clock)
            with screen.act("Broker starten (eigen RabbitMQ op loopback, wederzijds TLS)"):
                broker_runs()
                _fill(chosen.broker, wanted)
            with screen.act("Haarlem, belastingkantoren, verwijsregister en hub starten, elk als eigen proces"):
                _start(stage)
            yield stage
        finally:
            cast.stop_all()


@contextmanager
def _beside(context: AbstractContextManager[object]) -> Iterator[Callable[[], object]]:
    """Enters a context in a thread; what is yielded waits until it is entered. It is left in any case."""
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        entering = pool.submit(stack.enter_context, context)
        try:
            yield entering.result
        finally:
            wait([entering])


def _prepare(place: Place, broker: DemoBroker, cast: Cast, clock: Clock) -> Stage:
    """Starts the outside systems, makes what the others need while those start, and starts who is needed later."""
    outside = Outside.prepare(place, clock)
    outside.start(cast)
    sites = Sites.prepare()
    sites.start_issuer(cast, place)
    api_port = free_ports(1)[0]
    configure_hub(place, broker.address)
    configure_console(place, sites.console)
    configure_edges(place, broker.address)
    configure_haarlem(place, api_port, sites.page)
    configure_portal(place, sites.portal)
    database = Database(f"sqlite:///{place.of(HUB) / 'hub.db'}")
    schema.upgrade(database)
    database.close()
    make_ledgers(place)
    cases = CaseSystem(api_port, case_system_token(place, clock))
    office = OfficeSoftware(sites.portal.url, office_token(place, clock))
    outside.wait(cast)
    configure_adapters(place, outside)
    stage = Stage(place, cast, outside, cases, office, ShiftedClock(place.root / CLOCK), sites)
    start_console(cast, place)
    stage.start_later_parties()
    return stage


def _fill(broker: DemoBroker, wanted: Topology) -> None:
    """Makes the broker's objects and rights."""
    with broker.management as management:
        management.apply(VHOST, wanted)


def _start(stage: Stage) -> None:
    """Starts hub and parties of the first act, and waits until a case can be handed in at the debt helper."""
    for party in FIRST:
        stage.start_adapter(party)
    stage.start_hub()
    stage.cast.wait(HAARLEM.name, stage.cases.reachable)
