"""The record of a tax system ↔ our messages: pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import TypeAdapter, ValidationError

from adapters.gbkz import records
from adapters.gbkz.records import Cause, Miss, Placed, Reason, Step, Taxpayer
from schemas.codes import EndClass, HandlerKind, Measure, NoCooperationReason, NotStoppedReason
from schemas.identifiers import Name, Phone, Reference
from schemas.messages import NoCooperation, NoticeAnswer
from schemas.persons import PersonWithBsn
from schemas.shapes import Claim, Handler, MeasureNotStopped

MEASURE: dict[Step, Measure] = {
    Step.ASSESSMENT: Measure.REMINDER,  # an assessment itself is no measure; what follows it is
    Step.REMINDER: Measure.REMINDER,
    Step.FINAL_DEMAND: Measure.FINAL_DEMAND,
    Step.WARRANT: Measure.WARRANT,
    Step.BAILIFF: Measure.HANDOVER,
    Step.WAGE_CLAIM: Measure.WAGE_CLAIM,
    Step.ATTACHMENT: Measure.ATTACHMENT,
    Step.DIRECT_DEBIT: Measure.DIRECT_DEBIT,
    Step.COSTS: Measure.COSTS,
}
NOT_STOPPED: dict[Cause, NotStoppedReason] = {
    Cause.AT_BAILIFF: NotStoppedReason.AT_BAILIFF,
    Cause.ATTACHED: NotStoppedReason.ATTACHMENT_LAID,
    Cause.SENT: NotStoppedReason.ALREADY_SENT,
    Cause.EXCLUDED: NotStoppedReason.EXCLUDED,
}
NO_COOPERATION: dict[Miss, NoCooperationReason] = {
    Miss.UNKNOWN: NoCooperationReason.CUSTOMER_UNKNOWN,
    Miss.BIRTH_DATE_DIFFERS: NoCooperationReason.DETAILS_DO_NOT_MATCH,
}
#: The classes of an end after which collecting does not go on by itself, and the reason that the tax system then shows.
KEPT: dict[EndClass, Reason] = {
    EndClass.IN_ARRANGEMENT: Reason.ARRANGEMENT,
    EndClass.LEGAL_PROTECTION: Reason.LEGAL_PROTECTION,
    EndClass.DECEASED: Reason.DECEASED,
}
#: What a list in an answer may hold (messages.md 1).
MOST = 100

_MARK: TypeAdapter[str] = TypeAdapter(Reference)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_PHONE: TypeAdapter[str] = TypeAdapter(Phone)


def dates_agree(ours: str, theirs: str) -> bool:
    """Whether two birth dates are the same as far as both are known; `00` is an unknown month or day (messages.md)."""
    pairs = zip(ours.split("-"), theirs.split("-"), strict=True)
    return all(a == b or "00" in {a, b} for a, b in pairs)


def names_agree(person: PersonWithBsn, taxpayer: Taxpayer) -> bool:
    """Whether two names are the same without diacritics, capitals, spaces and marks; the prefix is part of the name."""
    return _plain(person.prefix, person.surname) == _plain(taxpayer.prefix, taxpayer.surname)


def _plain(prefix: str | None, surname: str) -> str:
    decomposed = unicodedata.normalize("NFKD", f"{prefix or ''}{surname}")
    return "".join(letter for letter in decomposed.casefold() if letter.isalnum())


def not_found(miss: Miss) -> NoCooperation:
    """What is answered when the taxpayer is not there."""
    return NoCooperation(reason=NO_COOPERATION[miss])


def answer(
    *, start: date, end: date, taxpayer: str | None, held: Iterable[str], measures: Sequence[Placed]
) -> NoticeAnswer:
    """What stopped, what did not and who has it, and which dossiers are in.

    Args:
        start: first day, as entered.
        end: last day of rest; the margin that only the tax system sees is not in it.
        taxpayer: number of the taxpayer at the tax office.
        held: numbers of the dossiers that are paused.
        measures: what the tax system said of each dossier.
    """
    stopped = {MEASURE[step] for one in measures for step in one.stopped}
    not_stopped = [_not_stopped(goes_on) for one in measures for goes_on in one.not_stopped]
    known = {"creditor_customer_number": taxpayer} if taxpayer is not None else {}
    return NoticeAnswer(
        **known,
        start_date=start,
        end_date=end,
        measures_stopped=tuple(measure for measure in Measure if measure in stopped),
        measures_not_stopped=tuple(dict.fromkeys(not_stopped))[:MOST],
        claims=tuple(Claim(invoice_number=number) for number in sorted(held))[:MOST],
    )


def _not_stopped(goes_on: records.NotStopped) -> MeasureNotStopped:
    found: dict[str, object] = {"measure": MEASURE[goes_on.step], "reason": NOT_STOPPED[goes_on.cause]}
    if goes_on.since is not None:
        found["since"] = goes_on.since
    if goes_on.handler is not None:
        found["handler"] = _handler(goes_on.handler)
    return MeasureNotStopped.model_validate(found)


def _handler(handler: records.Handler) -> Handler:
    """Who has the dossier; a mark or telephone number that does not fit our form is left out rather than the answer."""
    name = _fitting(_NAME, handler.name) or "onbekend"
    optional = {"mark": _fitting(_MARK, handler.mark), "phone": _fitting(_PHONE, handler.phone)}
    known = {member: value for member, value in optional.items() if value is not None}
    return Handler(kind=HandlerKind.BAILIFF, name=name, **known)


def _fitting(form: TypeAdapter[str], value: str | None) -> str | None:
    try:
        return None if value is None else form.validate_python(value)
    except ValidationError:
        return None
