from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.codes import HubDecision, HubRefusal
from schemas.errors import PayloadError, Slug
from schemas.published import FOLDER
from schemas.road import ROAD_MODELS, EdgeStatus, HubReceipt, HubReceiptEntry, RecipientReceipt

HASH = "sha-256:" + "3f" * 32
ID = "018f6e4e-7c2a-7b11-9d3c-0a1b2c3d4e5f"


def _example(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    return document


def test_every_payload_has_an_id_a_source_and_a_time() -> None:
    for name, model in ROAD_MODELS.items():
        read = model.from_wire(_example(name))
        assert read.id
        assert read.source.startswith("urn:nld:oin:00000099")
        assert read.time.tzinfo is UTC


def test_a_receipt_is_built_by_name_and_read_back_the_same() -> None:
    receipt = HubReceipt(
        id=ID,
        source="urn:nld:oin:00000099000000009000",
        time=datetime(2026, 2, 2, 9, 15, tzinfo=UTC),
        receipts=(
            HubReceiptEntry(
                ref=None,
                refhash=HASH,
                decision=HubDecision.REFUSED,
                code=HubRefusal.MALFORMED,
                received=datetime(2026, 2, 2, 9, 15, tzinfo=UTC),
            ),
        ),
    )
    written = receipt.to_wire()
    assert written["receipts"][0] == {
        "ref": None,
        "refhash": HASH,
        "decision": "refused",
        "code": "malformed",
        "received": "2026-02-02T09:15:00.000Z",
    }
    assert HubReceipt.from_wire(json.loads(json.dumps(written))) == receipt


@pytest.mark.parametrize("decision", HubDecision)
def test_a_hub_receipt_has_a_code_exactly_when_refused(decision: HubDecision) -> None:
    bare = {"ref": ID, "refhash": HASH, "decision": decision.value, "received": "2026-02-02T09:15:00Z"}
    coded = bare | {"code": "no_agreement"}
    right, wrong = (coded, bare) if decision is HubDecision.REFUSED else (bare, coded)
    HubReceiptEntry.from_wire(right)
    with pytest.raises(PayloadError) as refused:
        HubReceiptEntry.from_wire(wrong)
    (problem,) = refused.value.problems
    assert problem.slug is (Slug.CODE_MISSING if decision is HubDecision.REFUSED else Slug.CODE_NOT_HERE)


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (100, True), (101, False)])
def test_a_receipt_has_one_to_a_hundred_entries(*, count: int, fits: bool) -> None:
    document = _example("recipient-receipt")
    document["receipts"] = document["receipts"][:1] * count
    if fits:
        assert len(RecipientReceipt.from_wire(document).receipts) == count
    else:
        with pytest.raises(PayloadError):
            RecipientReceipt.from_wire(document)


def test_a_count_written_as_2_0_is_the_number_2() -> None:
    status = EdgeStatus.from_wire(_example("edge-status") | {"waiting": 2.0})
    assert status.waiting == 2
    assert isinstance(status.waiting, int)


@pytest.mark.parametrize("waiting", [True, "2", 2.5, -1, 2**53, None])
def test_a_count_is_nothing_else_than_a_whole_number(waiting: object) -> None:
    with pytest.raises(PayloadError):
        EdgeStatus.from_wire(_example("edge-status") | {"waiting": waiting})
