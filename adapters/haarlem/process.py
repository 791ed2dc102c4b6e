"""The debt helper around an edge: its own settings, its handlers, its look at the clock, and its API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Edge
from adapters.haarlem.app import api_server, create_api
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.handlers import CaseOffice
from adapters.haarlem.imports.jobs import ImportDesk
from adapters.haarlem.page.site import PageSite
from adapters.haarlem.settings import load_settings


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The debt helper of the settings in `own`; relative paths in it count from its own folder."""
    helper = DebtHelper(edge, load_settings(own_file(own)))
    office = CaseOffice(helper)
    office.listen()
    server = api_server(create_api(helper), helper.settings.api)
    with server.listen() as listening:

        async def serve(stop: asyncio.Event) -> None:
            await server.run(listening, stop)

        tasks: list[Task] = [office.run_tasks, ImportDesk(helper).run, serve]
        if helper.settings.page is None:
            yield tasks
            return
        page = PageSite(helper, helper.settings.page, edge.office.clock)
        with page.listening:
            yield [*tasks, page.run]
