"""A creditor's system over HTTP: an order given, answers fetched, its faults translated at this border.

Whatever it does wrong that another attempt may mend (away, too slow, too busy, an error, an answer that makes no sense)
is an UnavailableError; what it understands and refuses is a RefusedError. No value goes into an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import httpx2

from adapters.convenant.answers import Answers
from adapters.convenant.orders import Answer, Order
from adapters.convenant.settings import HttpSettings
from adapters.convenant.store import ItemKind
from adapters.convenant.words import VOCABULARIES, Vocabulary
from adapters.ledger import Ledger
from adapters.outside import token_in
from hub.errors import Code, RefusedError, UnavailableError
from hub.events import Event, log

#: Far more than an answer takes; what is longer is not one.
ANSWER_BYTES: Final = 1_048_576
#: Understood and refused; 401 and 403 are not among these: a wrong token is the creditor's fault, not the message's.
REFUSALS: Final = frozenset({400, 404, 409, 410, 413, 422})
GOOD: Final = frozenset({200, 201, 202})


class HttpChannel:
    """A creditor that speaks HTTP and JSON, in its own words."""

    at_once = True

    def __init__(self, http: httpx2.AsyncClient, settings: HttpSettings, ledger: Ledger) -> None:
        self._http = http
        self._deadline_s = settings.deadline_s
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
        await asyncio.to_thread(self._take, answers, answer)
        return True

    def _take(self, answers: Answers, answer: Answer) -> bool:
        with self._ledger.begin() as tx:
            return answers.take(tx, answer)

    async def _ask(self, path: str, question: dict[str, object], key: str | None = None) -> object:
        """Posts and reads; everything that can go wrong is one of the two errors."""
        headers = {"idempotency-key": key} if key else {}
        body = json.dumps(question).encode()
        try:
            # The limits of the HTTP client are per read: a body that drips needs a limit for the whole.
            async with asyncio.timeout(self._deadline_s):
                status, retry_after_s, content = await self._exchange(path, body, headers)
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None
        if status in REFUSALS:
            raise RefusedError(Code.OUTSIDE_REFUSED, path)
        if status not in GOOD:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path, retry_after_s=retry_after_s)
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None

    async def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, float | None, bytes]:
        known = {"content-type": "application/json"} | headers
        async with self._http.stream("POST", path, content=body, headers=known) as response:
            content = bytearray()
            async for part in response.aiter_bytes():
                content += part
                if len(content) > ANSWER_BYTES:
                    raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
            return response.status_code, _seconds(response.headers.get("retry-after")), bytes(content)


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds; its other form, a date, is left to our own backoff."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


@asynccontextmanager
async def connected(settings: HttpSettings, ledger: Ledger) -> AsyncIterator[HttpChannel]:
    """The system of a creditor, for as long as the block lasts."""
    headers = {"authorization": f"Bearer {token_in(settings.token_file)}", "accept": "application/json"}
    limits = httpx2.Limits(max_connections=settings.connections)
    async with httpx2.AsyncClient(
        base_url=settings.base_url, headers=headers, timeout=settings.deadline_s, limits=limits, trust_env=False
    ) as http:
        yield HttpChannel(http, settings, ledger)
