"""The outside system of a local tax office, over HTTP: one method per question, its faults translated at this border.

Whatever it does wrong that another attempt may mend (away, too slow, too busy, an error, an answer that makes no sense)
is an UnavailableError; what it understands and refuses is a RefusedError. No value goes into an error.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from adapters.contract import OutsideKey
from adapters.gbkz.mapping import dates_agree
from adapters.gbkz.records import (
    Change,
    Dossier,
    DossierAnswer,
    DossierQuestion,
    Handled,
    Lifting,
    Miss,
    Placed,
    Placement,
    PlacementAnswer,
    Removal,
    Taxpayer,
    TaxpayerAnswer,
    TaxpayerQuestion,
)
from adapters.gbkz.settings import TaxOfficeSettings
from hub.errors import Code, RefusedError, UnavailableError

#: The tax system takes an idempotency key and does the act once for it.
IDEMPOTENCY: Final = OutsideKey.KEY
#: Far more than a taxpayer's dossiers take; what is longer is not an answer.
ANSWER_BYTES: Final = 1_048_576
#: Understood and refused; 401 and 403 are not among these: a wrong token is the office's fault, not the message's.
REFUSALS: Final = frozenset({400, 404, 409, 410, 413, 422})

A = TypeVar("A", bound=BaseModel)


class TaxSystem(Protocol):
    """What the handlers ask of a tax system; `key` makes an act happen once."""

    async def find(self, bsn: str, birth_date: str) -> Taxpayer | Miss:
        """The taxpayer with this BSN and birth date, or why there is none."""
        ...

    async def open_dossiers(self, taxpayer: str) -> tuple[Dossier, ...]:
        """What this taxpayer owes."""
        ...

    async def place(self, placement: Placement, key: str) -> tuple[Placed, ...]:
        """Puts *uitstel* on dossiers; one result for each."""
        ...

    async def change(self, change: Change, key: str) -> frozenset[str]:
        """Gives *uitstellen* another end; returns those that ran: the others had ended."""
        ...

    async def lift(self, lifting: Lifting, key: str) -> None:
        """Ends *uitstellen*."""
        ...

    async def remove(self, removal: Removal, key: str) -> None:
        """Takes *uitstellen* away without charging anything for their days."""
        ...


class HttpTaxSystem:
    """A tax system that speaks HTTP and JSON."""

    def __init__(self, http: httpx2.AsyncClient, deadline_s: float) -> None:
        self._http = http
        self._deadline_s = deadline_s

    async def find(self, bsn: str, birth_date: str) -> Taxpayer | Miss:
        """The taxpayer with this BSN and birth date, or why there is none."""
        path = "/v1/belastingplichtigen/zoeken"
        question = TaxpayerQuestion(bsn=bsn, birth_date=birth_date)
        answer = await self._ask(path, question, TaxpayerAnswer)
        if isinstance(answer.result, Miss):
            return answer.result
        taxpayer = answer.taxpayer
        # An answer about somebody else must never lead to a pause of theirs.
        if taxpayer is None or taxpayer.bsn != bsn or not dates_agree(taxpayer.birth_date, birth_date):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
        return taxpayer

    async def open_dossiers(self, taxpayer: str) -> tuple[Dossier, ...]:
        """What this taxpayer owes."""
        answer = await self._ask("/v1/dossiers/zoeken", DossierQuestion(taxpayer=taxpayer), DossierAnswer)
        return answer.dossiers

    async def place(self, placement: Placement, key: str) -> tuple[Placed, ...]:
        """Puts *uitstel* on dossiers; one result for each."""
        answer = await self._ask("/v1/uitstel", placement, PlacementAnswer, key)
        if {one.dossier for one in answer.results} != set(placement.dossiers):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "/v1/uitstel")
        return answer.results

    async def change(self, change: Change, key: str) -> frozenset[str]:
        """Gives *uitstellen* another end; returns those that ran: the others had ended."""
        return await self._act("/v1/uitstel/wijzigen", change, key, {one.uitstel for one in change.uitstellen})

    async def lift(self, lifting: Lifting, key: str) -> None:
        """Ends *uitstellen*; one that had ended already counts as done."""
        await self._act("/v1/uitstel/beeindigen", lifting, key, set(lifting.uitstellen))

    async def remove(self, removal: Removal, key: str) -> None:
        """Takes *uitstellen* away without charging anything for their days."""
        await self._act("/v1/uitstel/verwijderen", removal, key, set(removal.uitstellen))

    async def _act(self, path: str, asked: BaseModel, key: str, among: set[str]) -> frozenset[str]:
        answer = await self._ask(path, asked, Handled, key)
        handled = frozenset(answer.uitstellen)
        if not handled <= among:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
        return handled

    async def _ask(self, path: str, question: BaseModel, answer: type[A], key: str | None = None) -> A:
        """Posts and reads; everything that can go wrong is one of the two errors."""
        headers = {"idempotency-key": key} if key else {}
        body = question.model_dump_json(by_alias=True).encode()
        try:
            # The limits of the HTTP client are per read: a body that drips needs a limit for the whole.
            async with asyncio.timeout(self._deadline_s):
                status, retry_after_s, content = await self._exchange(path, body, headers)
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError):
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None
        if status in REFUSALS:
            raise RefusedError(Code.OUTSIDE_REFUSED, path)
        if status != httpx2.codes.OK:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path, retry_after_s=retry_after_s)
        return _read(path, content, answer)

    async def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, float | None, bytes]:
        known = {"content-type": "application/json"} | headers
        async with self._http.stream("POST", path, content=body, headers=known) as response:
            content = bytearray()
            async for part in response.aiter_bytes():
                content += part
                if len(content) > ANSWER_BYTES:
                    raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
            return response.status_code, _seconds(response.headers.get("retry-after")), bytes(content)


def _read(path: str, content: bytes, answer: type[A]) -> A:
    """The document in the answer; an error dressed as success, or a form we do not know, is a fault of the system."""
    try:
        document = json.loads(content)
        if isinstance(document, dict) and "fout" in document:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path)
        return answer.model_validate(document, by_alias=True, by_name=False)
    except (ValueError, RecursionError, ValidationError):
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds; its other form, a date, is left to our own backoff."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


@asynccontextmanager
async def connected(settings: TaxOfficeSettings) -> AsyncIterator[HttpTaxSystem]:
    """The tax system of `settings`, for as long as the block lasts."""
    headers = {"authorization": f"Bearer {settings.token()}", "accept": "application/json"}
    limits = httpx2.Limits(max_connections=settings.connections)
    async with httpx2.AsyncClient(
        base_url=settings.base_url, headers=headers, timeout=settings.deadline_s, limits=limits, trust_env=False
    ) as http:
        yield HttpTaxSystem(http, settings.deadline_s)
