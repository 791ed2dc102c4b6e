"""The referral index as a process: its folders, its handlers and its rounds around an edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Edge
from adapters.outside.sftp import SftpPlace
from adapters.vish.handlers import VishIndex
from adapters.vish.settings import VishSettings


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The index with its settings from `own`; it acts as soon as the edge runs.

    Raises:
        RefusedError: `settings_invalid`.
    """
    settings = VishSettings.load(own_file(own))
    index = VishIndex(edge, SftpPlace(settings.sftp), settings, edge.office.clock)
    index.listen()
    yield [index.run_tasks]
