"""Which alarm is told when, and in what words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.alarms.kinds import KINDS, Alarm, AlarmClass, AlarmKind, Subject, told_from
from hub.alarms.letters import MOST_LINES, alarm_letter, alarm_letters, escalation_letter
from hub.clock import named_id
from hub.conversations.questions import Question, Stage, Terms
from hub.workdays import AMSTERDAM, is_working_day, local_day
from tests.world import SHV, TAX, full_type

CASE = "0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d"
NAMES = {TAX: "GBKZ", SHV: "Haarlem"}
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday


def alarm(kind: AlarmKind, *, over: bool = False, **subject: str) -> Alarm:
    """An alarm that started on Monday at noon."""
    made = Subject(**({"name": "x"} | subject))
    return Alarm(named_id(kind.value, made.name), kind, made, NOON, NOON + timedelta(hours=1) if over else None)


def test_every_kind_says_what_is_wrong_and_what_to_do() -> None:
    assert set(KINDS) == set(AlarmKind)
    for kind in KINDS.values():
        assert kind.says
        assert kind.advice.endswith(".")


@pytest.mark.parametrize(
    ("at", "workday", "week"),
    [
        ("2026-11-23T07:00", "2026-11-23T08:00", "2026-11-23T08:00"),
        ("2026-11-23T08:01", "2026-11-24T08:00", "2026-11-30T08:00"),
        ("2026-11-28T12:00", "2026-11-30T08:00", "2026-11-30T08:00"),
        ("2026-12-24T12:00", "2026-12-28T08:00", "2026-12-28T08:00"),  # both Christmas days and a weekend
        ("2027-03-26T09:00", "2027-03-30T08:00", "2027-03-30T08:00"),  # Easter Monday is no first working day
    ],
)
def test_an_alarm_is_told_at_eight_of_a_working_day_or_of_the_first_of_a_week(at: str, workday: str, week: str) -> None:
    happened = datetime.fromisoformat(at).replace(tzinfo=AMSTERDAM)
    assert told_from(AlarmClass.NOW, happened) == happened
    assert told_from(AlarmClass.WORKDAY, happened) == datetime.fromisoformat(workday).replace(tzinfo=AMSTERDAM)
    assert told_from(AlarmClass.WEEK, happened) == datetime.fromisoformat(week).replace(tzinfo=AMSTERDAM)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 11, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_nothing_is_told_before_it_happened_nor_on_a_day_off(at: datetime) -> None:
    for of in (AlarmClass.WORKDAY, AlarmClass.WEEK):
        told = told_from(of, at)
        assert told >= at
        assert is_working_day(local_day(told))
        assert told.astimezone(AMSTERDAM).hour == 8
        assert told - at < timedelta(days=14)


def test_a_title_names_case_and_party_and_nothing_else() -> None:
    made = alarm(AlarmKind.PAUSE, oin=TAX, case=CASE)
    assert made.title(NAMES) == "Pauze zonder bevestiging: dossier 0A1B2C3D4E, GBKZ"
    assert alarm(AlarmKind.BROKER).title(NAMES) == "De broker beweegt niet"


def test_what_cannot_wait_goes_by_itself_and_the_rest_in_one_letter() -> None:
    starts = [alarm(AlarmKind.BROKER), alarm(AlarmKind.PAUSE, oin=TAX), alarm(AlarmKind.TERM, oin=TAX)]
    ends = [alarm(AlarmKind.PARTNER, over=True, oin=TAX)]
    letters = alarm_letters(starts, ends, NAMES, "https://hub.example")
    assert [letter.subject for letter, _, _ in letters] == [
        "[schuldhub] NU De broker beweegt niet",
        "[schuldhub] 2 meldingen begonnen, 1 voorbij",
    ]
    assert [(len(begun), len(over)) for _, begun, over in letters] == [(1, 0), (2, 1)]
    text = letters[1][0].text
    assert "Ketenpartner onbereikbaar: GBKZ, van 23-11-2026 12:00 tot 23-11-2026 13:00." in text
    assert "https://hub.example/alarmen" in text


def test_the_same_occasion_has_the_same_letter_and_its_end_another() -> None:
    one, over = alarm(AlarmKind.DISK), alarm(AlarmKind.DISK, over=True)
    assert alarm_letter([one], [], NAMES, None).id == alarm_letter([one], [], {}, None).id
    assert alarm_letter([one], [], NAMES, None).id != alarm_letter([], [over], NAMES, None).id


def test_no_letter_is_longer_than_somebody_reads() -> None:
    many = [alarm(AlarmKind.TERM, name=str(number)) for number in range(MOST_LINES + 5)]
    letter = alarm_letter(many, [], NAMES, None)
    assert "- en nog 5" in letter.text
    assert len(letter.data["alarms"]) == MOST_LINES + 5  # type: ignore[arg-type]


def test_an_escalation_says_which_questions_wait_and_since_when() -> None:
    question = Question(
        id=named_id("vraag"), sender=SHV, recipient=TAX, type=full_type("kennisgeving-publiek"), case=CASE,
        conversation=named_id("gesprek"), received=NOON, terms=Terms(frozenset({"x"}), 2), stage=Stage.DELIVERED,
        since=NOON, delivered=NOON, code=None, answer=None,
    )  # fmt: skip
    letter = escalation_letter([question], ("escalatie@example.test",), NAMES)
    assert letter.to == ("escalatie@example.test",)
    assert "kennisgeving-publiek van Haarlem, dossier 0A1B2C3D4E" in letter.text
    assert "termijn tot 25-11-2026 23:59" in letter.text
