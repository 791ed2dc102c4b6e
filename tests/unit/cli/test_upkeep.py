"""Every state of a row in a ledger says who must act and what happens next; nothing shows what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.intake import HOLD
from adapters.tables import Sent, Taken
from adapters.upkeep.details import item_record, item_row
from adapters.upkeep.records import HELD_FOR, SENT_STATES, TAKEN_STATES, Item, ItemState, Kind, standing_of
from hub.errors import Code
from tests.world import NOW, TAX

CASE = "0a1b2c3d-4e5f-4123-8abc-0123456789ab"


def item(state: ItemState, kind: Kind = Kind.IN, **changes: object) -> Item:
    """An item that came an hour ago."""
    return Item(kind=kind, id="een", state=state, at=NOW - timedelta(hours=1), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", list(ItemState))
def test_every_state_says_who_must_act_and_what_comes_next(state: ItemState) -> None:
    standing = standing_of(item(state))
    assert standing.who
    assert standing.why
    assert standing.next_step


def test_every_state_of_the_ledger_has_its_word() -> None:
    assert set(TAKEN_STATES) == set(Taken)
    assert set(SENT_STATES) == set(Sent) - {Sent.SETTLED}


@pytest.mark.parametrize("state", [ItemState.UNCERTAIN, ItemState.FAILED])
def test_what_software_cannot_decide_is_for_the_operator(state: ItemState) -> None:
    standing = standing_of(item(state, code="outside_refused: dossier"))
    assert standing.who == "you"
    assert "edge resolve" in standing.next_step


def test_a_held_body_is_judged_when_its_day_is_over() -> None:
    held = item(ItemState.HELD, Kind.HELD, code="open_failed")
    assert standing_of(held).at == held.at + HELD_FOR
    assert HELD_FOR == HOLD


def test_a_recipient_without_its_key_must_act_itself() -> None:
    assert standing_of(item(ItemState.REFUSED, Kind.OUT, code=Code.OPEN_FAILED.value)).who == "recipient"
    assert standing_of(item(ItemState.REFUSED, Kind.OUT, code=Code.SCHEMA_INVALID.value)).who == "you"
    assert standing_of(item(ItemState.REFUSED, Kind.IN, code=Code.SCHEMA_INVALID.value)).who == "sender"


def test_a_line_names_the_case_by_its_dossierkenmerk_and_the_party_by_its_name() -> None:
    row = item_row(item(ItemState.READY, case=CASE, counterpart=TAX), {TAX: "GBKZ"})
    assert (row["dossierkenmerk"], row["party"]) == ("0A1B2C3D4E", "GBKZ")


def test_the_reason_of_a_decision_shows_only_with_persons() -> None:
    decided = [(NOW, "beheer", "uncertain", "done", "in eigen woorden")]
    assert "eigen woorden" not in str(item_record(item(ItemState.DONE), {}, decided, persons=False))
    assert "eigen woorden" in str(item_record(item(ItemState.DONE), {}, decided, persons=True))
