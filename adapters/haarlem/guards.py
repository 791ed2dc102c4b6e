"""What must never slip through in a field that is meant for something else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, fault
from adapters.haarlem.requests import CreditorRequest, OwedClaimRequest

_SEPARATORS: Final = re.compile(r"[\s.\-]")


def refuse_bsn(bsns: Iterable[str | None], texts: Mapping[str, str | None]) -> None:
    """Refuses a text that holds one of these numbers: a case number or free text goes to parties without right to it.

    Args:
        bsns: of everyone in the case.
        texts: what would go out, by its place in the request.

    Raises:
        ActRefusedError: INVALID, with the places.
    """
    known = {bsn for bsn in bsns if bsn}
    found = [
        fault(place, Fault.BSN_IN_TEXT)
        for place, text in texts.items()
        if text and any(bsn in _SEPARATORS.sub("", text) for bsn in known)
    ]
    if found:
        raise ActRefusedError(Refusal.INVALID, *found)


def texts_of(creditor: CreditorRequest, place: str) -> dict[str, str | None]:
    """What a creditor would read of itself, by its place in the request."""
    return {
        f"{place}/klantnummerSe": creditor.customer_number,
        f"{place}/naamBijSchuldeiser": creditor.name_at_creditor,
        **texts_of_claims(creditor.claims, place),
    }


def texts_of_claims(claims: Iterable[OwedClaimRequest], place: str) -> dict[str, str | None]:
    """What stands in claims, by its place in the request."""
    found: dict[str, str | None] = {}
    for number, claim in enumerate(claims):
        found[f"{place}/vorderingen/{number}/factuurnummer"] = claim.invoice_number
        found[f"{place}/vorderingen/{number}/omschrijving"] = claim.summary
    return found
