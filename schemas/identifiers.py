"""The small values that payloads are made of: numbers of persons and organisations, dates, money, short texts.

Each is a type that refuses a wrong value with its own code, and that knows its JSON Schema, so that the models and the
generated schemas say the same. Patterns are written in the part of regular expressions that Python, Rust and
ECMAScript read alike.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Final

from stdnum import iban as stdnum_iban
from stdnum.nl import bsn as stdnum_bsn

from schemas.errors import Slug
from schemas.forms import Form, Parsed, Whole

_LEAP = "(?:0[48]|[2468][048]|[13579][26])"
_YEAR = "(?:18|19|20|21)[0-9]{2}"
_MONTH_AND_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
#: Every real day from 1800 to 2199, leap days included: a schema without a calendar is as strict as the model.
DAY_PATTERN = f"(?:{_YEAR}-{_MONTH_AND_DAY}|(?:(?:18|19|20|21){_LEAP}|2000)-02-29)"
TIME_PATTERN = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"

OIN_PATTERN = "[0-9A-Z]{20}"
#: Test range of the OIN: the only one in tests and demonstration (wire.md 2).
TEST_OIN_PREFIX: Final = "00000099"
#: Fictitious BSNs of this project begin with this: the BRP gives no such number to a person.
TEST_BSN_PREFIX: Final = "999"


def _passes_elfproef(value: str) -> bool:
    return stdnum_bsn.is_valid(value)


def _passes_mod_97(value: str) -> bool:
    return stdnum_iban.is_valid(value)


def _without_space(value: str) -> str:
    return value.replace(" ", "")


def _as_it_stands(amount: Decimal) -> str:
    # never rounded: an amount with another number of decimals is refused by its form
    return f"{amount:f}"


Bsn = Annotated[
    str,
    Form(Slug.BSN_FORM, "^[0-9]{9}$", 9, (_passes_elfproef, Slug.BSN_ELFPROEF), None, "elfproef"),
]
"""Burgerservicenummer: 9 digits that pass the elfproef."""

Rsin = Annotated[
    str,
    Form(Slug.RSIN_FORM, "^[0-9]{9}$", 9, (_passes_elfproef, Slug.RSIN_ELFPROEF), None, "elfproef"),
]
"""Number of a legal person: the same test as a BSN."""

Oin = Annotated[str, Form(Slug.OIN_FORM, f"^{OIN_PATTERN}$", 20)]
"""Organisatie-identificatienummer: 20 characters, compared case-sensitively (wire.md 2)."""

KvkNumber = Annotated[str, Form(Slug.KVK_FORM, "^[0-9]{8}$", 8)]
"""Number in the trade register: 8 digits."""

Iban = Annotated[
    str,
    Form(
        Slug.IBAN_FORM, "^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$", 34, (_passes_mod_97, Slug.IBAN_CHECK), annotation="mod97"
    ),
]
"""Account number, written without spaces: ISO 13616, mod 97."""

Postcode = Annotated[
    str,
    Form(
        Slug.POSTCODE_FORM,
        "^[1-9][0-9]{3} ?(?:[A-RT-Z][A-Z]|S[BCE-RT-Z])$",
        7,
        tidy=_without_space,
    ),
]
"""Dutch postcode; read with or without its space, kept and written without. SA, SD and SS are not given out."""

Gemeentecode = Annotated[str, Form(Slug.GEMEENTECODE_FORM, "^[0-9]{4}$", 4)]
"""Code of a municipality: 4 digits (CBS), for instance 0392."""

HouseNumber = Annotated[int, Whole(1, 99_999)]
"""House number as in the BAG."""

HouseLetter = Annotated[str, Form(Slug.HUISLETTER_FORM, "^[A-Za-z]$", 1)]
"""One letter behind the house number."""

Phone = Annotated[str, Form(Slug.TELEFOON_FORM, r"^[+0-9(][0-9 ()./-]{5,24}$", 25)]
"""Telephone number as people write it."""

Email = Annotated[str, Form(Slug.EMAIL_FORM, r"^[!-?A-~]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,187}[A-Za-z0-9])?$", 254)]
"""Mail address in ASCII."""

_LINE = r"^ *[^\x00-\x20\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
_LINES = r"^[ \t\r\n]*[^\x00-\x20\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Reference = Annotated[str, Form(Slug.TEXT_FORM, _LINE, 64)]
"""Number or mark that another party gave out: one line, not blank."""

Name = Annotated[str, Form(Slug.TEXT_FORM, _LINE, 200)]
"""Name of a person or organisation: one line, not blank (200 as in the BRP)."""

Prefix = Annotated[str, Form(Slug.TEXT_FORM, _LINE, 20)]
"""Name prefix or initials: one short line."""

Line = Annotated[str, Form(Slug.TEXT_FORM, _LINE, 100)]
"""One line of text."""

Text = Annotated[str, Form(Slug.TEXT_FORM, _LINES, 500)]
"""Short free text, lines allowed; never health or family facts (messages.md 5)."""

LongText = Annotated[str, Form(Slug.TEXT_FORM, _LINES, 1000)]
"""Free text of at most 1,000 characters."""

PlanText = Annotated[str, Form(Slug.TEXT_FORM, _LINES, 4000)]
"""A plan in words, at most 4,000 characters."""

EstateText = Annotated[str, Form(Slug.TEXT_FORM, _LINES, 8000)]
"""Goods, debts, income and expenses in words, at most 8,000 characters: with a plan beside it, it fits one seal."""

Date = Annotated[date, Parsed(Slug.DATE_FORM, f"^{DAY_PATTERN}$", 10, date.fromisoformat, date.isoformat, date, "date")]
"""A real day, written YYYY-MM-DD, 1800 to 2199."""

BirthDate = Annotated[
    str, Form(Slug.BIRTH_DATE_FORM, f"^(?:{DAY_PATTERN}|{_YEAR}-(?:0[1-9]|1[0-2])-00|{_YEAR}-00-00)$", 10)
]
"""Birth date as the BRP has it: YYYY-MM-DD, YYYY-MM-00 (day unknown) or YYYY-00-00 (month and day unknown)."""


def read_instant(value: str) -> datetime:
    """The instant that a well-formed RFC 3339 string names, in UTC."""
    # Python keeps microseconds: more digits are cut off, which keeps the order of instants
    return datetime.fromisoformat(value).astimezone(UTC)


def write_instant(moment: datetime) -> str:
    """The instant in UTC with milliseconds, or microseconds where it has them."""
    if moment.tzinfo is None:
        return moment.isoformat()  # no offset: the form refuses it
    precision = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    Parsed(
        Slug.INSTANT_FORM,
        f"^{DAY_PATTERN}{TIME_PATTERN}{_OFFSET}$",
        35,
        read_instant,
        write_instant,
        datetime,
        "date-time",
    ),
]
"""RFC 3339 instant with any offset, capital T and Z, no leap second; kept in UTC."""

Money = Annotated[
    Decimal,
    Parsed(
        Slug.MONEY_FORM,
        r"^(?:0|[1-9][0-9]{0,8})\.[0-9]{2}$",
        12,
        Decimal,
        _as_it_stands,
        Decimal,
        None,
    ),
]
"""Euros as a decimal string with exactly 2 decimals, from "0.00" to "999999999.99"."""

Percentage = Annotated[
    Decimal,
    Parsed(
        Slug.PERCENTAGE_FORM,
        r"^(?:100\.00|(?:0|[1-9][0-9]?)\.[0-9]{2})$",
        6,
        Decimal,
        _as_it_stands,
        Decimal,
        None,
    ),
]
"""Per cent as a decimal string with exactly 2 decimals, from "0.00" to "100.00"."""


def is_bsn(digits: str) -> bool:
    """Whether these nine digits pass the elfproef, as one in eleven numbers of nine digits does."""
    return _passes_elfproef(digits)


def is_test_bsn(bsn: str) -> bool:
    """Whether this well-formed BSN is one of the fictitious ones, which no person has."""
    return bsn.startswith(TEST_BSN_PREFIX)


def same_birth_date(one: str, other: str) -> bool:
    """Whether two birth dates agree as far as both are known (messages.md, person blocks).

    A month or day written 00 is unknown, and the unknown agrees with everything.
    """
    parts = zip(one.split("-"), other.split("-"), strict=True)
    return all(left == right or "00" in {left, right} for left, right in parts)


#: Letters that carry their stroke or ligature inside and so have no accent to take off.
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
_SEPARATORS = re.compile(r"[\s'`\u2018\u2019\u02bc\u2010-\u2015-]+")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", bare.translate(_PLAIN)).strip()


def same_name(one: str, other: str) -> bool:
    """Whether two surnames are the same but for diacritics, case, blanks, hyphens and apostrophes."""
    return _plain(one) == _plain(other)
