"""Stages of real processes: shared by the tests of a module (whoever finds a process missing starts it), or own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker import Broker
from tests.fault.harness import Stage

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(scope="module", params=DATABASES)
def stage(
    request: pytest.FixtureRequest, broker_node: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A stage on each database, with its outside system running."""
    if not broker_node.node.running:
        broker_node.start()
    yield from _stage(request, broker_node, tmp_path_factory.mktemp("stage"))


@pytest.fixture(params=DATABASES)
def own_stage(request: pytest.FixtureRequest, broker: Broker, tmp_path: Path) -> Iterator[Stage]:
    """A stage on each database that no earlier test has left anything in: no letter to send, no folder to read."""
    yield from _stage(request, broker, tmp_path)


def _stage(request: pytest.FixtureRequest, broker: Broker, folder: Path) -> Iterator[Stage]:
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.new_database())
    made = Stage.create(broker, folder, url)
    yield made
    made.close()
