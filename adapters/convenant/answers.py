"""What a creditor's system answered, taken into the books once and said to whoever asked: transactions."""

from __future__ import annotations

from dataclasses import replace

from adapters.contract import Publish
from adapters.convenant import mapping, store
from adapters.convenant.orders import Act, Answer, Outcome
from adapters.convenant.settlement.talks import SETTLING, Settlements
from adapters.convenant.store import ItemKind, Kept, Pause, PauseState, Transaction
from hub.clock import Clock
from hub.database import instant
from hub.events import Event, log
from schemas.codes import Status
from schemas.messages import Message, StatusReport, StatusRequest

RESUMED = "De pauze is geëindigd; de inning gaat verder."
STOPPED = "De maatregel is gestopt; de pauze loopt door."
NOT_CHANGED = "De schuldeiser kon de wijziging niet verwerken; bel de schuldeiser."
FETCHED = "Het systeem van de schuldeiser heeft het bericht opgehaald."
#: What somebody hears who told of an incident; whatever else their system says of the pause is for its sender.
_OF_INCIDENT = frozenset({Outcome.IN_PROGRESS, Outcome.DONE, Outcome.REFUSED})
_LAST = frozenset({Outcome.DONE, Outcome.REFUSED, Outcome.WRONG_CUSTOMER, Outcome.RESUMED})


class Answers:
    """Takes answers in, however they came."""

    def __init__(self, publish: Publish, settlements: Settlements, clock: Clock) -> None:
        self._publish = publish
        self._settlements = settlements
        self._clock = clock

    def take(self, tx: Transaction, answer: Answer) -> bool:
        """Records an answer and says it to the sender of the message; False when it answers nothing that we asked.

        One that comes again, or after a later one, changes nothing.
        """
        kept = store.order(tx, answer.key)
        if kept is None:
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNKNOWN_ORDER.value)
            return False
        if answer.number <= kept.answered:
            return True
        store.answered(tx, kept.key, answer.number, last=answer.outcome in _LAST)
        if kept.act in SETTLING:
            self._settlements.take(tx, kept, answer)
            return True
        pause = store.pause(tx, kept.conversation)
        if pause is not None:
            self._take(tx, pause, kept, answer)
        return True

    def _take(self, tx: Transaction, pause: Pause, kept: Kept, answer: Answer) -> None:
        if pause.state is PauseState.REMOVED:
            return  # nothing is known of it any more
        changed, said = _follows(pause, kept, answer)
        store.put_pause(tx, changed)
        if kept.act is Act.RESUME and answer.outcome is Outcome.REFUSED:
            now = instant(self._clock.now())
            store.add_item(tx, ItemKind.LIFTING_REFUSED, kept.conversation, str(answer.refusal), now)
        if said is not None:
            self._say(tx, pause, said, kept, to_reporter=answer.outcome in _OF_INCIDENT)
        if kept.act is Act.REMOVE and answer.outcome is Outcome.DONE:
            store.blank(tx, kept.conversation)

    def fetched(self, tx: Transaction, batch: str) -> None:
        """Their system has taken a batch: everybody who is in it hears so."""
        for kept in store.fetched(tx, batch, instant(self._clock.now())):
            report = StatusReport(status=Status.FETCHED, explanation=FETCHED)
            pause = store.pause(tx, kept.conversation)
            if kept.act in SETTLING:
                self._settlements.fetched(tx, kept, report)
            elif pause is not None and kept.message is not None and not kept.answered:
                self._say(tx, pause, report, kept)

    def _say(self, tx: Transaction, pause: Pause, said: Message, kept: Kept, *, to_reporter: bool = True) -> None:
        reporter = store.report(tx, kept.key)
        if reporter is not None and not to_reporter:
            # It answers nothing that the sender of the pause said.
            self._publish(tx, said, to=pause.sender, case=pause.case, conversation=pause.conversation)
            return
        whom = reporter or pause
        talk, case = whom.conversation, whom.case
        self._publish(tx, said, to=whom.sender, case=case, conversation=talk, causation=kept.message)


def _follows(pause: Pause, kept: Kept, answer: Answer) -> tuple[Pause, Message | None]:
    """The pause after this answer, and what its sender hears."""
    match answer.outcome:
        case Outcome.IN_PROGRESS:
            heard = StatusReport(status=Status.IN_PROGRESS) if kept.message is not None else None
            return pause, heard
        case Outcome.WRONG_CUSTOMER:
            gone = replace(pause, state=PauseState.REFUSED, lift_due=None)
            return gone, StatusReport(status=Status.WRONG_CUSTOMER_PAUSED)
        case Outcome.RESUMED:
            return replace(pause, state=PauseState.ENDED, lift_due=None), StatusReport(
                status=Status.MEASURE_RESUMED, explanation=RESUMED
            )
        case Outcome.ASKS:
            return pause, StatusRequest()
        case Outcome.REFUSED:
            return _refused(pause, kept, answer)
        case Outcome.DONE:
            return _done(pause, kept, answer)


def _refused(pause: Pause, kept: Kept, answer: Answer) -> tuple[Pause, Message | None]:
    if kept.act is Act.PAUSE:
        # A pause that an earlier notice of this conversation brought about still stands there.
        stands = pause.customer is not None
        return pause if stands else _over(pause, PauseState.REFUSED), mapping.no_cooperation(answer)
    if kept.message is None:
        return pause, None
    return pause, StatusReport(status=Status.OTHER, explanation=NOT_CHANGED)


def _done(pause: Pause, kept: Kept, answer: Answer) -> tuple[Pause, Message | None]:
    if kept.act is Act.RESUME:
        report = StatusReport(status=Status.MEASURE_RESUMED, explanation=RESUMED)
        return _over(pause, PauseState.ENDED), report
    if kept.act is Act.INCIDENT:
        return pause, StatusReport(status=Status.ANSWERED, explanation=STOPPED)
    if kept.act is Act.REMOVE:
        start = min(pause.start, kept.end)
        return pause, mapping.notice_answer(start=start, end=kept.end, customer=None, said=None)
    known = replace(pause, customer=answer.customer or pause.customer)
    if kept.message is None:
        return known, None
    start = min(pause.start, kept.end)
    return known, mapping.notice_answer(start=start, end=kept.end, customer=known.customer, said=answer)


def _over(pause: Pause, state: PauseState) -> Pause:
    """The pause in this state, unless a later message has opened it again."""
    if state is PauseState.ENDED and pause.state is not PauseState.LIFTING:
        return pause
    return replace(pause, state=state, lift_due=None)
