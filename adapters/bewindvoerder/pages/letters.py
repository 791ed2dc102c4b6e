"""The inbox, one letter, and the letter as it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from adapters.bewindvoerder import acts, reading, store
from adapters.bewindvoerder.acts import NotHereError
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, rules_of, seen
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.records import Client, Letter, Model
from adapters.bewindvoerder.referrals import may_follow, status_of
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.terms import Term, open_terms
from adapters.bewindvoerder.trades import answers_to, kind_of
from schemas.messages import AdministrationAdvice, ReferralStatusReport

SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Post:
    """A letter in a list, with whom it is about and its first term."""

    letter: Letter
    client: Client | None
    term: Term | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter with everything around it."""

    letter: Letter
    client: Client | None
    others: tuple[Letter, ...]
    offered: tuple[Model, ...]


async def home(visitor: Visitor) -> Response:
    """The inbox is the first screen."""
    return visitor.go("/postvak")


async def inbox(visitor: Visitor) -> Response:
    """What came: first what must be read or answered, then the rest."""
    office = office_of(visitor)
    posts = await seen(visitor, Act.LISTED, None, _posts, office)
    waiting = sorted((one for one in posts if one.term), key=lambda one: one.term.due if one.term else visitor.now)
    done = [one for one in posts if not one.term]
    return visitor.shown("postvak.html", waiting=waiting, done=done[:SHOWN])


async def show(visitor: Visitor) -> Response:
    """One letter; its first opening is told to its sender before it is shown."""
    office, letter_id = office_of(visitor), visitor.request.path_params["id"]
    name = visitor.session.user.name if visitor.session else "-"
    try:
        opened = await seen(visitor, Act.READ, letter_id, _open, office, letter_id, name, visitor)
    except NotHereError:
        raise not_here() from None
    letter = opened.letter
    return visitor.shown(
        "bericht.html",
        letter=letter,
        client=opened.client,
        others=opened.others,
        offered=[(one.message_type.name, kind_of(one.message_type.type)) for one in opened.offered],
        facts=reading.facts_of(letter.model, letter.data),
        sent=visitor.request.query_params,
        is_advice=letter.of(AdministrationAdvice),
    )


async def printed(visitor: Visitor) -> Response:
    """Haarlem's advice as a letter on paper."""
    opened = await looked(visitor, Act.PRINTED, visitor.request.path_params["id"])
    if not opened.letter.of(AdministrationAdvice) or opened.letter.opened is None:
        raise not_here()
    return visitor.shown("brief.html", letter=opened.letter, client=opened.client, me=office_of(visitor).settings)


def _posts(tx: Transaction, office: Office) -> list[Post]:
    found = store.letters(tx, ours=False)
    known = {one.case: one for one in store.clients(tx)}
    terms: dict[str, Term] = {}
    for case in {one.case for one in found}:
        for term in open_terms(store.letters(tx, case=case), rules_of(office)):
            if term.ours:
                terms.setdefault(term.letter, term)
    return [Post(one, known.get(one.case), terms.get(one.id)) for one in found]


def _open(tx: Transaction, office: Office, letter_id: str, name: str, visitor: Visitor) -> Opened:
    acts.opened(tx, office, letter_id, name, visitor.now)
    return around(tx, letter_id)


def around(tx: Transaction, letter_id: str) -> Opened:
    """A letter with everything around it.

    Raises:
        NotHereError: the office has no such letter.
    """
    letter = store.letter(tx, letter_id)
    if letter is None:
        raise NotHereError
    talk = [one for one in store.letters(tx, case=letter.case) if one.conversation == letter.conversation]
    offered = () if letter.ours else answers_to(letter.type)
    if ReferralStatusReport in offered and not may_follow(status_of(talk, letter.conversation)):
        offered = tuple(one for one in offered if one is not ReferralStatusReport)
    others = tuple(sorted((one for one in talk if one.id != letter.id), key=lambda one: one.number))
    return Opened(letter, store.client(tx, letter.case), others, offered)


async def looked(visitor: Visitor, act: Act, letter_id: str) -> Opened:
    """A letter that is looked at, with a line in the access log; 404 where the office has none."""
    try:
        return await seen(visitor, act, letter_id, around, letter_id)
    except NotHereError:
        raise not_here() from None


PAGES: Final = (
    Page("/", "begin", Permission.OFFICE, home),
    Page("/postvak", "postvak", Permission.OFFICE, inbox),
    Page("/berichten/{id}", "bericht", Permission.OFFICE, show),
    Page("/berichten/{id}/brief", "brief", Permission.OFFICE, printed),
)
