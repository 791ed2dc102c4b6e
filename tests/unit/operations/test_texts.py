"""What a note may hold: nothing that could be a resident's number or anybody's address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from hub.operations.texts import LONGEST, Wrong, holds_bsn, problem_with

NUMBER = "999990019"


def test_the_example_is_a_number_of_the_test_range_that_passes() -> None:
    assert bsn.is_valid(NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        f"gebeld over {NUMBER} vandaag",
        "gebeld over 9999.90.019",
        "gebeld over 9999 90 019",
        "gebeld over 999-990-019",
        f"op 30-11-2026 {NUMBER}",
        f"{NUMBER} 30-11-2026",
    ],
)
def test_a_number_that_passes_the_elfproef_is_refused_however_it_is_written(text: str) -> None:
    assert problem_with(text) is Wrong.NUMBER


@given(
    st.integers(min_value=1, max_value=999_999_99).map(lambda number: f"{number:08d}"),
    st.text(alphabet="abc dE,", max_size=20),
)
def test_every_number_of_eight_digits_is_judged_as_one_without_its_nought(digits: str, around: str) -> None:
    assert holds_bsn(f"{around} {digits} {around}") == bsn.is_valid("0" + digits)


@pytest.mark.parametrize("text", ["mail naar a@b.nl sturen", "zie jan@example.test"])
def test_an_address_is_refused(text: str) -> None:
    assert problem_with(text) is Wrong.MAIL


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", Wrong.SHORT),
        ("ok", Wrong.SHORT),
        ("x" * (LONGEST + 1), Wrong.LONG),
        ("regel\neen", Wrong.STRANGE),
        ("van rechts \u202e naar links", Wrong.STRANGE),
    ],
)
def test_too_short_too_long_and_what_cannot_be_seen_is_refused(text: str, wrong: Wrong) -> None:
    assert problem_with(text) is wrong


@pytest.mark.parametrize(
    "text",
    [
        "GBKZ gebeld, hun systeem staat weer aan",
        "storing 2026-11-30, ticket 4711",
        "bericht 019ad2c0-7f3e-7a11-8f00-0a0b0c0d0e0f opnieuw",
        "OIN 00000099000000003000 gaf vijftig keer terug",
    ],
)
def test_what_operators_write_about_their_work_is_taken(text: str) -> None:
    assert problem_with(text) is None
