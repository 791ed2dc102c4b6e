from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.wire.shortnames import case_code, cases_named, names_case, short_type

CASE = "0a1b2c3d-4e5f-4123-8abc-0123456789ab"
cases = st.uuids(version=4).map(str)


def test_a_dossierkenmerk_is_ten_characters_in_capitals() -> None:
    assert case_code(CASE) == "0A1B2C3D4E"


@given(cases)
def test_a_case_is_found_by_its_dossierkenmerk_and_by_itself(case: str) -> None:
    for named in (case_code(case), case_code(case).lower(), case, case.upper()):
        assert names_case(named)
        first, last = cases_named(named)
        assert first <= case <= last
        assert str(UUID(first)) == first
        assert str(UUID(last)) == last


@given(cases, cases)
def test_no_other_case_is_found(one: str, other: str) -> None:
    first, last = cases_named(case_code(one))
    assert (first <= other <= last) == (case_code(one) == case_code(other))


@given(st.text())
def test_only_these_two_forms_name_a_case(text: str) -> None:
    if names_case(text):
        assert len(text) in {10, 36}


def test_a_bsn_names_no_case() -> None:
    assert not names_case("999990019")


def test_the_first_major_version_needs_no_number() -> None:
    assert short_type("nl.schuldhulpverlening.kennisgeving-publiek.v1") == "kennisgeving-publiek"
    assert short_type("nl.schuldhulpverlening.kennisgeving.v2") == "kennisgeving:2"
    assert short_type(None) is None
    assert short_type("iets anders") == "iets anders"
