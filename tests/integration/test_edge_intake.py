"""What an edge makes of all that can lie in its inbox: the receipt, what is held a day, what is only evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Done, Received
from adapters.tables import INBOX, OUTBOX, Taken
from hub.clock import new_pseudonym, rfc3339
from hub.errors import Code, RefusedError
from hub.wire.keyfiles import SUFFIX
from hub.wire.names import organisation_urn
from hub.wire.postmark import refhash_of
from schemas.messages import PublicNotice, StatusReport
from tests import foreign
from tests.broker import Broker
from tests.edgebench import WORLD, body_of, edge_on, example
from tests.road import eventually
from tests.world import (
    NOW,
    SHV,
    TAX,
    TAX_HAARLEM,
    VISH,
    World,
    listed_key,
    make_world,
    new_key,
)

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


# — refused at once ———————————————————————————————————————————————————————————————————————————————————————————————


@dataclass(frozen=True)
class Case:
    """A message that is refused, and how it is made."""

    code: str
    what: str
    steps: dict[str, Any] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=dict)


def _without(*names: str) -> Any:  # noqa: ANN401
    def edit(document: dict[str, Any]) -> None:
        for name in names:
            document.pop(name)

    return edit


REFUSED = [
    Case("expired", "by its own clock", event={"expirytime": rfc3339(NOW), "time": rfc3339(NOW - DAY)}),
    Case("inner_signature", "typ", {"edit_event_header": lambda header: header.update(typ="hub-envelope+jws")}),
    Case("inner_signature", "no cty", {"edit_event_header": _without("cty")}),
    Case("inner_signature", "signed with another key", {"inner_signer": new_key(SHV, "Ed25519")}),
    Case("inner_signature", "forbidden header", {"edit_event_header": lambda header: header.update(jku="x")}),
    Case("identity_mismatch", "another organisation inside", {"inner_signer": WORLD.private[f"{VISH}/sig/a"]}),
    Case("attribute_mismatch", "subject", {"edit_event": lambda event: event.update(subject="urn:uuid:x")}),
    Case("attribute_mismatch", "missing", {"edit_event": _without("sequence")}),
    Case("attribute_mismatch", "more", {"edit_event": lambda event: event.update(naam="x")}),
    Case("attribute_mismatch", "no data", {"edit_event": _without("data")}),
    Case("schema_invalid", "data is no object", {"edit_event": lambda event: event.update(data=[1])}),
    Case("schema_invalid", "too large", {"write_event": lambda written: written.ljust(25_601)}),
    Case("schema_invalid", "does not fit its model", event={"data": {"bsn": "999001012"}}),
    Case(
        "schema_invalid",
        "a number that is no BSN",
        event={"data": example("kennisgeving-publiek") | {"bsn": "999001013"}},
    ),
    Case(
        "bsn_not_allowed",
        "a BSN that may be somebody's, where everything is a test",
        event={"data": example("kennisgeving-publiek") | {"bsn": "123456782"}},
    ),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.code}: {case.what}")
async def test_what_the_sender_did_wrong_is_refused_at_once_and_again_for_a_duplicate(
    broker: Broker, tmp_path: Path, case: Case
) -> None:
    async with edge_on(broker, tmp_path) as bench:
        body, good = body_of(steps=case.steps, **case.event), body_of()
        await bench.put(body, good)
        assert await bench.answered(body) == [("refused", case.code)]
        assert await bench.answered(good) == [("accepted", None)]
        await bench.put(body, good)
        assert await bench.answered(body, 2) == [("refused", case.code)] * 2
        assert await bench.answered(good, 2) == [("accepted", None)] * 2
        acted_on_or_not_yet = (Taken.READY, Taken.ACTING, Taken.DONE)
        assert sorted(bench.states()) in [[state, Taken.REFUSED] for state in acted_on_or_not_yet]
        refused = next(row for row in bench.rows(INBOX) if row.state == Taken.REFUSED)
        assert refused.data is None  # what was not accepted is not kept
        assert (bench.held(), bench.evidence()) == ([], [])


async def test_a_recipient_without_the_right_to_it_refuses_a_bsn(broker: Broker, tmp_path: Path) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["organisations"][3]["bsnAllowed"] = False

    world = WORLD.edited(edit)
    async with edge_on(broker, tmp_path, world=world) as bench:
        body = body_of(world=world)
        await bench.put(body)
        assert await bench.answered(body) == [("refused", "bsn_not_allowed")]


# — held for a day ————————————————————————————————————————————————————————————————————————————————————————————————


def _broken_seal(seal: str) -> str:
    head, _, tag = seal.rpartition(".")
    return f"{head}.{'A' if tag[0] != 'A' else 'B'}{tag[1:]}"


STRANGE_KEY = new_key(SHV, "Ed25519", "nieuw")
HELD = [
    Case("open_failed", "a seal that does not open", {"change_seal": _broken_seal}),
    Case("open_failed", "no seal at all", {"change_seal": lambda _seal: "geen.zegel"}),
    Case("unknown_type", "no handler", event={"name": "statusbericht"}),
    Case("inner_signature", "a kid that the register does not know", {"inner_signer": STRANGE_KEY}),
]


@pytest.mark.parametrize("case", HELD, ids=lambda case: f"{case.code}: {case.what}")
async def test_what_may_be_our_own_fault_is_held_a_day_and_then_refused(
    broker: Broker, tmp_path: Path, case: Case
) -> None:
    async with edge_on(broker, tmp_path) as bench:
        body = body_of(**{"steps": case.steps, **case.event})
        await bench.put(body)
        await eventually(lambda: bench.held() == [(refhash_of(body), case.code)], "it is held")
        bench.clock.move(DAY / 2)
        later = body_of(now=bench.clock.now())
        await bench.put(body, later)  # a copy in the meantime does not begin the day anew
        await bench.answered(later)
        bench.clock.move(DAY / 2 - SECOND)
        await bench.sweep()
        assert bench.entries(body) == []
        bench.clock.move(SECOND)
        await bench.sweep()
        assert await bench.answered(body) == [("refused", case.code)]
        assert (bench.held(), bench.evidence()) == ([], [])
        await bench.put(body)
        assert await bench.answered(body, 2) == [("refused", case.code)] * 2


async def test_a_message_for_a_key_that_is_put_back_within_the_day_is_opened(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path, run=False) as bench:
        folder = bench.road.folder / TAX / "keys"
        kept, lost = folder / f"enc-a{SUFFIX}", tmp_path / "verloren"
        kept.rename(lost)
        bench.edge.office.keys.refresh()
        await bench.road.run(bench.edge.run)
        body = body_of()
        await bench.put(body)
        await eventually(lambda: bench.held() == [(refhash_of(body), "open_failed")], "it is held")
        bench.clock.move(DAY - SECOND)
        lost.rename(kept)
        await eventually(lambda: bool(bench.edge.office.keys.folder.opening(f"{TAX}/enc/a")), "the key is seen", 20)
        await bench.sweep()
        assert await bench.answered(body) == [("accepted", None)]
        await eventually(lambda: len(bench.acts) == 1, "it is acted on")
        assert bench.held() == []


async def test_a_message_of_a_type_that_a_late_upgrade_brings_is_acted_on(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        body = body_of("statusbericht", dataschema="urn:hub:schema:statusbericht:1.1.0")
        await bench.put(body)
        await eventually(lambda: bench.held() == [(refhash_of(body), "unknown_type")], "it is held")
        acted: list[str] = []

        async def take_note(received: Received[StatusReport]) -> Done:
            acted.append(received.id)
            return Done()

        bench.edge.on(StatusReport, take_note)
        await bench.sweep()
        assert await bench.answered(body) == [("accepted", None)]
        await eventually(lambda: len(acted) == 1, "it is acted on")


async def test_a_message_signed_with_a_key_of_the_next_register_waits_for_that(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        body = body_of(steps={"signer": STRANGE_KEY})
        await bench.put(body)
        await eventually(lambda: bench.held() == [(refhash_of(body), "unknown_key")], "it is held")

        def add(document: dict[str, Any]) -> None:
            document["organisations"][1]["keys"].append(listed_key(STRANGE_KEY))

        world = replace(WORLD, private={**WORLD.private, str(STRANGE_KEY["kid"]): STRANGE_KEY}).edited(add)
        (bench.road.folder / "register.jws").write_bytes(world.body)
        await eventually(lambda: bench.edge.office.register.current.version == 2, "the new register is seen", 20)
        await bench.sweep()
        assert await bench.answered(body) == [("accepted", None)]


async def test_what_expires_while_it_is_held_is_refused_as_expired(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        body = body_of("statusbericht", expirytime=rfc3339(NOW + timedelta(hours=1)))
        await bench.put(body)
        await eventually(lambda: len(bench.held()) == 1, "it is held")
        bench.clock.move(timedelta(hours=1))
        await bench.sweep()
        assert await bench.answered(body) == [("refused", "expired")]


# — evidence ——————————————————————————————————————————————————————————————————————————————————————————————————————


def _turned(body: bytes) -> bytes:
    signing_input, _, signature = body.rpartition(b".")
    return signing_input + b"." + (b"B" if signature[:1] == b"A" else b"A") + signature[1:]


def revoking_world() -> World:
    """The debt helper's key is revoked as of a minute ago."""

    def edit(document: dict[str, Any]) -> None:
        revoked = {"status": "revoked", "revokedAt": rfc3339(NOW - timedelta(minutes=1))}
        document["organisations"][1]["keys"][0] |= revoked

    return make_world().edited(edit)


