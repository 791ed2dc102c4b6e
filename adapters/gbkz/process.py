"""A local tax office around an edge: its own settings, the tax system it speaks to, its handlers and its tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Edge
from adapters.gbkz.client import connected
from adapters.gbkz.handlers import TaxOffice
from adapters.gbkz.settings import TaxOfficeSettings


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The office of the settings in `own`; relative paths in it count from its own folder."""
    file = own_file(own)
    settings = TaxOfficeSettings.load(file)
    settings = settings.model_copy(update={"token_file": file.parent / settings.token_file})
    async with connected(settings) as system:
        office = TaxOffice(edge, system, settings, edge.office.clock, edge.link_down_since)
        office.listen()
        yield [office.run_tasks]
