from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.errors import Code, RefusedError
from hub.register.load import load_register
from hub.wire.jwk import public_jwk
from hub.wire.keys import Suite, new_private_jwk
from tests import foreign
from tests.world import (
    HUB,
    NOW,
    SHV,
    TAX,
    VISH,
    Edit,
    full_type,
    listed_key,
    make_world,
    new_key,
    sign_register,
)

WORLD = make_world()


def signed(header: Mapping[str, object] | None = None, payload: bytes | None = None) -> bytes:
    key = WORLD.governance_jwk
    written = {"alg": key["alg"], "kid": "governance", "typ": "hub-register+jws"} | dict(header or {})
    kept = {name: value for name, value in written.items() if value is not ...}
    return foreign.sign(kept, payload or json.dumps(WORLD.document).encode(), key).encode()


def refused_place(body: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        load_register(body, WORLD.governance)
    assert refused.value.code is Code.REGISTER_INVALID
    return refused.value.place or ""


def refused_edit(edit: Edit) -> str:
    document = json.loads(json.dumps(WORLD.document))
    edit(document)
    return refused_place(sign_register(document, WORLD.governance_jwk))


def first(document: dict[str, Any]) -> dict[str, Any]:
    """The debt helper's entry."""
    found: dict[str, Any] = document["organisations"][1]
    return found


def test_a_register_is_read() -> None:
    body = signed()
    register = load_register(body, WORLD.governance)
    assert register.hash == hashlib.sha256(body).hexdigest()
    assert (register.version, register.environment) == (1, "test")
    assert register.issued == datetime(2026, 11, 1, tzinfo=UTC)
    assert list(register.organisations)[:4] == [HUB, SHV, VISH, TAX]
    assert register.hub.oin == HUB
    assert register.hub.log_key
    helper = register.organisation(SHV)
    assert helper
    assert (helper.name, helper.roles, helper.status, helper.active) == (
        "Schuldhulp Haarlem",
        frozenset({"SHV"}),
        "active",
        True,
    )
    assert helper.contacts[0].email == "beheer@example.test"
    assert "kennisgeving-publiek:1" in helper.accepts
    key = register.key(f"{SHV}/enc/a")
    assert key
    assert (key.oin, key.use, key.alg, key.status, key.revoked_at) == (SHV, "enc", "ECDH-ES+A256KW", "active", None)
    line = register.agreements[0].lines[0]
    assert (line.type, line.sender_role, line.recipient_role) == (full_type("schuldenrust-aanmelding"), "SHV", "VISH")


@pytest.mark.parametrize("suite", ["Ed25519", "ES256", "PS256"])
def test_the_governance_key_is_of_any_kind_that_signs(suite: Suite) -> None:
    assert make_world(governance=suite).register.version == 1


@pytest.mark.parametrize(
    "header",
    [
        {"kid": ...},
        {"kid": "Governance"},
        {"kid": f"{SHV}/sig/a"},
        {"typ": ...},
        {"typ": "hub-envelope+jws"},
        {"typ": "JWT"},
        {"cty": "json"},
        {"alg": "ES256"},
        {"alg": "none"},
        {"alg": ...},
        {"jwk": {}},
        {"crit": []},
    ],
)
def test_the_header_is_that_of_a_register(header: dict[str, object]) -> None:
    refused_place(signed(header))


def test_a_register_that_the_hub_signed_is_refused() -> None:
    header = {"alg": "Ed25519", "kid": "governance", "typ": "hub-register+jws"}
    body = foreign.sign(header, json.dumps(WORLD.document).encode(), WORLD.private[f"{HUB}/sig/a"])
    assert refused_place(body.encode()) == "signature"


def test_an_altered_register_is_refused() -> None:
    head, _, signature = signed().decode().split(".")
    other = foreign.b64(json.dumps(WORLD.document | {"version": 9}).encode())
    assert refused_place(f"{head}.{other}.{signature}".encode()) == "signature"


def padded(size: int) -> bytes:
    """A genuine register of exactly this many bytes, or one less."""
    payload = json.dumps(WORLD.document).encode()
    room = size - len(signed(payload=payload)) + len(foreign.b64(payload))
    return signed(payload=payload.ljust(room * 3 // 4))


def test_a_register_may_be_four_mebibytes() -> None:
    body = padded(4 * 1024 * 1024)
    assert 4 * 1024 * 1024 - 2 <= len(body) <= 4 * 1024 * 1024
    assert load_register(body, WORLD.governance).version == 1
    assert refused_place(padded(4 * 1024 * 1024 + 4)) == "body"


def test_above_64_kibibytes_the_header_is_short() -> None:
    long = {"alg": "Ed25519" + "x" * 1_000}
    assert refused_place(signed(long).ljust(70_000, b"A")) == "header"
    assert refused_place(b"A" * 70_000) == "header"


@pytest.mark.parametrize(
    "payload",
    [b"[]", b"{}", b'{"version":1,"version":2}', b"{" * 5_000, b'{"version":1e999}', b"\xef\xbb\xbf{}", b'"\\u0000"'],
)
def test_the_content_is_strict_json(payload: bytes) -> None:
    refused_place(signed(payload=payload))


def test_nothing_is_read_that_the_governance_did_not_sign() -> None:
    head = signed().split(b".")[0]
    body = b".".join((head, foreign.b64(b"{" * 3_000_000).encode(), b"A" * 86))
    assert refused_place(body) == "signature"


@pytest.mark.parametrize("name", ["version", "issued", "nextUpdate", "environment", "organisations", "agreements"])
def test_the_register_has_its_members(name: str) -> None:
    assert name in refused_edit(lambda document: document.pop(name))


@pytest.mark.parametrize("name", ["oin", "name", "status", "keys"])
def test_an_organisation_has_its_members(name: str) -> None:
    assert refused_edit(lambda document: first(document).pop(name)) == f"/organisations/1/{name}"


@pytest.mark.parametrize("name", ["kid", "use", "alg", "jwk", "nbf", "exp", "status"])
def test_a_key_has_its_members(name: str) -> None:
    place = refused_edit(lambda document: first(document)["keys"][0].pop(name))
    assert place.startswith("/organisations/1/keys/0/")


@pytest.mark.parametrize("name", ["id", "version", "name", "from", "legalBasis", "lines"])
def test_an_agreement_has_its_members(name: str) -> None:
    assert refused_edit(lambda document: document["agreements"][0].pop(name)) == f"/agreements/0/{name}"


@pytest.mark.parametrize("name", ["type", "senderRole", "recipientRole"])
def test_a_line_has_its_members(name: str) -> None:
    assert (
        refused_edit(lambda document: document["agreements"][0]["lines"][2].pop(name))
        == f"/agreements/0/lines/2/{name}"
    )


EDITS: dict[str, Edit] = {
    "version text": lambda document: document.update(version="1"),
    "version true": lambda document: document.update(version=True),
    "version negative": lambda document: document.update(version=-1),
    "version fraction": lambda document: document.update(version=1.5),
    "issued text": lambda document: document.update(issued="yesterday"),
    "issued without zone": lambda document: document.update(issued="2026-11-01T00:00:00"),
    "issued out of range": lambda document: document.update(issued=2**52),
    "issued no date": lambda document: document.update(issued="2026-02-30T00:00:00Z"),
    "environment": lambda document: document.update(environment="acceptance"),
    "organisations object": lambda document: document.update(organisations={}),
    "organisation text": lambda document: document["organisations"].append("x"),
    "oin short": lambda document: first(document).update(oin="0000009900"),
    "oin twice": lambda document: document["organisations"].append(first(document) | {"keys": []}),
    "status": lambda document: first(document).update(status="Active"),
    "roles text": lambda document: first(document).update(roles="SHV"),
    "roles number": lambda document: first(document).update(roles=[1]),
    "bsnAllowed text": lambda document: first(document).update(bsnAllowed="yes"),
    "accepts without major": lambda document: first(document).update(accepts=["kennisgeving"]),
    "accepts major 0": lambda document: first(document).update(accepts=["kennisgeving:0"]),
    "contact purpose": lambda document: first(document)["contacts"][0].update(purpose="boss"),
    "contact without email": lambda document: first(document)["contacts"][0].pop("email"),
    "no hub": lambda document: document["organisations"][0].update(roles=["SHV"]),
    "two hubs": lambda document: first(document).update(roles=["HUB"], logKey="x"),
    "hub without log key": lambda document: document["organisations"][0].pop("logKey"),
    "hub with empty log key": lambda document: document["organisations"][0].update(logKey=""),
    "lines text": lambda document: document["agreements"][0].update(lines="all"),
    "from text": lambda document: document["agreements"][0].update({"from": "soon"}),
    "term fraction": lambda document: document["agreements"][0]["lines"][0].update(replyTermWorkingDays=1.5),
    "term negative": lambda document: document["agreements"][0]["lines"][0].update(replyTermWorkingDays=-1),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_does_not_fit_refuses_the_whole(name: str) -> None:
    refused_edit(EDITS[name])


def key_edit(**changes: object) -> Edit:
    return lambda document: first(document)["keys"][0].update(changes)


SMALL = public_jwk(new_private_jwk("x", "Ed25519"))
KEY_EDITS: dict[str, Edit] = {
    "kid of another": key_edit(kid=f"{TAX}/sig/z"),
    "kid for sealing": key_edit(kid=f"{SHV}/enc/z"),
    "kid of bad form": key_edit(kid=f"{SHV}/sig/A"),
    "kid governance": key_edit(kid="governance"),
    "kid twice": lambda document: first(document)["keys"].append(first(document)["keys"][0]),
    "kid twice with other bytes": lambda document: first(document)["keys"].append(
        listed_key(new_key(SHV, "Ed25519", "a"))
    ),
    "use": key_edit(use="enc"),
    "use unknown": key_edit(use="mac"),
    "alg of another kind": key_edit(alg="ES256"),
    "alg that is not ours": key_edit(alg="EdDSA"),
    "alg for sealing": key_edit(alg="ECDH-ES+A256KW"),
    "alg not in the key": lambda document: first(document)["keys"][0]["jwk"].update(alg="ES256"),
    "use not in the key": lambda document: first(document)["keys"][0]["jwk"].update(use="enc"),
    "jwk private": lambda document: first(document)["keys"][0]["jwk"].update(d="A" * 43),
    "jwk symmetric": key_edit(jwk={"kty": "oct", "k": "AA"}),
    "jwk text": key_edit(jwk="x"),
    "jwk short": lambda document: first(document)["keys"][0]["jwk"].update(x="A" * 42),
    "status": key_edit(status="expired"),
    "revokedAt": key_edit(status="revoked", revokedAt="never"),
}


@pytest.mark.parametrize("name", KEY_EDITS)
def test_a_key_that_does_not_fit_refuses_the_whole(name: str) -> None:
    refused_edit(KEY_EDITS[name])


def test_a_kid_occurs_once_in_the_whole_register() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["organisations"][3]["keys"].append(first(document)["keys"][0])

    refused_edit(edit)


def test_test_numbers_and_real_numbers_do_not_meet() -> None:
    real = "00000001002220647000"
    assert refused_edit(lambda document: first(document).update(oin=real, keys=[])) == "/organisations/1/oin"
    assert refused_edit(lambda document: document.update(environment="production")) == "/organisations/0/oin"


def test_a_production_register_holds_real_numbers_only() -> None:
    document = json.loads(json.dumps(WORLD.document))
    document["environment"] = "production"
    for position, organisation in enumerate(document["organisations"]):
        organisation |= {"oin": f"0000000100222064{position:04}", "keys": []}
    register = load_register(sign_register(document, WORLD.governance_jwk), WORLD.governance)
    assert register.environment == "production"


def test_unknown_members_are_ignored_everywhere() -> None:
    def edit(document: dict[str, Any]) -> None:
        for members in (
            document,
            first(document),
            first(document)["keys"][0],
            first(document)["keys"][0]["jwk"],
            first(document)["contacts"][0],
            document["agreements"][0],
            document["agreements"][0]["lines"][0],
        ):
            members["x-later"] = {"anything": [1, None]}

    assert WORLD.edited(edit).register.version == 2


def test_what_may_be_left_out_may_be_null() -> None:
    def edit(document: dict[str, Any]) -> None:
        first(document)["keys"][0]["revokedAt"] = None
        first(document)["logKey"] = None
        document["agreements"][0]["until"] = None
        document["agreements"][0]["lines"][0]["maxPauseMonths"] = None

    assert WORLD.edited(edit).register.agreements[0].ends is None


def test_what_grants_something_is_not_granted_where_it_is_absent() -> None:
    def edit(document: dict[str, Any]) -> None:
        for name in ("roles", "accepts", "bsnAllowed", "gemeentecodes", "contacts"):
            del first(document)[name]

    found = WORLD.edited(edit).register.organisation(SHV)
    assert found
    assert (found.roles, found.accepts, found.bsn_allowed, found.gemeentecodes) == (frozenset(), frozenset(), False, ())


@pytest.mark.parametrize(
    "written",
    ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00+01:00", "2026-11-23T12:00:00.000000000Z", int(NOW.timestamp())],
)
def test_an_instant_is_written_in_any_way_that_is_usual_in_a_register(written: object) -> None:
    key = WORLD.edited(key_edit(nbf=written)).register.key(f"{SHV}/sig/a")
    assert key
    assert key.nbf == NOW


def test_an_agreement_lasts_whole_days_when_its_ends_are_dates() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["agreements"][0] |= {"from": "2026-11-23", "until": "2026-11-24"}

    agreement = WORLD.edited(edit).register.agreements[0]
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert not agreement.in_force(midnight - timedelta(microseconds=1))
    assert agreement.in_force(midnight)
    assert agreement.in_force(midnight + timedelta(days=2, microseconds=-1))
    assert not agreement.in_force(midnight + timedelta(days=2))


def test_the_last_day_of_all_is_a_day() -> None:
    agreement = WORLD.edited(lambda document: document["agreements"][0].update(until="9999-12-31")).register.agreements[
        0
    ]
    assert agreement.in_force(datetime(9999, 12, 31, tzinfo=UTC))
