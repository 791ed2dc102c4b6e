"""The dossier of a bewind while it is written: estate line by line or from a file, the plan, and sending it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from adapters.bewindvoerder import acts, estate, store
from adapters.bewindvoerder.acts import NotHereError
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, seen
from adapters.bewindvoerder.estate import EstateError, EstateLine, Part
from adapters.bewindvoerder.pages import filling
from adapters.bewindvoerder.pages.administrations import UPLOAD_BYTES, administrator_of, uploaded
from adapters.bewindvoerder.pages.clients import File, file_of
from adapters.bewindvoerder.store import Transaction
from adapters.csv_cells import UnreadableError, read_rows
from hub.clock import new_pseudonym
from hub.errors import RefusedError
from schemas.errors import PayloadError
from schemas.identifiers import PlanText
from schemas.messages import AdministrationDossier

_WRONG: Final = 400
_PLAN_CHARS: Final = 4000
_PLAN: Final = TypeAdapter(PlanText)


@dataclass(frozen=True, slots=True)
class Draft:
    """A dossier that is being written."""

    lines: tuple[tuple[int, EstateLine], ...]
    plan: str

    @property
    def only_lines(self) -> list[EstateLine]:
        """The lines without their numbers."""
        return [line for _, line in self.lines]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with what was just sent in, and what was typed."""

    line: dict[str, str] | None = None
    typed: dict[str, str] | None = None
    rows: tuple[tuple[int, str], ...] = ()
    whole: str | None = None
    plan: str | None = None


def is_plan(text: str) -> bool:
    """Whether a plan may stand in a dossier, and in a database."""
    try:
        _PLAN.validate_python(text)
    except ValidationError:
        return False
    return True


def printable(text: str) -> str:
    """It without what is no text: what a page can show and send again."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t")


async def show(visitor: Visitor) -> Response:
    """The dossier as it stands."""
    return await _page(visitor, await _running(visitor), None)


async def add(visitor: Visitor) -> Response:
    """One more line, typed."""
    file = await _running(visitor)
    form = await filling.form_sent(visitor)
    typed = {name: str(form.get(name, "")) for name in ("soort", "omschrijving", "bedrag")}
    try:
        line = estate.read_line(typed)
    except EstateError as error:
        return await _page(visitor, file, Trouble(line=error.texts, typed=typed))
    return await _noted(visitor, file, lambda tx: _add(tx, file.client.case, [line]))


async def upload(visitor: Visitor) -> Response:
    """Lines from a file: the good ones are added, the others named."""
    file = await _running(visitor)
    try:
        lines, wrong = estate.read_lines(read_rows(await uploaded(visitor)))
    except UnreadableError as error:
        return await _page(visitor, file, Trouble(whole=error.explain()))
    room = estate.MOST_LINES - len((await office_of(visitor).committed(_draft, file.client.case)).lines)
    if not lines and not wrong:
        return await _page(visitor, file, Trouble(whole="Het bestand heeft geen regels."))
    if len(lines) > room:
        text = f"Het bestand heeft {len(lines)} regels; er is plaats voor {room}. Er is niets toegevoegd."
        return await _page(visitor, file, Trouble(whole=text))
    if wrong:
        return await _page(visitor, file, Trouble(rows=tuple(wrong)))
    return await _noted(visitor, file, lambda tx: _add(tx, file.client.case, lines))


async def drop(visitor: Visitor) -> Response:
    """One line less."""
    file = await _running(visitor)
    number = str((await filling.form_sent(visitor)).get("regel", ""))
    if not number.isdecimal():
        raise not_here()
    return await _noted(visitor, file, lambda tx: store.drop_estate(tx, file.client.case, int(number)))


async def plan(visitor: Visitor) -> Response:
    """Keeps the plan, or sends the whole."""
    file = await _running(visitor)
    form = await filling.form_sent(visitor)
    text = str(form.get("plan", "")).replace("\r\n", "\n").strip()
    if len(text) > _PLAN_CHARS:
        return await _page(visitor, file, Trouble(whole=f"Het plan heeft meer dan {_PLAN_CHARS} tekens.", plan=text))
    if text and not is_plan(text):
        odd = "Het plan bevat tekens die geen tekst zijn. Haal wat u plakte door een gewone tekstverwerker."
        return await _page(visitor, file, Trouble(whole=odd, plan=printable(text)))
    await seen(visitor, Act.NOTED, file.client.case, store.put_plan, file.client.case, text)
    if form.get("doe") != "versturen":
        return visitor.go(f"/clienten/{file.client.case}/dossier")
    return await _send(visitor, file, text)


async def _send(visitor: Visitor, file: File, text: str) -> Response:
    case = file.client.case
    draft = await office_of(visitor).committed(_draft, case)
    if not draft.lines or not text:
        return await _page(visitor, file, Trouble(whole="Vul eerst de boedelbeschrijving en het plan van aanpak in."))
    document = {"boedelbeschrijving": estate.text_of(draft.only_lines), "planVanAanpak": text}
    author = await filling.author_of(visitor)
    try:
        message = AdministrationDossier.from_wire(document)
        sent = await seen(visitor, Act.FILED, case, acts.tell, office_of(visitor), case, message, author)
    except PayloadError as error:
        return await _page(visitor, file, Trouble(whole=error.problems[0].explain()))
    except NotHereError:
        raise not_here() from None
    except RefusedError:
        return await _page(visitor, file, Trouble(whole="Het dossier is te lang om te versturen. Maak het korter."))
    return visitor.go(f"/berichten/{sent}?verstuurd=1")


async def _running(visitor: Visitor) -> File:
    administrator_of(visitor)
    file = await file_of(visitor, Act.READ)
    if file.running is None:
        raise not_here()
    return file


async def _noted(visitor: Visitor, file: File, work: Callable[[Transaction], Any]) -> Response:
    await seen(visitor, Act.NOTED, file.client.case, work)
    return visitor.go(f"/clienten/{file.client.case}/dossier")


def _add(tx: Transaction, case: str, lines: list[EstateLine]) -> None:
    room = estate.MOST_LINES - len(store.estate(tx, case))
    store.add_estate(tx, case, ((one.part.value, one.what, str(one.amount)) for one in lines[:room]))


def _draft(tx: Transaction, case: str) -> Draft:
    lines = tuple(
        (number, EstateLine(Part(part), what, Decimal(amount))) for number, part, what, amount in store.estate(tx, case)
    )
    return Draft(lines, store.plan(tx, case))


async def _page(visitor: Visitor, file: File, trouble: Trouble | None) -> Response:
    draft = await office_of(visitor).committed(_draft, file.client.case)
    return visitor.shown(
        "dossier.html",
        _WRONG if trouble else 200,
        file=file,
        draft=draft,
        parts=list(Part),
        titles=estate.TITLES,
        sums=estate.totals(draft.only_lines),
        trouble=trouble or Trouble(),
        key=new_pseudonym(),
        full=len(draft.lines) >= estate.MOST_LINES,
    )


_PLACE: Final = "/clienten/{zaak}/dossier"
PAGES: Final = (
    Page(_PLACE, "dossier", Permission.OFFICE, show),
    Page(_PLACE + "/regel", "dossier-regel", Permission.OFFICE, add, "POST"),
    Page(_PLACE + "/regel-weg", "dossier-regel-weg", Permission.OFFICE, drop, "POST"),
    Page(_PLACE + "/bestand", "dossier-bestand", Permission.OFFICE, upload, "POST", files=1, most_bytes=UPLOAD_BYTES),
    Page(_PLACE + "/plan", "dossier-plan", Permission.OFFICE, plan, "POST"),
)
