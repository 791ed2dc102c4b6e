from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.errors import Slug
from schemas.identifiers import (
    BirthDate,
    Bsn,
    Date,
    Email,
    Gemeentecode,
    Iban,
    Instant,
    KvkNumber,
    Line,
    Money,
    Oin,
    Percentage,
    Phone,
    Postcode,
    Rsin,
    Text,
    is_test_bsn,
    same_birth_date,
    same_name,
)
from schemas.protocol import WireTime


def _read(kind: Any, value: object) -> Any:  # noqa: ANN401 as many types as there are identifiers
    return TypeAdapter(kind).validate_python(value)


def _refusal(kind: object, value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        _read(kind, value)
    (error,) = refused.value.errors(include_input=False)
    return error["type"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Bsn, "999001000"),
        (Rsin, "999001000"),
        (Oin, "00000099000000001000"),
        (Oin, "0000009900000000ABCD"),
        (KvkNumber, "69599084"),
        (Iban, "NL64BNGH0285129538"),
        (Gemeentecode, "0392"),
        (Phone, "+31 (0)23 555 01 00"),
        (Email, "team.schuld+haarlem@voorbeeld.example"),
        (BirthDate, "1985-00-00"),
        (BirthDate, "1985-07-00"),
        (BirthDate, "2000-02-29"),
        (Line, "Ünïcode 12-a"),
        (Text, "eerste regel\r\ntweede regel"),
    ],
)
def test_a_well_written_value_is_kept_as_it_is(kind: object, value: str) -> None:
    assert _read(kind, value) == value


@pytest.mark.parametrize(
    ("kind", "value", "slug"),
    [
        (Bsn, "99900100", Slug.BSN_FORM),
        (Bsn, "9990.01.000", Slug.BSN_FORM),
        (Bsn, "999001000\n", Slug.BSN_FORM),
        (Bsn, "٩٩٩٠٠١٠٠٠", Slug.BSN_FORM),
        (Bsn, "000000000", Slug.BSN_ELFPROEF),
        (Bsn, "999001001", Slug.BSN_ELFPROEF),
        (Rsin, "99900100", Slug.RSIN_FORM),
        (Rsin, "999001001", Slug.RSIN_ELFPROEF),
        (Oin, "0000009900000000abcd", Slug.OIN_FORM),
        (Oin, "0000009900000000100", Slug.OIN_FORM),
        (KvkNumber, "6959908", Slug.KVK_FORM),
        (Iban, "NL64 BNGH 0285 1295 38", Slug.IBAN_FORM),
        (Iban, "NL65BNGH0285129538", Slug.IBAN_CHECK),
        (Postcode, "0101AB", Slug.POSTCODE_FORM),
        (Postcode, "2101SS", Slug.POSTCODE_FORM),
        (Postcode, "2101  AB", Slug.POSTCODE_FORM),
        (Gemeentecode, "392", Slug.GEMEENTECODE_FORM),
        (Phone, "112", Slug.TELEFOON_FORM),
        (Email, "a@b c", Slug.EMAIL_FORM),
        (BirthDate, "1985-00-07", Slug.BIRTH_DATE_FORM),
        (BirthDate, "0000-00-00", Slug.BIRTH_DATE_FORM),
        (BirthDate, "1985-02-30", Slug.BIRTH_DATE_FORM),
        (Date, "2026-2-1", Slug.DATE_FORM),
        (Date, "1985-00-00", Slug.DATE_FORM),
        (Date, 20260201, Slug.WRONG_TYPE),
        (Date, datetime(2026, 2, 1, tzinfo=UTC), Slug.WRONG_TYPE),
        (Instant, "2026-02-01 10:00:00Z", Slug.INSTANT_FORM),
        (Instant, "2026-02-01T23:59:60Z", Slug.INSTANT_FORM),
        (Instant, "2026-02-01t10:00:00z", Slug.INSTANT_FORM),
        (Instant, datetime(2026, 2, 1), Slug.INSTANT_FORM),  # noqa: DTZ001 that is what is refused
        (WireTime, "2026-02-01T10:00:00+00:00", Slug.INSTANT_FORM),
        (WireTime, "2026-02-01T10:00:00.1234567890Z", Slug.INSTANT_FORM),
        (Money, "1234.5", Slug.MONEY_FORM),
        (Money, "1234,50", Slug.MONEY_FORM),
        (Money, "01.00", Slug.MONEY_FORM),
        (Money, "-1.00", Slug.MONEY_FORM),
        (Money, "1000000000.00", Slug.MONEY_FORM),
        (Money, 12.5, Slug.WRONG_TYPE),
        (Money, Decimal("12.345"), Slug.MONEY_FORM),
        (Money, Decimal("NaN"), Slug.MONEY_FORM),
        (Percentage, "100.01", Slug.PERCENTAGE_FORM),
        (Percentage, "012.50", Slug.PERCENTAGE_FORM),
        (Percentage, "12.5", Slug.PERCENTAGE_FORM),
        (Percentage, "12,50", Slug.PERCENTAGE_FORM),
        (Percentage, "-1.00", Slug.PERCENTAGE_FORM),
        (Percentage, Decimal("12.505"), Slug.PERCENTAGE_FORM),
        (Percentage, 12.5, Slug.WRONG_TYPE),
        (Line, "", Slug.TEXT_FORM),
        (Line, "  ", Slug.TEXT_FORM),
        (Line, "two\nlines", Slug.TEXT_FORM),
        (Line, "a" * 101, Slug.TEXT_TOO_LONG),
        (Text, "\n\t ", Slug.TEXT_FORM),
    ],
)
def test_a_badly_written_value_is_refused_with_its_own_code(kind: object, value: object, slug: Slug) -> None:
    assert _refusal(kind, value) == slug


