"""A local tax office as a process: its tax system, its handlers and its tasks around an edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Edge
from adapters.gbkz.client import reached
from adapters.gbkz.handlers import TaxOffice
from adapters.gbkz.settings import TaxOfficeSettings


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The office with its settings from `own`; it acts as soon as the edge runs.

    Raises:
        RefusedError: `settings_invalid`.
    """
    settings = TaxOfficeSettings.load(own_file(own))
    async with reached(settings) as system:
        office = TaxOffice(edge, system, settings, edge.office.clock, edge.link_down_since)
        office.listen()
        yield [office.run_tasks]
