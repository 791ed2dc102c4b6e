from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.cli.doctor.finding import Level
from hub.cli.doctor.partners import look_at_partner_keys
from hub.clock import rfc3339
from tests.world import NOW, TAX, make_world

WORLD = make_world()


def edited(use: str, **changes: str) -> Any:  # noqa: ANN401 - an edit of the register
    def edit(document: dict[str, Any]) -> None:
        (tax,) = [one for one in document["organisations"] if one["oin"] == TAX]
        (key,) = [one for one in tax["keys"] if one["use"] == use]
        key.update(changes)

    return WORLD.edited(edit).register


def test_partners_with_valid_keys_are_one_line() -> None:
    assert [found.level for found in look_at_partner_keys(WORLD.register, NOW)] == [Level.OK]


@pytest.mark.parametrize("use", ["enc", "sig"])
@pytest.mark.parametrize(
    "changes", [{"status": "retired"}, {"exp": rfc3339(NOW)}, {"nbf": rfc3339(NOW + timedelta(1))}]
)
def test_a_partner_without_a_valid_key_is_named_with_what_to_do(use: str, changes: dict[str, str]) -> None:
    (found,) = look_at_partner_keys(edited(use, **changes), NOW)
    assert found.level is Level.PROBLEM
    assert f"GBKZ has no valid {use} key" in found.says
    assert "call GBKZ" in (found.advice or "")
    assert "keys rotate" in (found.advice or "")


def test_a_last_key_near_its_end_is_said_in_time() -> None:
    (found,) = look_at_partner_keys(edited("enc", exp=rfc3339(NOW + timedelta(days=30))), NOW)
    assert (found.level, "in 30 days" in found.says) == (Level.WARN, True)


def test_who_was_suspended_needs_no_key() -> None:
    def edit(document: dict[str, Any]) -> None:
        (tax,) = [one for one in document["organisations"] if one["oin"] == TAX]
        tax.update(status="suspended", keys=[])

    assert [found.level for found in look_at_partner_keys(WORLD.edited(edit).register, NOW)] == [Level.OK]
