"""What operators do, as leaves of the message log (wire.md 11): that it was done, never by whom or why in words.

Who did it and the reason stand where the act is kept; the leaf holds their hash, so that neither can be altered
unnoticed and both can be blanked in time. Call `add_operator_act` in the transaction that does the act.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import rfc8785

from hub.database import Connection, instant
from hub.messagelog.entries.store import Row, add_entries

_NAME: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST: Final = 32


@dataclass(frozen=True, slots=True)
class OperatorAct:
    """One act; what does not apply is None.

    `name` is a slug of a closed list of the caller's, as `quarantine-released`; `id` names the act itself, `message`
    the message and `oin` the organisation that it is about, `case` the case pseudonym (only its salted hash is kept).
    """

    name: str
    at: datetime
    id: str
    message: str | None = None
    oin: str | None = None
    case: str | None = None


def record_hash(record: Mapping[str, str | int | None]) -> str:
    """The hash of everything that is kept of an act (who, why, what): of its canonical JSON (RFC 8785)."""
    return "sha-256:" + hashlib.sha256(rfc8785.dumps(dict(record))).hexdigest()


def add_operator_act(connection: Connection, act: OperatorAct, record: Mapping[str, str | int | None]) -> None:
    """Writes the leaf of an act, in the caller's transaction; `record` is what the caller keeps of it."""
    if _NAME.fullmatch(act.name) is None or len(act.name) > _LONGEST:
        raise ValueError("the name of an act is a slug of at most 32 characters")  # noqa: EM101 - the caller's own bug
    row: Row = {
        "kind": "operator",
        "ts": instant(act.at),
        "id": act.id,
        "ref": act.message,
        "rcpt": act.oin,
        "refhash": record_hash(record),
        "code": act.name,
        "subject": act.case,
    }
    add_entries(connection, [row])
