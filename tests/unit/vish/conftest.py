"""The adapter that most of these tests work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.vish.desk import Desk, opened


@pytest.fixture
async def desk(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Desk]:
    """An adapter of the index that supplies every fifteen minutes."""
    async with opened(tmp_path) as adapter:
        yield adapter
