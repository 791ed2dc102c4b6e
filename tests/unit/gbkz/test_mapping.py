"""Their record ↔ our message (adapters/gbkz/mapping.py)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.gbkz.mapping import answer, dates_agree, names_agree
from adapters.gbkz.records import Cause, Handler, NotStopped, Placed, Step, Taxpayer
from schemas.messages import NoticeAnswer
from schemas.persons import PersonWithBsn


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"),
    [
        ("1985-07-09", "1985-07-09", True),
        ("1985-07-00", "1985-07-09", True),
        ("1985-07-09", "1985-00-00", True),
        ("1985-00-00", "1985-07-00", True),
        ("1985-07-09", "1985-07-10", False),
        ("1985-00-00", "1986-00-00", False),
        ("1985-08-00", "1985-07-00", False),
    ],
)
def test_birth_dates_agree_as_far_as_both_are_known(ours: str, theirs: str, agree: bool) -> None:  # noqa: FBT001
    assert dates_agree(ours, theirs) is agree
    assert dates_agree(theirs, ours) is agree


@pytest.mark.parametrize(
    ("prefix", "surname", "their_prefix", "their_surname", "agree"),
    [
        ("van der", "Berg", "van der", "Berg", True),
        ("van der", "Berg", None, "Van der Berg", True),
        (None, "Çelik", None, "CELIK", True),
        (None, "Bäcker-Smit", None, "Backer Smit", True),
        (None, "Berg", "van den", "Berg", False),
        (None, "Jansen", None, "Janssen", False),
    ],
)
def test_names_are_compared_without_diacritics(
    prefix: str | None,
    surname: str,
    their_prefix: str | None,
    their_surname: str,
    agree: bool,  # noqa: FBT001
) -> None:
    document = {"bsn": "999900006", "geboortedatum": "1985-07-09", "geslachtsnaam": surname}
    person = PersonWithBsn.from_wire(document | ({"voorvoegsel": prefix} if prefix else {}))
    theirs = Taxpayer(number="S1", bsn="999900006", birth_date="1985-07-09", prefix=their_prefix, surname=their_surname)
    assert names_agree(person, theirs) is agree


TEXTS = st.text(max_size=300)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def handlers(draw: st.DrawFn) -> Handler:
    """Somebody who has a dossier, with anything for a name."""
    return Handler(name=draw(TEXTS), mark=draw(TEXTS), phone=draw(TEXTS))


@st.composite
def goings_on(draw: st.DrawFn) -> NotStopped:
    """A step that goes on."""
    return NotStopped(
        step=draw(st.sampled_from(Step)),
        cause=draw(st.sampled_from(Cause)),
        since=draw(st.one_of(st.none(), DAYS)),
        handler=draw(st.one_of(st.none(), handlers())),
    )


@st.composite
def placements(draw: st.DrawFn) -> Placed:
    """What a tax system might say of a dossier."""
    return Placed(
        dossier=draw(st.from_regex(r"[A-Z0-9-]{1,64}", fullmatch=True)),
        uitstel=draw(st.sampled_from((None, "U1"))),
        stopped=tuple(draw(st.lists(st.sampled_from(Step), max_size=4))),
        not_stopped=tuple(draw(st.lists(goings_on(), max_size=3))),
    )


@given(st.lists(placements(), max_size=40))
def test_whatever_the_tax_system_says_the_answer_is_a_valid_message(measures: list[Placed]) -> None:
    held = [one.dossier for one in measures if one.uitstel]
    said = answer(start=date(2026, 11, 23), end=date(2027, 5, 21), taxpayer="S1", held=held, measures=measures)
    assert NoticeAnswer.from_wire(said.to_wire()) == said
