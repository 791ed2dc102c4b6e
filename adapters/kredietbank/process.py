"""The Kredietbank as a process: its channel, its handlers and its tasks around an edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters.adapter import Task, own_file
from adapters.edge import Edge
from adapters.kredietbank.client import reached, read_news
from adapters.kredietbank.handlers import Kredietbank
from adapters.kredietbank.settings import KredietbankSettings
from adapters.kredietbank.supply import FileChannel
from adapters.kredietbank.words import News
from adapters.outside.sftp import SftpPlace
from adapters.outside.webhook import Webhook, WebhookSettings
from hub.errors import Code, RefusedError


@asynccontextmanager
async def compose(edge: Edge, own: Path | None) -> AsyncIterator[Sequence[Task]]:
    """The Kredietbank with its settings from `own`; it acts as soon as the edge runs.

    Raises:
        RefusedError: `settings_invalid`.
    """
    settings = KredietbankSettings.load(own_file(own))

    def may_use_bsn(oin: str) -> bool:
        organisation = edge.office.register.current.organisation(oin)
        return organisation is not None and organisation.bsn_allowed

    bank = Kredietbank(edge, settings, edge.office.clock, may_use_bsn)
    async with AsyncExitStack() as stack:
        if settings.http is not None:
            bank.listen(await stack.enter_async_context(reached(settings.http, edge.ledger, bank.intake)))
            if settings.http.webhook is not None:
                way_in = brought_in(edge, bank, settings.http.webhook)
                stack.callback(way_in.close)
                yield [bank.run_tasks, way_in.run]
                return
        elif settings.sftp is not None:
            place = SftpPlace(settings.sftp)
            clock = edge.office.clock
            bank.listen(FileChannel(place, settings.sftp, edge.ledger, clock, edge.publish, bank.intake))
        else:
            raise RefusedError(Code.SETTINGS_INVALID, "http")
        yield [bank.run_tasks]


def brought_in(edge: Edge, bank: Kredietbank, settings: WebhookSettings) -> Webhook[News]:
    """The webhook of the Kredietbank."""

    def take(said: News) -> bool:
        with edge.ledger.begin() as tx:
            return bank.intake.take(tx, said)

    return Webhook(settings, read_news, take)
