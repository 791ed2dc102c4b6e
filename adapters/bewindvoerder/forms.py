"""A form from the model of a message, and a message from what was filled in. Pure.

The Dutch titles, the lists of codes, what is required and how long a text may be stand in the schema of the message: a
form made from it cannot ask for something else than the message can say. What is wrong comes back by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from adapters.csv_cells import amount, day
from hub.workdays import AMSTERDAM
from schemas.errors import DUTCH, Problem, Slug
from schemas.messages import Message

Kind = Literal["text", "long", "date", "moment", "number", "money", "yes-no", "choice", "choices", "rows", "group"]
_LINE_CHARS: Final = 200
_EXTRA_ROWS: Final = 2
MOST_ROWS: Final = 30
_OF_TYPE: Final[Mapping[str, Kind]] = MappingProxyType({"boolean": "yes-no", "integer": "number", "object": "group"})
_OF_FORMAT: Final[Mapping[str | None, Kind]] = MappingProxyType({"date": "date", "date-time": "moment"})
_MONEY: Final = r"\.[0-9]{2}$"

Filled = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `name` is where it stands in the document, joined by dots."""

    name: str
    title: str
    hint: str
    kind: Kind
    required: bool
    options: tuple[str, ...] = ()
    most: int | None = None
    least: int = 0
    fields: tuple[Field, ...] = ()

    def row(self, number: int) -> tuple[Field, ...]:
        """The fields of one row of a list."""
        return tuple(_within(one, f"{self.name}.{number}") for one in self.fields)


def form_of(model: type[Message], *, without: Iterable[str] = ()) -> tuple[Field, ...]:
    """The fields of a message, in its own order; `without` those that are known already."""
    schema = model.model_json_schema(by_alias=True)
    left_out = set(without)
    return tuple(
        _field(name, part, schema, required=name in schema.get("required", ()))
        for name, part in schema["properties"].items()
        if name not in left_out
    )


def _field(name: str, part: dict[str, Any], schema: dict[str, Any], *, required: bool) -> Field:
    whole = _resolved(part, schema)
    title, hint = part.get("title", whole.get("title", name)), part.get("description", "")
    kind = _kind(whole, schema)
    fields: tuple[Field, ...] = ()
    options: tuple[str, ...] = ()
    if kind in {"group", "rows"}:
        inner = whole if kind == "group" else _resolved(whole["items"], schema)
        needed = inner.get("required", ())
        fields = tuple(_field(key, one, schema, required=key in needed) for key, one in inner["properties"].items())
    elif kind in {"choice", "choices"}:
        options = tuple((whole if kind == "choice" else _resolved(whole["items"], schema))["enum"])
    if kind == "group":
        fields = tuple(_within(one, name) for one in fields)
    least = whole.get("minItems", 0)
    return Field(name, title, hint, kind, required, options, whole.get("maxLength"), least, fields)


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref")
    return part if reference is None else {**schema["$defs"][reference.rpartition("/")[2]], **part}


def _kind(part: dict[str, Any], schema: dict[str, Any]) -> Kind:
    if "enum" in part:
        return "choice"
    if part["type"] == "array":
        return "choices" if "enum" in _resolved(part["items"], schema) else "rows"
    if part["type"] in _OF_TYPE:
        return _OF_TYPE[part["type"]]
    if part.get("format") in _OF_FORMAT:
        return _OF_FORMAT[part["format"]]
    if part.get("pattern", "").endswith(_MONEY):
        return "money"
    return "long" if part.get("maxLength", 0) > _LINE_CHARS else "text"


def _within(field: Field, name: str) -> Field:
    fields = tuple(_within(one, name) for one in field.fields) if field.kind == "group" else field.fields
    return Field(
        f"{name}.{field.name}",
        field.title,
        field.hint,
        field.kind,
        field.required,
        field.options,
        field.most,
        field.least,
        fields,
    )


# — what was filled in —————————————————————————————————————————————————————————————————————————————————————————————————


def document_of(fields: Iterable[Field], filled: Filled) -> dict[str, Any]:
    """The document that was filled in: what is empty is left out; rows without anything in them too."""
    document: dict[str, Any] = {}
    for field in fields:
        value = _value(field, filled)
        if value is not None:
            document[field.name.rpartition(".")[2]] = value
    return document


def _value(field: Field, filled: Filled) -> object | None:
    if field.kind == "rows":
        rows = [document_of(field.row(number), filled) for number in range(MOST_ROWS)]
        found = [row for row in rows if row]
        return found if found or field.required else None
    if field.kind == "group":
        return document_of(field.fields, filled) or None
    texts = [text.strip() for text in filled.get(field.name, ()) if text.strip()]
    if field.kind == "choices":
        return texts if texts or field.required else None
    return _read(field.kind, texts[0].replace("\r\n", "\n")) if texts else None


def _read(kind: Kind, text: str) -> object:
    """A value as the wire has it; what cannot be read is left for the model to refuse."""
    if kind == "yes-no":
        return {"ja": True, "nee": False}.get(text, text)
    if kind == "number":
        return int(text) if text.isdecimal() and len(text) <= 9 else text  # noqa: PLR2004 - digits that fit
    if kind == "date":
        return day(text)
    if kind == "money":
        return amount(text)
    return _instant(text) if kind == "moment" else text


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)).isoformat(timespec="seconds")


def filled_of(fields: Iterable[Field], document: Mapping[str, Any]) -> dict[str, list[str]]:
    """How a document stands in its form."""
    found: dict[str, list[str]] = {}
    for field in fields:
        value = document.get(field.name.rpartition(".")[2])
        if value is None:
            continue
        if field.kind == "rows":
            for number, row in enumerate(value):
                found |= filled_of(field.row(number), row)
        elif field.kind == "group":
            found |= filled_of(field.fields, value)
        else:
            found[field.name] = [_written(field.kind, one) for one in (value if isinstance(value, list) else [value])]
    return found


def _written(kind: Kind, value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if kind == "moment":
        try:
            return datetime.fromisoformat(str(value)).astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")
        except ValueError:
            return str(value)
    return str(value)


def rows_shown(field: Field, filled: Filled) -> range:
    """How many rows a list shows: those that are filled in, and a few that are not."""
    used = [
        int(rest.partition(".")[0])
        for name in filled
        if name.startswith(f"{field.name}.")
        and (rest := name.removeprefix(f"{field.name}.")).partition(".")[0].isdecimal()
    ]
    return range(min(MOST_ROWS, max(used, default=-1) + 1 + _EXTRA_ROWS))


def row_used(field: Field, number: int, filled: Filled) -> bool:
    """Whether something is filled in in this row."""
    return any(name.startswith(f"{field.name}.{number}.") for name in filled)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a form, and where."""

    name: str
    title: str
    text: str


def mistakes_of(fields: Sequence[Field], problems: Iterable[Problem]) -> list[Mistake]:
    """What is wrong, by field; what belongs to no field belongs to the whole."""
    titles = dict(_titles(fields))
    found = []
    for problem in problems:
        name = problem.pointer.removeprefix("/").replace("/", ".")
        plain = ".".join(part for part in name.split(".") if not part.isdecimal())
        text = "Vul dit in." if problem.slug is Slug.REQUIRED else DUTCH[problem.slug]
        found.append(Mistake(name, titles.get(plain, "Het formulier"), text))
    return found


def _titles(fields: Iterable[Field], within: str = "") -> Iterable[tuple[str, str]]:
    for field in fields:
        name = field.name if not within else f"{within}.{field.name}"
        yield name, field.title
        inner = field.fields
        yield from _titles(inner, name if field.kind == "rows" else "")
