"""The identifiers against numbers that others published; they lie outside the project and may be absent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.identifiers import Bsn, Iban, KvkNumber, Oin

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not beside this project")


def _lines(name: str) -> list[str]:
    return [line.strip() for line in (DATA / "brp-testpersons" / name).read_text().splitlines() if line.strip()]


def _column(name: str, column: str) -> list[str]:
    with (DATA / "identifiers" / name).open(newline="", encoding="utf-8") as rows:
        return [row[column] for row in csv.DictReader(rows)]


def test_the_published_bsns_that_pass_the_elfproef_are_accepted() -> None:
    found = _lines("bsn_elfproef_valid.txt")
    assert found
    for bsn in found:
        assert TypeAdapter[str](Bsn).validate_python(bsn) == bsn


def test_the_published_bsns_that_fail_the_elfproef_are_refused() -> None:
    found = _lines("bsn_elfproef_invalid.txt")
    assert found
    for bsn in found:
        with pytest.raises(ValidationError):
            TypeAdapter[str](Bsn).validate_python(bsn)


@pytest.mark.parametrize(
    ("file", "column", "kind"),
    [
        ("kvk_test_numbers.csv", "kvk", KvkNumber),
        ("oin_published_examples.csv", "oin", Oin),
        ("iban_gbkz_published.csv", "iban", Iban),
    ],
)
def test_published_numbers_of_organisations_are_accepted(file: str, column: str, kind: type[str]) -> None:
    found = _column(file, column)
    assert found
    for number in found:
        assert TypeAdapter[str](kind).validate_python(number) == number
