"""Filters in a URL: what is valid goes to the log and back into links, what is not is named and never repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from hub.console.pages.filters import LogFilter
from hub.messagelog.reading.records import Listed
from hub.messagelog.reading.standing import MessageState
from tests.world import NOW, SHV, TAX, full_type

WHOLE = f"dossier=0123456789&partij={TAX}&soort=kennisgeving&stand=expired&stand=refused&sinds=24u"


def row(**changes: object) -> Listed:
    """A delivered notice in one case."""
    given: dict[str, object] = {
        "index": 7,
        "at": NOW,
        "id": None,
        "case": "01234567-89ab-4def-8123-456789abcdef",
        "type": full_type("kennisgeving"),
        "sender": SHV,
        "recipient": TAX,
        "state": MessageState.DELIVERED,
        "by": "recipient",
        "code": None,
    }
    return Listed(**(given | changes))  # type: ignore[arg-type]  # the fields of a row


def test_a_filter_survives_its_own_url() -> None:
    wanted = LogFilter.parsed(QueryParams(WHOLE))
    assert wanted.problems == {}
    assert wanted.query() == WHOLE
    assert LogFilter.parsed(QueryParams(wanted.query())) == wanted
    assert wanted.query(41).endswith("&voor=41")


def test_a_filter_asks_the_log_the_same() -> None:
    filters = LogFilter.parsed(QueryParams(WHOLE + "&voor=41")).filters(NOW)
    assert filters.cases == ("01234567-8900-0000-0000-000000000000", "01234567-89ff-ffff-ffff-ffffffffffff")
    assert (filters.oin, filters.type, filters.before) == (TAX, "kennisgeving", 41)
    assert filters.states == frozenset({MessageState.EXPIRED, MessageState.REFUSED})
    assert filters.since == NOW - timedelta(hours=24)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("dossier=xyz", "dossier"),
        ("partij=99", "partij"),
        ("soort=onzin", "soort"),
        ("stand=delivered&stand=onzin", "stand"),
        ("sinds=altijd", "sinds"),
        ("voor=-1", "voor"),
        ("voor=" + "9" * 19, "voor"),
    ],
)
def test_what_is_not_valid_is_named_and_left_out(query: str, name: str) -> None:
    wanted = LogFilter.parsed(QueryParams(query))
    assert set(wanted.problems) == {name}
    assert wanted.empty


@given(st.dictionaries(st.sampled_from(["dossier", "partij", "soort", "stand", "sinds", "voor"]), st.text(max_size=40)))
def test_nothing_that_was_typed_comes_back_unless_it_is_valid(query: dict[str, str]) -> None:
    wanted = LogFilter.parsed(QueryParams(query))
    assert LogFilter.parsed(QueryParams(wanted.query(wanted.before))).problems == {}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", True),
        ("dossier=0123456789", True),
        ("dossier=1123456789", False),
        (f"partij={SHV}", True),
        ("partij=00000099000000002000", False),
        ("soort=kennisgeving", True),
        ("soort=kennisgeving-publiek", False),
    ],
)
def test_a_live_row_belongs_where_the_list_would_have_it(query: str, fits: bool) -> None:  # noqa: FBT001
    assert LogFilter.parsed(QueryParams(query)).fits(row()) is fits


def test_a_live_row_of_a_refused_message_belongs_to_no_case() -> None:
    assert not LogFilter.parsed(QueryParams("dossier=0123456789")).fits(row(case=None))


def test_a_state_filter_shows_new_rows_of_that_state_only() -> None:
    wanted = LogFilter.parsed(QueryParams("stand=expired"))
    assert wanted.fits(row())
    assert not wanted.fits_state(row())
