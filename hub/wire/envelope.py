"""The envelope (wire.md 4): the attributes that anyone may read, each by its rule, and the clock checks on them.

`attribute_invalid` has as place the attribute's name, or `member` for one that is not on the list: its name was chosen
by whoever wrote it and stands in no error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from hub.errors import Code, RefusedError
from hub.register.model import Register
from hub.wire import instants
from hub.wire.names import (
    CASE,
    DATASCHEMA,
    MATCHEPOCH,
    MATCHTOKEN,
    ORGANISATION,
    SEQUENCE,
    SYSTEM,
    TRACEPARENT,
    TYPE,
    UUID,
)

SPECVERSION: Final = "1.0"
SEALED: Final = "application/jose"
#: Types that may carry a match token, and the one role that it may go to (wire.md 10).
MATCHABLE: Final = frozenset({"kennisgeving-publiek"})
MATCHING_ROLE: Final = "CRED"

_MAX_LIFE_NS: Final = 14 * instants.DAY_NS
_AHEAD_NS: Final = 5 * 60 * instants.SECOND_NS


_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "specversion": re.compile(re.escape(SPECVERSION)),
    "id": UUID,
    "source": SYSTEM,
    "type": TYPE,
    "subject": CASE,
    "recipient": ORGANISATION,
    "correlationid": UUID,
    "causationid": UUID,
    "sequence": SEQUENCE,
    "time": instants.FORM,
    "expirytime": instants.FORM,
    "dataschema": DATASCHEMA,
    "datacontenttype": re.compile(re.escape(SEALED)),
    "traceparent": TRACEPARENT,
    "matchtoken": MATCHTOKEN,
    "matchepoch": MATCHEPOCH,
    "data": re.compile("(?s:.*)"),  # its form is that of a seal, judged three checks further on
}
_OPTIONAL: Final = frozenset({"causationid", "sequence", "traceparent", "matchtoken", "matchepoch"})
_REQUIRED: Final = frozenset(_FORMS) - _OPTIONAL


class Envelope(NamedTuple):
    """Every attribute by its rule; nothing here identifies a person. A tuple, since one is made for every message."""

    id: str
    source: str
    source_oin: str
    system: str
    type: str
    name: str
    """Kebab name of the type."""
    accepts: str
    """`<kebab>:<major>`, as in the register's `accepts`; the major version has no upper bound and stays text."""
    subject: str
    recipient: str
    recipient_oin: str
    correlationid: str
    causationid: str | None
    sequence: int
    """As written, else the Unix milliseconds of `time`."""
    time: datetime
    expirytime: datetime
    time_ns: int
    """Exact, in nanoseconds since the epoch, as is `expiry_ns`."""
    expiry_ns: int
    dataschema: str
    traceparent: str | None
    matchtoken: str | None
    matchepoch: str | None
    data: str
    """The seal."""

    @property
    def case(self) -> str:
        """The UUID in `subject`."""
        return self.subject.removeprefix("urn:uuid:")


def _matched(payload: Mapping[str, object]) -> dict[str, re.Match[str]]:
    """Each attribute as matched by its form."""
    matched: dict[str, re.Match[str]] = {}
    for name, value in payload.items():
        form = _FORMS.get(name)
        if form is None:
            raise RefusedError(Code.ATTRIBUTE_INVALID, "member")
        found = form.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise RefusedError(Code.ATTRIBUTE_INVALID, name)
        matched[name] = found
    if not matched.keys() >= _REQUIRED:
        raise RefusedError(Code.ATTRIBUTE_INVALID, min(_REQUIRED - matched.keys()))
    return matched


def _instant(matched: Mapping[str, re.Match[str]], name: str) -> int:
    ns = instants.ns_of(matched[name])
    if ns is None:
        raise RefusedError(Code.ATTRIBUTE_INVALID, name)
    return ns


def parse_envelope(payload: Mapping[str, object], register: Register | None = None) -> Envelope:
    """The envelope in a payload (wire.md 8, check 10).

    Args:
        payload: of a verified postmark.
        register: tells whether the recipient of a match token is a creditor; left out by whoever seals.

    Raises:
        RefusedError: `attribute_invalid`.
    """
    matched = _matched(payload)
    time_ns, expiry_ns = _instant(matched, "time"), _instant(matched, "expirytime")
    if not time_ns < expiry_ns <= time_ns + _MAX_LIFE_NS:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "expirytime")
    name, major = matched["type"].groups()
    if (name, major) != matched["dataschema"].groups():
        raise RefusedError(Code.ATTRIBUTE_INVALID, "dataschema")
    source_oin, system = matched["source"].groups()
    recipient_oin = matched["recipient"][1]
    texts = {attribute: found.string for attribute, found in matched.items()}
    _check_match(texts, name, recipient_oin, register)
    sequence = texts.get("sequence")
    return Envelope(
        id=texts["id"],
        source=texts["source"],
        source_oin=source_oin,
        system=system,
        type=texts["type"],
        name=name,
        accepts=f"{name}:{major}",
        subject=texts["subject"],
        recipient=texts["recipient"],
        recipient_oin=recipient_oin,
        correlationid=texts["correlationid"],
        causationid=texts.get("causationid"),
        sequence=time_ns // instants.MILLISECOND_NS if sequence is None else int(sequence),
        time=instants.to_datetime(time_ns),
        expirytime=instants.to_datetime(expiry_ns),
        time_ns=time_ns,
        expiry_ns=expiry_ns,
        dataschema=texts["dataschema"],
        traceparent=texts.get("traceparent"),
        matchtoken=texts.get("matchtoken"),
        matchepoch=texts.get("matchepoch"),
        data=texts["data"],
    )


def _check_match(texts: Mapping[str, str], name: str, recipient_oin: str, register: Register | None) -> None:
    """Match attributes come together, on matchable types only, and only to creditors."""
    if "matchtoken" not in texts and "matchepoch" not in texts:
        return
    if "matchtoken" not in texts or name not in MATCHABLE:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "matchtoken")
    if "matchepoch" not in texts:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "matchepoch")
    recipient = register.organisation(recipient_oin) if register else None
    # an unknown recipient is refused as such, two checks further on
    if recipient is not None and MATCHING_ROLE not in recipient.roles:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "matchtoken")


def check_not_ahead(envelope: Envelope, now: datetime) -> None:
    """Refuse (`clock_skew`) a `time` more than five minutes after `now`."""
    if envelope.time_ns > instants.to_ns(now) + _AHEAD_NS:
        raise RefusedError(Code.CLOCK_SKEW, "time")


def check_not_expired(envelope: Envelope, now: datetime) -> None:
    """Refuse (`expired`) an `expirytime` that is not after `now`."""
    if envelope.expiry_ns <= instants.to_ns(now):
        raise RefusedError(Code.EXPIRED, "expirytime")


def check_clock(envelope: Envelope, now: datetime) -> None:
    """Both clock checks in the order of wire.md 8, check 11.

    Raises:
        RefusedError: `clock_skew`, `expired`.
    """
    check_not_ahead(envelope, now)
    check_not_expired(envelope, now)
