"""Whom the office knows, everything about one of them, every term, and what may be said of one without being asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from adapters.bewindvoerder import acts, store
from adapters.bewindvoerder.acts import NotHereError
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, rules_of, seen
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.pages import filling
from adapters.bewindvoerder.pages.filling import MOST_FIELDS, Sheet
from adapters.bewindvoerder.records import Client, Letter, Model
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.terms import Term, open_terms
from adapters.bewindvoerder.trades import model_named
from hub.errors import RefusedError
from hub.workdays import local_day
from schemas.messages import (
    AdministrationDossier,
    AdministrationEnd,
    CollectionDespitePause,
    DebtRestRequest,
    Referral,
)

_BEWIND: Final = "BEW"
_SEARCH_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class File:
    """Somebody with every letter about him, newest first, and what is open."""

    client: Client
    letters: tuple[Letter, ...]
    terms: tuple[Term, ...]

    @property
    def running(self) -> Letter | None:
        """The start of the bewind that runs."""
        return acts.running(self.letters)

    def may(self, model: Model) -> bool:
        """Whether something of this type can be said now."""
        return self.client.ended is None and acts.talk_for(model, self.letters) is not None

    @property
    def referred(self) -> bool:
        """Whether he was referred to us."""
        return any(one.of(Referral) for one in self.letters)


async def index(visitor: Visitor) -> Response:
    """Everybody, by name."""
    files = await seen(visitor, Act.LISTED, None, files_of, office_of(visitor))
    return visitor.shown("clienten.html", files=files, searched=None)


async def search(visitor: Visitor) -> Response:
    """Those whose name or BSN fits; what is searched for stands in no address and no log."""
    form = await visitor.request.form()
    wanted = str(form.get("zoek", "")).strip().casefold()[:_SEARCH_CHARS]
    files = await seen(visitor, Act.LISTED, None, files_of, office_of(visitor))
    found = [one for one in files if _fits(one.client, wanted)]
    return visitor.shown("clienten.html", files=found, searched=wanted)


async def show(visitor: Visitor) -> Response:
    """Everything about one of them."""
    file = await file_of(visitor, Act.READ)
    rest, incident = file.may(DebtRestRequest), file.may(CollectionDespitePause)
    return visitor.shown("client.html", file=file, may_ask_rest=rest, may_report=incident)


async def terms(visitor: Visitor) -> Response:
    """Every term, ours first."""
    files = await seen(visitor, Act.LISTED, None, files_of, office_of(visitor))
    found = sorted(((term, file) for file in files for term in file.terms), key=lambda pair: pair[0].due)
    return visitor.shown("termijnen.html", terms=found)


async def tell_form(visitor: Visitor) -> Response:
    """A form for what may be said."""
    sheet, file = await _sheet(visitor)
    return _page(visitor, sheet, file)


async def tell(visitor: Visitor) -> Response:
    """Says it, once."""
    sheet, file = await _sheet(visitor, sending=True)
    sheet, message = filling.read(sheet, await filling.form_sent(visitor))
    if message is None:
        return _page(visitor, sheet, file)
    author, case = await filling.author_of(visitor), file.client.case
    try:
        sent = await seen(visitor, Act.FILED, case, acts.tell, office_of(visitor), case, message, author)
    except NotHereError:
        raise not_here() from None
    except RefusedError as error:
        return _page(visitor, filling.unsendable(sheet, error), file)
    return visitor.go(f"/berichten/{sent}?verstuurd=1")


def files_of(tx: Transaction, office: Office) -> list[File]:
    """Everybody whom the office knows."""
    by_case: dict[str, list[Letter]] = {}
    for letter in store.letters(tx, most=100_000):
        by_case.setdefault(letter.case, []).append(letter)
    return [_file(office, client, by_case.get(client.case, [])) for client in store.clients(tx)]


def _file(office: Office, client: Client, letters: list[Letter]) -> File:
    found = open_terms(letters, rules_of(office)) if client.ended is None else []
    return File(client, tuple(letters), tuple(found))


def one_file(tx: Transaction, office: Office, case: str) -> File:
    """One of them.

    Raises:
        NotHereError: not known to this office.
    """
    client = store.client(tx, case)
    if client is None:
        raise NotHereError
    return _file(office, client, store.letters(tx, case=case))


async def file_of(visitor: Visitor, act: Act) -> File:
    """The one whom the address names; 404 where the office does not know him."""
    case, office = visitor.request.path_params["zaak"], office_of(visitor)
    try:
        return await seen(visitor, act, case, one_file, office, case)
    except NotHereError:
        raise not_here() from None


def _fits(client: Client, wanted: str) -> bool:
    return wanted in client.person.name.casefold() or (bool(wanted) and wanted == client.person.bsn)


async def _sheet(visitor: Visitor, *, sending: bool = False) -> tuple[Sheet, File]:
    office, model = office_of(visitor), model_named(visitor.request.path_params["soort"])
    file = await file_of(visitor, Act.READ)
    if model is None or model not in office.trade.begins or model is AdministrationDossier:
        raise not_here()
    if not file.may(model) and not sending:
        raise not_here()
    start: dict[str, Any] = {"einddatum": local_day(visitor.now).isoformat()} if model is AdministrationEnd else {}
    return filling.blank(model, start, {}), file


def _page(visitor: Visitor, sheet: Sheet, file: File) -> Response:
    office = office_of(visitor)
    register = office.edge.office.register.current
    others = sorted(one.name for one in register.with_role(_BEWIND) if one.active and one.oin != office.itself.oin)
    return filling.shown(visitor, "nieuw.html", sheet, file=file, suggestions={"opvolger": others})


_TELL: Final = "/clienten/{zaak}/nieuw/{soort}"
PAGES: Final = (
    Page("/clienten", "clienten", Permission.OFFICE, index),
    Page("/clienten/zoeken", "zoeken", Permission.OFFICE, search, "POST"),
    Page("/clienten/{zaak}", "client", Permission.OFFICE, show),
    Page(_TELL, "nieuw", Permission.OFFICE, tell_form),
    Page(_TELL, "nieuw-versturen", Permission.OFFICE, tell, "POST", fields=MOST_FIELDS),
    Page("/termijnen", "termijnen", Permission.OFFICE, terms),
)
