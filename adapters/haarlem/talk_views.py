"""Conversations as the API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations.talk import TalkKind
from adapters.haarlem.overview import Line, overview, talk_line, waiting_for_helper
from adapters.haarlem.quarterly import Quarter, figures
from adapters.haarlem.refusals import ActRefusedError, Fault, Refusal, invalid
from adapters.haarlem.store import Transaction
from adapters.haarlem.talk_answers import (
    FiguresAnswer,
    LineAnswer,
    OverviewAnswer,
    RefusalsAnswer,
    SpokenAnswer,
    TalkAnswer,
)
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk

#: What says who somebody is; the case says so too, and no answer does.
_PERSONAL: Final = frozenset(
    {"bsn", "geboortedatum", "voorletters", "voorvoegsel", "geslachtsnaam", "naamBijSchuldeiser", "adres"}
)


def overview_view(helper: DebtHelper, tx: Transaction, case_id: str) -> OverviewAnswer:
    """The overview of one case."""
    return OverviewAnswer(lines=tuple(_line(line, case_id) for line in overview(helper, tx, case_id)))


def waiting_view(helper: DebtHelper, tx: Transaction) -> OverviewAnswer:
    """Where Haarlem must act."""
    return OverviewAnswer(lines=tuple(_line(line, talk.case_id) for talk, line in waiting_for_helper(helper, tx)))


def administrations_view(helper: DebtHelper, tx: Transaction, *, only_open: bool) -> OverviewAnswer:
    """The administrations that offices told of."""
    found = talks.of_kind(tx, TalkKind.ADMINISTRATION, only_open=only_open)
    return OverviewAnswer(lines=tuple(_line(talk_line(helper, tx, one), one.case_id) for one in found))


def talk_view(helper: DebtHelper, tx: Transaction, talk_id: str) -> TalkAnswer:
    """One conversation with everything that was said in it; refused where there is none.

    Who it is about is left out, but for an administration without a case: nothing else would say it.
    """
    talk = talks.find(tx, talk_id)
    if talk is None:
        raise ActRefusedError(Refusal.UNKNOWN)
    spoken = sorted(_spoken(talk), key=lambda one: one.at)
    return TalkAnswer(line=_line(talk_line(helper, tx, talk), talk.case_id), spoken=tuple(spoken))


def figures_view(helper: DebtHelper, tx: Transaction, gemeentecode: str, quarter: str) -> FiguresAnswer:
    """The figures of a municipality over a quarter; refused for one that is not ours."""
    ours = helper.directory().me.gemeentecodes
    if ours and gemeentecode not in ours:
        raise invalid(Fault.NOT_OUR_MUNICIPALITY, "/query/gemeentecode")
    found = figures(tx, gemeentecode, Quarter.named(quarter))
    return FiguresAnswer(
        gemeentecode=gemeentecode,
        quarter=quarter,
        residents=found.residents,
        median_hours=found.median_hours,
        refusals=tuple(RefusalsAnswer(reason=reason, count=count) for reason, count in found.refusals.items()),
        breaches=found.breaches,
        withheld=found.withheld,
    )


def _spoken(talk: KeptTalk) -> Iterator[SpokenAnswer]:
    hidden = _PERSONAL if talk.case_id is not None else frozenset[str]()
    for said in talk.facts.said:
        by_hand = True if said.by_hand else None
        data = _without(said.data, hidden)
        yield SpokenAnswer(
            name=said.name, ours=True, at=said.sent, carried=said.carried.value, by_hand=by_hand, data=data
        )
    for heard in talk.facts.heard:
        yield SpokenAnswer(name=heard.name, ours=False, at=heard.at, data=_without(heard.data, hidden))


def _without(data: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in hidden}


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
        corrected=line.corrected,
    )
