"""Our rows ↔ the rows of the files of the index: pure.

The layout of the files is an assumption [A] until the index publishes it: semicolons, UTF-8, a header, one row per
record; a record key (the message id) makes a row that is supplied twice one row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from schemas.codes import EndClass, RegistrationResult
from schemas.identifiers import Instant, Reference
from schemas.messages import DebtRestRegistration, DebtRestRegistrationResult, DebtRestWithdrawal

_NUMBER: TypeAdapter[str] = TypeAdapter(Reference)
_TIME: TypeAdapter[datetime] = TypeAdapter(Instant)


class Act(StrEnum):
    """What a row asks of the index."""

    REGISTER = "AANMELDEN"
    CHANGE = "WIJZIGEN"
    END = "AFMELDEN"


class Outcome(StrEnum):
    """What the index did with a row."""

    REGISTERED = "GEREGISTREERD"
    CHANGED = "GEWIJZIGD"
    REJECTED = "AFGEWEZEN"
    ENDED = "BEEINDIGD"


#: What the index may answer to what is asked.
FITTING: dict[Act, frozenset[Outcome]] = {
    Act.REGISTER: frozenset({Outcome.REGISTERED, Outcome.REJECTED}),
    Act.CHANGE: frozenset({Outcome.CHANGED, Outcome.REJECTED}),
    Act.END: frozenset({Outcome.ENDED, Outcome.REJECTED}),
}
RESULT: dict[Outcome, RegistrationResult] = {
    Outcome.REGISTERED: RegistrationResult.REGISTERED,
    Outcome.CHANGED: RegistrationResult.REGISTERED,
    Outcome.REJECTED: RegistrationResult.REJECTED,
    Outcome.ENDED: RegistrationResult.ENDED,
}
#: The index's own words for a reason or remark, and ours; another word is not passed on.
SAID: dict[str, str] = {
    "AANSLUITCODE_ONBEKEND": "VISH kent deze aansluitcode niet.",
    "GEBOORTEDATUM_WIJKT_AF": "BSN en geboortedatum horen volgens VISH niet bij elkaar.",
    "REGEL_ONGELDIG": "VISH kan de regel niet lezen.",
    "REGISTRATIE_ONBEKEND": "VISH kent dit registratienummer niet.",
    "REGISTRATIE_VAN_ANDER": "De registratie staat op naam van een andere organisatie.",
    "NAAM_WIJKT_AF": "De naam wijkt af van de registratie bij VISH.",
    "VERVALLEN": "VISH heeft de registratie zelf beëindigd.",
}
OTHER_REASON = "VISH geeft een reden die wij niet kennen; bel VISH."


class UnreadableFileError(Exception):
    """The file is not a result file."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row for the index, in its order; empty where there is nothing to say."""

    key: str
    act: str
    connection_code: str
    number: str = ""
    bsn: str = ""
    birth_date: str = ""
    prefix: str = ""
    surname: str = ""
    start_date: str = ""
    phase: str = ""
    urgent: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    end_date: str = ""
    end_class: str = ""


BATCH_HEADER = (
    "recordsleutel",
    "soort",
    "aansluitcode",
    "registratienummer",
    "bsn",
    "geboortedatum",
    "voorvoegsel",
    "geslachtsnaam",
    "ingangsdatum",
    "fase",
    "urgent",
    "contactnaam",
    "contacttelefoon",
    "contactemail",
    "einddatum",
    "klasse",
)
RESULT_HEADER = ("recordsleutel", "uitkomst", "registratienummer", "reden", "opmerking", "tijdstip")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What the index did with one record; without a key it says so unasked."""

    key: str | None
    outcome: Outcome
    number: str | None
    reason: str
    remark: str
    at: datetime | None

    def says_the_same_as(self, other: str) -> bool:
        """Whether this is the result that was recorded as `other`."""
        return self.summary() == other

    def summary(self) -> str:
        """The result in one comparable line."""
        return f"{self.outcome.value};{self.number or ''};{self.reason}"


@dataclass(frozen=True, slots=True)
class Results:
    """A result file: the rows that can be read, and the lines that cannot."""

    rows: tuple[ResultRow, ...]
    unreadable: tuple[str, ...]


def registration_cells(key: str, message: DebtRestRegistration) -> Cells:
    """The row that asks for a registration."""
    return Cells(
        key=key,
        act=Act.REGISTER,
        connection_code=message.connection_code,
        bsn=message.bsn,
        birth_date=message.birth_date,
        prefix=message.prefix or "",
        surname=message.surname,
        start_date=message.start_date.isoformat(),
        phase=message.phase.value,
        urgent="J" if message.urgent else "N",
        contact_name=message.contact.name,
        contact_phone=message.contact.phone or "",
        contact_email=message.contact.email or "",
    )


def ending_cells(key: str, message: DebtRestWithdrawal, connection_code: str) -> Cells:
    """The row that ends a registration; its number follows when it is known."""
    return Cells(
        key=key,
        act=Act.END,
        connection_code=connection_code,
        number=message.registration_number or "",
        urgent="J" if message.end_class is EndClass.WRONGLY_REGISTERED else "N",
        end_date=message.end_date.isoformat(),
        end_class=message.end_class.value,
    )


def write_batch(rows: Iterable[Cells]) -> bytes:
    """A batch file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(BATCH_HEADER)
    writer.writerows(_written(row) for row in rows)
    return text.getvalue().encode()


def _written(row: Cells) -> list[str]:
    """The cells without line ends: some readers of such files split on every one."""
    return [" ".join(str(cell).split()) for cell in asdict(row).values()]


def read_results(content: bytes) -> Results:
    """The rows of a result file.

    Raises:
        UnreadableFileError: it is no result file at all.
    """
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFileError from None
    if not lines or tuple(lines[0]) != RESULT_HEADER:
        raise UnreadableFileError
    read = [(line, _row(line)) for line in lines[1:]]
    return Results(
        rows=tuple(row for _, row in read if row is not None),
        unreadable=tuple(";".join(line) for line, row in read if row is None),
    )


def _row(line: Sequence[str]) -> ResultRow | None:
    if len(line) != len(RESULT_HEADER):
        return None
    key, outcome, number, reason, remark, at = (cell.strip() for cell in line)
    try:
        known = Outcome(outcome)
        if number:
            _NUMBER.validate_python(number)
    except (ValueError, ValidationError):
        return None
    if known is Outcome.REGISTERED and not number:
        return None
    return ResultRow(key or None, known, number or None, reason, remark, _time(at))


def _time(text: str) -> datetime | None:
    try:
        return _TIME.validate_json(f'"{text}"')
    except ValidationError:
        return None


def result_of(row: ResultRow) -> DebtRestRegistrationResult:
    """What the helper is told about a row."""
    found: dict[str, object] = {"result": RESULT[row.outcome]}
    if row.number is not None:
        found["registration_number"] = row.number
    texts = [SAID.get(word, OTHER_REASON) for word in (row.reason, row.remark) if word]
    if texts:
        found["reason"] = " ".join(dict.fromkeys(texts))
    if row.outcome is Outcome.REGISTERED and row.at is not None:
        found["registered_at"] = row.at
    return DebtRestRegistrationResult.model_validate(found)
