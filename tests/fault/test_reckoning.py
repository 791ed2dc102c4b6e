"""The reference model says what messages.md says, whatever the order of what it is given."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fault.reckoning import (
    COURT,
    END,
    EXTENSION,
    NOTICE,
    REGISTRATION,
    WITHDRAWAL,
    Registered,
    Rest,
    Said,
    registered,
    rest,
)

MAY, JUNE, JULY = "2027-05-31", "2027-06-30", "2027-07-31"


def said(*messages: tuple[str, dict[str, Any]]) -> list[Said]:
    """Messages in the order in which they were made."""
    return [Said(name, place, data) for place, (name, data) in enumerate(messages, 1)]


def until(day: str) -> dict[str, Any]:
    return {"einddatum": day}


def ended(day: str, how: str) -> dict[str, Any]:
    return {"einddatum": day, "klasse": how}


def test_nothing_said_is_no_rest_and_no_registration() -> None:
    assert rest([]) is None
    assert registered([]) is None


def test_the_newest_pause_message_says_until_when() -> None:
    assert rest(said((NOTICE, until(MAY)))) == Rest(date(2027, 5, 31))
    assert rest(said((NOTICE, until(MAY)), (EXTENSION, until(JULY)))) == Rest(date(2027, 7, 31))
    assert rest(said((NOTICE, until(JULY)), (END, ended(MAY, "beeindigd")))) == Rest(date(2027, 5, 31))
    both = said((NOTICE, until(JULY)), (END, ended(MAY, "beeindigd")), (EXTENSION, until(JUNE)))
    assert rest(both) == Rest(date(2027, 6, 30))


def test_a_court_holds_where_it_ends_later_and_only_there() -> None:
    assert rest(said((NOTICE, until(MAY)), (COURT, until(JUNE)))) == Rest(date(2027, 6, 30))
    assert rest(said((NOTICE, until(JULY)), (COURT, until(JUNE)))) == Rest(date(2027, 7, 31))
    after = said((NOTICE, until(JULY)), (COURT, until(JUNE)), (END, ended(MAY, "beeindigd")))
    assert rest(after) == Rest(date(2027, 6, 30))


def test_the_class_of_an_end_says_whether_collecting_goes_on() -> None:
    assert rest(said((NOTICE, until(MAY)), (END, ended(MAY, "in-regeling")))) == Rest(None)
    assert rest(said((NOTICE, until(MAY)), (END, ended(MAY, "ten-onrechte-gemeld")))) is None


def test_the_newest_word_to_the_index_says_who_stands_in_it() -> None:
    first = {"fase": "intake", "ingangsdatum": MAY}
    changed = {"fase": "schuldregeling", "ingangsdatum": JUNE}
    ending = {"einddatum": JULY, "klasse": "beeindigd"}
    assert registered(said((REGISTRATION, first))) == Registered("intake", date(2027, 5, 31))
    assert registered(said((REGISTRATION, first), (REGISTRATION, changed))) == Registered(
        "schuldregeling", date(2027, 6, 30)
    )
    assert registered(said((REGISTRATION, first), (WITHDRAWAL, ending))) is None
    again = said((REGISTRATION, first), (WITHDRAWAL, ending), (REGISTRATION, changed))
    assert registered(again) == Registered("schuldregeling", date(2027, 6, 30))


EVERYTHING = said(
    (NOTICE, until(MAY)),
    (COURT, until(JUNE)),
    (EXTENSION, until(JULY)),
    (END, ended(MAY, "beeindigd")),
    (REGISTRATION, {"fase": "intake", "ingangsdatum": MAY}),
    (WITHDRAWAL, ended(JULY, "beeindigd")),
)


@given(st.lists(st.sampled_from(EVERYTHING)), st.randoms())
def test_order_and_copies_change_nothing(some: list[Said], chance: Any) -> None:  # noqa: ANN401 - hypothesis' own
    jumbled = [*some, *some[:2]]
    chance.shuffle(jumbled)
    assert rest(jumbled) == rest(some)
    assert registered(jumbled) == registered(some)
