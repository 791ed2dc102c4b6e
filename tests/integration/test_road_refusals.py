"""Every refusal of wire.md 8 by the real relay on a real broker: its code, its order, whom it reaches, its trace."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.clock import new_id, new_pseudonym, rfc3339
from hub.database import Database
from hub.messagelog.tables import EDGE_STATUS, ENTRY, MESSAGE
from hub.relay.quota import QuotaSettings
from hub.wire.names import organisation_urn, source_urn
from hub.wire.postmark import refhash_of
from tests.broker import Broker
from tests.road import Road, eventually, road_on
from tests.stranger import Stranger, payload_of, stranger_on
from tests.world import (
    CRED,
    NOW,
    SHV,
    TAX,
    VISH,
    FixedClock,
    World,
    full_type,
    listed_key,
    make_event,
    make_letter,
    make_world,
    new_key,
    organisation,
)

pytestmark = pytest.mark.anyio

AWAY = "00000099000000009500"  # a suspended organisation, with a broker user and an inbox
NOBODY = "00000099000000009999"  # in no register
OINS = (SHV, VISH, TAX, CRED, AWAY)


@dataclass
class Draft:
    """A message in the making, to which faults are added."""

    event: dict[str, Any] = field(default_factory=dict)
    to: str = TAX
    name: str = "kennisgeving-publiek"
    steps: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    envelope: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    forge: bool = False

    def body(self, world: World) -> bytes:
        """The bytes."""
        event = replace(make_event(self.name, to=self.to), **self.event)
        letter = make_letter(world, event, **self.steps)

        def edit(document: dict[str, Any], changes: Mapping[str, Any]) -> None:
            document |= {name: value for name, value in changes.items() if value is not None}
            for name in [name for name, value in changes.items() if value is None]:
                document.pop(name)

        body = replace(
            letter,
            edit_header=lambda document: edit(document, self.header),
            edit_envelope=lambda document: edit(document, self.envelope),
        ).body()
        return _forged(body) if self.forge else body


def _forged(body: bytes) -> bytes:
    """The same with one bit of the signature turned."""
    signing_input, _, signature = body.rpartition(b".")
    return signing_input + b"." + (b"B" if signature[:1] == b"A" else b"A") + signature[1:]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the code that it gets, and what is done to a draft."""

    code: str
    apply: Callable[[Draft], None]
    name: str = ""


def _seal_for_nobody(draft: Draft) -> None:
    draft.steps["change_seal"] = lambda seal: seal.rpartition(".")[0]


