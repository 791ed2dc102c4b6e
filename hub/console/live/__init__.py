"""The log as it grows: what each new entry changes on a screen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hub.messagelog.reading.records import CarriedKey, Listed, LogLine
from hub.messagelog.reading.standing import MessageState


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log as a screen shows it: a message that is new, or one that stands elsewhere now."""

    index: int
    row: Listed
    is_new: bool


def key_of(line: LogLine) -> CarriedKey | None:
    """The message that an entry is about, by (source OIN, id); None for what is about no message."""
    sender, message_id = (line.recipient, line.ref) if line.kind == "receipt" else (line.sender, line.message_id)
    return (sender, message_id) if sender and message_id else None


def changes_of(lines: Iterable[LogLine], known: Mapping[CarriedKey, Listed]) -> list[Change]:
    """What these entries change, in order; entries that are about no message change nothing."""
    found = []
    for line in lines:
        key = key_of(line)
        row = known.get(key) if key else None
        if line.kind == "refused":
            found.append(Change(line.index or 0, _refused(line), is_new=True))
        elif row is not None and line.kind == "accepted":
            found.append(Change(line.index or 0, replace(row, index=line.index, at=line.at), is_new=True))
        elif row is not None and line.kind in {"receipt", "expired"}:
            found.append(Change(line.index or 0, row, is_new=False))
    return found


def _refused(line: LogLine) -> Listed:
    return Listed(
        index=line.index,
        at=line.at,
        id=line.id,
        case=None,
        type=line.type,
        sender=line.sender,
        recipient=line.recipient,
        state=MessageState.REFUSED,
        by="hub",
        code=line.code,
    )
