"""The adapter of the referral index around an edge: its own settings, the file server, its handlers and its tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Edge
from adapters.vish.handlers import VishIndex
from adapters.vish.settings import VishSettings
from adapters.vish.transport import SftpTransport


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The index of the settings in `own`; relative paths in it count from its own folder."""
    file = own_file(own)
    settings = VishSettings.load(file)
    keys = {name: file.parent / getattr(settings.sftp, name) for name in ("key_file", "host_key_file")}
    sftp = settings.sftp.model_copy(update=keys)
    index = VishIndex(edge, SftpTransport(sftp), settings.model_copy(update={"sftp": sftp}), edge.office.clock)
    index.listen()
    yield [index.run_tasks]