# In the order of the checks; those with one code stand side by side.
FAULTS = [
    Fault("malformed", lambda draft: draft.header.update(jku="https://example.test/keys")),
    Fault("bad_type", lambda draft: draft.header.update(cty=None), "no cty"),
    Fault("bad_type", lambda draft: draft.header.update(typ="hub-receipt+jws", cty=None), "what only the hub makes"),
    Fault("bad_type", lambda draft: draft.header.update(typ="claim-registration+jws", cty=None), "not served yet"),
    Fault("unknown_key", lambda draft: draft.header.update(kid=f"{SHV}/sig/onbekend"), "kid"),
    Fault("unknown_key", lambda draft: draft.header.update(kid=f"{SHV}/enc/a"), "use"),
    Fault("unknown_key", lambda draft: draft.header.update(kid=f"{SHV}/sig/verlopen"), "past its end"),
    Fault("unknown_key", lambda draft: draft.header.update(alg="ES256"), "alg"),
    Fault("unknown_key", lambda draft: draft.header.update(kid=f"{AWAY}/sig/a"), "suspended organisation"),
    Fault("revoked_key", lambda draft: draft.header.update(kid=f"{SHV}/sig/ingetrokken")),
    Fault("bad_signature", lambda draft: setattr(draft, "forge", True)),
    Fault("identity_mismatch", lambda draft: draft.envelope.update(source=source_urn(TAX, "proef"))),
    Fault("property_mismatch", lambda draft: draft.properties.update(type="anders"), "type"),
    Fault("property_mismatch", lambda draft: draft.properties.update(correlation_id="anders"), "correlation"),
    Fault("property_mismatch", lambda draft: draft.properties.update(content_type="text/plain"), "content type"),
    Fault("property_mismatch", lambda draft: draft.properties.update(content_type=None), "no content type"),
    Fault("property_mismatch", lambda draft: draft.properties.update(message_id=new_pseudonym()), "id"),
    Fault("property_mismatch", lambda draft: draft.properties.update(message_id="geen uuid"), "no uuid"),
    Fault("id_reused", lambda draft: draft.event.update(id=HELD_ID)),
    Fault("attribute_invalid", lambda draft: draft.event.update(traceparent="00-00")),
    Fault("attribute_invalid", lambda draft: draft.envelope.update(correlationid=None), "no correlationid"),
    Fault("attribute_invalid", lambda draft: draft.envelope.update(naam="Jansen"), "member"),
    Fault("attribute_invalid", lambda draft: draft.envelope.update(id="anders"), "id of bad form"),
    Fault("attribute_invalid", lambda draft: draft.envelope.update(source="urn:anders"), "source of bad form"),
    Fault("attribute_invalid", lambda draft: draft.envelope.update(matchepoch="2026Q4", matchtoken="A" * 43), "match"),
    Fault("clock_skew", lambda draft: draft.event.update(time=rfc3339(NOW + timedelta(minutes=5, seconds=1)))),
    Fault("expired", lambda draft: draft.event.update(time=rfc3339(NOW - timedelta(1)), expirytime=rfc3339(NOW))),
    Fault("unknown_recipient", lambda draft: draft.envelope.update(recipient=organisation_urn(NOBODY))),
    Fault("recipient_inactive", lambda draft: draft.envelope.update(recipient=organisation_urn(AWAY))),
    Fault("seal_invalid", _seal_for_nobody, "four parts"),
    Fault("seal_invalid", lambda draft: draft.steps.update(edit_seal_header=_revoked_seal), "revoked key"),
    Fault("seal_invalid", lambda draft: draft.steps.update(edit_seal_header=_other_recipient), "another's key"),
    Fault(
        "schema_unknown",
        lambda draft: draft.event.update(dataschema="urn:hub:schema:kennisgeving-publiek:1.9.9"),
        "version",
    ),
    Fault("no_agreement", lambda draft: setattr(draft, "to", VISH)),
]
HELD_ID = "01997000-0000-7000-8000-000000000001"


def _revoked_seal(header: dict[str, Any]) -> None:
    header["kid"] = f"{TAX}/enc/ingetrokken"


def _other_recipient(header: dict[str, Any]) -> None:
    header["kid"] = f"{CRED}/enc/a"


def make_refusing_world() -> World:
    """Keys of every kind that is refused, and an organisation that is suspended."""
    made = make_world()
    gone = [new_key(AWAY, "Ed25519"), new_key(AWAY, "X25519")]
    revoked, expired = new_key(SHV, "Ed25519", "ingetrokken"), new_key(SHV, "Ed25519", "verlopen")
    seal = new_key(TAX, "X25519", "ingetrokken")
    keys = (*gone, revoked, expired, seal)
    ended = {"status": "revoked", "revokedAt": rfc3339(NOW + timedelta(days=1))}

    def edit(document: dict[str, Any]) -> None:
        by_oin = {one["oin"]: one for one in document["organisations"]}
        past = rfc3339(NOW - timedelta(days=1))
        by_oin[SHV]["keys"] += [listed_key(revoked, **ended), listed_key(expired, status="retired", exp=past)]
        by_oin[TAX]["keys"] += [listed_key(seal, **ended)]
        away = organisation(AWAY, "Vertrokken", "CRED", keys=[listed_key(key) for key in gone])
        document["organisations"].append(away | {"status": "suspended"})

    return replace(made, private={**made.private, **{str(key["kid"]): key for key in keys}}).edited(edit)


WORLD = make_refusing_world()


