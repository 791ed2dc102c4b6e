"""What goes over the API, in Dutch names; the content of a letter is that of its message."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from adapters.bewindvoerder.records import Letter
from adapters.bewindvoerder.terms import Term
from hub.clock import rfc3339
from schemas.catalogue import CATALOGUE


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)


class LetterShape(_Shape):
    """Een bericht; de inhoud staat er alleen bij als het bericht zelf is opgevraagd."""

    number: int = Field(alias="nummer")
    id: str
    case: str = Field(alias="zaak")
    conversation: str = Field(alias="gesprek")
    direction: str = Field(alias="richting", pattern="^(in|uit)$")
    counterpart: str = Field(alias="wederpartij", description="OIN")
    kind: str = Field(alias="soort")
    at: str = Field(alias="moment", json_schema_extra={"format": "date-time"})
    opened: str | None = Field(default=None, alias="geopend", json_schema_extra={"format": "date-time"})
    answered: str | None = Field(default=None, alias="beantwoord", json_schema_extra={"format": "date-time"})
    outcome: str | None = Field(default=None, alias="uitkomst", description="Van een eigen bericht.")
    content: dict[str, Any] | None = Field(default=None, alias="inhoud")


class LettersShape(_Shape):
    """Berichten in de volgorde waarin ze kwamen en gingen; vraag verder met na=laatste."""

    letters: list[LetterShape] = Field(alias="berichten")
    last: int = Field(alias="laatste")


class TermShape(_Shape):
    """Een termijn die loopt."""

    what: str = Field(alias="wat")
    due: str = Field(alias="uiterlijk", json_schema_extra={"format": "date-time"})
    ours: bool = Field(alias="aanOns")
    case: str = Field(alias="zaak")
    letter: str = Field(alias="bericht")


class TermsShape(_Shape):
    """Alle termijnen, de eerste eerst."""

    terms: list[TermShape] = Field(alias="termijnen")


class SentShape(_Shape):
    """Wat verstuurd moet worden: de soort en de inhoud zoals in het schema van dat bericht."""

    kind: str = Field(alias="soort", max_length=64)
    content: dict[str, Any] = Field(alias="inhoud")


class ReportShape(_Shape):
    """Een incasso-ondanks-pauze aan één schuldeiser."""

    to: str = Field(alias="aan", pattern="^[0-9A-Z]{20}$", description="OIN; zie /schuldeisers.")
    content: dict[str, Any] = Field(alias="inhoud")


class CreditorShape(_Shape):
    """Een schuldeiser of belastingkantoor in het register."""

    oin: str
    name: str = Field(alias="naam")


class CreditorsShape(_Shape):
    """Aan wie incasso ondanks een pauze gemeld kan worden."""

    creditors: list[CreditorShape] = Field(alias="schuldeisers")


class StartShape(_Shape):
    """Een bewind-gestart zonder kantoorKvk, dat het kantoor al heeft; de zaak als de cliënt al bekend is."""

    case: str | None = Field(default=None, alias="zaak", max_length=36)
    content: dict[str, Any] = Field(alias="inhoud")


def letter_shape(letter: Letter, *, whole: bool = False) -> LetterShape:
    """A letter as the API says it."""
    return LetterShape(
        number=letter.number,
        id=letter.id,
        case=letter.case,
        conversation=letter.conversation,
        direction="uit" if letter.ours else "in",
        counterpart=letter.counterpart,
        kind=CATALOGUE[letter.type].name,
        at=rfc3339(letter.at),
        opened=None if letter.opened is None else rfc3339(letter.opened),
        answered=None if letter.answered is None else rfc3339(letter.answered),
        outcome=letter.outcome,
        content=letter.data if whole else None,
    )


def term_shape(term: Term) -> TermShape:
    """A term as the API says it."""
    return TermShape(what=term.what, due=rfc3339(term.due), ours=term.ours, case=term.case, letter=term.letter)
