"""A court's protection at the index: nothing is supplied for it, and whoever asks hears how the registration stands."""

from __future__ import annotations

import pytest

from adapters.ledger import Taken
from adapters.vish.registrations import ENDS, NOT_REGISTERED, STAYS
from hub.clock import new_pseudonym
from tests.unit.vish.desk import VRIES, Desk, protection, registration, withdrawal

pytestmark = pytest.mark.anyio
FIRST = "VISH-00000001"
OTHER = "00000099000000001999"


def told(desk: Desk) -> list[tuple[str | None, str, str | None, str | None]]:
    """What the helper was told: to what, the result, the number and the reason."""
    return [(to, one.result.value, one.registration_number, one.reason) for to, one in desk.answers()]


async def registered(desk: Desk) -> str:
    """A registration that stands; its conversation."""
    talk = new_pseudonym()
    await desk.receives(registration(), talk)
    await desk.round()
    desk.sent.clear()
    return talk


async def test_a_registration_that_stands_stays_and_nothing_is_supplied(desk: Desk) -> None:
    talk = await registered(desk)
    supplied = list(desk.folders.supplied)
    court = await desk.receives(protection(), talk)
    assert told(desk) == [(court, "geregistreerd", FIRST, STAYS)]
    await desk.round()
    assert (desk.folders.supplied, desk.consulted(VRIES), len(desk.sent)) == (supplied, [FIRST], 1)


@pytest.mark.parametrize("supplied", [False, True])
async def test_a_registration_that_is_on_its_way_answers_the_court_too(desk: Desk, supplied: bool) -> None:  # noqa: FBT001
    talk = new_pseudonym()
    asked = await desk.receives(registration(), talk)
    if supplied:
        await desk.tick(minutes=15)
    court = await desk.receives(protection(), talk)
    assert desk.sent == []
    await desk.round()
    if supplied:
        await desk.tick(minutes=2)
    assert [(to, result, number) for to, result, number, _ in told(desk)] == [
        (asked, "geregistreerd", FIRST),
        (court, "geregistreerd", FIRST),
    ]


async def test_a_registration_that_is_rejected_says_so_to_the_court_too(desk: Desk) -> None:
    talk = new_pseudonym()
    asked = await desk.receives(registration(aansluitcode="ONBEKEND"), talk)
    court = await desk.receives(protection(), talk)
    await desk.round()
    assert [(to, result) for to, result, _, _ in told(desk)] == [(asked, "afgewezen"), (court, "afgewezen")]


async def test_who_is_not_registered_is_said_not_to_be(desk: Desk) -> None:
    court = await desk.receives(protection(), new_pseudonym())
    assert told(desk) == [(court, "beeindigd", None, NOT_REGISTERED)]


async def test_a_registration_that_is_being_withdrawn_is_not_said_to_stay(desk: Desk) -> None:
    talk = await registered(desk)
    ended = await desk.receives(withdrawal(), talk)
    court = await desk.receives(protection(), talk)
    assert told(desk) == [(court, "geregistreerd", FIRST, ENDS)]
    await desk.round()
    assert told(desk)[1][:2] == (ended, "beeindigd")
    late = await desk.receives(protection(), talk)
    assert told(desk)[2] == (late, "beeindigd", None, NOT_REGISTERED)


async def test_the_registration_of_another_helper_is_not_told_about(desk: Desk) -> None:
    talk = await registered(desk)
    await desk.receives(protection(), talk, sender=OTHER)
    assert desk.states(talk)[-1] is Taken.FAILED
    assert desk.sent == []
