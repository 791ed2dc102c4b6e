"""Facts of a conversation for tests of the state machines, and news of it in any order, any number of times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st

from adapters.haarlem.conversations.talk import Heard, Said, Talk, TalkKind
from adapters.haarlem.facts import Carried
from schemas.messages import Message
from tests.world import NOW

HOUR = timedelta(hours=1)
News = Callable[[Talk], Talk]


def talk(kind: TalkKind, **more: object) -> Talk:
    """One in which nothing was said yet."""
    return Talk.model_validate({"kind": kind, "began": NOW} | more)


def said(number: int, message: Message, *, at: datetime | None = None, **more: object) -> Said:
    """A message of Haarlem, sent `number` hours from now."""
    known = {"id": f"S{number}", "number": number, "sent": at or NOW + number * HOUR}
    return Said.model_validate(known | {"name": message.message_type.name, "data": message.to_wire()} | more)


def heard(sequence: int, message: Message, *, to: int | None = None, **more: object) -> Heard:
    """A message of the other side, written half an hour past `sequence` hours from now."""
    known = {"id": f"H{sequence}", "sequence": sequence, "at": NOW + sequence * HOUR + HOUR / 2}
    answers = {"answers": f"S{to}" if to else None}
    return Heard.model_validate(known | {"name": message.message_type.name, "data": message.to_wire()} | answers | more)


def is_said(one: Said) -> News:
    """Haarlem said it."""
    return lambda facts: facts.saying(one)


def is_heard(one: Heard) -> News:
    """It was heard."""
    return lambda facts: facts.hearing(one)


def is_carried(one: Said, carried: Carried = Carried.DELIVERED) -> News:
    """News of how far it came; it can come only after it was said."""
    return lambda facts: facts.saying(one).carried(one.id, carried, one.sent + HOUR / 4)


def told(facts: Talk, *news: News) -> Talk:
    """The facts after this news."""
    for one in news:
        facts = one(facts)
    return facts


def jumbled(news: list[News]) -> st.SearchStrategy[list[News]]:
    """All of it in any order, and some of it again."""
    again = st.lists(st.sampled_from(news), max_size=len(news)) if news else st.just([])
    return st.tuples(st.permutations(news), again).flatmap(lambda pair: st.permutations([*pair[0], *pair[1]]))
