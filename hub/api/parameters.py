"""What a call may be given, each with the form that the description of the API promises."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query
from pydantic import BeforeValidator

from hub.database import Place, read_place
from hub.messagelog.reading.standing import MessageState
from hub.operations.evidence import Cause

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
UUID_FORM: Final = f"^{_UUID}$"
OIN_FORM: Final = "^[0-9A-Z]{20}$"
TYPE_FORM: Final = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
CASE_FORM: Final = f"^([0-9A-Fa-f]{{10}}|{_UUID})$"
#: An OIN, the id of a message, recovery or case, or a place such as `quarantine/lane`; no bare number of a person.
TARGET_FORM: Final = f"^([0-9A-Z]{{20}}|{_UUID}|[a-z]+/[0-9a-z-]{{1,40}})$"
PLACE_FORM: Final = rf"^[0-9]{{1,17}}\.{_UUID}$"
_LARGEST: Final = 10**15
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _instant(given: object) -> datetime:
    """RFC 3339 alone: the framework would also take a number, and guess what it counts."""
    if not isinstance(given, str) or _INSTANT.fullmatch(given) is None:
        raise ValueError("an instant of RFC 3339, with its time zone")  # noqa: EM101 - is not repeated
    try:
        return datetime.fromisoformat(given.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant that a calendar has")  # noqa: B904, EM101


def _day(given: object) -> date:
    if not isinstance(given, str) or _DAY.fullmatch(given) is None:
        raise ValueError("a day as YYYY-MM-DD")  # noqa: EM101
    return date.fromisoformat(given)


def place_of(after: str | None) -> Place | None:
    """The place that `after` names; its form was checked before."""
    return None if after is None else read_place(after)


def _queried(alias: str, says: str, example: object, **form: Any) -> Any:  # noqa: ANN401 - what FastAPI takes
    return Query(alias=alias, description=says, openapi_examples={"example": {"value": example}}, **form)


_ID: Final = "01936f5e-8c00-7000-8000-000000000001"
_CASE: Final = "0a1b2c3d-4e5f-4123-8abc-0123456789ab"

MessageId = Annotated[
    str, Path(alias="id", pattern=UUID_FORM, description="Id of the message.", openapi_examples={"id": {"value": _ID}})
]
RecoveryId = Annotated[
    str, Path(alias="id", pattern=UUID_FORM, description="Id of the recovery.", openapi_examples={"id": {"value": _ID}})
]
CaseName = Annotated[
    str,
    Path(
        alias="case",
        pattern=CASE_FORM,
        description="Dossierkenmerk (ten characters) or whole case pseudonym.",
        openapi_examples={"kenmerk": {"value": "0A1B2C3D4E"}, "pseudonym": {"value": _CASE}},
    ),
]
PartnerOin = Annotated[
    str,
    Path(
        alias="oin",
        pattern=OIN_FORM,
        description="OIN of the partner.",
        openapi_examples={"oin": {"value": "00000099000000001000"}},
    ),
]
EvidenceNumber = Annotated[
    int,
    Path(
        alias="number",
        ge=1,
        le=_LARGEST,
        description="Number of the piece of evidence.",
        openapi_examples={"number": {"value": 1}},
    ),
]

Case = Annotated[str | None, _queried("case", "Dossierkenmerk or case pseudonym.", "0A1B2C3D4E", pattern=CASE_FORM)]
Oin = Annotated[
    str | None, _queried("oin", "Sent by or to this organisation.", "00000099000000001000", pattern=OIN_FORM)
]
SenderOin = Annotated[
    str | None,
    _queried("oin", "Its sender, where two used the same id.", "00000099000000001000", pattern=OIN_FORM),
]
Type = Annotated[
    str | None,
    _queried(
        "type", "A message type, by its short or its full name.", "kennisgeving", pattern=TYPE_FORM, max_length=120
    ),
]
EntryKind = Annotated[
    Literal["accepted", "refused", "receipt", "expired", "operator"] | None,
    _queried("kind", "Which entry about it: that it was accepted, or else refused, when left out.", "receipt"),
]
States = Annotated[
    list[MessageState] | None, _queried("state", "Where they are; may be given more than once.", ["forwarded"])
]
From = Annotated[
    datetime | None,
    BeforeValidator(_instant),
    _queried("from", "Arrived at this instant (RFC 3339) or later.", "2026-11-23T12:00:00Z"),
]
Until = Annotated[
    datetime | None,
    BeforeValidator(_instant),
    _queried("until", "Arrived before this instant (RFC 3339).", "2026-11-24T12:00:00+01:00"),
]
Day = Annotated[
    date | None,
    BeforeValidator(_day),
    _queried("date", "What was in force on this day; today when left out.", "2026-11-23"),
]
Before = Annotated[
    int | None,
    _queried("before", "Older than this: the next page, as the link to it has it.", 4711, ge=0, le=_LARGEST),
]
After = Annotated[
    str | None,
    _queried(
        "after",
        "Where the next page begins, as the link to it has it.",
        f"1795435200000000.{_ID}",
        pattern=PLACE_FORM,
    ),
]
Most = Annotated[int, _queried("most", "How many at once.", 50, ge=1, le=200)]
MostCases = Annotated[int, _queried("most", "How many at once.", 50, ge=1, le=1_000)]
CauseOf = Annotated[Cause | None, _queried("cause", "Of this cause alone.", "lane")]
Settled = Annotated[
    bool, _queried("settled", "What was released, rejected or archived, instead of what is open.", example=True)
]
Past = Annotated[bool, _queried("past", "Those that are over too.", example=True)]
RestOnly = Annotated[
    bool,
    _queried("rest", "Only those on whose answer rest for somebody hangs, and that ask for attention.", example=True),
]
Target = Annotated[
    str | None,
    _queried("target", "What they are about: a message, recovery, case or OIN.", _ID, pattern=TARGET_FORM),
]
