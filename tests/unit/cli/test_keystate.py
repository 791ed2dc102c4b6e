"""What a private key is good for follows from the register and the day, and each state says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from hub.cli.keystate import ADVICE, KeyState, is_needed, last_use, state_of
from hub.register.model import Key, KeyStatus, Use
from tests.world import NOW, TAX, make_world

WORLD: Final = make_world()
YEAR: Final = timedelta(days=365)


def key(use: Use, *, status: KeyStatus = "active", nbf: datetime = NOW - YEAR, exp: datetime = NOW + YEAR) -> Key:
    """A key of the tax office as the register lists it."""
    listed = WORLD.register.key(f"{TAX}/{use}/a")
    assert listed is not None
    return replace(listed, status=status, nbf=nbf, exp=exp)


@pytest.mark.parametrize(
    ("listed", "state"),
    [
        (None, KeyState.UNLISTED),
        (key("sig"), KeyState.ACTIVE),
        (key("enc"), KeyState.ACTIVE),
        (key("sig", nbf=NOW + timedelta(days=1)), KeyState.WAITING),
        (key("sig", exp=NOW + timedelta(days=61)), KeyState.ACTIVE),
        (key("sig", exp=NOW + timedelta(days=60)), KeyState.ENDING),
        (key("sig", exp=NOW), KeyState.OVER),
        (key("sig", status="retired"), KeyState.RETIRED),
        (key("enc", status="retired"), KeyState.OPENING),
        (key("enc", exp=NOW), KeyState.OPENING),
        (key("enc", exp=NOW - timedelta(days=27)), KeyState.OPENING),
        (key("enc", exp=NOW - timedelta(days=28)), KeyState.OVER),
        (key("enc", status="revoked"), KeyState.REVOKED),
    ],
)
def test_a_key_has_the_state_that_register_and_day_give_it(listed: Key | None, state: KeyState) -> None:
    assert state_of(listed, NOW) is state


def test_every_state_has_its_advice_or_needs_none() -> None:
    assert ADVICE.keys() == set(KeyState)
    assert {state for state, advice in ADVICE.items() if advice is None} == {KeyState.ACTIVE, KeyState.WAITING}


@pytest.mark.parametrize(
    ("listed", "needed"),
    [
        (key("sig"), True),
        (key("sig", status="retired"), False),
        (key("sig", exp=NOW), False),
        (key("enc", status="retired"), True),
        (key("enc", exp=NOW), True),
        (key("enc", exp=NOW - timedelta(days=28)), False),
        (key("enc", status="revoked"), False),
    ],
)
def test_a_key_is_missed_as_long_as_something_needs_it(listed: Key, *, needed: bool) -> None:
    assert is_needed(listed, NOW) is needed


def test_a_key_that_opens_is_kept_28_days_longer() -> None:
    assert last_use(key("enc")) - last_use(key("sig")) == timedelta(days=28)