async def refused(stranger: Stranger, draft: Draft) -> tuple[bytes, dict[str, Any]]:
    """Sends a draft; the body and the properties that went with it."""
    body = draft.body(WORLD)
    given = stranger.properties_of(body) | draft.properties
    await stranger.send(body, **given)
    return body, given


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_each_fault_is_refused_with_its_code_in_the_order_of_the_checks(
    broker: Broker, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    async with (
        road_on(broker, tmp_path, url, world=WORLD, oins=OINS, clock=FixedClock()) as road,
        stranger_on(road, SHV) as sender,
    ):
        office = await road.hub()
        first = Draft(event={"id": HELD_ID}).body(WORLD)
        await sender.send(first)
        assert [entry["decision"] for entry in await sender.told(first)] == ["accepted"]

        sent: list[tuple[str, Fault, bytes, dict[str, Any]]] = []
        for fault in FAULTS:
            draft = Draft()
            fault.apply(draft)
            sent.append((f"{fault.code} {fault.name}", fault, *await refused(sender, draft)))
        for earlier, later in itertools.combinations(FAULTS, 2):
            if earlier.code == later.code or {(earlier.code, later.code), (earlier.code, later.name)} & IMPOSSIBLE:
                continue
            draft = Draft()
            later.apply(draft)
            earlier.apply(draft)
            name = f"{earlier.code} {earlier.name} before {later.code} {later.name}"
            sent.append((name, earlier, *await refused(sender, draft)))

        await eventually(lambda: len(sender.entries()) >= 1 + len(sent), "a refusal for each", 60)
        wrong = [
            f"{name}: {found} instead of {fault.code}"
            for name, fault, body, given in sent
            if (found := sender.entries_for(body)) != [expected_entry(fault, body, given)]
        ]
        assert wrong == []
        logged = [
            (refhash_of(body), fault.code, SHV, uuid_of(expected_entry(fault, body, given)["ref"]))
            for _, fault, body, given in sent
        ]
        assert entries_of(office.database, "refused") == sorted(logged)
        assert messages(office.database) == [HELD_ID]


# One attribute cannot be wrong in two ways at once; two codes of one check have no order.
IMPOSSIBLE = {
    ("unknown_key", "revoked_key"),
    ("id_reused", "id of bad form"),
    ("clock_skew", "expired"),
    ("attribute_invalid", "clock_skew"),
    ("unknown_recipient", "recipient_inactive"),
    ("identity_mismatch", "attribute_invalid"),
}


def expected_entry(fault: Fault, body: bytes, given: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of the hub receipt for a fault."""
    payload = payload_of(body) or {}
    codes = list(dict.fromkeys(one.code for one in FAULTS))
    attributed = codes.index(fault.code) > codes.index("property_mismatch")
    named = payload.get("id") if attributed else given["message_id"]
    entry = {
        "ref": uuid_of(named),
        "refhash": refhash_of(body),
        "decision": "refused",
        "code": fault.code,
        "received": rfc3339(NOW),
    }
    if attributed and str(payload["source"]).startswith("urn:nld:oin:"):
        entry["source"] = payload["source"]
    if attributed:
        entry["recipient"] = payload["recipient"]
    return entry


def uuid_of(value: object) -> str | None:
    """The value where it is a UUID."""
    return str(value) if len(str(value)) == 36 and str(value).count("-") == 4 else None


def entries_of(database: Database, kind: str) -> list[tuple[str, str, str | None, str | None]]:
    """(refhash, code, source, id) of the log entries of one kind."""
    with database.reading() as connection:
        rows = connection.execute(ENTRY.select().where(ENTRY.c.kind == kind))
        return sorted(((row.refhash, row.code, row.src, row.id) for row in rows), key=lambda row: row[0])


def messages(database: Database) -> list[str]:
    """The ids of what the hub holds."""
    with database.reading() as connection:
        return [row.id for row in connection.execute(MESSAGE.select())]


async def test_what_is_too_large_or_no_jws_at_all_is_refused_to_the_broker_user(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=FixedClock()) as road,
        stranger_on(road, SHV) as sender,
        stranger_on(road, TAX) as other,
    ):
        office = await road.hub()
        big, noise, padded = b"a" * 65_537, b"geen jws", Draft().body(WORLD) + b"="
        nameless = {"message_id": "geen uuid", "type": "anders"}
        for body in (big, noise, padded):
            await sender.send(body, **nameless)
        for body, code in ((big, "too_large"), (noise, "malformed"), (padded, "malformed")):
            found = (await sender.told(body))[0]
            assert (found["code"], found["ref"]) == (code, None)
            assert "source" not in found
        assert other.letters == []
        assert {row[2] for row in entries_of(office.database, "refused")} == {SHV}


async def test_another_organisations_message_and_one_without_a_user_reach_nobody_else(
    broker: Broker, tmp_path: Path
) -> None:
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=FixedClock()) as road,
        stranger_on(road, SHV) as owner,
        stranger_on(road, TAX) as thief,
    ):
        office = await road.hub()
        stolen, orphan = Draft().body(WORLD), Draft().body(WORLD)
        await thief.send(stolen, routing_key=f"p-{TAX}.x")
        assert (await thief.told(stolen))[0]["code"] == "identity_mismatch"
        await owner.send(orphan, user_id=None)
        await eventually(lambda: len(entries_of(office.database, "refused")) == 2, "both are logged")
        logged = {(row[1], row[2]) for row in entries_of(office.database, "refused")}
        assert logged == {("identity_mismatch", TAX), ("identity_mismatch", None)}
        assert owner.letters == []


async def test_refusals_are_not_remembered(broker: Broker, tmp_path: Path) -> None:
    """The same bytes are carried once the cause is gone: a register one version behind is nobody's fault."""
    clock = FixedClock()
    new = new_key(SHV, "Ed25519", "nieuw")
    world = replace(WORLD, private={**WORLD.private, str(new["kid"]): new})

    def heal(document: dict[str, Any]) -> None:
        by_oin = {one["oin"]: one for one in document["organisations"]}
        by_oin[SHV]["keys"].append(listed_key(new))
        by_oin[AWAY]["status"] = "active"
        document["agreements"][0]["lines"].append(
            {
                "type": full_type("statusbericht"),
                "senderRole": "SHV",
                "recipientRole": "VISH",
                "replyTypes": [],
                "bsn": False,
            }
        )

    async with (
        road_on(broker, tmp_path, world=world, oins=OINS, clock=clock) as road,
        stranger_on(road, SHV) as sender,
    ):
        await road.hub()
        ahead = rfc3339(NOW + timedelta(minutes=8))
        drafts = {
            "unknown_key": Draft(steps={"signer": new}),
            "recipient_inactive": Draft(to=AWAY),
            "clock_skew": Draft(event={"time": ahead, "expirytime": rfc3339(NOW + timedelta(days=3))}),
            "no_agreement": Draft(name="statusbericht", to=VISH),
        }
        bodies = {code: draft.body(world) for code, draft in drafts.items()}
        for code, body in bodies.items():
            await sender.send(body)
            assert [entry.get("code") for entry in await sender.told(body)] == [code]
        (road.folder / "register.jws").write_bytes(world.edited(heal).body)
        clock.move(timedelta(minutes=4))
        await eventually(lambda: road.hub_offices[0].register.current.version == 3, "the hub has the new register")
        for body in bodies.values():
            await sender.send(body)
            decisions = [entry["decision"] for entry in await sender.told(body, 2)]
            assert decisions == ["refused", "accepted"]


async def test_over_its_quota_a_partner_waits_and_no_other(broker: Broker, tmp_path: Path) -> None:
    clock = FixedClock()
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=clock, lanes=1) as road,
        stranger_on(road, SHV) as sender,
        stranger_on(road, TAX) as other,
    ):
        await road.hub(quota=QuotaSettings(rate=1.0, burst=3))
        bodies = [Draft().body(WORLD) for _ in range(4)]
        for body in bodies:
            await sender.send(body)
        last = (await sender.told(bodies[3]))[0]
        assert (last["decision"], last["code"]) == ("refused", "quota_exceeded")
        assert last["ref"] == (payload_of(bodies[3]) or {})["id"]
        report = other.signed("edge-status+jws", **STATUS)
        await other.send(report)
        await eventually(lambda: reported(road) == [TAX], "the other's report is taken")
        clock.move(timedelta(seconds=1))
        await sender.send(bodies[3])
        assert (await sender.told(bodies[3], 2))[1]["decision"] == "accepted"


