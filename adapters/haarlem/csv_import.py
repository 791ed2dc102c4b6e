"""The rows of an import: read, known again by what they say, and carried out in a transaction each.

A row that was carried out is remembered by what it says, so the same file, or a longer version of it, does nothing
twice; a row that was refused is tried again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from adapters import csv_cells
from adapters.csv_cells import CellError, Row, UnreadableError
from adapters.haarlem import csv_acts, csv_deeds
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk import store as desk
from adapters.haarlem.desk.problems import status_of
from adapters.haarlem.refusals import DUTCH, ActRefusedError, Fault, FieldFault, Refusal, fault, invalid
from adapters.haarlem.store import Exchange, Transaction

HEADER: Final = ("regel", "handeling", "klantnummer_shv", "uitkomst", "zaak", "code", "toelichting")
DONE, ALREADY, REFUSED = "gedaan", "al-gedaan", "geweigerd"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, with the mark by which it is known again."""

    number: int
    row: Row
    mark: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    line: Line
    result: str
    case_id: str = ""
    code: str = ""
    words: str = ""
    number_is_fit: bool = True

    def cells(self) -> tuple[str, ...]:
        """As a row of the result file: nothing in it says who somebody is, also not a BSN as the case number."""
        act, number = (self.line.row.get(name, "") for name in ("handeling", "klantnummershv"))
        number = number if self.number_is_fit else ""
        return (str(self.line.number), act, number, self.result, self.case_id, self.code, self.words)


@dataclass(frozen=True, slots=True)
class Acting:
    """On whose behalf: the token that handed the file in, and the employee behind it."""

    token_id: str
    employee: str


Keep = Callable[[Transaction, Outcome], None]


def read_lines(content: bytes) -> list[Line]:
    """The rows of a file that say something.

    Raises:
        ActRefusedError: INVALID for what is no CSV or has a column that means nothing.
    """
    try:
        rows = csv_cells.read_rows(content)
    except UnreadableError as error:
        raise (
            ActRefusedError(Refusal.INVALID, FieldFault("", Fault.NOT_CSV.value, error.explain()))
            if error.row is None
            else invalid(Fault.ROW, f"/regels/{error.row}")
        ) from None
    _check_columns(rows)
    return _lines(rows)


def _check_columns(rows: Sequence[Row]) -> None:
    """Refuses what would be left out in silence: a column with a slip of the pen may say that an address is secret.

    Columns are told by their number, from 1; an empty one does no harm.
    """
    unknown = {
        place
        for row in rows
        for place, (name, cell) in enumerate(row.items(), 1)
        if cell and name not in csv_acts.COLUMNS
    }
    if unknown:
        raise ActRefusedError(Refusal.INVALID, *(fault(f"/kolommen/{one}", Fault.COLUMN) for one in sorted(unknown)))


def _lines(rows: Sequence[Row]) -> list[Line]:
    """The rows with their marks: equal rows in one file are told apart by which of them it is."""
    seen: Counter[str] = Counter()
    lines = []
    for number, row in enumerate(rows, 2):  # the header is line 1
        if not row:
            continue
        said = json.dumps(sorted((name, cell) for name, cell in row.items() if cell), ensure_ascii=False)
        seen[said] += 1
        mark = hashlib.sha256(f"{seen[said]}\0{said}".encode()).hexdigest()
        lines.append(Line(number, row, mark))
    return lines


def ended_by(tx: Transaction, line: Line, *, running: bool) -> list[Exchange]:
    """What a row would end of what runs now; nothing when it will be refused anyway."""
    try:
        return list(csv_deeds.ended_by(tx, csv_acts.read_row(line.row, running=running)))
    except (CellError, ActRefusedError):
        return []


def carry_out(helper: DebtHelper, acting: Acting, line: Line, *, running: bool, keep: Keep) -> None:
    """One row in a transaction of its own, with its line in the access log; what became of it goes to `keep` there."""
    ledger, act = helper.edge.ledger, "import"
    try:
        asked = csv_acts.read_row(line.row, running=running)
        act = asked.act.value
        with ledger.begin() as tx:
            before = desk.imported(tx, [line.mark]).get(line.mark)
            case_id = before or csv_deeds.carry_out(helper, tx, asked)
            if before is None:
                desk.add_imported(tx, line.mark, case_id, helper.now())
            _log(helper, tx, acting, act, case_id, 200)
            keep(tx, Outcome(line, ALREADY if before else DONE, case_id))
    except (CellError, ActRefusedError) as error:
        refused = invalid(Fault.CELL, f"/{error.column}") if isinstance(error, CellError) else error
        words = " ".join(_explain(one) for one in refused.fields) or DUTCH[refused.refusal][1]
        fit = all(one.pointer != "/klantnummerShv" for one in refused.fields)
        with ledger.begin() as tx:
            _log(helper, tx, acting, act, refused.case_id, status_of(refused))
            keep(
                tx,
                Outcome(line, REFUSED, refused.case_id or "", refused.refusal.value, words, number_is_fit=fit),
            )


def _log(helper: DebtHelper, tx: Transaction, acting: Acting, act: str, case_id: str | None, status: int) -> None:
    desk.add_access(tx, helper.now(), acting.token_id, acting.employee, act, case_id, status, None)


def _explain(one: FieldFault) -> str:
    return f"{one.pointer.rpartition('/')[2]}: {one.text}"
