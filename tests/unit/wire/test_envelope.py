from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.errors import Code, RefusedError
from hub.wire import instants
from hub.wire.envelope import MATCHABLE, Envelope, check_clock, check_not_ahead, parse_envelope
from hub.wire.names import organisation_urn
from schemas.catalogue import CATALOGUE
from tests.world import CRED, NOW, SHV, TAX, full_type, make_event, make_world

WORLD = make_world()
TOKEN, EPOCH = "A" * 43, "2026Q4"


def payload(to: str = TAX, /, **changes: object) -> dict[str, Any]:
    made = make_event(to=to).attributes() | {"datacontenttype": "application/jose", "data": "a.b.c.d.e"} | changes
    return {name: value for name, value in made.items() if value is not ...}


def refused_place(document: dict[str, Any]) -> str | None:
    with pytest.raises(RefusedError) as refused:
        parse_envelope(document, WORLD.register)
    assert refused.value.code is Code.ATTRIBUTE_INVALID
    return refused.value.place


def test_an_envelope_is_taken_apart() -> None:
    document = payload(causationid="01a20846-fe00-7b51-ba0c-e5c8c4166286", sequence="42")
    found = parse_envelope(document, WORLD.register)
    assert (found.source_oin, found.system, found.recipient_oin) == (SHV, "proef", TAX)
    assert (found.type, found.name, found.accepts) == (
        full_type("kennisgeving-publiek"),
        "kennisgeving-publiek",
        "kennisgeving-publiek:1",
    )
    assert (found.sequence, found.time, found.expirytime) == (42, NOW, NOW + timedelta(days=7))
    assert found.subject == f"urn:uuid:{found.case}"
    assert found.causationid == document["causationid"]
    assert found.traceparent is found.matchtoken is found.matchepoch is None
    assert found.data == "a.b.c.d.e"


REQUIRED = [name for name in payload() if name != "sequence"]


@pytest.mark.parametrize("name", REQUIRED)
def test_every_required_attribute_is_there(name: str) -> None:
    assert refused_place(payload(**{name: ...})) == name


@pytest.mark.parametrize("name", [*REQUIRED, "causationid", "sequence", "traceparent", "matchtoken", "matchepoch"])
@pytest.mark.parametrize("value", [None, 1, True, [], {}])
def test_every_value_is_text(name: str, value: object) -> None:
    assert refused_place(payload(**{name: value})) == name


@pytest.mark.parametrize("name", ["comment", "Id", "dataref", "geheim", ""])
def test_an_attribute_that_nobody_knows_is_not_named(name: str) -> None:
    assert refused_place(payload(**{name: "x"})) == "member"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "1.1"),
        ("specversion", "1x0"),
        ("id", "01A20846-FE00-7B51-BA0C-E5C8C4166286"),
        ("id", "00000000-0000-0000-0000-000000000000"),
        ("source", organisation_urn(SHV)),
        ("type", "nl.schuldhulpverlening.kennisgeving-publiek.v01"),
        ("type", "nl.schuldhulpverlening.Kennisgeving.v1"),
        ("subject", "01a20846-fe00-7b51-ba0c-e5c8c4166286"),
        ("recipient", f"urn:nld:oin:{TAX}:systeem:a"),
        ("recipient", "urn:nld:oin:123"),
        ("correlationid", ""),
        ("causationid", "x"),
        ("sequence", "01"),
        ("sequence", "1" * 19),
        ("sequence", "-1"),
        ("time", "2026-11-23T12:00:00+00:00"),
        ("time", "2026-02-30T12:00:00Z"),
        ("expirytime", "2026-11-31T12:00:00Z"),
        ("expirytime", "2026-11-24T12:00:60Z"),
        ("dataschema", "urn:hub:schema:kennisgeving-publiek:1.0"),
        ("dataschema", "urn:hub:schema:kennisgeving-publiek:2.0.0"),
        ("dataschema", "urn:hub:schema:kennisgeving:1.0.0"),
        ("datacontenttype", "application/json"),
        ("datacontenttype", "application/JOSE"),
        ("traceparent", "00-x"),
    ],
)
def test_every_attribute_has_its_rule(name: str, value: str) -> None:
    assert refused_place(payload(**{name: value})) == name