STATUS: dict[str, Any] = {
    "waiting": 3,
    "uncertain": 0,
    "circuit": "closed",
    "versions": {"software": "anders 1.0", "types": ["kennisgeving-publiek:1"]},
    "registerVersion": 2,
    "clockOffsetMs": -4,
}


def reported(road: Road) -> list[str]:
    """Whose edge status the hub holds."""
    with road.hub_offices[0].database.reading() as connection:
        return [row.oin for row in connection.execute(EDGE_STATUS.select())]


async def test_an_edges_report_is_kept_unanswered_and_an_older_one_changes_nothing(
    broker: Broker, tmp_path: Path
) -> None:
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=FixedClock()) as road,
        stranger_on(road, TAX) as edge,
    ):
        office = await road.hub()
        new = edge.signed("edge-status+jws", **STATUS, time=rfc3339(NOW + timedelta(seconds=2)))
        old = edge.signed("edge-status+jws", **STATUS | {"waiting": 9}, time=rfc3339(NOW))
        wrong = edge.signed("edge-status+jws", **STATUS | {"circuit": "kapot"})
        for body in (new, old, wrong):
            await edge.send(body, correlation_id=(payload_of(body) or {})["id"])
        found = (await edge.told(wrong))[0]
        assert (found["code"], found["ref"]) == ("attribute_invalid", (payload_of(wrong) or {})["id"])
        await eventually(lambda: reported(road) == [TAX], "the report is kept")
        with office.database.reading() as connection:
            assert [row.waiting for row in connection.execute(EDGE_STATUS.select())] == [3]
        assert [entry["code"] for entry in edge.entries()] == ["attribute_invalid"]


