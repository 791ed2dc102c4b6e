"""What the books of the outside systems must say at the end: worked out from what was said, by `sequence` alone.

The reference of the whole-system test. Pure, and in none of our words for how it is done: no order of arrival, no
copies, no ledger. Dates are the last days of rest, as messages.md 2 and 3 have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

NOTICE: Final = "kennisgeving-publiek"
EXTENSION: Final = "pauze-verlenging"
END: Final = "pauze-beeindiging"
COURT: Final = "afkoelingsperiode"
REGISTRATION: Final = "schuldenrust-aanmelding"
WITHDRAWAL: Final = "schuldenrust-afmelding"
PAUSE: Final = frozenset({NOTICE, EXTENSION, END})
INDEX: Final = frozenset({REGISTRATION, WITHDRAWAL})


@dataclass(frozen=True)
class Said:
    """One message of a conversation, as its sender made it; `data` is its payload on the wire."""

    name: str
    sequence: int
    data: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Rest:
    """Collecting stands still; without `until` it does not go on by itself."""

    until: date | None


@dataclass(frozen=True)
class Registered:
    """A person stands in the index."""

    phase: str
    since: date


def rest(said: Iterable[Said]) -> Rest | None:
    """How the pause of one conversation stands at the tax office, nothing when none is left.

    The newest pause message says until when; a court's period beside it holds where it ends later.
    """
    known = list(said)
    last = _newest(known, PAUSE)
    if last is None or last.data.get("klasse") == "ten-onrechte-gemeld":
        return None
    if last.data.get("klasse", "beeindigd") != "beeindigd":
        return Rest(None)
    court = _newest(known, frozenset({COURT}))
    ends = [date.fromisoformat(one.data["einddatum"]) for one in (last, court) if one is not None]
    return Rest(max(ends))


def registered(said: Iterable[Said]) -> Registered | None:
    """How one person stands in the index, nothing when no registration is left open."""
    last = _newest(said, INDEX)
    if last is None or last.name == WITHDRAWAL:
        return None
    return Registered(last.data["fase"], date.fromisoformat(last.data["ingangsdatum"]))


def _newest(said: Iterable[Said], names: frozenset[str]) -> Said | None:
    """The message of these types with the highest sequence."""
    return max((one for one in said if one.name in names), key=lambda one: one.sequence, default=None)
