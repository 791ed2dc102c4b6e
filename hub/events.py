"""Every diagnostic event by name, and the one logging set-up: JSON lines, an allow-list of keys, never a payload.

The operators' record is the message log (hub/messagelog); this is diagnostics. docs/log-events.md lists each event
with the operator's action and a contract test compares the two.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from enum import StrEnum
from types import CoroutineType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger


class Event(StrEnum):
    """Dotted, past tense; the closed list of what our processes log."""

    PROCESS_STARTED = "process.started"
    PROCESS_STOPPED = "process.stopped"
    PROCESS_FAILED = "process.failed"
    LINK_OPENED = "link.opened"
    LINK_LOST = "link.lost"
    LEAD_TAKEN = "lead.taken"
    LEAD_LOST = "lead.lost"
    LEAD_AWAITED = "lead.awaited"
    LANE_TAKEN = "lane.taken"
    LANE_LEFT = "lane.left"
    LANE_SILENT = "lane.silent"
    BATCH_SPLIT = "batch.split"
    MESSAGE_ACCEPTED = "message.accepted"
    MESSAGE_REFUSED = "message.refused"
    MESSAGE_DELAYED = "message.delayed"
    MESSAGE_REDELIVERED = "message.redelivered"
    MESSAGE_EXPIRED = "message.expired"
    MESSAGE_QUARANTINED = "message.quarantined"
    MESSAGE_STUCK = "message.stuck"
    MESSAGE_UNSTUCK = "message.unstuck"
    TERM_NEARS = "term.nears"
    TERM_PASSED = "term.passed"
    ALARM_STARTED = "alarm.started"
    ALARM_CLEARED = "alarm.cleared"
    ALARM_TOLD = "alarm.told"
    ALARM_UNTOLD = "alarm.untold"
    MESSAGE_HELD = "message.held"
    MESSAGE_ACTED = "message.acted"
    ACT_ABANDONED = "act.abandoned"
    MESSAGE_RETRIED = "message.retried"
    MESSAGE_UNCERTAIN = "message.uncertain"
    MESSAGE_OVERTAKEN = "message.overtaken"
    MESSAGE_FAILED = "message.failed"
    RECEIPT_REFUSED = "receipt.refused"
    RECOVERY_ENDED = "recovery.ended"
    RECOVERY_REFUSED = "recovery.refused"
    NOTICE_SENT = "notice.sent"
    NOTICE_RECEIVED = "notice.received"
    CIRCUIT_OPENED = "circuit.opened"
    CIRCUIT_CLOSED = "circuit.closed"
    CLOCK_DEVIATED = "clock.deviated"
    REGISTER_LOADED = "register.loaded"
    REGISTER_REFUSED = "register.refused"
    REGISTER_STALE = "register.stale"
    LOG_FORKED = "log.forked"
    LOG_AUDITED = "log.audited"
    LOG_RESTARTED = "log.restarted"
    CHECKPOINT_PUBLISHED = "checkpoint.published"
    CHECKPOINT_LATE = "checkpoint.late"
    CHECKPOINT_RESUMED = "checkpoint.resumed"
    CHECKPOINT_REFUSED = "checkpoint.refused"
    CHECKPOINT_COSIGNED = "checkpoint.cosigned"
    WITNESS_SILENT = "witness.silent"
    WITNESS_RETURNED = "witness.returned"
    DATABASE_LOST = "database.lost"
    DATABASE_FOUND = "database.found"
    OFFICE_SILENT = "office.silent"
    OFFICE_RETURNED = "office.returned"
    OUTSIDE_FAILED = "outside.failed"
    OUTSIDE_UNMATCHED = "outside.unmatched"
    TASK_FAILED = "task.failed"


# Only these keys may stand in a log line: ids, codes, counts and names of organisations and types.
ALLOWED_KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "process",
        "lane",
        "lanes",
        "id",
        "oin",
        "recipient",
        "type",
        "typ",
        "conversation",
        "code",
        "place",
        "advice",
        "count",
        "size",
        "batch",
        "attempt",
        "wait_s",
        "state",
        "version",
        "port",
        "task",
        "error",
        "frames",
        "deviation_ms",
        "refhash",
    },
)


def _only_allowed_keys(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drops every key that is not on the allow-list, so that a slip in a call cannot leak a value."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def configure(process: str, *, stream: TextIO | None = None) -> None:
    """Sets up logging of this process: JSON lines to stderr; of libraries only that they warned, no text."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed_keys,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    # Libraries may put frames, URLs or rows into their messages: only their name and level get through.
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler()]
    root.setLevel(logging.WARNING)


#: What these say in many lines is that the broker is away, and `link.lost` says it in one.
_TOLD_BY_THE_LINK = ("aiormq", "aio_pika")


class _LibraryHandler(logging.Handler):
    """Says that a library warned, and which: its text may hold anything, so it stays out."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        sources = (record.name, "" if error is None else type(error).__module__)
        if any(source.partition(".")[0] in _TOLD_BY_THE_LINK for source in sources):
            return
        log().warning(Event.TASK_FAILED, task=record.name, error=record.levelname)


def log() -> FilteringBoundLogger:
    """The diagnostics logger."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def frames_of(error: BaseException) -> list[str]:
    """Where an error was raised, as `module:line`, innermost last; never its text or the local variables."""
    found: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}.{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-8:]


def awaits_of(task: asyncio.Future[Any]) -> list[str]:
    """Where a task waits, as `module.function:line`, innermost last; nothing of a task that has ended."""
    found: list[str] = []
    one = task.get_coro() if isinstance(task, asyncio.Task) else None
    while isinstance(one, CoroutineType) and (frame := one.cr_frame) is not None:
        found.append(f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}:{frame.f_lineno}")
        one = one.cr_await
    return found[-8:]


class Alarms:
    """Says once that something stands still and once that it goes on again; never a line for each message."""

    def __init__(self) -> None:
        self._raised: dict[tuple[str, str], int] = {}

    def report(self, present: Mapping[tuple[str, str], int]) -> None:
        """`present` is everything that stands still now: (what is missing, where) and how many messages that holds."""
        for (missing, where), count in present.items():
            if (missing, where) not in self._raised:
                log().error(Event.MESSAGE_STUCK, state=missing, recipient=where, count=count)
        for missing, where in self._raised.keys() - present.keys():
            log().info(Event.MESSAGE_UNSTUCK, state=missing, recipient=where)
        self._raised = dict(present)
