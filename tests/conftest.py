"""Fixtures that need a real server: one private RabbitMQ and one private PostgreSQL per session, on loopback."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from adapters.demo import node, postgres
from hub.clock import SystemClock
from tests.broker import Broker
from tests.travelled import NOTEBOOK

PASSED: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Writes what travelled in this run; see `tests.travelled`."""
    parser.addoption("--write-travelled", action="store_true", help="write down which rows of the catalogue travelled")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remembers which tests passed."""
    if report.when == "call" and report.passed:
        PASSED.add(report.nodeid)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What travels from here on, travels in this test."""
    NOTEBOOK.test = item.nodeid


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that passed and did not carry what the list says fails the run."""
    if session.config.getoption("--write-travelled"):
        NOTEBOOK.write()
    missed = NOTEBOOK.missed(PASSED)
    if missed:
        print(*missed, sep="\n")  # noqa: T201 - after the last report there is nobody else to say it
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# A property is true or false; how long an example takes says something of the machine only, and these are shared.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """A command that a test ran sets the log up on that test's streams, which are closed when it ends."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def anyio_backend() -> str:
    """The one event loop that the hub runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def broker_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The session's node; ask for `broker`, which starts it again when a test left it stopped."""
    require(node.installed(), "RabbitMQ")
    folder = tmp_path_factory.mktemp("broker")
    private = node.PrivateNode.create(folder / "node", SystemClock())
    private.start()
    broker = Broker(private, folder)
    yield broker
    broker.management.close()
    broker.kill()  # nobody needs its data, and an orderly stop takes six seconds


@pytest.fixture
def broker(broker_node: Broker) -> Broker:
    """A running RabbitMQ with mutual TLS; see `tests.broker.Broker`."""
    if not broker_node.node.running:
        broker_node.start()
    return broker_node


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PrivatePostgres]:
    """The session's database server; ask for `postgres_url`, a database of one's own."""
    require(postgres.installed(), "PostgreSQL")
    # not below pytest's own folder: that is root's alone when root runs the tests, and the server does not run as root
    with tempfile.TemporaryDirectory(prefix="schuldhub-postgres-") as folder:
        server = postgres.PrivatePostgres.create(Path(folder))
        server.start()
        yield server
        server.kill()


@pytest.fixture
def postgres_url(postgres_server: postgres.PrivatePostgres) -> Iterator[str]:
    """The SQLAlchemy address (`postgresql+psycopg://…`) of an empty database that is gone after the test."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


def require(present: bool, what: str) -> None:  # noqa: FBT001 - what it is stands at every call
    """A missing server is a skip on a laptop and a failure in CI: green must mean tested."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed, and CI=true")
    pytest.skip(f"{what} is not installed; `make setup` installs it")
