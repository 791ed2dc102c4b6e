"""The facts of one conversation: what Haarlem sent, how far it was carried, what the other side answered. Pure.

A conversation is a growing set. Adding a fact twice or in another order gives the same set, so a duplicated, late or
reordered message cannot change where things end; `conversations` works the state out of it each time it is asked for.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from schemas.codes import EndClass


class Kind(StrEnum):
    """What a conversation is about."""

    PAUSE = "pauze"
    REGISTRATION = "vish"


class LetterKind(StrEnum):
    """What Haarlem can say in a conversation."""

    NOTICE = "kennisgeving"
    EXTENSION = "verlenging"
    END = "beeindiging"
    REGISTRATION = "aanmelding"
    WITHDRAWAL = "afmelding"
    MORATORIUM = "afkoelingsperiode"
    INCIDENT = "incident"


#: What is said beside what was asked, and takes nothing of it back.
ASIDES: Final = frozenset({LetterKind.MORATORIUM, LetterKind.INCIDENT})


class Carried(StrEnum):
    """How far the road brought a letter; later in this list wins, whatever order the news comes in (wire.md 8, T2)."""

    SENT = "verzonden"
    ACCEPTED = "aangenomen"
    EXPIRED = "verlopen"
    REFUSED = "geweigerd"
    DELIVERED = "afgeleverd"


#: The words of the edge for it.
CARRIED: Final = MappingProxyType(
    {
        "accepted": Carried.ACCEPTED,
        "delivered": Carried.DELIVERED,
        "refused": Carried.REFUSED,
        "expired": Carried.EXPIRED,
    }
)
_RANK: Final = {carried: rank for rank, carried in enumerate(Carried)}


class Reaction(StrEnum):
    """What an answer of the other side comes down to."""

    CONFIRMED = "bevestigd"
    PARTIAL = "deels-bevestigd"
    REFUSED = "geweigerd"
    WRONG_CUSTOMER = "verkeerde-klant"
    RESUMED = "hervat"
    REGISTERED = "geregistreerd"
    REJECTED = "afgewezen"
    STRUCK_OFF = "beeindigd"
    HANDLED = "afgehandeld"  # what was collected in spite of the pause was stopped


#: The answers to a letter that stops something; other answers never say that rest has ended by agreement.
_CONFIRMING: Final = (Reaction.CONFIRMED, Reaction.PARTIAL)


class Fact(BaseModel):
    """Something that happened and will not change; its content never shows in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Sent(Fact):
    """Something that Haarlem sent, and how far the road brought it. `number` counts up within the conversation."""

    id: str
    number: int
    sent: datetime
    carried: Carried = Carried.SENT
    carried_at: datetime | None = None
    code: str | None = None

    def seen(self, carried: Carried, at: datetime, code: str | None) -> Self:
        """The same letter knowing that it came this far; news of an earlier stage changes nothing."""
        if _RANK[carried] <= _RANK[self.carried]:
            return self
        return self.model_copy(update={"carried": carried, "carried_at": at, "code": code})


class Letter(Sent):
    """Something that Haarlem sent about a pause or registration; `end` is the last day of rest asked.

    `content` is the whole of what was said beside, so that it can be said again.
    """

    kind: LetterKind
    content: dict[str, Any] | None = None
    end: date | None = None
    end_class: EndClass | None = None
    reason: str | None = None


class Unstopped(Fact):
    """A measure that went on, and who has it now: someone to call."""

    measure: str
    reason: str
    since: date | None = None
    handler: str | None = None
    handler_phone: str | None = None
    handler_reference: str | None = None


class Answer(Fact):
    """What the other side said; `answers` is the id of the letter it answers, when it says so."""

    id: str
    sequence: int
    at: datetime
    reaction: Reaction
    answers: str | None = None
    end: date | None = None
    reason: str | None = None
    number: str | None = None
    stopped: tuple[str, ...] = ()
    unstopped: tuple[Unstopped, ...] = ()

    def is_to(self, letter: Letter) -> bool:
        """Whether it answers that letter; one that does not say so, when it was written after the letter was there."""
        if self.answers is not None:
            return self.answers == letter.id
        return letter.carried_at is not None and self.at >= letter.carried_at


