"""The words of a creditor's interface: an order written in them, an answer read from them. Pure.

One class per vocabulary; which of them a creditor has is a setting. What does not fit is a ValueError (pydantic's
ValidationError is one), without the value in it.
"""

from __future__ import annotations

from typing import Protocol

from adapters.convenant.orders import Answer, Order
from adapters.convenant.settings import Words
from adapters.convenant.words_municipality import MunicipalityWords
from adapters.convenant.words_water_board import WaterBoardWords


class Vocabulary(Protocol):
    """How one kind of creditor says things."""

    #: Where orders go, where answers are fetched, and where it is said that they were taken in.
    orders_path: str
    answers_path: str
    taken_path: str

    def asked(self, order: Order) -> dict[str, object]:
        """The order as their document."""
        ...

    def answer(self, document: object) -> Answer | None:
        """Their answer; None when it only says that the order was received."""
        ...

    def fetched(self, document: object) -> list[tuple[str, object]]:
        """The answers that wait: a mark to say it was taken in with, and the document of the answer."""
        ...

    def taken(self, marks: list[str]) -> dict[str, object]:
        """The document that says which answers were taken in."""
        ...


VOCABULARIES: dict[Words, Vocabulary] = {
    Words.WATER_BOARD: WaterBoardWords(),
    Words.MUNICIPALITY: MunicipalityWords(),
}
