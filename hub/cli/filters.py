"""Options that pick messages, each with its own check; what does not fit is a usage error that repeats no value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from cyclopts import Parameter, Token

from hub.cli.options import as_oin
from hub.wire.names import TYPE, UUID
from hub.wire.shortnames import names_case

_AGO: Final = re.compile("([0-9]{1,5})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_KEBAB: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


def as_case(_kind: object, tokens: Sequence[Token]) -> str:
    """A converter for a *dossierkenmerk* or a case pseudonym."""
    if not names_case(tokens[0].value):
        raise ValueError("a dossierkenmerk has ten characters, 0-9 and A-F; a case pseudonym is a UUID")  # noqa: EM101
    return tokens[0].value


def _type(_kind: object, tokens: Sequence[Token]) -> str:
    if _KEBAB.fullmatch(tokens[0].value) is None and TYPE.fullmatch(tokens[0].value) is None:
        raise ValueError("a type is named as in kennisgeving-publiek")  # noqa: EM101
    return tokens[0].value


def _since(_kind: object, tokens: Sequence[Token]) -> datetime | timedelta:
    text = tokens[0].value
    if ago := _AGO.fullmatch(text):
        return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("an instant with its time zone, as in 2026-11-23T12:00:00Z, or 90m, 24h, 7d ago")  # noqa: EM101
    return moment.astimezone(UTC)


def _message_id(_kind: object, tokens: Sequence[Token]) -> str:
    if UUID.fullmatch(tokens[0].value.lower()) is None:
        raise ValueError("a message id is a UUID")  # noqa: EM101
    return tokens[0].value.lower()


CaseOption = Annotated[str | None, Parameter(name="--case", converter=as_case)]
TypeOption = Annotated[str | None, Parameter(name="--type", converter=_type)]
OinOption = Annotated[str | None, as_oin("--oin")]
#: Each an instant, or how long ago.
SinceOption = Annotated[datetime | timedelta | None, Parameter(name="--since", converter=_since)]
UntilOption = Annotated[datetime | timedelta | None, Parameter(name="--until", converter=_since)]
MessageId = Annotated[str, Parameter(name="ID", converter=_message_id)]