class WantedEnd(Fact):
    """An end that Haarlem wants and cannot ask for yet: the other side must first confirm what came before."""

    end: date
    end_class: EndClass


class Conversation(Fact):
    """The facts of one conversation, and the terms that the agreement sets for it.

    `latest_end` is the agreement's maximum: no letter asks for a later day. `adopted` is the moment at which a pause or
    registration that was running already came into our books without a letter. Terms are in working days.
    """

    kind: Kind
    start: date
    latest_end: date
    term_days: int
    end_term_days: int
    counts_from_delivery: bool = False
    adopted: datetime | None = None
    adopted_end: date | None = None
    adopted_number: str | None = None
    wanted_end: WantedEnd | None = None
    letters: tuple[Letter, ...] = ()
    asides: tuple[Letter, ...] = ()
    answers: tuple[Answer, ...] = ()

    def sent(self, letter: Letter) -> Conversation:
        """With one more letter of Haarlem; what is said beside the pause is kept beside it."""
        if any(known.id == letter.id for known in (*self.letters, *self.asides)):
            return self
        place = "asides" if letter.kind in ASIDES else "letters"
        known: tuple[Letter, ...] = getattr(self, place)
        return self.model_copy(update={place: tuple(sorted((*known, letter), key=lambda one: one.number))})

    def carried(self, letter_id: str, carried: Carried, at: datetime, code: str | None = None) -> Conversation:
        """With news of how far a letter came; news of a letter that is not ours changes nothing."""

        def seen(letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
            return tuple(one.seen(carried, at, code) if one.id == letter_id else one for one in letters)

        return self.model_copy(update={"letters": seen(self.letters), "asides": seen(self.asides)})

    def answered(self, answer: Answer) -> Conversation:
        """With one more answer."""
        if any(known.id == answer.id for known in self.answers):
            return self
        answers = sorted((*self.answers, answer), key=lambda one: (one.sequence, one.id))
        return self.model_copy(update={"answers": tuple(answers)})

    @property
    def next_number(self) -> int:
        """The number of the next letter."""
        return max((one.number for one in (*self.letters, *self.asides)), default=0) + 1

    @property
    def last(self) -> Letter | None:
        """The newest letter."""
        return self.letters[-1] if self.letters else None

    @property
    def ending(self) -> Letter | None:
        """The letter that ends the conversation, when that is Haarlem's last word in it."""
        last = self.last
        return last if last and last.kind in {LetterKind.END, LetterKind.WITHDRAWAL} else None

    def last_of(self, *kinds: LetterKind) -> Letter | None:
        """The newest letter of these kinds."""
        return next((letter for letter in reversed(self.letters) if letter.kind in kinds), None)

    def answer_to(self, letter: Letter, *reactions: Reaction) -> Answer | None:
        """The newest answer to that very letter, of these reactions when any are named."""
        found = (one for one in reversed(self.answers) if one.is_to(letter) and one.reaction is not Reaction.HANDLED)
        return next((one for one in found if not reactions or one.reaction in reactions), None)

    def asked_end(self) -> date:
        """The last day of rest that Haarlem asked for last."""
        dated = next((letter.end for letter in reversed(self.letters) if letter.end is not None), None)
        return dated or self.adopted_end or self.latest_end

    def last_aside(self, kind: LetterKind) -> Letter | None:
        """The newest of what was said beside the pause, of this kind."""
        return next((one for one in reversed(self.asides) if one.kind is kind), None)

    @property
    def protected_until(self) -> date | None:
        """The last day on which a court forbids collecting, by the newest that was said; the pause is not asked."""
        moratorium = self.last_aside(LetterKind.MORATORIUM)
        return None if moratorium is None else moratorium.end

    def believed_end(self) -> date:
        """The last day of rest as far as both sides said so: never later than what the other side entered.

        A court's protection that lasts longer makes it later (messages.md 2, *Pause*).
        """
        beside = {one.id for one in self.asides}
        entered = (
            one.end
            for one in reversed(self.answers)
            if one.reaction in _CONFIRMING and one.end and one.answers not in beside
        )
        paused = min(self.asked_end(), next(entered, self.asked_end()))
        return max(paused, self.protected_until or paused)
