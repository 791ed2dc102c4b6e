from __future__ import annotations

from datetime import timedelta

import pytest

from hub.cli.doctor.finding import Level, clocks, ends, failed
from hub.errors import Code, RefusedError
from tests.world import NOW


@pytest.mark.parametrize(
    ("days", "level"), [(90, Level.OK), (60, Level.WARN), (30, Level.WARN), (7, Level.PROBLEM), (-1, Level.PROBLEM)]
)
def test_an_end_is_said_in_time(days: int, level: Level) -> None:
    assert ends("keys", "a key", NOW + timedelta(days=days), NOW, "make a new one").level is level


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (29, Level.OK), (-30, Level.WARN), (119, Level.WARN), (-120, Level.PROBLEM)]
)
def test_clocks_that_differ_are_said(seconds: int, level: Level) -> None:
    assert clocks("clock", "the other", timedelta(seconds=seconds), "set it").level is level


def test_an_error_of_ours_brings_its_own_advice() -> None:
    error = RefusedError(Code.KEY_INVALID, "sig-a.jwk.json: mode wider than 0600")
    found = failed("keys", error)
    assert (found.level, found.advice) == (Level.PROBLEM, error.advice())
    assert "mode wider than 0600" in found.says
