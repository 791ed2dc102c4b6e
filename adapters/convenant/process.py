"""A creditor as a process: its channel, its handlers and its tasks around an edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.convenant.client import HttpChannel, reached
from adapters.convenant.handlers import Channel, Creditor
from adapters.convenant.orders import Answer
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.supply import FileChannel
from adapters.edge import Edge
from adapters.outside.sftp import SftpPlace
from adapters.outside.webhook import Webhook, WebhookSettings
from hub.errors import Code, RefusedError


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The creditor with its settings from `own`; it acts as soon as the edge runs.

    Raises:
        RefusedError: `settings_invalid`.
    """
    settings = CreditorSettings.load(own_file(own))
    async with AsyncExitStack() as stack:
        channel: Channel
        webhook: WebhookSettings | None = None
        if settings.http is not None:
            channel = await stack.enter_async_context(reached(settings.http, edge.ledger))
            webhook = settings.http.webhook
        elif settings.sftp is not None:
            channel = FileChannel(SftpPlace(settings.sftp), settings.sftp, edge.ledger, edge.office.clock)
        else:
            raise RefusedError(Code.SETTINGS_INVALID, "http")
        creditor = Creditor(edge, channel, settings, edge.office.clock, edge.link_down_since)
        creditor.listen()
        if webhook is None or not isinstance(channel, HttpChannel):
            yield [creditor.run_tasks]
            return
        way_in = brought_in(edge, creditor, channel, webhook)
        stack.callback(way_in.close)
        yield [creditor.run_tasks, way_in.run]


def brought_in(edge: Edge, creditor: Creditor, channel: HttpChannel, settings: WebhookSettings) -> Webhook[Answer]:
    """The webhook of this creditor."""

    def take(answer: Answer) -> bool:
        with edge.ledger.begin() as tx:
            return creditor.answers.take(tx, answer)

    return Webhook(settings, channel.read, take)
