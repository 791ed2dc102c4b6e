"""Evidence as rows for a reader: what it says of itself where that has its right form, never content. Pure."""

from __future__ import annotations

from hub.clock import rfc3339
from hub.operations.evidence import Evidence, attributes_of
from hub.wire.shortnames import case_code, short_type


def evidence_row(one: Evidence) -> dict[str, object]:
    """One line of a list."""
    said = attributes_of(one.body) if one.body is not None else None
    return {
        "number": one.row_id,
        "cause": one.cause.value,
        "time": rfc3339(one.received),
        "from": one.oin or (said.source_oin if said else None),
        "to": said.recipient_oin if said else None,
        "type": short_type(said.type) if said and said.type else (said.typ if said else None),
        "dossierkenmerk": case_code(said.case) if said and said.case else None,
        "id": said.id if said else None,
        "state": one.settlement.value if one.settlement else ("claimed" if one.claimed_by else "open"),
        "refhash": one.refhash,
    }
