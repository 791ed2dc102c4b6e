"""Why help ended, and the class that creditors learn of it (messages.md 4, lists C, E and L). Pure.

The reason stays here: it can say something about a resident that no creditor needs. Reasons that fit more than one
class have none in the table below, because guessing wrong either resumes collection or stops it for good: the caller
then names the class.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.codes import EndClass


class EndReason(StrEnum):
    """Lists C and E together."""

    ARRANGEMENT_AGREED = "schuldregeling-akkoord"
    HELP_REFUSED = "hulp-afgewezen"
    DECEASED = "overleden"
    MOVED = "verhuisd"
    NOT_APPEARED = "niet-verschenen"
    WITHDRAWN = "ingetrokken"
    NOT_FITTING = "niet-passend"
    NOT_QUALIFIED = "voldoet-niet"
    COMPLETED = "afgerond"
    BY_THEMSELVES = "zelf"
    TERM_PASSED = "termijn-verstreken"
    MORATORIUM = "moratorium"
    WSNP = "wsnp"
    WRONGLY_REGISTERED = "ten-onrechte-gemeld"
    DISCHARGED = "afgerond-kwijting"
    NOT_COMPLIED = "niet-nagekomen"
    NEW_DEBTS = "nieuwe-schulden"
    INCOME_CHANGED = "inkomen-gewijzigd"
    BANKRUPT = "faillissement"
    OTHER = "overig"


#: The class that follows from a reason. Message 19 tells of a discharge; until then `in-regeling` keeps it stopped.
CLASS_OF: Final = MappingProxyType(
    {
        EndReason.ARRANGEMENT_AGREED: EndClass.IN_ARRANGEMENT,
        EndReason.HELP_REFUSED: EndClass.ENDED,
        EndReason.DECEASED: EndClass.DECEASED,
        EndReason.MOVED: EndClass.ENDED,
        EndReason.NOT_APPEARED: EndClass.ENDED,
        EndReason.WITHDRAWN: EndClass.ENDED,
        EndReason.NOT_FITTING: EndClass.ENDED,
        EndReason.NOT_QUALIFIED: EndClass.ENDED,
        EndReason.BY_THEMSELVES: EndClass.ENDED,
        EndReason.TERM_PASSED: EndClass.ENDED,
        EndReason.MORATORIUM: EndClass.LEGAL_PROTECTION,
        EndReason.WSNP: EndClass.LEGAL_PROTECTION,
        EndReason.BANKRUPT: EndClass.LEGAL_PROTECTION,
        EndReason.WRONGLY_REGISTERED: EndClass.WRONGLY_REGISTERED,
        EndReason.DISCHARGED: EndClass.IN_ARRANGEMENT,
        EndReason.NOT_COMPLIED: EndClass.ENDED,
        EndReason.NEW_DEBTS: EndClass.ENDED,
        EndReason.INCOME_CHANGED: EndClass.ENDED,
    },
)


def class_of(reason: EndReason, named: EndClass | None) -> EndClass | None:
    """The class that goes out: the one that follows from the reason, or the one named where none does.

    Returns nothing when a class must still be named, or when the one named contradicts the reason.
    """
    following = CLASS_OF.get(reason)
    if following is None:
        return named if named is not EndClass.WRONGLY_REGISTERED else None
    return following if named in {None, following} else None
