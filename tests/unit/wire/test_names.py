from __future__ import annotations

import re

import pytest

from hub.clock import SystemClock, new_id, new_pseudonym
from hub.wire import names

OIN = "00000099000000001000"
ID = "01a20846-fe00-7b51-ba0c-e5c8c4166286"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (names.OIN, OIN),
        (names.OIN, "ABCDEFGHIJ0123456789"),
        (names.UUID, ID),
        (names.UUID, "01a20846-fe00-1b51-8a0c-e5c8c4166286"),
        (names.UUID, "01a20846-fe00-8b51-9a0c-e5c8c4166286"),
        (names.CASE, f"urn:uuid:{ID}"),
        (names.ORGANISATION, f"urn:nld:oin:{OIN}"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:a"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:{'a-0' * 10}aa"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:0-"),
        (names.TYPE, "nl.schuldhulpverlening.a.v1"),
        (names.TYPE, "nl.schuldhulpverlening.a-b-0.v10"),
        (names.TYPE, f"nl.schuldhulpverlening.a.v{'9' * 5000}"),
        (names.DATASCHEMA, "urn:hub:schema:a:1.0.0"),
        (names.DATASCHEMA, "urn:hub:schema:a-b:10.20.30"),
        (names.SEQUENCE, "0"),
        (names.SEQUENCE, "1" * 18),
        (names.TRACEPARENT, f"00-{'a' * 32}-{'b' * 16}-01"),
        (names.TRACEPARENT, f"cc-{'0' * 31}1-{'0' * 15}1-00"),
        (names.MATCHTOKEN, "A_-" * 14 + "z"),
        (names.MATCHEPOCH, "2026Q4"),
        (names.ACCEPTS, "kennisgeving-publiek:1"),
    ],
)
def test_good_forms(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.fullmatch(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (names.OIN, OIN[:-1]),
        (names.OIN, OIN + "0"),
        (names.OIN, OIN + "\n"),
        (names.OIN, "a" * 20),
        (names.OIN, "\uff10" * 20),
        (names.UUID, ID.upper()),
        (names.UUID, ID.replace("-", "")),
        (names.UUID, "00000000-0000-0000-0000-000000000000"),
        (names.UUID, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        (names.UUID, "01a20846-fe00-9b51-ba0c-e5c8c4166286"),
        (names.UUID, "01a20846-fe00-7b51-ca0c-e5c8c4166286"),
        (names.CASE, ID),
        (names.CASE, f"urn:UUID:{ID}"),
        (names.ORGANISATION, f"urn:nld:oin:{OIN}:systeem:a"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:-a"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:A"),
        (names.SYSTEM, f"urn:nld:oin:{OIN}:systeem:{'a' * 33}"),
        (names.TYPE, "nl.schuldhulpverlening.a"),
        (names.TYPE, "nl.schuldhulpverlening.a.v0"),
        (names.TYPE, "nl.schuldhulpverlening.a.v01"),
        (names.TYPE, "nl.schuldhulpverlening.-a.v1"),
        (names.TYPE, "nl.schuldhulpverlening.a--b.v1"),
        (names.TYPE, "nl.schuldhulpverlening.a-.v1"),
        (names.TYPE, "nl.schuldhulpverlening.a_b.v1"),
        (names.TYPE, "nlxschuldhulpverlening.a.v1"),
        (names.DATASCHEMA, "urn:hub:schema:a:0.0.0"),
        (names.DATASCHEMA, "urn:hub:schema:a:1.0"),
        (names.DATASCHEMA, "urn:hub:schema:a:1.00.0"),
        (names.DATASCHEMA, "urn:hub:schema:a:1.0.01"),
        (names.DATASCHEMA, "urn:hub:schema:a:1.0.0-rc1"),
        (names.SEQUENCE, ""),
        (names.SEQUENCE, "00"),
        (names.SEQUENCE, "01"),
        (names.SEQUENCE, "-1"),
        (names.SEQUENCE, "+1"),
        (names.SEQUENCE, "1" * 19),
        (names.SEQUENCE, "٣"),
        (names.TRACEPARENT, f"ff-{'a' * 32}-{'b' * 16}-01"),
        (names.TRACEPARENT, f"00-{'0' * 32}-{'b' * 16}-01"),
        (names.TRACEPARENT, f"00-{'a' * 32}-{'0' * 16}-01"),
        (names.TRACEPARENT, f"00-{'A' * 32}-{'b' * 16}-01"),
        (names.TRACEPARENT, f"00-{'a' * 32}-{'b' * 16}-01-x"),
        (names.MATCHTOKEN, "A" * 42),
        (names.MATCHTOKEN, "A" * 44),
        (names.MATCHTOKEN, "A" * 42 + "+"),
        (names.MATCHEPOCH, "2026Q5"),
        (names.MATCHEPOCH, "2026q1"),
        (names.ACCEPTS, "kennisgeving-publiek:0"),
    ],
)
def test_bad_forms(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.fullmatch(text) is None


def test_a_kid_is_taken_apart() -> None:
    kid = names.kid_of(f"{OIN}/sig/a-0")
    assert kid == (OIN, "sig", "a-0")
    assert str(kid) == f"{OIN}/sig/a-0"


@pytest.mark.parametrize(
    "text",
    [
        "governance",
        f"{OIN}/sig",
        f"{OIN}/sig/",
        f"{OIN}/mac/a",
        f"{OIN}/sig/A",
        f"{OIN}/sig/{'a' * 17}",
        f"{OIN}/sig/a\n",
    ],
)
def test_a_kid_of_another_form_is_none(text: str) -> None:
    assert names.kid_of(text) is None


def test_ids_that_we_make_have_the_form_of_the_wire() -> None:
    assert names.UUID.fullmatch(new_id(SystemClock()))
    assert names.UUID.fullmatch(new_pseudonym())


def test_urns_that_we_make_have_the_form_of_the_wire() -> None:
    assert names.ORGANISATION.fullmatch(names.organisation_urn(OIN))
    assert names.SYSTEM.fullmatch(names.source_urn(OIN, "haarlem"))
