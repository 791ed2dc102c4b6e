"""The error tree: split by what the caller does, each with a stable code and one sentence of advice.

No error carries a value out of a message: codes and places only, never what was written there.
Bugs are not in this tree; they propagate.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Every code that leaves this software; the wire codes are normative (wire.md 8)."""

    # what the hub answers, in the order of its checks
    QUOTA_EXCEEDED = "quota_exceeded"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    BAD_TYPE = "bad_type"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
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
    # what a recipient answers
    OPEN_FAILED = "open_failed"
    INNER_SIGNATURE = "inner_signature"
    ATTRIBUTE_MISMATCH = "attribute_mismatch"
    SCHEMA_INVALID = "schema_invalid"
    UNKNOWN_TYPE = "unknown_type"
    BSN_NOT_ALLOWED = "bsn_not_allowed"
    OUT_OF_ORDER_EXPIRED = "out_of_order_expired"
    WRONG_RECIPIENT = "wrong_recipient"
    # what our own tools say
    FIELD_NOT_ALLOWED = "field_not_allowed"
    REGISTER_INVALID = "register_invalid"
    REGISTER_STALE = "register_stale"
    KEY_INVALID = "key_invalid"
    KEY_MISSING = "key_missing"
    PRODUCTION_REFUSED = "production_refused"
    SETTINGS_INVALID = "settings_invalid"
    LOG_INVALID = "log_invalid"
    NOT_FOUND = "not_found"
    OVERTAKEN = "overtaken"
    BROKER_UNAVAILABLE = "broker_unavailable"
    DATABASE_UNAVAILABLE = "database_unavailable"
    OUTSIDE_UNAVAILABLE = "outside_unavailable"
    OUTSIDE_REFUSED = "outside_refused"
    UNROUTABLE = "unroutable"


ADVICE: dict[Code, str] = {
    Code.QUOTA_EXCEEDED: "The sender is over its quota; it offers the same message again later by itself.",
    Code.TOO_LARGE: "More than 65,536 bytes (the payload 25,600 after padding); send less in one message.",
    Code.MALFORMED: "The sender's software does not write strict JWS or JSON; its developer must look at the bytes.",
    Code.BAD_TYPE: "The typ or cty of the message is not one that this hub carries in this direction.",
    Code.UNKNOWN_KEY: "The key is not in the register, not valid now or of another kind; load the newest register.",
    Code.REVOKED_KEY: "The key was revoked; the sender signs with its present key, and finds out who used the old one.",
    Code.BAD_SIGNATURE: "The bytes were altered or signed with another key; treat it as a security event.",
    Code.IDENTITY_MISMATCH: "Signer, source and broker user are not one organisation; treat it as a security event.",
    Code.PROPERTY_MISMATCH: "An AMQP property differs from the signed value; the sender's software must copy them.",
    Code.ID_REUSED: "Another message with this id was carried before; the sender must make a new id. Security event.",
    Code.ATTRIBUTE_INVALID: "An attribute of the envelope breaks its rule; the sender's software must be mended.",
    Code.CLOCK_SKEW: "The sender's clock is more than five minutes ahead; set it, the message is offered again.",
    Code.EXPIRED: "The message passed its expiry time; its sender makes a new one while the case needs it.",
    Code.UNKNOWN_RECIPIENT: "The recipient is not in the register; check the OIN or load the newest register.",
    Code.RECIPIENT_INACTIVE: "The recipient is suspended or has left; call it about this case.",
    Code.SEAL_INVALID: "The seal is not made for a valid key of the recipient; load the newest register and send anew.",
    Code.SCHEMA_UNKNOWN: "The recipient does not accept this version of the message; see its entry in the register.",
    Code.NO_AGREEMENT: "No agreement in force allows this message between these roles; see the register's agreements.",
    Code.OPEN_FAILED: "The recipient cannot open the seal; its key may be missing. It must check its keys.",
    Code.INNER_SIGNATURE: "The sealed document is not properly signed; the sender's software must be mended.",
    Code.ATTRIBUTE_MISMATCH: "Envelope and sealed document differ; treat it as a security event.",
    Code.SCHEMA_INVALID: "The payload does not fit its schema; the sender validates it and makes a new message.",
    Code.UNKNOWN_TYPE: "The recipient's software does not know this message type; it must be updated.",
    Code.BSN_NOT_ALLOWED: "This recipient may not receive a BSN; send the variant without it.",
    Code.OUT_OF_ORDER_EXPIRED: "What had to come first never came; the sender must look at that conversation.",
    Code.WRONG_RECIPIENT: "The message is addressed to another organisation; keep it as evidence and call the hub.",
    Code.FIELD_NOT_ALLOWED: "The recipient may not have this member of the message; leave it out (minimisation).",
    Code.REGISTER_INVALID: "The register is not usable; get it anew from the governance and check its signature.",
    Code.REGISTER_STALE: "The register is older than one seen before, or long past its next update; get the newest.",
    Code.KEY_INVALID: "The key or key folder is not usable; check form, owner and mode (0600 for private keys).",
    Code.KEY_MISSING: "No valid key for this act is in the folder or register; make one with `schuldhub keys new`.",
    Code.PRODUCTION_REFUSED: "This release has no retention, access report or processing log yet: test registers only.",
    Code.SETTINGS_INVALID: "A setting is missing or wrong; see its name and `schuldhub check`.",
    Code.LOG_INVALID: "The message log and its proof do not fit: keep both as they are and compare with a witness.",
    Code.OVERTAKEN: "Somebody else was first, or it is no longer as it was; look again. Nothing was done.",
    Code.NOT_FOUND: "There is nothing by that name; list first.",
    Code.BROKER_UNAVAILABLE: "The broker does not answer; messages wait safely and go on by themselves.",
    Code.DATABASE_UNAVAILABLE: "The database does not answer; messages wait at the broker and go on by themselves.",
    Code.OUTSIDE_UNAVAILABLE: "The outside system does not answer; the act is tried again by itself.",
    Code.OUTSIDE_REFUSED: "The outside system refuses the act; somebody must look at the record there.",
    Code.UNROUTABLE: "The recipient has no inbox at the broker; run `schuldhub topology apply`.",
}


class HubError(Exception):
    """Something expected went wrong. `code` is stable; `place` says where (a member name, a JSON pointer, a file).

    `place` must never hold a value taken from a message.
    """

    def __init__(self, code: Code, place: str | None = None) -> None:
        super().__init__(f"{code.value}: {place}" if place else code.value)
        self.code = code
        self.place = place

    def advice(self) -> str:
        """One sentence that tells an operator what to do."""
        return ADVICE[self.code]


class RefusedError(HubError):
    """The message (or input) is wrong: tell whoever sent it, never retry."""


class TamperedError(HubError):
    """Somebody altered it: refuse, keep it as evidence, alarm, never retry."""


class UnavailableError(HubError):
    """Nothing is wrong with the message: try again with backoff."""

    def __init__(self, code: Code, place: str | None = None, *, retry_after_s: float | None = None) -> None:
        super().__init__(code, place)
        self.retry_after_s = retry_after_s
