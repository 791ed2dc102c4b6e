"""A letter as people read it: the titles of its schema, with what it says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from adapters.bewindvoerder.forms import Field, form_of
from hub.web.times import whole_text
from hub.workdays import AMSTERDAM
from schemas.messages import Message

_MONTHS: Final = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
                  "november", "december")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a letter says; `rows` where it is a list of several things each."""

    title: str
    text: str = ""
    rows: tuple[tuple[Fact, ...], ...] = ()


def facts_of(model: type[Message], data: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Everything that a letter says, in its own order."""
    return tuple(_facts(form_of(model), data))


def _facts(fields: tuple[Field, ...], data: Mapping[str, Any]) -> Iterator[Fact]:
    for field in fields:
        value = data.get(field.name.rpartition(".")[2])
        if value is None:
            continue
        if field.kind == "group":
            yield Fact(field.title, rows=(tuple(_facts(field.fields, value)),))
        elif field.kind == "rows":
            if not value:
                yield Fact(field.title, "geen")
            else:
                yield Fact(field.title, rows=tuple(tuple(_facts(field.fields, row)) for row in value))
        else:
            kind = "date" if field.name.endswith("datum") else field.kind
            yield Fact(field.title, said(kind, value))


def said(kind: str, value: object) -> str:
    """One value in words."""
    if isinstance(value, list):
        return ", ".join(label(one) for one in value) or "geen"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    text = str(value)
    if kind == "choice":
        return label(text)
    if kind == "date":
        return long_day(text)
    if kind == "moment":
        return whole_text(datetime.fromisoformat(text))
    return euros(text) if kind == "money" else text


def label(code: str) -> str:
    """A code of a list as people say it."""
    return code.replace("-", " ").replace("beeindig", "beëindig")


def long_day(text: str) -> str:
    """`23 november 2026`; a day that is not whole is left as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def euros(text: str) -> str:
    """`€ 1.234,50`."""
    try:
        whole, _, cents = f"{Decimal(text):,.2f}".partition(".")
    except InvalidOperation:
        return text
    return f"€ {whole.replace(',', '.')},{cents}"


def day_of(moment: datetime) -> str:
    """The day of an instant, as a letter is dated."""
    return long_day(moment.astimezone(AMSTERDAM).date().isoformat())
