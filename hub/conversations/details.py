"""Cases, lanes and questions as rows for a reader: ids, codes, times, names of organisations. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.clock import rfc3339
from hub.conversations.casefile import CaseFile
from hub.conversations.lanes import Lane, lanes_of
from hub.conversations.questions import Question
from hub.wire.shortnames import case_code, short_type

Row = dict[str, object]
Names = Mapping[str, str]


def case_record(found: CaseFile, names: Names, now: datetime) -> Row:
    """A case as lanes and questions; organisations by name where `names` has one."""
    return {
        "dossierkenmerk": case_code(found.case),
        "case": found.case,
        "messages": len(found.messages),
        "restAsked": rfc3339(found.began) if found.began else None,
        "hoursSince": _hours(now - found.began) if found.began else None,
        "lanes": [_lane_row(lane, names) for lane in lanes_of(found.messages, found.questions, now)],
        "questions": [question_row(question, names, now) for question in found.questions],
    }


def question_row(question: Question, names: Names, now: datetime) -> Row:
    """A question to a party, with its term."""
    return {
        "dossierkenmerk": case_code(question.case),
        "to": names.get(question.recipient, question.recipient),
        "type": short_type(question.type),
        "progress": question.progress_at(now).name.lower(),
        "asked": rfc3339(question.received),
        "delivered": rfc3339(question.delivered) if question.delivered else None,
        "due": rfc3339(question.due) if question.due else None,
        "code": question.code,
        "id": question.id,
    }


def _lane_row(lane: Lane, names: Names) -> Row:
    return {
        "organisation": names.get(lane.oin, lane.oin),
        "sent": lane.sent,
        "delivered": lane.delivered,
        "questions": lane.questions,
        "confirmed": lane.confirmed,
        "overdue": lane.overdue,
        "failed": lane.failed,
        "hoursWithoutRest": None if lane.without_rest is None else _hours(lane.without_rest),
    }


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 1)
