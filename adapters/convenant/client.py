"""A creditor's system over HTTP, in its own words: an order given, answers fetched."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from adapters.convenant.answers import Answers
from adapters.convenant.orders import Answer, Order
from adapters.convenant.settings import HttpSettings
from adapters.convenant.store import ItemKind
from adapters.convenant.words import VOCABULARIES, Vocabulary
from adapters.ledger import Ledger
from adapters.outside.http import Exchange, connected
from hub.errors import Code, UnavailableError
from hub.events import Event, log


class HttpChannel:
    """A creditor that speaks HTTP and JSON, in its own words."""

    at_once = True

    def __init__(self, exchange: Exchange, settings: HttpSettings, ledger: Ledger) -> None:
        self._exchange = exchange
        self._poll_every = None if settings.poll_s is None else timedelta(seconds=settings.poll_s)
        self._next_poll: datetime | None = None
        self._words: Vocabulary = VOCABULARIES[settings.words]
        self._ledger = ledger

    async def give(self, order: Order) -> Answer | None:
        """Gives an order under its key; None when the answer comes later."""
        path = self._words.orders_path
        document = await self._ask(path, self._words.asked(order), order.key)
        try:
            answer = self._words.answer(document)
        except ValueError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None
        # An answer about another order must never be taken for this one's.
        if answer is not None and answer.key != order.key:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
        return answer

    def read(self, document: object) -> Answer | None:
        """An answer that came by webhook; ValueError when it is none."""
        return self._words.answer(document)

    async def collect(self, answers: Answers, now: datetime) -> None:
        """Fetches what waits, when the creditor does not bring it; each is taken in before it is said to be."""
        if self._poll_every is None or (self._next_poll is not None and now < self._next_poll):
            return
        self._next_poll = now + self._poll_every
        path = self._words.answers_path
        try:
            waiting = self._words.fetched(await self._ask(path, {}))
        except ValueError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None
        marks = [mark for mark, document in waiting if await self._taken_in(answers, document)]
        if marks:
            await self._ask(self._words.taken_path, self._words.taken(marks))

    async def _taken_in(self, answers: Answers, document: object) -> bool:
        """False for what cannot be read: it stays with the creditor, and the log says so at each look."""
        try:
            answer = self._words.answer(document)
        except ValueError:
            answer = None
        if answer is None:
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNREADABLE_ROW.value)
            return False
        await self._ledger.committed(answers.take, answer)
        return True

    async def _ask(self, path: str, question: dict[str, object], key: str | None = None) -> object:
        return await self._exchange.ask(path, json.dumps(question).encode(), key)


@asynccontextmanager
async def reached(settings: HttpSettings, ledger: Ledger) -> AsyncIterator[HttpChannel]:
    """The system of a creditor, for as long as the block lasts."""
    async with connected(settings) as exchange:
        yield HttpChannel(exchange, settings, ledger)
