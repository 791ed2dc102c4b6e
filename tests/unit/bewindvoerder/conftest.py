"""One portal for each test, without a broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal import Stand, portal_world
from tests.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return portal_world()


@pytest.fixture
def stand(tmp_path: Path, world: World) -> Iterator[Stand]:
    made = Stand.on(tmp_path, world)
    yield made
    made.close()