async def test_receipts_are_never_answered_whatever_is_wrong_with_them(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=FixedClock()) as road,
        stranger_on(road, SHV) as sender,
        stranger_on(road, TAX) as recipient,
        stranger_on(road, CRED) as other,
    ):
        office = await road.hub()
        body, unsent = Draft().body(WORLD), Draft().body(WORLD)
        await sender.send(body)
        await eventually(lambda: bool(recipient.of("hub-envelope+jws")), "the message is here")
        good = recipient.receipt(body, to=SHV)
        bad = [
            recipient.receipt(unsent, to=SHV),  # about nothing that it was sent
            other.receipt(body, to=SHV),  # about somebody else's message
            recipient.receipt(body, to=VISH),  # of another sender
            recipient.signed("recipient-receipt+jws", recipient=organisation_urn(SHV), receipts=[]),
            _forged(good),
        ]
        for receipt in bad:
            await (other if receipt is bad[1] else recipient).send(receipt)
        await eventually(lambda: len(entries_of(office.database, "refused")) == len(bad), "each is logged")
        assert sender.of("recipient-receipt+jws") == []
        await recipient.send(recipient.receipt(unsent, body, to=SHV))
        await eventually(lambda: bool(sender.of("recipient-receipt+jws")), "a receipt of which one entry fits")
        assert recipient.of("hub-receipt+jws") == other.of("hub-receipt+jws") == []
        with office.database.reading() as connection:
            outcomes = [(row.id, row.outcome) for row in connection.execute(MESSAGE.select())]
        assert outcomes == [((payload_of(body) or {})["id"], "accepted")]


async def test_hub_receipts_gather_at_most_a_hundred_of_one_organisation(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=FixedClock(), lanes=1) as road,
        stranger_on(road, SHV) as sender,
        stranger_on(road, TAX) as other,
    ):
        bodies = [Draft().body(WORLD) for _ in range(150)]
        answers = [make_letter(WORLD, make_event("geen-medewerking", sender=TAX, to=SHV)).body() for _ in range(5)]
        for body in bodies:
            await sender.send(body)
        for body in answers:
            await other.send(body)
        await road.hub()
        await eventually(lambda: len(sender.entries()) >= 150, "a receipt for each")
        await eventually(lambda: len(other.entries()) >= 5, "a receipt for each of the other")
        sizes = [len(letter.payload["receipts"]) for letter in sender.of("hub-receipt+jws")]
        assert sum(sizes) == 150
        assert max(sizes) <= 100
        assert len(sizes) < 20  # batched, not one by one
        assert {entry["refhash"] for entry in sender.entries()} == {refhash_of(body) for body in bodies}
        assert {entry["refhash"] for entry in other.entries()} == {refhash_of(body) for body in answers}
        assert len({letter.payload["id"] for letter in sender.of("hub-receipt+jws")}) == len(sizes)


async def test_a_message_id_may_be_used_again_by_another_organisation(broker: Broker, tmp_path: Path) -> None:
    async with (
        road_on(broker, tmp_path, world=WORLD, oins=OINS, clock=FixedClock()) as road,
        stranger_on(road, SHV) as sender,
        stranger_on(road, TAX) as other,
    ):
        await road.hub()
        shared = new_id(road.clock)
        mine = Draft(event={"id": shared}).body(WORLD)
        theirs = make_letter(WORLD, make_event("geen-medewerking", sender=TAX, to=SHV, id=shared)).body()
        again = Draft(event={"id": shared}).body(WORLD)
        await sender.send(mine)
        assert (await sender.told(mine))[0]["decision"] == "accepted"
        await other.send(theirs)
        assert (await other.told(theirs))[0]["decision"] == "accepted"
        await sender.send(again)
        assert (await sender.told(again))[0]["code"] == "id_reused"
        await sender.send(mine)
        assert [entry["decision"] for entry in await sender.told(mine, 2)] == ["accepted", "accepted"]
