"""What people and parties are called on a screen."""

from __future__ import annotations

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.casefile import CaseFile
from adapters.haarlem.dossier import PartyRole, Person


def name_of(person: Person) -> str:
    """A person as a case worker says it."""
    return " ".join(part for part in (person.initials, person.prefix, person.surname) if part)


def names_of(helper: DebtHelper, file: CaseFile) -> dict[str, str]:
    """What a tax office is called, by what its row in the case says: the office itself, and for which municipality."""
    found = {}
    for party in file.parties:
        organisation = helper.directory().organisation_of(party) if party.role is PartyRole.TAX else None
        if organisation is not None and party.gemeentecode is not None:
            found[party.name] = f"{organisation.name} ({helper.municipality(party.gemeentecode)})"
    return found
