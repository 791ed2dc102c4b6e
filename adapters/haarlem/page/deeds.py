"""What a form does: the act of the API behind it, with what the act is about beside its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.page.fields import Field, Group
from adapters.haarlem.store import Transaction
from schemas.document import Document


@dataclass(frozen=True, slots=True)
class Deed:
    """One act to be done. `about` holds what the form names without a slash: a person, a party, a call."""

    helper: DebtHelper
    tx: Transaction
    case_id: str
    employee: str
    about: Mapping[str, str]
    request: Any  # of the form's own model


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act as a form. `do` returns the case to show afterwards, where that is another one."""

    slug: str
    title: str
    act: Act
    model: type[Document]
    do: Callable[[Deed], str | None]
    groups: tuple[Group, ...]
    lead: str = ""
    done: str = "Gedaan."
    ended_too: bool = False  # whether it may be done in a case that has ended

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field of it."""
        return tuple(one for group in self.groups for one in group.fields)
