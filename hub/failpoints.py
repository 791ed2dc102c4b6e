"""Named points at which a test ends the process, the way a power cut does: no clean-up, no exception handler.

Every commit, publish and ack boundary of relay, keeper and edge passes one. Unarmed, a point costs one comparison.
Armed only from the settings (`HUB_FAILPOINT`, with `HUB_FAILPOINT_AFTER`), and never under `environment: production`.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Final

KILLED: Final = 137


class Failpoint(StrEnum):
    """The enumerated boundaries; a test compares this list with the calls in the code and crashes at each."""

    RELAY_BEFORE_COMMIT = "relay.before_commit"
    RELAY_AFTER_COMMIT = "relay.after_commit"
    RELAY_AFTER_PUBLISH = "relay.after_publish"
    RELAY_AFTER_MARK = "relay.after_mark"
    RELAY_AFTER_ACK = "relay.after_ack"
    RELAY_AFTER_QUARANTINE = "relay.after_quarantine"
    KEEPER_BEFORE_PUBLISH = "keeper.before_publish"
    KEEPER_AFTER_PUBLISH = "keeper.after_publish"
    KEEPER_AFTER_MARK = "keeper.after_mark"
    KEEPER_AFTER_EXPIRY = "keeper.after_expiry"
    KEEPER_AFTER_EXPIRY_MARK = "keeper.after_expiry_mark"
    KEEPER_AFTER_DEAD_LETTER = "keeper.after_dead_letter"
    KEEPER_AFTER_NOTICE = "keeper.after_notice"
    KEEPER_BEFORE_CLIMB = "keeper.before_climb"
    KEEPER_AFTER_CLIMB = "keeper.after_climb"
    KEEPER_AFTER_TERM_NOTICE = "keeper.after_term_notice"
    NOTICE_AFTER_SENDING = "notice.after_sending"
    RECOVERY_AFTER_INTENT = "recovery.after_intent"
    RECOVERY_AFTER_SENDING = "recovery.after_sending"
    RECOVERY_AFTER_OUTCOME = "recovery.after_outcome"
    KEEPER_AFTER_CHECKPOINT = "keeper.after_checkpoint"
    KEEPER_AFTER_CHECKPOINT_SENT = "keeper.after_checkpoint_sent"
    KEEPER_AFTER_ALARM = "keeper.after_alarm"
    KEEPER_AFTER_TELLING = "keeper.after_telling"
    OUTBOX_BEFORE_COMMIT = "outbox.before_commit"
    OUTBOX_AFTER_COMMIT = "outbox.after_commit"
    OUTBOX_AFTER_PUBLISH = "outbox.after_publish"
    OUTBOX_AFTER_MARK = "outbox.after_mark"
    INBOX_BEFORE_COMMIT = "inbox.before_commit"
    INBOX_AFTER_COMMIT = "inbox.after_commit"
    INBOX_AFTER_RECEIPT = "inbox.after_receipt"
    INBOX_AFTER_RECEIPT_MARK = "inbox.after_receipt_mark"
    INBOX_BEFORE_ACK = "inbox.before_ack"
    INBOX_AFTER_ACK = "inbox.after_ack"
    WITNESS_AFTER_COSIGNATURE = "witness.after_cosignature"
    ACT_AFTER_INTENT = "act.after_intent"
    ACT_AFTER_EFFECT = "act.after_effect"
    ACT_AFTER_RESULT = "act.after_result"


class _Armed:
    point: Failpoint | None = None
    passes: int = 0


def arm(point: Failpoint, after: int = 0) -> None:
    """The process will end at this point, once it was passed `after` times."""
    _Armed.point, _Armed.passes = point, after


def reached(point: Failpoint) -> None:
    """Ends the process here if this point is armed."""
    if _Armed.point is not point:
        return
    if _Armed.passes > 0:
        _Armed.passes -= 1
        return
    os._exit(KILLED)
