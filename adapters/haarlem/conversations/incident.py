"""Whether somebody collects in spite of a pause (messages.md 2, active → breached → active; rows 10, 11). Pure."""

from __future__ import annotations

from adapters.haarlem.facts import Conversation, Letter, LetterKind, Reaction

#: With these the other side says that it stopped.
_STOPPING = frozenset({Reaction.CONFIRMED, Reaction.HANDLED})


def open_incident(pause: Conversation) -> Letter | None:
    """The newest incident that was told and not answered: by 11 `beantwoord`, or by a later confirmation in full."""
    told = pause.last_aside(LetterKind.INCIDENT)
    if told is None:
        return None
    stopped = any(
        one.reaction in _STOPPING and (one.answers == told.id or (one.answers is None and one.at > told.sent))
        for one in pause.answers
    )
    confirmed_later = any(one.reaction is Reaction.CONFIRMED and one.at > told.sent for one in pause.answers)
    return None if stopped or confirmed_later else told
