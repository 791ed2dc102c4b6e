"""Codes of the protocol itself (wire.md 8 and 12): English on the wire too."""

from __future__ import annotations

from enum import StrEnum


class HubDecision(StrEnum):
    """What the hub did with a message (wire.md 8, hub receipt)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class HubRefusal(StrEnum):
    """Why the hub refuses (wire.md 8, the table of checks, in its order)."""

    QUOTA_EXCEEDED = "quota_exceeded"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    BAD_TYPE = "bad_type"
    REVOKED_KEY = "revoked_key"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    IDENTITY_MISMATCH = "identity_mismatch"
    PROPERTY_MISMATCH = "property_mismatch"
    ID_REUSED = "id_reused"
    ATTRIBUTE_INVALID = "attribute_invalid"
    CLOCK_SKEW = "clock_skew"
    EXPIRED = "expired"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    RECIPIENT_INACTIVE = "recipient_inactive"
    SEAL_INVALID = "seal_invalid"
    SCHEMA_UNKNOWN = "schema_unknown"
    NO_AGREEMENT = "no_agreement"


class RecipientResult(StrEnum):
    """What a recipient did with a message (wire.md 8, recipient receipt)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class RecipientRefusal(StrEnum):
    """Why a recipient refuses (wire.md 8, recipient receipt)."""

    OPEN_FAILED = "open_failed"
    INNER_SIGNATURE = "inner_signature"
    IDENTITY_MISMATCH = "identity_mismatch"
    ATTRIBUTE_MISMATCH = "attribute_mismatch"
    SCHEMA_INVALID = "schema_invalid"
    UNKNOWN_TYPE = "unknown_type"
    BSN_NOT_ALLOWED = "bsn_not_allowed"
    EXPIRED = "expired"
    OUT_OF_ORDER_EXPIRED = "out_of_order_expired"


class Circuit(StrEnum):
    """State of an edge's circuit breaker towards its outside system (wire.md 12)."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class HubNoticeCode(StrEnum):
    """What a hub notice is about (wire.md 12)."""

    CONNECTION_TEST = "connection_test"
    REMINDER = "reminder"
    KEY_EXPIRING = "key_expiring"
