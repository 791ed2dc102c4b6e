"""The outside system of a local tax office, over HTTP: one method per question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol, TypeVar

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
from adapters.outside.http import Exchange, connected
from hub.errors import Code, UnavailableError

#: The tax system takes an idempotency key and does the act once for it.
IDEMPOTENCY: Final = OutsideKey.KEY

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

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

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
        """A form that we do not know is a fault of the system."""
        document = await self._exchange.ask(path, question.model_dump_json(by_alias=True).encode(), key)
        try:
            return answer.model_validate(document, by_alias=True, by_name=False)
        except ValidationError:
            raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, path) from None


@asynccontextmanager
async def reached(settings: TaxOfficeSettings) -> AsyncIterator[HttpTaxSystem]:
    """The tax system of `settings`, for as long as the block lasts."""
    async with connected(settings) as exchange:
        yield HttpTaxSystem(exchange)
