"""The case system of the Kredietbank over HTTP: told under a key, asked what happened; its faults stop here."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from adapters.kredietbank.news import Intake
from adapters.kredietbank.store import ItemKind, Transaction
from adapters.kredietbank.words import Happened, News, Order, Told, Waiting
from adapters.ledger import Ledger
from adapters.outside.http import Exchange, connected
from adapters.outside.webhook import AnsweringSystemSettings
from hub.errors import Code, UnavailableError
from hub.events import Event, log

TELL: Final = "/api/v1/opdrachten"
FETCH: Final = "/api/v1/gebeurtenissen/ophalen"
TAKEN: Final = "/api/v1/gebeurtenissen/verwerkt"
_NEWS: TypeAdapter[News] = TypeAdapter(News)


def read_news(document: object) -> News:
    """What a webhook brings; ValueError when it is none."""
    return Happened.model_validate(document).gebeurtenis


class HttpChannel:
    """The Kredietbank over REST; what happens there comes at once, by webhook, or is fetched."""

    at_once = True

    def __init__(self, exchange: Exchange, settings: AnsweringSystemSettings, ledger: Ledger, intake: Intake) -> None:
        self._exchange = exchange
        self._poll_every = None if settings.poll_s is None else timedelta(seconds=settings.poll_s)
        self._next_poll: datetime | None = None
        self._ledger = ledger
        self._intake = intake

    async def give(self, order: Order) -> Sequence[News]:
        """Tells it something under its key; what it says at once.

        Raises:
            UnavailableError: again later, with the same order.
            RefusedError: it does not want it; a person must look.
        """
        document = await self._exchange.ask(TELL, order.model_dump_json(exclude_none=True).encode(), order.sleutel)
        try:
            told = Told.model_validate(document)
        except ValidationError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, TELL) from None
        # What is said about another referral must never be taken for this one's.
        if any(one.kenmerk != order.kenmerk for one in told.gebeurtenissen):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, TELL)
        return told.gebeurtenissen

    def write(self, tx: Transaction, order: Order, message: str | None, party: str, now: int) -> None:
        """Nothing: it has been told."""

    async def collect(self, now: datetime) -> None:
        """Fetches what happened, where it is not brought; each is taken in before it is said to be."""
        if self._poll_every is None or (self._next_poll is not None and now < self._next_poll):
            return
        self._next_poll = now + self._poll_every
        try:
            waiting = Waiting.model_validate(await self._exchange.ask(FETCH, b"{}"))
        except ValidationError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, FETCH) from None
        marks = [mark for one in waiting.gebeurtenissen if (mark := await self._taken_in(one)) is not None]
        if marks:
            await self._exchange.ask(TAKEN, json.dumps({"verwerkt": marks}).encode())

    async def _taken_in(self, document: dict[str, object]) -> dict[str, object] | None:
        """Nothing for what cannot be read: it stays there, and the log says so at each look."""
        try:
            said = _NEWS.validate_python(document)
        except ValidationError:
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNREADABLE_ROW.value)
            return None
        await self._ledger.committed(self._intake.take, said)
        return {"kenmerk": said.kenmerk, "nummer": said.nummer}


@asynccontextmanager
async def reached(settings: AnsweringSystemSettings, ledger: Ledger, intake: Intake) -> AsyncIterator[HttpChannel]:
    """The Kredietbank over HTTP, for as long as the block lasts."""
    async with connected(settings) as exchange:
        yield HttpChannel(exchange, settings, ledger, intake)
