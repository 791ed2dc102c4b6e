"""An office that does not read is an alarm of whoever runs the portal: once when it begins, once when it is over."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from io import StringIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bewindvoerder.records import Silence
from adapters.bewindvoerder.watch import SUBJECT, SUBJECT_OVER, Watchman, next_silence
from hub.events import configure
from tests.portal import JANSEN, Stand, later, referral
from tests.unit.bewindvoerder.test_mail import mailbox, postman

pytestmark = pytest.mark.anyio
OPERATOR = "beheer@portaal.example.test"
DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def lines() -> StringIO:
    """What is logged."""
    stream = StringIO()
    configure("portal", stream=stream)
    return stream


def logged(stream: StringIO) -> list[tuple[str, str]]:
    """(event, oin) of every line."""
    return [(one["event"], one["oin"]) for one in map(json.loads, stream.getvalue().splitlines())]


async def test_who_runs_the_portal_is_told_once_that_an_office_is_silent_and_once_that_it_reads(
    stand: Stand, lines: StringIO
) -> None:
    async with mailbox() as box:
        watchman = Watchman(postman(stand, box, OPERATOR), stand.clock)
        letter = stand.arrives("jansen", "verwijzing", **referral())
        for _ in range(2):  # Monday and Tuesday: the term is not over
            await watchman.tick(stand.portal.offices.values())
            later(stand.clock, days=1)
        assert (box.got, logged(lines)) == ([], [])
        for _ in range(3):
            later(stand.clock, days=1)
            await watchman.tick(stand.portal.offices.values())
        assert logged(lines) == [("office.silent", JANSEN)]
        (told,) = box.got
        assert (f"To: {OPERATOR}" in told, f"Subject: {SUBJECT}" in told, "Bewindkantoor Jansen" in told) == (True,) * 3
        assert not any(word in told + lines.getvalue() for word in ("Groot", "999001012", "verwijzing", letter.case))
        await asyncio.to_thread(stand.browser("jansen").get, f"/berichten/{letter.id}")
        for _ in range(2):
            await watchman.tick(stand.portal.offices.values())
        assert logged(lines)[1:] == [("office.returned", JANSEN)]
        assert f"Subject: {SUBJECT_OVER}" in box.got[1]
        assert len(box.got) == 2


async def test_a_mail_that_could_not_be_handed_over_comes_later_and_the_log_says_it_once(
    stand: Stand, lines: StringIO
) -> None:
    async with mailbox() as box:
        watchman, box.away = Watchman(postman(stand, box, OPERATOR), stand.clock), True
        stand.arrives("jansen", "verwijzing", **referral())
        later(stand.clock, days=4)
        await watchman.tick(stand.portal.offices.values())
        box.away = False
        await watchman.tick(stand.portal.offices.values())
        assert [one for one, _ in logged(lines)].count("office.silent") == 1
        assert len(box.got) == 1


async def test_without_a_mail_server_the_log_says_it_alone(stand: Stand, lines: StringIO) -> None:
    stand.arrives("winkel", "kennisgeving")
    later(stand.clock, days=4)
    for _ in range(3):
        await Watchman(None, stand.clock).tick(stand.portal.offices.values())
    assert [one for one, _ in logged(lines)] == ["office.silent"]


@given(st.lists(st.sampled_from(["silent", "reads", "told"])))
def test_whatever_the_order_of_looks_and_mails_each_change_that_stands_is_told_once(steps: list[str]) -> None:
    known, told = None, []
    for step in steps:
        if step == "told":
            if known is not None and not known.told:
                told.append("over" if known.over else "silent")
                known = None if known.over else Silence(known.since, told=True)
        else:
            known = next_silence(known, DAY if step == "silent" else None)
            again = next_silence(known, DAY if step == "silent" else None)
            assert again == known
    assert all(one != other for one, other in pairwise(told))
    assert told[:1] in ([], ["silent"])
