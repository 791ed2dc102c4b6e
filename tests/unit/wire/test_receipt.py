from __future__ import annotations

import json
from typing import Any

import pytest

from hub.clock import new_pseudonym, rfc3339
from hub.errors import Code, HubError, RefusedError
from hub.wire.names import organisation_urn
from hub.wire.postmark import verify_postmark
from hub.wire.receipt import read_payload, receive, sign_payload
from schemas.road import HubNotice, HubReceipt, RecipientReceipt
from tests import foreign
from tests.world import HUB, NOW, SHV, TAX, make_world

WORLD = make_world()
HASH = "sha-256:" + "0" * 64


def hub_receipt(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 members of a JSON object
    return {
        "id": new_pseudonym(),
        "source": organisation_urn(HUB),
        "time": rfc3339(NOW),
        "receipts": [{"ref": new_pseudonym(), "refhash": HASH, "decision": "accepted", "received": rfc3339(NOW)}],
    } | changes


def recipient_receipt(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 members of a JSON object
    return {
        "id": new_pseudonym(),
        "source": organisation_urn(TAX),
        "recipient": organisation_urn(SHV),
        "time": rfc3339(NOW),
        "receipts": [{"ref": new_pseudonym(), "refhash": HASH, "result": "refused", "code": "open_failed"}],
    } | changes


def test_a_hub_receipt_is_signed_and_read() -> None:
    receipt = HubReceipt.from_wire(hub_receipt())
    body = sign_payload(receipt, WORLD.signing(HUB))
    header, _ = foreign.verify(body.decode(), WORLD.private[f"{HUB}/sig/a"])
    assert header == {"alg": "Ed25519", "kid": f"{HUB}/sig/a", "typ": "hub-receipt+jws"}
    postmark, found = receive(body, HubReceipt, WORLD.register, NOW)
    assert postmark.signer.oin == HUB
    assert found == receipt


def test_a_recipient_receipt_is_read_by_hub_and_sender() -> None:
    receipt = RecipientReceipt.from_wire(recipient_receipt())
    body = sign_payload(receipt, WORLD.signing(TAX))
    assert receive(body, RecipientReceipt, WORLD.register, NOW)[1] == receipt
    assert read_payload(verify_postmark(body, WORLD.register, NOW, by_hub=True), RecipientReceipt) == receipt


def test_a_hundred_receipts_fit_into_a_body() -> None:
    entry = {
        "ref": new_pseudonym(),
        "refhash": HASH,
        "source": f"urn:nld:oin:{SHV}:systeem:{'a' * 32}",
        "recipient": organisation_urn(TAX),
        "decision": "refused",
        "code": "recipient_inactive",
        "received": rfc3339(NOW),
    }
    receipt = HubReceipt.from_wire(hub_receipt(receipts=[entry] * 100))
    assert len(sign_payload(receipt, WORLD.signing(HUB))) < 65_536


def test_a_receipt_of_a_hub_that_is_not_the_hub_is_refused() -> None:
    body = sign_payload(HubReceipt.from_wire(hub_receipt(source=organisation_urn(SHV))), WORLD.signing(SHV))
    with pytest.raises(HubError) as refused:
        receive(body, HubReceipt, WORLD.register, NOW)
    assert refused.value.code is Code.IDENTITY_MISMATCH


def test_a_receipt_in_the_name_of_another_is_refused() -> None:
    body = sign_payload(RecipientReceipt.from_wire(recipient_receipt()), WORLD.signing(SHV))
    with pytest.raises(HubError) as refused:
        receive(body, RecipientReceipt, WORLD.register, NOW)
    assert refused.value.code is Code.IDENTITY_MISMATCH


def test_another_payload_is_not_what_was_asked_for() -> None:
    body = sign_payload(HubReceipt.from_wire(hub_receipt()), WORLD.signing(HUB))
    with pytest.raises(RefusedError) as refused:
        receive(body, HubNotice, WORLD.register, NOW)
    assert refused.value.code is Code.BAD_TYPE


@pytest.mark.parametrize(
    "changes",
    [
        {"comment": "x"},
        {"id": "x"},
        {"source": f"urn:nld:oin:{HUB}:systeem:hub"},
        {"time": "today"},
        {"receipts": []},
        {"receipts": [{"ref": "x"}]},
        {"receipts": hub_receipt()["receipts"] * 101},
    ],
)
def test_a_payload_that_does_not_fit_is_an_invalid_attribute(changes: dict[str, Any]) -> None:
    key = WORLD.private[f"{HUB}/sig/a"]
    header = {"alg": "Ed25519", "kid": f"{HUB}/sig/a", "typ": "hub-receipt+jws"}
    body = foreign.sign(header, json.dumps(hub_receipt(**changes)).encode(), key).encode()
    with pytest.raises(RefusedError) as refused:
        receive(body, HubReceipt, WORLD.register, NOW)
    assert refused.value.code is Code.ATTRIBUTE_INVALID
