"""Envelope and sealed document are CloudEvents, judged by the schema of that standard itself."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hub.wire.unseal import open_message
from tests.world import NOW, SHV, TAX, make_body, make_event, make_world

SCHEMA = Path(__file__).parents[2].parent / "shared" / "data" / "cloudevents" / "cloudevents-1.0.schema.json"

pytestmark = pytest.mark.skipif(not SCHEMA.is_file(), reason="the shared test data is not beside this project")


def _envelope_and_document() -> tuple[dict[str, Any], dict[str, Any]]:
    world = make_world()
    body = make_body(world, make_event(causationid="01936f5e-8c00-7000-8000-000000000001"))
    payload = body.split(b".")[1]
    envelope = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    opened = open_message(body, register=world.register, keys=world.keys(TAX), me=TAX, now=NOW)
    return envelope, opened.event


@pytest.mark.parametrize("which", [0, 1], ids=["envelope", "document"])
def test_both_are_cloudevents(which: int) -> None:
    event = _envelope_and_document()[which]
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes())).validate(event)
    assert event["specversion"] == "1.0"


@pytest.mark.parametrize("which", [0, 1], ids=["envelope", "document"])
def test_attributes_are_named_and_made_as_the_dutch_profile_asks(which: int) -> None:
    event = _envelope_and_document()[which]
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in event)
    assert event["source"].startswith(f"urn:nld:oin:{SHV}:systeem:")
    assert event["type"].startswith("nl.")
    assert all(isinstance(event[name], str) for name in event if name != "data")
