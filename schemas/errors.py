"""What is wrong with a payload: places and codes, never what was written there.

A payload holds personal data, so nothing in this module keeps, prints or passes on a value of it. A member name that
we do not know is a value too (whoever wrote it chose it): the pointer then names the object that holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError

#: More problems than this in one payload are counted out: a list of rubbish does not become a page of errors.
MOST_PROBLEMS = 50


class Slug(StrEnum):
    """Every way in which a payload can be wrong; stable, for machines and for the table of Dutch sentences below."""

    REQUIRED = "required"
    UNKNOWN_MEMBER = "unknown_member"
    WRONG_TYPE = "wrong_type"
    NULL = "null"
    UNKNOWN_CODE = "unknown_code"
    TEXT_TOO_LONG = "text_too_long"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    OUT_OF_RANGE = "out_of_range"
    TEXT_FORM = "text_form"
    BSN_FORM = "bsn_form"
    BSN_ELFPROEF = "bsn_elfproef"
    RSIN_FORM = "rsin_form"
    RSIN_ELFPROEF = "rsin_elfproef"
    OIN_FORM = "oin_form"
    KVK_FORM = "kvk_form"
    IBAN_FORM = "iban_form"
    IBAN_CHECK = "iban_check"
    POSTCODE_FORM = "postcode_form"
    GEMEENTECODE_FORM = "gemeentecode_form"
    HUISLETTER_FORM = "huisletter_form"
    TELEFOON_FORM = "telefoon_form"
    EMAIL_FORM = "email_form"
    MONEY_FORM = "money_form"
    PERCENTAGE_FORM = "percentage_form"
    DATE_FORM = "date_form"
    BIRTH_DATE_FORM = "birth_date_form"
    INSTANT_FORM = "instant_form"
    UUID_FORM = "uuid_form"
    URN_FORM = "urn_form"
    HASH_FORM = "hash_form"
    EPOCH_FORM = "epoch_form"
    TOKEN_FORM = "token_form"  # noqa: S105 a code, not a secret
    ACCEPTS_FORM = "accepts_form"
    LOG_FORM = "log_form"
    END_BEFORE_START = "end_before_start"
    NEITHER_ADDRESS_NOR_NUMBER = "neither_address_nor_number"
    NEITHER_PHONE_NOR_EMAIL = "neither_phone_nor_email"
    PERSON_MIXED = "person_mixed"
    BUSINESS_MISSING = "business_missing"
    REASON_MISSING = "reason_missing"
    OUTCOME_MISSING = "outcome_missing"
    OUTCOME_NOT_HERE = "outcome_not_here"
    PERIOD_TOO_LONG = "period_too_long"
    DISCHARGE_NOT_HERE = "discharge_not_here"
    CLASS_NOT_HERE = "class_not_here"
    CODE_MISSING = "code_missing"
    CODE_NOT_HERE = "code_not_here"


#: What a screen says; the same words everywhere.
DUTCH: dict[Slug, str] = {
    Slug.REQUIRED: "Dit gegeven is verplicht en ontbreekt.",
    Slug.UNKNOWN_MEMBER: "Hier staat een gegeven dat dit bericht niet kent.",
    Slug.WRONG_TYPE: "Dit gegeven heeft het verkeerde soort waarde.",
    Slug.NULL: "Laat een gegeven dat er niet is weg; null mag hier niet.",
    Slug.UNKNOWN_CODE: "Deze code staat niet in de lijst.",
    Slug.TEXT_TOO_LONG: "Deze tekst is te lang.",
    Slug.TOO_FEW: "Deze lijst heeft te weinig regels.",
    Slug.TOO_MANY: "Deze lijst heeft te veel regels.",
    Slug.OUT_OF_RANGE: "Dit getal valt buiten de grenzen.",
    Slug.TEXT_FORM: "Deze tekst is leeg of bevat stuurtekens.",
    Slug.BSN_FORM: "Een BSN heeft precies 9 cijfers.",
    Slug.BSN_ELFPROEF: "Dit BSN voldoet niet aan de elfproef.",
    Slug.RSIN_FORM: "Een RSIN heeft precies 9 cijfers.",
    Slug.RSIN_ELFPROEF: "Dit RSIN voldoet niet aan de elfproef.",
    Slug.OIN_FORM: "Een OIN heeft precies 20 tekens (cijfers en hoofdletters).",
    Slug.KVK_FORM: "Een KVK-nummer heeft precies 8 cijfers.",
    Slug.IBAN_FORM: "Dit is geen IBAN (zonder spaties, hoofdletters).",
    Slug.IBAN_CHECK: "Het controlegetal van deze IBAN klopt niet.",
    Slug.POSTCODE_FORM: "Een postcode is 4 cijfers en 2 hoofdletters.",
    Slug.GEMEENTECODE_FORM: "Een gemeentecode heeft precies 4 cijfers.",
    Slug.HUISLETTER_FORM: "Een huisletter is één letter.",
    Slug.TELEFOON_FORM: "Dit is geen telefoonnummer.",
    Slug.EMAIL_FORM: "Dit is geen e-mailadres.",
    Slug.MONEY_FORM: "Een bedrag is in euro's met een punt en precies 2 decimalen.",
    Slug.PERCENTAGE_FORM: "Een percentage is 0.00 tot en met 100.00, met een punt en precies 2 decimalen.",
    Slug.DATE_FORM: "Een datum is JJJJ-MM-DD en bestaat.",
    Slug.BIRTH_DATE_FORM: "Een geboortedatum is JJJJ-MM-DD, JJJJ-MM-00 of JJJJ-00-00.",
    Slug.INSTANT_FORM: "Een tijdstip is volgens RFC 3339 (bijvoorbeeld 2026-01-31T09:00:00Z).",
    Slug.UUID_FORM: "Dit is geen UUID in kleine letters (versie 1 tot en met 8).",
    Slug.URN_FORM: "Dit is geen urn:nld:oin van een organisatie of systeem.",
    Slug.HASH_FORM: "Dit is geen SHA-256-waarde in de vorm die hier hoort.",
    Slug.EPOCH_FORM: "Een kwartaal is JJJJQ1 tot en met JJJJQ4.",
    Slug.TOKEN_FORM: "Een token heeft 43 base64url-tekens.",
    Slug.ACCEPTS_FORM: "Een berichtsoort met hoofdversie is <naam>:<versie>.",
    Slug.LOG_FORM: "Dit heeft niet de vorm van het berichtenlog.",
    Slug.END_BEFORE_START: "De einddatum ligt vóór de ingangsdatum.",
    Slug.NEITHER_ADDRESS_NOR_NUMBER: "Geef het adres of het klantnummer bij de schuldeiser (of beide).",
    Slug.NEITHER_PHONE_NOR_EMAIL: "Geef een telefoonnummer of een e-mailadres (of beide).",
    Slug.PERSON_MIXED: "Bij een BSN horen geen voorletters, andere naam, adres of klantnummer.",
    Slug.BUSINESS_MISSING: "Bij een verwijzing van een ondernemer hoort de onderneming.",
    Slug.REASON_MISSING: "Bij deze status hoort een reden.",
    Slug.OUTCOME_MISSING: "Bij een afgeronde verwijzing hoort een uitkomst.",
    Slug.OUTCOME_NOT_HERE: "Een uitkomst staat er alleen bij een afgeronde verwijzing.",
    Slug.PERIOD_TOO_LONG: "Een afkoelingsperiode duurt hoogstens 6 maanden.",
    Slug.DISCHARGE_NOT_HERE: "Finale kwijting hoort bij de klasse afgerond.",
    Slug.CLASS_NOT_HERE: "Deze klasse hoort niet bij dit bericht.",
    Slug.CODE_MISSING: "Bij een weigering hoort een code.",
    Slug.CODE_NOT_HERE: "Een code staat er alleen bij een weigering.",
}

#: pydantic's own error types, in our words; what is not here is one of our own slugs.
_OF_PYDANTIC: dict[str, Slug] = {
    "missing": Slug.REQUIRED,
    "extra_forbidden": Slug.UNKNOWN_MEMBER,
    "enum": Slug.UNKNOWN_CODE,
    "too_short": Slug.TOO_FEW,  # in documents of the adapters; those of the wire say so by `NotEmpty`
    "too_long": Slug.TOO_MANY,
    "greater_than_equal": Slug.OUT_OF_RANGE,
    "less_than_equal": Slug.OUT_OF_RANGE,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: `pointer` (RFC 6901, known member names and positions only) and its slug."""

    pointer: str
    slug: Slug

    def explain(self) -> str:
        """One Dutch sentence for a screen."""
        return DUTCH[self.slug]


class PayloadError(Exception):
    """The payload does not fit its model. Holds what is wrong and where, and no value."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.pointer or '/'} {problem.slug}" for problem in self.problems))


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """The problems that pydantic found, in document order, without any value; at most `MOST_PROBLEMS`."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(_problem(detail["type"], detail["loc"]) for detail in found[:MOST_PROBLEMS])


def _problem(kind: str, place: tuple[int | str, ...]) -> Problem:
    slug = _OF_PYDANTIC.get(kind)
    if slug is None:
        slug = Slug.WRONG_TYPE if kind.endswith(("_type", "_attributes_type")) else Slug(kind)
    if slug is Slug.UNKNOWN_MEMBER:
        place = place[:-1]
    return Problem("".join(f"/{part}" for part in place), slug)
