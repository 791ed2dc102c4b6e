"""The office that most of these tests work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.gbkz.desk import Desk, opened


@pytest.fixture
async def desk(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Desk]:
    """A tax office in mode `automatisch`."""
    async with opened(tmp_path) as office:
        yield office
