"""Fixtures for the debt helper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.haarlem.settings import Settings
from tests.unit.haarlem.desk import Desk
from tests.world import FixedClock, World, make_world


@pytest.fixture(scope="session")
def world() -> World:
    """One world for all: making keys takes time, and nobody changes it."""
    return make_world()


@pytest.fixture
def make_desk(tmp_path: Path, world: World) -> Iterator[Callable[..., Desk]]:
    """Makes a debt helper; settings by name, and another world when asked."""
    made: list[Desk] = []

    def make(*, other: World | None = None, url: str | None = None, **settings: object) -> Desk:
        folder = tmp_path / str(len(made))
        known = Settings.model_validate({"connection_code": "HLM-01", **settings})
        made.append(Desk(folder, other or world, FixedClock(), known, url))
        return made[-1]

    yield make
    for desk in made:
        desk.ledger.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A debt helper with the settings as they come."""
    return make_desk()
