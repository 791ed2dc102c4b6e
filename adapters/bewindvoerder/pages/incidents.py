"""Telling a creditor that it collected in spite of the pause: to whom, and what happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from starlette.responses import Response

from adapters.bewindvoerder import acts
from adapters.bewindvoerder.acts import NotHereError
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, seen
from adapters.bewindvoerder.forms import Mistake
from adapters.bewindvoerder.pages import filling
from adapters.bewindvoerder.pages.administrations import administrator_of
from adapters.bewindvoerder.pages.clients import File, file_of
from adapters.bewindvoerder.pages.filling import MOST_FIELDS, Sheet
from hub.errors import RefusedError
from schemas.messages import CollectionDespitePause

#: Not a member of the message: who gets it.
TO_FIELD: Final = "aan"


async def form(visitor: Visitor) -> Response:
    """The form."""
    file = await _file(visitor)
    if not file.may(CollectionDespitePause):
        raise not_here()
    return _page(visitor, _blank(), file, "")


async def send(visitor: Visitor) -> Response:
    """Tells it, once."""
    file = await _file(visitor)
    filled = await filling.form_sent(visitor)
    to = str(filled.get(TO_FIELD, ""))
    sheet, message = filling.read(_blank(), filled)
    office = office_of(visitor)
    if to not in {one.oin for one in office.may_write_to(CollectionDespitePause)}:
        nobody = Mistake(TO_FIELD, "Schuldeiser", "Maak een keuze.")
        return _page(visitor, replace(sheet, mistakes=(nobody, *sheet.mistakes)), file, "")
    if not isinstance(message, CollectionDespitePause):
        return _page(visitor, sheet, file, to)
    author, case = await filling.author_of(visitor), file.client.case
    try:
        sent = await seen(visitor, Act.FILED, case, acts.report, office, case, to, message, author)
    except NotHereError:
        raise not_here() from None
    except RefusedError as error:
        return _page(visitor, filling.unsendable(sheet, error), file, to)
    return visitor.go(f"/berichten/{sent}?verstuurd=1")


def _blank() -> Sheet:
    return filling.blank(CollectionDespitePause, {}, {})


async def _file(visitor: Visitor) -> File:
    administrator_of(visitor)
    return await file_of(visitor, Act.READ)


def _page(visitor: Visitor, sheet: Sheet, file: File, to: str) -> Response:
    creditors = office_of(visitor).may_write_to(CollectionDespitePause)
    return filling.shown(visitor, "incasso.html", sheet, file=file, creditors=creditors, to=to, to_field=TO_FIELD)


_PLACE: Final = "/clienten/{zaak}/incasso"
PAGES: Final = (
    Page(_PLACE, "incasso", Permission.OFFICE, form),
    Page(_PLACE, "incasso-versturen", Permission.OFFICE, send, "POST", fields=MOST_FIELDS),
)
