"""Conversations as the API shows them."""

from __future__ import annotations

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.overview import Line, overview, waiting_for_helper
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_answers import LineAnswer, OverviewAnswer


def overview_view(helper: DebtHelper, tx: Transaction, case_id: str) -> OverviewAnswer:
    """The overview of one case."""
    return OverviewAnswer(lines=tuple(_line(line, case_id) for line in overview(helper, tx, case_id)))


def waiting_view(helper: DebtHelper, tx: Transaction) -> OverviewAnswer:
    """Where Haarlem must act."""
    return OverviewAnswer(lines=tuple(_line(line, talk.case_id) for talk, line in waiting_for_helper(helper, tx)))


def _line(line: Line, case_id: str | None) -> LineAnswer:
    return LineAnswer(
        id=line.id,
        kind=line.kind,
        case_id=case_id,
        party_id=line.party_id,
        party=line.party,
        oin=line.oin or None,
        person_id=line.person_id,
        conversation=line.conversation,
        state=line.state,
        words=line.words,
        since=line.since,
        actor=line.actor.value,
        due=line.due,
        days_left=line.days_left,
        end=line.end,
        alarm=line.alarm,
        open=line.open,
    )
