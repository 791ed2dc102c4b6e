"""The letter as one page of HTML to print: with its style inside, or beside it where a page's policy wants that."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.haarlem import casefile
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.dossier import CaseState, Party, PartyRole, PersonState
from adapters.haarlem.letter.contents import RestLetter, Told, letter_of
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.store import Transaction
from hub.workdays import local_day

HERE: Final = Path(__file__).parent
STYLE: Final = HERE / "static" / "rustbrief.css"
_MONTHS: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def rest_letter(helper: DebtHelper, tx: Transaction, case_id: str, person_id: str) -> RestLetter:
    """The letter to somebody who is helped in this case.

    Raises:
        ActRefusedError: UNKNOWN; NOTHING_TO_DO for who is not helped here any more.
    """
    file = casefile.read(tx, case_id)
    person = file.person(person_id)
    if person.state is not PersonState.ACTIVE or file.case.state is not CaseState.OPEN:
        raise ActRefusedError(Refusal.NOTHING_TO_DO)
    names = {party.id: _name(helper, party) for party in file.parties}
    return letter_of(file, person, agenda.calls(tx, case_id), names, helper.now())


def _name(helper: DebtHelper, party: Party) -> str:
    """A tax office by the name that stands on its envelopes, others as the resident named them."""
    organisation = helper.directory().organisation_of(party)
    if organisation is None or party.role is not PartyRole.TAX or party.gemeentecode is None:
        return party.name
    return f"{organisation.name} (belasting van {helper.municipality(party.gemeentecode)})"


def printed(letter: RestLetter, stylesheet: tuple[str, str] | None = None) -> str:
    """The page.

    Args:
        letter: what it says.
        stylesheet: address and hash of the style, where it must not stand in the page itself.
    """
    style = None if stylesheet else STYLE.read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("rustbrief.html")
        .render(letter=letter, Told=Told, style=style, stylesheet=stylesheet)
    )


def written_day(moment: date | datetime) -> str:
    """`30 november 2026`."""
    day = local_day(moment) if isinstance(moment, datetime) else moment
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["written"] = written_day
    return environment
