"""The options of commands on a ledger; what does not fit is a usage error that repeats no value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter, Token
from stdnum.nl import bsn

from adapters.upkeep.records import Cursor, ItemState, Kind, Wanted
from hub.cli.filters import CaseOption
from hub.wire.names import UUID
from hub.wire.shortnames import cases_named

REASON_CHARS: Final = (5, 500)
_CURSOR: Final = re.compile(r"([0-9]{1,18})\.([0-9a-z:-]{1,72})")
_REFHASH: Final = re.compile("sha-256:[0-9a-f]{64}")
_OPAQUE: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}")
_NINE_DIGITS: Final = re.compile("(?<![0-9])[0-9]{9}(?![0-9])")


def _item_id(_kind: object, tokens: Sequence[Token]) -> str:
    text = tokens[0].value.lower()
    if UUID.fullmatch(text) is None and _REFHASH.fullmatch(text) is None:
        raise ValueError("an id is a UUID; held bodies and evidence go by their refhash, sha-256:…")  # noqa: EM101
    return text


def _cursor(_kind: object, tokens: Sequence[Token]) -> Cursor:
    parts = _CURSOR.fullmatch(tokens[0].value)
    if parts is None:
        raise ValueError("the end of the page before, as the command printed it")  # noqa: EM101
    return Cursor(int(parts[1]), parts[2])


def _reason(_kind: object, tokens: Sequence[Token]) -> str:
    text = tokens[0].value.strip()
    least, most = REASON_CHARS
    if not (least <= len(text) <= most and text.isprintable()):
        raise ValueError(f"a reason is one line of {least} to {most} characters")
    if any(bsn.is_valid(digits) for digits in _NINE_DIGITS.findall(text)):
        raise ValueError("a reason holds no BSN; name the message by its id")  # noqa: EM101
    return text


def _employee(_kind: object, tokens: Sequence[Token]) -> str:
    text = tokens[0].value
    if _OPAQUE.fullmatch(text) is None or bsn.is_valid(text):
        raise ValueError("an employee goes by an id of at most 64 letters, digits and ._~:-, and by no BSN")  # noqa: EM101
    return text


def _conversation(_kind: object, tokens: Sequence[Token]) -> str:
    if UUID.fullmatch(tokens[0].value.lower()) is None:
        raise ValueError("a conversation is a UUID, as the list shows it")  # noqa: EM101 for its user
    return tokens[0].value.lower()


ConfigFile = Annotated[Path, Parameter(name="--config", help="The settings of the edge, a TOML file.")]
ItemId = Annotated[str, Parameter(name="ID", converter=_item_id)]
Conversation = Annotated[str, Parameter(name="CONVERSATION", converter=_conversation)]
Reason = Annotated[str, Parameter(converter=_reason)]
Employee = Annotated[str, Parameter(name="--by", converter=_employee)]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Picked:
    """Which items of the ledger.

    Attributes:
        kind: Received, sent, held or evidence; may be given more than once.
        state: Where they are; may be given more than once.
        case: A dossierkenmerk (ten characters) or a whole case pseudonym.
        before: The next page: what the command printed under the page before.
        finished: Also what is over, and nobody need look at any more.
    """

    kind: Annotated[tuple[Kind, ...], Parameter(negative="", show_default=False)] = ()
    state: Annotated[tuple[ItemState, ...], Parameter(negative="", show_default=False)] = ()
    case: CaseOption = None
    before: Annotated[Cursor | None, Parameter(converter=_cursor, accepts_keys=False, n_tokens=1)] = None
    finished: Annotated[bool, Parameter(name="--all", negative="", show_default=False)] = False

    def wanted(self) -> Wanted:
        """The same, for the ledger."""
        kinds = frozenset(self.kind) or frozenset(Kind)
        cases = cases_named(self.case) if self.case else None
        return Wanted(kinds, frozenset(self.state) or None, cases, self.before, unfinished=not self.finished)


ANY: Final = Picked()
