"""What must never slip through in a field that is meant for something else. Pure (docs/adr/0011)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from adapters.haarlem.dossier import Party
from adapters.haarlem.refusals import ActRefusedError, Fault, FieldFault, Refusal, fault
from adapters.haarlem.requests import CreditorRequest, OwedClaimRequest
from adapters.minimisation import may_be_bsn

Texts = Mapping[str, str | None]

_SEPARATORS: Final = re.compile(r"[\s.\-]")


def refuse_bsn(bsns: Iterable[str | None], texts: Texts, vouched: Texts | None = None) -> None:
    """Refuses a text with a BSN: a case number, customer number or free text goes to parties without right to one.

    Args:
        bsns: of everyone in the case.
        texts: what would go out, by its place in the request: nothing in it may be a BSN, whoever's.
        vouched: likewise, where a person looked and says that it is none: only the BSNs of the case are looked for.

    Raises:
        ActRefusedError: INVALID, with the places.
    """
    known = {bsn for bsn in bsns if bsn}
    found = [*_faults(known, texts, strict=True), *_faults(known, vouched or {}, strict=False)]
    if found:
        raise ActRefusedError(Refusal.INVALID, *found)


def _faults(known: set[str], texts: Texts, *, strict: bool) -> Iterator[FieldFault]:
    for place, text in texts.items():
        if not text:
            continue
        if any(bsn in _SEPARATORS.sub("", text) for bsn in known):
            yield fault(place, Fault.BSN_IN_TEXT)
        elif strict and may_be_bsn(text):
            yield fault(place, Fault.BSN_LIKE)


def refuse_bsn_in_creditors(
    bsns: Iterable[str | None], creditors: Mapping[str, CreditorRequest], texts: Texts | None = None
) -> None:
    """Refuses a BSN in what creditors would read, by the place of each in the request, and in these other texts.

    Raises:
        ActRefusedError: INVALID, with the places.
    """
    strict, vouched = dict(texts or {}), dict[str, str | None]()
    for place, creditor in creditors.items():
        (vouched if creditor.no_bsn else strict).update(texts_of(creditor, place))
    refuse_bsn(bsns, strict, vouched)


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


def refuse_bsn_told_before(bsn: str | None, place: str, helper_number: str, parties: Iterable[Party]) -> None:
    """Refuses a BSN that stands in what parties of the case read already: its number, or theirs.

    Raises:
        ActRefusedError: INVALID, at the place of the BSN.
    """
    told = [helper_number]
    for party in parties:
        told += [text for text in (party.customer_number, party.name_at_creditor) if text]
        told += [text for one in party.claims for text in (one.claim.invoice_number, one.claim.summary) if text]
    if bsn and any(bsn in _SEPARATORS.sub("", text) for text in told):
        raise ActRefusedError(Refusal.INVALID, fault(place, Fault.BSN_IN_TEXT))