def test_expiry_is_after_time_and_within_fourteen_days() -> None:
    start = "2026-11-23T12:00:00Z"
    for expiry, fine in (
        ("2026-11-23T12:00:00Z", False),
        ("2026-11-23T11:59:59Z", False),
        ("2026-11-23T12:00:00.000000001Z", True),
        ("2026-12-07T12:00:00Z", True),
        ("2026-12-07T12:00:00.000000001Z", False),
        ("9999-12-31T23:59:59Z", False),
    ):
        document = payload(time=start, expirytime=expiry)
        if fine:
            assert parse_envelope(document).expirytime > NOW - timedelta(seconds=1)
        else:
            assert refused_place(document) == "expirytime"


def test_the_last_of_all_instants_is_read() -> None:
    found = parse_envelope(payload(time="9999-12-31T23:59:58Z", expirytime="9999-12-31T23:59:59.999999999Z"))
    assert found.expirytime == datetime.max.replace(tzinfo=UTC)


def test_a_major_version_has_no_upper_bound() -> None:
    major = "9" * 6_000
    found = parse_envelope(
        payload(type=f"nl.schuldhulpverlening.x.v{major}", dataschema=f"urn:hub:schema:x:{major}.0.0")
    )
    assert found.accepts == f"x:{major}"


def test_without_a_sequence_the_milliseconds_of_time_take_its_place() -> None:
    found = parse_envelope(payload(sequence=..., time="2026-11-23T12:00:00.123999Z"))
    assert found.sequence == int(NOW.timestamp()) * 1000 + 123


def test_a_match_token_goes_to_a_creditor_with_its_epoch() -> None:
    found = parse_envelope(payload(CRED, matchtoken=TOKEN, matchepoch=EPOCH), WORLD.register)
    assert (found.matchtoken, found.matchepoch) == (TOKEN, EPOCH)


@pytest.mark.parametrize(
    ("to", "changes", "place"),
    [
        (CRED, {"matchtoken": TOKEN}, "matchepoch"),
        (CRED, {"matchepoch": EPOCH}, "matchtoken"),
        (TAX, {"matchtoken": TOKEN, "matchepoch": EPOCH}, "matchtoken"),
        (CRED, {"matchtoken": TOKEN[1:], "matchepoch": EPOCH}, "matchtoken"),
        (CRED, {"matchtoken": TOKEN, "matchepoch": "2026Q0"}, "matchepoch"),
        (
            CRED,
            {
                "matchtoken": TOKEN,
                "matchepoch": EPOCH,
                "type": full_type("kennisgeving"),
                "dataschema": "urn:hub:schema:kennisgeving:1.0.0",
            },
            "matchtoken",
        ),
    ],
)
def test_a_match_token_goes_nowhere_else(to: str, changes: dict[str, object], place: str) -> None:
    assert refused_place(payload(to, **changes)) == place


def test_an_unknown_recipient_of_a_match_token_is_refused_as_unknown_later_on() -> None:
    document = payload(matchtoken=TOKEN, matchepoch=EPOCH, recipient=organisation_urn("00000099999999999999"))
    assert parse_envelope(document, WORLD.register).matchtoken == TOKEN


def test_the_matchable_types_are_those_of_the_catalogue() -> None:
    assert {known.name for known in CATALOGUE.values() if known.matchable} == MATCHABLE


def enveloped(time: str = "2026-11-23T12:00:00Z", expiry: str = "2026-11-24T12:00:00Z") -> Envelope:
    return parse_envelope(payload(time=time, expirytime=expiry))


def clock_code(now_ns: int) -> Code | None:
    try:
        check_clock(enveloped(), instants.to_datetime(now_ns))
    except RefusedError as refused:
        return refused.code
    return None


def test_a_time_may_be_five_minutes_ahead_and_no_more() -> None:
    start = instants.to_ns(NOW)
    five_minutes = 5 * 60 * instants.SECOND_NS
    assert clock_code(start - five_minutes) is None
    assert clock_code(start - five_minutes - 1_000) is Code.CLOCK_SKEW


def test_a_nanosecond_too_far_ahead_is_too_far() -> None:
    with pytest.raises(RefusedError) as refused:
        check_not_ahead(enveloped(time="2026-11-23T12:05:00.000000001Z"), NOW)
    assert refused.value.code is Code.CLOCK_SKEW


def test_a_message_has_expired_at_the_instant_that_it_names() -> None:
    end = instants.to_ns(NOW) + instants.DAY_NS
    assert clock_code(end - 1_000) is None
    assert clock_code(end) is Code.EXPIRED
    assert clock_code(end + 400 * instants.DAY_NS) is Code.EXPIRED