def test_a_postcode_is_read_with_its_space_and_kept_without() -> None:
    assert _read(Postcode, "2101 AB") == "2101AB"


def test_money_is_held_exactly_and_written_with_two_decimals() -> None:
    adapter = TypeAdapter[Decimal](Money)
    held = adapter.validate_python("1234.50")
    assert held == Decimal("1234.50")
    assert adapter.dump_python(held, mode="json") == "1234.50"


@pytest.mark.parametrize("value", ["0.00", "6.29", "99.99", "100.00"])
def test_a_percentage_is_held_exactly_and_written_with_two_decimals(value: str) -> None:
    adapter = TypeAdapter[Decimal](Percentage)
    assert adapter.validate_python(value) == Decimal(value)
    assert adapter.dump_python(Decimal(value), mode="json") == value


def test_an_instant_is_held_in_utc_and_cut_off_at_microseconds() -> None:
    assert _read(Instant, "2026-02-02T10:15:00+01:00") == datetime(2026, 2, 2, 9, 15, tzinfo=UTC)
    assert _read(WireTime, "2026-02-02T09:15:00.123456789Z") == datetime(2026, 2, 2, 9, 15, 0, 123456, tzinfo=UTC)


@given(st.datetimes(datetime(1800, 1, 2), datetime(2199, 12, 30), timezones=st.just(timezone(timedelta(hours=1)))))  # noqa: DTZ001
def test_an_instant_is_written_so_that_it_reads_back_the_same(moment: datetime) -> None:
    adapter = TypeAdapter[datetime](WireTime)
    assert adapter.validate_python(adapter.dump_python(moment, mode="json")) == moment


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_every_real_day_is_a_date_and_reads_back_the_same(day: date) -> None:
    assert _read(Date, day.isoformat()) == day == _read(Date, day)


@given(st.integers(1800, 2199), st.integers(0, 13), st.integers(0, 32))
def test_only_real_days_are_dates(year: int, month: int, day: int) -> None:
    text = f"{year}-{month:02}-{day:02}"
    try:
        date(year, month, day)
    except ValueError:
        assert _refusal(Date, text) == Slug.DATE_FORM
    else:
        _read(Date, text)


def test_a_test_bsn_begins_with_999() -> None:
    assert is_test_bsn("999001000")
    assert not is_test_bsn("000000012")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1985-07-12", "1985-07-12", True),
        ("1985-07-12", "1985-07-13", False),
        ("1985-07-00", "1985-07-13", True),
        ("1985-07-00", "1985-08-13", False),
        ("1985-00-00", "1985-08-13", True),
        ("1985-00-00", "1986-08-13", False),
        ("1985-00-00", "1985-07-00", True),
    ],
)
def test_birth_dates_are_compared_as_far_as_both_are_known(*, one: str, other: str, same: bool) -> None:
    assert same_birth_date(one, other) is same
    assert same_birth_date(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Müller", "Muller", True),
        ("Öztürk", "OZTURK", True),
        ("Æbelø", "aebelo", True),
        ("Łukasz", "Lukasz", True),
        ("Y\u0131ld\u0131z", "Yildiz", True),
        ("İnan", "Inan", True),
        ("Strauß", "Strauss", True),
        ("Jansen-de Vries", "Jansen de  Vries", True),
        ("d'Hondt", "d\u2019Hondt", True),
        ("Ĳsbrand", "IJsbrand", True),
        ("Jansen", "Janssen", False),
        ("Berg", "Bergen", False),
    ],
)
def test_names_are_compared_without_diacritics(*, one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


@given(st.text(max_size=50), st.text(max_size=50))
def test_comparing_names_goes_both_ways_and_a_name_is_itself(one: str, other: str) -> None:
    assert same_name(one, one)
    assert same_name(one, other) is same_name(other, one)
