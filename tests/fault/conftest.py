"""Stages of real processes, shared by the tests of a module; whoever finds one with a process missing starts it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.broker import Broker
from tests.fault.harness import Stage


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, broker_node: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A stage on each database, with its outside system running."""
    if not broker_node.node.running:
        broker_node.start()
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.new_database())
    made = Stage.create(broker_node, tmp_path_factory.mktemp("stage"), url)
    yield made
    made.close()
