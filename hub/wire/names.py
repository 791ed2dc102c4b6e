"""The forms of every name on the wire (wire.md 2 to 4): OIN, kid, URN, UUID, message type, schema version.

All patterns are matched whole and in ASCII; a name is only ever read through these, never split by hand.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_OIN: Final = "[0-9A-Z]{20}"
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_KEBAB: Final = "[a-z0-9]+(?:-[a-z0-9]+)*"
_NUMBER: Final = "(?:0|[1-9][0-9]*)"

OIN: Final = re.compile(_OIN)
UUID: Final = re.compile(_UUID)
CASE: Final = re.compile(f"urn:uuid:{_UUID}")
ORGANISATION: Final = re.compile(f"urn:nld:oin:({_OIN})")
SYSTEM: Final = re.compile(f"urn:nld:oin:({_OIN}):systeem:([a-z0-9][a-z0-9-]{{0,31}})")
TYPE: Final = re.compile(rf"nl\.schuldhulpverlening\.({_KEBAB})\.v([1-9][0-9]*)")
DATASCHEMA: Final = re.compile(rf"urn:hub:schema:({_KEBAB}):([1-9][0-9]*)\.{_NUMBER}\.{_NUMBER}")
ACCEPTS: Final = re.compile(f"{_KEBAB}:[1-9][0-9]*")
SEQUENCE: Final = re.compile("0|[1-9][0-9]{0,17}")
TRACEPARENT: Final = re.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
MATCHTOKEN: Final = re.compile("[A-Za-z0-9_-]{43}")
MATCHEPOCH: Final = re.compile("[0-9]{4}Q[1-4]")
LABEL: Final = re.compile("[a-z0-9-]{1,16}")
_KID: Final = re.compile(f"({_OIN})/(sig|enc)/([a-z0-9-]{{1,16}})")

TEST_PREFIX: Final = "00000099"
GOVERNANCE_KID: Final = "governance"
HUB_ROLE: Final = "HUB"


class Kid(NamedTuple):
    """A key identifier taken apart: whose, for what, which."""

    oin: str
    use: str
    label: str

    def __str__(self) -> str:
        """The identifier as it stands on the wire."""
        return f"{self.oin}/{self.use}/{self.label}"


def kid_of(text: str) -> Kid | None:
    """The parts of a kid, or None where its form is wrong."""
    found = _KID.fullmatch(text)
    return Kid(found[1], found[2], found[3]) if found else None


def organisation_urn(oin: str) -> str:
    """The URN of an organisation: `recipient` of an envelope, `source` of every other payload."""
    return f"urn:nld:oin:{oin}"


def source_urn(oin: str, system: str) -> str:
    """The URN of one system of an organisation: `source` of an envelope."""
    return f"urn:nld:oin:{oin}:systeem:{system}"
