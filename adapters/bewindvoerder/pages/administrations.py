"""The start of a bewind: for one person by a form, or for many by a file with a result for each row."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.bewindvoerder import acts, bulk
from adapters.bewindvoerder.acts import Author, NotHereError
from adapters.bewindvoerder.bulk import RowRead
from adapters.bewindvoerder.desk import Act, Page, Permission, Visitor, not_here, office_of, seen
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.pages import filling
from adapters.bewindvoerder.pages.clients import one_file
from adapters.bewindvoerder.pages.filling import MOST_FIELDS, Sheet
from adapters.bewindvoerder.settings import Kind
from adapters.bewindvoerder.store import Transaction
from adapters.csv_cells import UnreadableError, read_rows
from hub.errors import RefusedError
from schemas.messages import AdministrationStart

_FORBIDDEN: Final = 403
_WRONG: Final = 400
UPLOAD_BYTES: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    number: int
    result: str
    text: str
    letter: str | None = None


async def form(visitor: Visitor) -> Response:
    """The form for one person; of somebody who was referred to us his details stand in it."""
    sheet, case = await _sheet(visitor)
    return filling.shown(visitor, "bewind.html", sheet, case=case)


async def send(visitor: Visitor) -> Response:
    """Tells of one bewind, once."""
    office = administrator_of(visitor)
    sheet, case = await _sheet(visitor)
    sheet, message = filling.read(sheet, await filling.form_sent(visitor))
    if not isinstance(message, AdministrationStart):
        return filling.shown(visitor, "bewind.html", sheet, case=case)
    author = await filling.author_of(visitor)
    try:
        sent = await seen(visitor, Act.FILED, case, acts.begin, office, message, author, case)
    except NotHereError:
        raise not_here() from None
    except RefusedError as error:
        return filling.shown(visitor, "bewind.html", filling.unsendable(sheet, error), case=case)
    return visitor.go(f"/berichten/{sent}?verstuurd=1")


async def upload_form(visitor: Visitor) -> Response:
    """What the file must look like."""
    administrator_of(visitor)
    return visitor.shown("bewind_bestand.html", columns=bulk.COLUMNS, results=None, problem=None)


async def upload(visitor: Visitor) -> Response:
    """Tells of every bewind in a file; what is wrong with one row holds up no other."""
    office = administrator_of(visitor)
    content = await uploaded(visitor)
    try:
        rows = read_rows(content)
    except UnreadableError as error:
        return visitor.shown("bewind_bestand.html", _WRONG, columns=bulk.COLUMNS, results=None, problem=error.explain())
    unfit = _unfit(rows)
    if unfit is not None:
        return visitor.shown("bewind_bestand.html", _WRONG, columns=bulk.COLUMNS, results=None, problem=unfit)
    name = visitor.session.user.name if visitor.session else "-"
    digest = hashlib.sha256(content).hexdigest()[:32]
    results = []
    for row in bulk.read(rows, office.settings.kvk_number or ""):
        author = Author(name, f"{digest}-{row.number}", visitor.now)
        results.append(await _carried_out(visitor, office, row, author))
    return visitor.shown("bewind_bestand.html", columns=bulk.COLUMNS, results=results, problem=None)


def administrator_of(visitor: Visitor) -> Office:
    """The office of this visitor, which must be a bewindvoerder's."""
    office = office_of(visitor)
    if office.settings.kind is not Kind.ADMINISTRATOR:
        raise HTTPException(_FORBIDDEN)
    return office


async def uploaded(visitor: Visitor) -> bytes:
    """The file of a form; empty where none was chosen."""
    sent = (await filling.form_sent(visitor)).get("bestand")
    return await sent.read() if isinstance(sent, UploadFile) else b""


def _unfit(rows: list[Any]) -> str | None:
    unknown = bulk.unknown_columns(rows)
    if unknown:
        return "Het bestand heeft een kolom die hier niet hoort. De kolommen staan hieronder."
    if len(rows) > bulk.MOST_ROWS:
        return f"Het bestand heeft meer dan {bulk.MOST_ROWS} regels. Verdeel het over meer bestanden."
    return None if rows else "Het bestand heeft geen regels."


async def _carried_out(visitor: Visitor, office: Office, row: RowRead, author: Author) -> RowResult:
    if row.start is None:
        return RowResult(row.number, "fout", row.wrong)
    try:
        sent, before = await seen(visitor, Act.FILED, None, _begin, office, row.start, author)
    except RefusedError as error:
        return RowResult(row.number, "fout", filling.unsendable(_empty(), error).mistakes[0].text)
    words = (
        ("was al gemeld", "Dit bewind is eerder gemeld; er is niets opnieuw verstuurd.") if before else ("gemeld", "")
    )
    return RowResult(row.number, *words, letter=sent)


def _begin(tx: Transaction, office: Office, start: AdministrationStart, author: Author) -> tuple[str, bool]:
    before = acts.already_told(tx, start)
    return (before, True) if before else (acts.begin(tx, office, start, author), False)


def _empty() -> Sheet:
    return Sheet(AdministrationStart, (), {})


async def _sheet(visitor: Visitor) -> tuple[Sheet, str | None]:
    office, case = administrator_of(visitor), visitor.request.query_params.get("zaak")
    start: dict[str, Any] = {}
    if case is not None:
        try:
            file = await seen(visitor, Act.READ, case, one_file, office, case)
        except NotHereError:
            raise not_here() from None
        if file.running is not None and visitor.request.method == "GET":
            raise not_here()
        person = asdict(file.client.person)
        names = {"bsn": "bsn", "birth_date": "geboortedatum", "prefix": "voorvoegsel", "surname": "geslachtsnaam"}
        start = {dutch: person[name] for name, dutch in names.items() if person[name]}
    return filling.blank(AdministrationStart, start, {"kantoorKvk": office.settings.kvk_number}), case


PAGES: Final = (
    Page("/bewind/nieuw", "bewind", Permission.OFFICE, form),
    Page("/bewind/nieuw", "bewind-versturen", Permission.OFFICE, send, "POST", fields=MOST_FIELDS),
    Page("/bewind/bestand", "bewind-bestand", Permission.OFFICE, upload_form),
    Page(
        "/bewind/bestand",
        "bewind-bestand-versturen",
        Permission.OFFICE,
        upload,
        "POST",
        files=1,
        most_bytes=UPLOAD_BYTES,
    ),
)
