"""An answer to a letter: a form of what may be said to it, with what is known already filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from adapters.bewindvoerder import acts
from adapters.bewindvoerder.acts import NotHereError
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, seen
from adapters.bewindvoerder.pages import filling
from adapters.bewindvoerder.pages.filling import MOST_FIELDS, Sheet
from adapters.bewindvoerder.pages.letters import Opened, looked
from adapters.bewindvoerder.records import Letter, Model
from adapters.bewindvoerder.referrals import may_follow, status_of
from adapters.bewindvoerder.trades import model_named
from hub.errors import RefusedError
from hub.workdays import local_day
from schemas.errors import PayloadError
from schemas.messages import BalanceAnswer, NoticeAnswer, ProposalAnswer, ReferralStatusReport


async def show(visitor: Visitor) -> Response:
    """The form."""
    sheet, opened = await _sheet(visitor)
    return _page(visitor, sheet, opened)


async def send(visitor: Visitor) -> Response:
    """Sends the answer, once."""
    office = office_of(visitor)
    sheet, opened = await _sheet(visitor)
    sheet, message = filling.read(sheet, await filling.form_sent(visitor))
    if message is None:
        return _page(visitor, sheet, opened)
    author, asked = await filling.author_of(visitor), opened.letter.id
    try:
        sent = await seen(visitor, Act.ANSWERED, asked, acts.answer, office, asked, message, author)
    except NotHereError:
        raise not_here() from None
    except PayloadError as error:
        return _page(visitor, filling.wrong(sheet, error), opened)
    except RefusedError as error:
        return _page(visitor, filling.unsendable(sheet, error), opened)
    return visitor.go(f"/berichten/{sent}?verstuurd=1")


def _page(visitor: Visitor, sheet: Sheet, opened: Opened) -> Response:
    return filling.shown(visitor, "antwoord.html", sheet, letter=opened.letter, client=opened.client)


async def _sheet(visitor: Visitor) -> tuple[Sheet, Opened]:
    model = model_named(visitor.request.path_params["soort"])
    opened = await looked(visitor, Act.READ, visitor.request.path_params["id"])
    if model is None or model not in opened.offered or opened.letter.opened is None:
        raise not_here()
    talk = (opened.letter, *opened.others)
    sheet = filling.blank(model, start_of(model, opened.letter, talk, local_day(visitor.now).isoformat()), {})
    if model is ReferralStatusReport:
        possible = tuple(one.value for one in may_follow(status_of(talk, opened.letter.conversation)))
        narrowed = (replace(one, options=possible) if one.name == "status" else one for one in sheet.fields)
        sheet = replace(sheet, fields=tuple(narrowed))
    return sheet, opened


def start_of(model: Model, asked: Letter, talk: Iterable[Letter], today: str) -> dict[str, Any]:
    """What an answer says in all likelihood: dates, numbers and claims of what was asked."""
    if model is ProposalAnswer:
        return {"datum": today}
    if model is BalanceAnswer:
        claims = [{"factuurnummer": one["factuurnummer"]} for one in asked.data.get("vorderingen", ())]
        return _known(asked, "klantnummerSe") | {"klantOnbekend": False, "vorderingen": claims}
    if model is not NoticeAnswer:
        return {}
    found: dict[str, Any] = {}
    for letter in sorted(talk, key=lambda one: one.number):
        if not letter.ours:
            found |= _known(letter, "klantnummerSe", "ingangsdatum", "einddatum")
    return found


def _known(letter: Letter, *names: str) -> dict[str, Any]:
    return {name: letter.data[name] for name in names if name in letter.data}


_PLACE: Final = "/berichten/{id}/antwoord/{soort}"
PAGES: Final = (
    Page(_PLACE, "antwoord", Permission.OFFICE, show),
    Page(_PLACE, "antwoord-versturen", Permission.OFFICE, send, "POST", fields=MOST_FIELDS),
)