async def test_what_nobody_may_be_told_of_is_kept_as_evidence_without_a_receipt(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        forger = WORLD.private[f"{VISH}/sig/a"]
        receipt = {"id": new_pseudonym(), "source": organisation_urn(VISH), "time": rfc3339(NOW), "receipts": []}
        header = {"alg": "Ed25519", "kid": forger["kid"], "typ": "hub-receipt+jws"}
        bodies = {
            "malformed": b"geen jws",
            "too_large": b"a" * 65_537,
            "bad_type": body_of(steps={"edit_header": lambda made: made.update(typ="edge-status+jws", cty="x")}),
            "bad_signature": _turned(body_of()),
            "wrong_recipient": body_of(to=TAX_HAARLEM),
            "attribute_invalid": body_of(steps={"edit_envelope": lambda made: made.update(naam="x")}),
            "clock_skew": body_of(time=rfc3339(NOW + timedelta(minutes=6))),
            "identity_mismatch": foreign.sign(header, json.dumps(receipt).encode(), forger).encode(),
        }
        good = body_of()
        await bench.put(*bodies.values(), good)
        assert await bench.answered(good) == [("accepted", None)]
        assert bench.evidence() == sorted((refhash_of(body), code) for code, body in bodies.items())
        await bench.put(*bodies.values(), good)
        assert await bench.answered(good, 2) == [("accepted", None)] * 2
        assert len(bench.evidence()) == len(bodies)
        assert {entry["refhash"] for entry in bench.told} == {refhash_of(good)}
        assert bench.held() == []


async def test_another_message_by_the_id_of_one_that_is_held_is_evidence(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        first = body_of()
        second = body_of(id=_id_of(first))
        await bench.put(first)
        assert await bench.answered(first) == [("accepted", None)]
        await bench.put(second)
        await eventually(lambda: bench.evidence() == [(refhash_of(second), "id_reused")], "it is evidence")
        assert bench.entries(second) == []


def _id_of(body: bytes) -> str:
    return str(json.loads(foreign.unb64(body.decode().split(".")[1]))["id"])


async def test_a_kid_that_no_register_ever_knows_is_evidence_after_a_day(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        body = body_of(steps={"signer": STRANGE_KEY})
        await bench.put(body)
        await eventually(lambda: bench.held() == [(refhash_of(body), "unknown_key")], "it is held")
        bench.clock.move(DAY)
        await bench.sweep()
        assert (bench.held(), bench.evidence()) == ([], [(refhash_of(body), "unknown_key")])
        assert bench.told == []


async def test_a_revoked_key_is_refused_only_for_what_was_signed_after_it(broker: Broker, tmp_path: Path) -> None:
    world = revoking_world()
    async with edge_on(broker, tmp_path, world=world) as bench:
        before = body_of(world=world, time=rfc3339(NOW - timedelta(minutes=2)))
        after = body_of(world=world)
        await bench.put(before, after)
        assert await bench.answered(before) == [("accepted", None)]
        await eventually(lambda: bench.evidence() == [(refhash_of(after), "revoked_key")], "it is evidence")


# — what waits for an earlier message —————————————————————————————————————————————————————————————————————————————


async def test_a_message_that_needs_an_earlier_one_waits_without_a_receipt(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        talk: dict[str, Any] = {"correlationid": new_pseudonym()}
        extension, end = (
            body_of("pauze-verlenging", **talk, sequence="20"),
            body_of("pauze-beeindiging", **talk, sequence="30"),
        )
        await bench.put(extension, end, extension)
        await eventually(lambda: bench.states() == [Taken.WAITING] * 2, "both wait")
        assert bench.told == []
        notice = body_of(**talk, sequence="10")
        await bench.put(notice)
        for body in (notice, extension, end):
            assert set(await bench.answered(body)) == {("accepted", None)}
        await eventually(lambda: bench.acts == [_id_of(body) for body in (notice, extension, end)], "all in order")


async def test_a_message_whose_earlier_one_never_comes_is_refused_in_the_end(broker: Broker, tmp_path: Path) -> None:
    async with edge_on(broker, tmp_path) as bench:
        talk: dict[str, Any] = {"correlationid": new_pseudonym()}
        body = body_of("pauze-verlenging", **talk, expirytime=rfc3339(NOW + timedelta(hours=1)))
        await bench.put(body)
        await eventually(lambda: bench.states() == [Taken.WAITING], "it waits")
        bench.clock.move(timedelta(hours=1) - SECOND)
        await bench.sweep()
        assert bench.told == []
        bench.clock.move(SECOND)
        late = body_of(**talk, now=bench.clock.now())
        await bench.put(late)  # too late to save it: its own expiry has passed
        assert await bench.answered(late) == [("accepted", None)]
        await bench.sweep()
        assert await bench.answered(body) == [("refused", "out_of_order_expired")]
        row = next(row for row in bench.rows(INBOX) if row.id == _id_of(body))
        assert row.data is None
        assert bench.acts == [_id_of(late)]


async def test_nothing_is_sealed_about_somebody_who_may_be_real_where_everything_is_a_test(
    broker: Broker, tmp_path: Path
) -> None:
    async with edge_on(broker, tmp_path, run=False) as bench:
        real = PublicNotice.from_wire(example("kennisgeving-publiek") | {"bsn": "123456782"})
        sender = bench.road.edge(SHV)
        with sender.ledger.begin() as tx:
            with pytest.raises(RefusedError) as refused:
                sender.publish(tx, real, to=TAX, case=new_pseudonym(), conversation=new_pseudonym())
            assert (refused.value.code, refused.value.place) == (Code.BSN_NOT_ALLOWED, "bsn: not of the test range")
            assert tx.execute(OUTBOX.select()).all() == []
