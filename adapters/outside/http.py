"""An outside system over HTTP and JSON: a question posted, its answer read, its faults translated at this border.

Whatever it does wrong that another attempt may mend (away, too slow, too busy, an error, an answer that makes no sense)
is an UnavailableError; what it understands and refuses is a RefusedError. No value goes into an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
from pydantic import Field

from adapters.outside import PrivateUrl, Settings, token_in
from hub.errors import Code, RefusedError, UnavailableError

#: Far more than an answer about one person takes; what is longer is not one.
ANSWER_BYTES: Final = 1_048_576
#: Understood and refused; 401 and 403 are not among these: a wrong token is that system's fault, not the message's.
REFUSALS: Final = frozenset({400, 404, 409, 410, 413, 422})
GOOD: Final = frozenset({200, 201, 202})


class HttpSystemSettings(Settings):
    """Where an outside system is, and how long it may take."""

    base_url: PrivateUrl
    token_file: Path
    deadline_s: float = Field(default=10, gt=0, le=120)
    connections: int = Field(default=4, ge=1, le=50)


class Exchange:
    """Questions to one outside system."""

    def __init__(self, http: httpx2.AsyncClient, deadline_s: float) -> None:
        self.http = http
        self._deadline_s = deadline_s

    async def ask(self, path: str, question: bytes, key: str | None = None) -> object:
        """The JSON that it answers; `key` goes along as the idempotency key of the act.

        Raises:
            UnavailableError: another attempt may mend it; nothing is known of whether it acted.
            RefusedError: `outside_refused`.
        """
        headers = {"idempotency-key": key} if key else {}
        try:
            # The limits of the HTTP client are per read: a body that drips needs a limit for the whole.
            async with asyncio.timeout(self._deadline_s):
                status, retry_after_s, content = await self._exchange(path, question, headers)
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None
        if status in REFUSALS:
            raise RefusedError(Code.OUTSIDE_REFUSED, path)
        if status not in GOOD:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path, retry_after_s=retry_after_s)
        try:
            document: object = json.loads(content)
        except (ValueError, RecursionError):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None
        if isinstance(document, dict) and "fout" in document:  # an error dressed as success
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
        return document

    async def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, float | None, bytes]:
        known = {"content-type": "application/json"} | headers
        async with self.http.stream("POST", path, content=body, headers=known) as response:
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
async def connected(settings: HttpSystemSettings) -> AsyncIterator[Exchange]:
    """The outside system of `settings`, for as long as the block lasts."""
    headers = {"authorization": f"Bearer {token_in(settings.token_file)}", "accept": "application/json"}
    limits = httpx2.Limits(max_connections=settings.connections)
    async with httpx2.AsyncClient(
        base_url=settings.base_url, headers=headers, timeout=settings.deadline_s, limits=limits, trust_env=False
    ) as http:
        yield Exchange(http, settings.deadline_s)
