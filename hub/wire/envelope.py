"""The envelope (wire.md 4): the attributes that anyone may read, each by its rule, and the clock checks on them.

`attribute_invalid` has as place the attribute's name, or `member` for one that is not on the list: its name was chosen
by whoever wrote it and stands in no error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

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


def _form(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return pattern.fullmatch


_RULES: Final[Mapping[str, Callable[[str], object]]] = {
    "specversion": lambda value: value == SPECVERSION,
    "id": _form(UUID),
    "source": _form(SYSTEM),
    "type": _form(TYPE),
    "subject": _form(CASE),
    "recipient": _form(ORGANISATION),
    "correlationid": _form(UUID),
    "causationid": _form(UUID),
    "sequence": _form(SEQUENCE),
    "time": lambda value: instants.parse_ns(value) is not None,
    "expirytime": lambda value: instants.parse_ns(value) is not None,
    "dataschema": _form(DATASCHEMA),
    "datacontenttype": lambda value: value == SEALED,
    "traceparent": _form(TRACEPARENT),
    "matchtoken": _form(MATCHTOKEN),
    "matchepoch": _form(MATCHEPOCH),
    "data": lambda _: True,  # its form is that of a seal, judged three checks further on
}
_OPTIONAL: Final = frozenset({"causationid", "sequence", "traceparent", "matchtoken", "matchepoch"})
_REQUIRED: Final = tuple(name for name in _RULES if name not in _OPTIONAL)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Every attribute by its rule; nothing here identifies a person."""

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


def _texts(payload: Mapping[str, object]) -> dict[str, str]:
    """The attributes, all of them strings that keep their own rule."""
    for name in _REQUIRED:
        if name not in payload:
            raise RefusedError(Code.ATTRIBUTE_INVALID, name)
    texts: dict[str, str] = {}
    for name, value in payload.items():
        rule = _RULES.get(name)
        if rule is None:
            raise RefusedError(Code.ATTRIBUTE_INVALID, "member")
        if not isinstance(value, str) or not rule(value):
            raise RefusedError(Code.ATTRIBUTE_INVALID, name)
        texts[name] = value
    return texts


def parse_envelope(payload: Mapping[str, object], register: Register | None = None) -> Envelope:
    """The envelope in a payload (wire.md 8, check 10).

    Args:
        payload: of a verified postmark.
        register: tells whether the recipient of a match token is a creditor; left out by whoever seals.

    Raises:
        RefusedError: `attribute_invalid`.
    """
    texts = _texts(payload)
    source, kind, schema = SYSTEM.fullmatch(texts["source"]), TYPE.fullmatch(texts["type"]), texts["dataschema"]
    recipient, form = ORGANISATION.fullmatch(texts["recipient"]), DATASCHEMA.fullmatch(schema)
    time_ns, expiry_ns = instants.parse_ns(texts["time"]), instants.parse_ns(texts["expirytime"])
    if not (source and kind and recipient and form) or time_ns is None or expiry_ns is None:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "member")
    if kind.groups() != form.groups():
        raise RefusedError(Code.ATTRIBUTE_INVALID, "dataschema")
    if not time_ns < expiry_ns <= time_ns + _MAX_LIFE_NS:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "expirytime")
    _check_match(texts, kind[1], recipient[1], register)
    sequence = texts.get("sequence")
    return Envelope(
        id=texts["id"],
        source=texts["source"],
        source_oin=source[1],
        system=source[2],
        type=texts["type"],
        name=kind[1],
        accepts=f"{kind[1]}:{kind[2]}",
        subject=texts["subject"],
        recipient=texts["recipient"],
        recipient_oin=recipient[1],
        correlationid=texts["correlationid"],
        causationid=texts.get("causationid"),
        sequence=time_ns // instants.MILLISECOND_NS if sequence is None else int(sequence),
        time=instants.to_datetime(time_ns),
        expirytime=instants.to_datetime(expiry_ns),
        time_ns=time_ns,
        expiry_ns=expiry_ns,
        dataschema=schema,
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
