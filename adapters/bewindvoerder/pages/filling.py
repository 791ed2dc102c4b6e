"""A form of a message on a page: shown, read, and shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import Response

from adapters.bewindvoerder.acts import Author
from adapters.bewindvoerder.desk import Visitor
from adapters.bewindvoerder.forms import Field, Filled, Mistake, document_of, filled_of, form_of, mistakes_of
from adapters.bewindvoerder.records import Model
from hub.clock import new_pseudonym
from hub.errors import Code, RefusedError
from schemas.errors import PayloadError
from schemas.messages import Message

KEY_FIELD: Final = "sleutel"
_KEY_CHARS: Final = 36
MOST_FIELDS: Final = 1000
_WRONG: Final = 400

#: Why a letter cannot go out, for who wrote it.
_UNSENDABLE: Final[Mapping[Code, str]] = {
    Code.BSN_NOT_ALLOWED: "De ontvanger mag geen BSN krijgen. Neem contact op met de beheerder van het portaal.",
    Code.TOO_LARGE: "Dit bericht is te lang. Maak de teksten korter.",
    Code.UNKNOWN_RECIPIENT: "De ontvanger staat niet (meer) in het register. Bel de beheerder van het portaal.",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form of one message: what it asks, what is filled in, what is known already, what is wrong."""

    model: Model
    fields: tuple[Field, ...]
    filled: Filled
    known: Mapping[str, Any] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    def problems(self, name: str) -> list[str]:
        """What is wrong with one field."""
        return [one.text for one in self.mistakes if one.name == name]


def blank(model: Model, start: Mapping[str, Any], known: Mapping[str, Any], without: Iterable[str] = ()) -> Sheet:
    """A new sheet, with `start` filled in; what is `known` is not asked."""
    fields = form_of(model, without=(*known, *without))
    return Sheet(model, fields, filled_of(fields, start), known)


def read(sheet: Sheet, form: FormData) -> tuple[Sheet, Message | None]:
    """The sheet as it was filled in, and its message when it is good."""
    filled = {name: [str(value) for value in form.getlist(name)] for name in form}
    document = document_of(sheet.fields, filled)
    again = filled_of(sheet.fields, document)
    try:
        message = sheet.model.from_wire({**document, **sheet.known})
    except PayloadError as error:
        return wrong(Sheet(sheet.model, sheet.fields, again, sheet.known), error), None
    return Sheet(sheet.model, sheet.fields, again, sheet.known), message


def wrong(sheet: Sheet, error: PayloadError) -> Sheet:
    """The sheet with what is wrong."""
    return Sheet(sheet.model, sheet.fields, sheet.filled, sheet.known, tuple(mistakes_of(sheet.fields, error.problems)))


def unsendable(sheet: Sheet, error: RefusedError) -> Sheet:
    """The sheet of a letter that could not be sealed."""
    text = _UNSENDABLE.get(error.code, "Het bericht kan nu niet weg. Probeer het later, of bel de beheerder.")
    return Sheet(sheet.model, sheet.fields, sheet.filled, sheet.known, (Mistake("", "Het bericht", text),))


async def author_of(visitor: Visitor) -> Author:
    """Who sends this form, and its key; without one it is sent anew each time."""
    form = await visitor.request.form(max_files=1, max_fields=MOST_FIELDS)
    given = form.get(KEY_FIELD)
    key = given if isinstance(given, str) and len(given) == _KEY_CHARS else new_pseudonym()
    return Author(visitor.session.user.name if visitor.session else "-", key, visitor.now)


async def form_sent(visitor: Visitor) -> FormData:
    """What was sent; the guard has looked at it before."""
    return await visitor.request.form(max_files=1, max_fields=MOST_FIELDS)


def shown(visitor: Visitor, template: str, sheet: Sheet, **context: object) -> Response:
    """The page with the form: with 400 where something is wrong."""
    status = _WRONG if sheet.mistakes else 200
    return visitor.shown(template, status, sheet=sheet, key=new_pseudonym(), key_field=KEY_FIELD, **context)
