"""Our messages ↔ orders and answers: pure."""

from __future__ import annotations

import unicodedata
from datetime import date

from pydantic import TypeAdapter, ValidationError

from adapters.convenant.orders import Answer, Customer, Elsewhere, GoesOn, Helper, Reason
from schemas.codes import EndClass, Measure, NoCooperationReason
from schemas.identifiers import Name, Phone, Reference
from schemas.messages import BalanceAnswer, BalanceRequest, NoCooperation, Notice, NoticeAnswer, PublicNotice
from schemas.messages.settlement import ClaimBalance
from schemas.shapes import Address, Claim, Handler, MeasureNotStopped

#: The classes of an end after which collecting does not go on by itself, and the reason that their system then shows.
KEPT: dict[EndClass, Reason] = {
    EndClass.IN_ARRANGEMENT: Reason.ARRANGEMENT,
    EndClass.LEGAL_PROTECTION: Reason.LEGAL_PROTECTION,
    EndClass.DECEASED: Reason.DECEASED,
}
TRANSFERRED = "De vordering is overgedragen aan {}."

_MARK: TypeAdapter[str] = TypeAdapter(Reference)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_PHONE: TypeAdapter[str] = TypeAdapter(Phone)


def customer_of(notice: Notice | PublicNotice) -> Customer:
    """Whom a notice is about."""
    if isinstance(notice, PublicNotice):
        return Customer(
            bsn=notice.bsn,
            birth_date=notice.birth_date,
            prefix=notice.prefix,
            surname=notice.surname,
            number=notice.creditor_customer_number,
        )
    return Customer(
        birth_date=notice.birth_date,
        initials=notice.initials,
        prefix=notice.prefix,
        surname=notice.surname,
        name_at_creditor=notice.name_at_creditor,
        number=notice.creditor_customer_number,
    ).model_copy(update=_address(notice.address))


def _address(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    house = "".join(filter(None, (str(address.house_number), address.house_letter, address.addition)))
    return {"street": address.street, "house_number": house, "postcode": address.postcode, "city": address.city}


def customer_by_right(request: BalanceRequest) -> Customer:
    """Whom a balance request is about: by BSN, or by name and number."""
    return Customer(
        bsn=request.bsn,
        birth_date=request.birth_date,
        initials=request.initials,
        prefix=request.prefix,
        surname=request.surname,
        name_at_creditor=request.name_at_creditor,
        number=request.creditor_customer_number,
    ).model_copy(update=_address(request.address))


def helper_of(notice: Notice | PublicNotice | BalanceRequest) -> Helper:
    """Who helps."""
    contact = notice.contact
    return Helper(number=notice.helper_customer_number, name=contact.name, phone=contact.phone, email=contact.email)


def person_mark(customer: Customer) -> str:
    """What tells this person from another in the same conversation."""
    decomposed = unicodedata.normalize("NFKD", f"{customer.prefix or ''}{customer.surname}").casefold()
    return customer.bsn or f"{customer.birth_date} {''.join(filter(str.isalnum, decomposed))}"


def notice_answer(*, start: date, end: date, customer: str | None, said: Answer | None) -> NoticeAnswer:
    """What stopped, what did not and who has it, and which claims are in.

    Args:
        start: first day of rest.
        end: last day of rest; the margin that only the creditor's system sees is not in it.
        customer: number of the customer there.
        said: the answer of their system; None where there is nothing that could be stopped.
    """
    number = _fitting(_MARK, customer)
    return NoticeAnswer(
        creditor_customer_number=number,
        start_date=start,
        end_date=end,
        measures_stopped=tuple(measure for measure in Measure if said is not None and measure in said.stopped),
        measures_not_stopped=tuple(dict.fromkeys(map(_not_stopped, said.goes_on if said else ()))),
        claims=tuple(Claim(invoice_number=one) for one in _marks(said)),
    )


def balance_answer(said: Answer, *, agreed_in_advance: bool) -> BalanceAnswer:
    """What is owed, claim by claim, and whether the creditor agrees in advance."""
    claims = tuple(
        ClaimBalance.from_wire(
            {"factuurnummer": one.invoice, "schuldtype": one.kind.value, "openstaand": one.outstanding}
            | ({"belemmering": one.impediment} if one.impediment else {})
            | ({"behandelaar": handler_of(one.handler).to_wire()} if one.handler else {})
        )
        for one in said.balances
    )
    return BalanceAnswer(
        customer_unknown=False,
        agreed_in_advance=agreed_in_advance,
        creditor_customer_number=_fitting(_MARK, said.customer),
        claims=claims,
    )


def no_cooperation(said: Answer) -> NoCooperation:
    """Why this creditor does not pause; a claim that was transferred names the new creditor."""
    reason = said.refusal or NoCooperationReason.DETAILS_DO_NOT_MATCH
    if said.transferred_to is None:
        return NoCooperation(reason=reason)
    return NoCooperation(reason=reason, explanation=TRANSFERRED.format(_words_for(said.transferred_to)))


def _marks(said: Answer | None) -> list[str]:
    fitting = (_fitting(_MARK, one) for one in sorted(set(said.claims if said else ())))
    return [one for one in fitting if one is not None]


def _not_stopped(goes_on: GoesOn) -> MeasureNotStopped:
    return MeasureNotStopped(
        measure=goes_on.measure,
        reason=goes_on.reason,
        since=goes_on.since,
        handler=None if goes_on.handler is None else handler_of(goes_on.handler),
    )


def handler_of(elsewhere: Elsewhere) -> Handler:
    """Who has it; a mark or telephone number that does not fit our form is left out rather than the answer."""
    return Handler(
        kind=elsewhere.kind,
        name=_fitting(_NAME, elsewhere.name) or "onbekend",
        mark=_fitting(_MARK, elsewhere.mark),
        phone=_fitting(_PHONE, elsewhere.phone),
    )


def _words_for(elsewhere: Elsewhere) -> str:
    handler = handler_of(elsewhere)
    return ", ".join(filter(None, (handler.name, handler.mark, handler.phone)))


def _fitting(form: TypeAdapter[str], value: str | None) -> str | None:
    try:
        return None if value is None else form.validate_python(value)
    except ValidationError:
        return None
