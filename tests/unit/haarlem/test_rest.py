"""One word for the rest of a person, out of how it stands with every party."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.haarlem.rest import Callee, PartyRest, Rust, Standing, rest
from tests.world import NOW

C, W, D, E = Standing.CONFIRMED, Standing.WAITING, Standing.ENDANGERED, Standing.ENDED


def party(standing: Standing, hours: int = 0, end: date | None = None) -> PartyRest:
    """A party that stands so since some hours ago."""
    return PartyRest(standing, NOW - timedelta(hours=hours), end, (Callee("p", "r"),) if standing is D else ())


@pytest.mark.parametrize(
    ("standings", "rust"),
    [
        ((), Rust.NOT_YET),
        ((C, C), Rust.FULL),
        ((C, E), Rust.FULL),
        ((C, W), Rust.PARTIAL),
        ((W, W), Rust.NOT_YET),
        ((W, E), Rust.NOT_YET),
        ((C, C, D), Rust.IN_DANGER),
        ((W, D), Rust.IN_DANGER),
        ((E, E), Rust.ENDED),
    ],
)
def test_the_weakest_party_decides(standings: tuple[Standing, ...], rust: Rust) -> None:
    assert rest(party(standing) for standing in standings).rust is rust


def test_full_rest_began_when_the_last_party_confirmed() -> None:
    assert rest([party(C, 9), party(C, 2)]).since == NOW - timedelta(hours=2)


def test_danger_began_with_the_first_party_in_danger_and_names_whom_to_call() -> None:
    found = rest([party(C, 9), party(D, 3), party(D, 1)])
    assert found.since == NOW - timedelta(hours=3)
    assert len(found.calls) == 2


def test_the_first_end_is_that_of_the_parties_that_still_rest() -> None:
    days = [date(2027, 1, 9), date(2027, 1, 1), date(2026, 12, 1)]
    found = rest([party(C, end=days[0]), party(C, end=days[1]), party(E, end=days[2])])
    assert found.first_end == days[1]


@given(st.lists(st.sampled_from(Standing), min_size=1))
def test_rest_is_full_only_when_nobody_is_waited_for_or_in_danger(standings: list[Standing]) -> None:
    found = rest(party(standing, hours) for hours, standing in enumerate(standings))
    assert (found.rust is Rust.FULL) == (C in standings and not {W, D} & set(standings))
    assert (found.rust is Rust.IN_DANGER) == (D in standings)
    assert found.since is not None
