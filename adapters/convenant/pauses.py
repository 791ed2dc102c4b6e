"""What a message changes in the ledger before their system is asked, and what follows from its answer: transactions.

Each takes an open transaction. A returned message is the answer, and there is nothing to ask outside; an order that an
earlier attempt at the same message wrote down is returned as it was, and None when its answer has been taken in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from adapters.contract import Received
from adapters.convenant import mapping, store
from adapters.convenant.orders import Act, Incident, Order, Reason
from adapters.convenant.settings import CreditorSettings
from adapters.convenant.store import Pause, PauseState, Transaction
from adapters.incident import NO_PAUSE, pause_meant
from adapters.outside.deaths.store import Decision
from hub.clock import Clock
from hub.database import instant
from hub.errors import Code, RefusedError
from hub.workdays import add_months, local_day, next_working_day
from schemas.codes import EndClass, NoCooperationReason, Status
from schemas.messages import (
    CollectionDespitePause,
    CoolingOffPeriod,
    Message,
    NoCooperation,
    Notice,
    PauseEnd,
    PauseExtension,
    PublicNotice,
    StatusReport,
)

STANDING = frozenset({PauseState.ACTIVE, PauseState.KEPT, PauseState.DECISION})
#: Of whom the creditor knows who it is: a court may protect them although the pause is over.
PROTECTABLE = STANDING | {PauseState.LIFTING, PauseState.ENDED}
OTHER_PERSON = "Dit gesprek gaat over een ander persoon; de lopende pauze blijft staan."


class Pauses:
    """The pauses at one creditor."""

    def __init__(self, settings: CreditorSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def open(self, tx: Transaction, received: Received[Notice] | Received[PublicNotice]) -> Message | Order | None:
        """A notice: collecting is to rest until its end date; a later notice replaces an earlier one."""
        begun = store.order(tx, received.id)
        if begun is not None:
            return begun.order
        notice = received.message
        customer = mapping.customer_of(notice)
        standing = _own(tx, received.conversation, received.sender)
        person = mapping.person_mark(customer)
        if standing is not None and standing.state in STANDING and standing.person != person:
            return NoCooperation(reason=NoCooperationReason.DETAILS_DO_NOT_MATCH, explanation=OTHER_PERSON)
        until, reason = self._effective(tx, received.conversation, self._capped(notice.start_date, notice.end_date))
        opened = Pause(
            conversation=received.conversation,
            case=received.case,
            sender=received.sender,
            person=person,
            customer=standing.customer if standing else None,
            state=PauseState.ACTIVE,
            start=notice.start_date,
            until=until,
            given_until=self._settings.with_margin(until),
            message=received.id,
            turn=standing.turn + 1 if standing else 1,
            lift_due=self._lift_due(until),
        )
        order = Order(
            key=received.id,
            act=Act.PAUSE,
            conversation=received.conversation,
            turn=opened.turn,
            customer=customer,
            helper=mapping.helper_of(notice),
            claims=tuple(claim.invoice_number for claim in notice.claims or ()),
            start=opened.start,
            until=opened.given_until,
            reason=reason,
            urgent=notice.urgent,
        )
        return self._written(tx, opened, order, received.id)

    def extend(self, tx: Transaction, received: Received[PauseExtension]) -> Message | Order | None:
        """An extension: the same pause, longer; what is kept without an end stays so."""
        begun = store.order(tx, received.id)
        if begun is not None:
            return begun.order
        standing = _own(tx, received.conversation, received.sender)
        if standing is None or standing.state not in STANDING:
            return StatusReport(status=Status.OTHER, explanation=NO_PAUSE)
        if standing.state is not PauseState.ACTIVE:
            return mapping.notice_answer(
                start=standing.start, end=standing.until, customer=standing.customer, said=None
            )
        until = self._capped(standing.start, received.message.end_date)
        return self._changed(tx, standing, until, received.id)

    def end(self, tx: Transaction, received: Received[PauseEnd]) -> Message | Order | None:
        """An end: what happens to collecting is its class (messages.md 4, L)."""
        begun = store.order(tx, received.id)
        if begun is not None:
            return begun.order
        end, end_class = received.message.end_date, received.message.end_class
        standing = _own(tx, received.conversation, received.sender)
        if standing is None or standing.state not in STANDING:
            start = min(standing.start, end) if standing else end
            return mapping.notice_answer(start=start, end=end, customer=None, said=None)
        if end_class is EndClass.WRONGLY_REGISTERED:
            return self._taken_back(tx, standing, end, received.id)
        if end_class is EndClass.ENDED:
            return self._changed(tx, replace(standing, state=PauseState.ACTIVE), end, received.id)
        state = PauseState.DECISION if end_class is EndClass.DECEASED else PauseState.KEPT
        kept = replace(standing, state=state, until=end, lift_due=None, given_until=None)
        return self._order(tx, kept, mapping.KEPT[end_class], received.id)

    def protect(self, tx: Transaction, received: Received[CoolingOffPeriod]) -> Message | Order | None:
        """A court forbids collecting for a while; the later end of it and the pause holds, whatever comes after it."""
        begun = store.order(tx, received.id)
        if begun is not None:
            return begun.order
        standing = _own(tx, received.conversation, received.sender)
        if standing is None or standing.state not in PROTECTABLE:
            return StatusReport(status=Status.OTHER, explanation=NO_PAUSE)
        store.put_moratorium(tx, received.conversation, received.message.end_date)
        if standing.state in {PauseState.KEPT, PauseState.DECISION}:
            end, _ = self._effective(tx, standing.conversation, standing.until)
            return mapping.notice_answer(start=standing.start, end=end, customer=standing.customer, said=None)
        over = standing.state is not PauseState.ACTIVE
        opened = replace(standing, state=PauseState.ACTIVE)
        # What has ended by itself does not count any more: the court's end is the only one.
        until = received.message.end_date if over else standing.until
        return self._changed(tx, opened, until, received.id)

    def _effective(self, tx: Transaction, conversation: str, until: date) -> tuple[date, Reason]:
        """The later of this end and that of a cooling-off period, and why it lasts so long."""
        court = store.moratorium(tx, conversation)
        return (until, Reason.DEBT_HELP) if court is None or court < until else (court, Reason.LEGAL_PROTECTION)

    def incident(self, tx: Transaction, received: Received[CollectionDespitePause]) -> Message | Order | None:
        """Somebody collected in spite of the pause; their system stops it, the pause itself stays as it is.

        The debt helper tells of it in the conversation of the pause. Another helper (a bewindvoerder) has a
        conversation of its own, and the case says which pause is meant when there is one.
        """
        begun = store.order(tx, received.id)
        if begun is not None:
            return begun.order
        standing = _told_of(tx, received)
        if isinstance(standing, str):
            return StatusReport(status=Status.OTHER, explanation=standing)
        message = received.message
        if standing.conversation != received.conversation:
            reporter = store.Report(received.sender, received.case, received.conversation)
            store.add_report(tx, received.id, reporter)
        told = replace(standing, turn=standing.turn + 1)
        order = Order(
            key=received.id,
            act=Act.INCIDENT,
            conversation=told.conversation,
            turn=told.turn,
            urgent=True,
            incident=Incident(measure=message.measure, day=message.date, text=message.explanation),
        )
        return self._written(tx, told, order, received.id)

    def decide(self, tx: Transaction, conversation: str, decision: Decision, now: datetime) -> None:
        """A person decides about the pause of a customer who died: collecting goes on at the next working day, or not.

        Raises:
            RefusedError: `not_found` when no such decision is open.
        """
        standing = store.pause(tx, conversation)
        if standing is None or standing.state is not PauseState.DECISION:
            raise RefusedError(Code.NOT_FOUND, "decision")
        store.DEATHS.add(tx, conversation, decision, now)
        if decision.resume:
            today = local_day(now)
            decided = replace(standing, state=PauseState.ACTIVE, until=today, lift_due=self._lift_due(today))
        else:
            decided = replace(standing, state=PauseState.KEPT)
        store.put_pause(tx, decided)

    def lift(self, tx: Transaction, conversation: str, now: int) -> bool:
        """Makes the order to resume, unless a message of the conversation still waits; True when it was made."""
        due = store.pause(tx, conversation)
        if due is None or due.lift_due is None or due.lift_due > now or store.unread(tx, conversation):
            return False
        lifting = replace(due, state=PauseState.LIFTING, lift_due=None, turn=due.turn + 1)
        order = Order(key=f"{due.message}.einde", act=Act.RESUME, conversation=conversation, turn=lifting.turn)
        self._written(tx, lifting, order, None)
        return True

    def hold_on(self, tx: Transaction, waiting: Pause, today: date) -> None:
        """The lifting has to wait: when the margin is nearly used up, their system gets another one."""
        if waiting.given_until is None or next_working_day(today) < waiting.given_until:
            return
        self._order(tx, replace(waiting, given_until=self._settings.with_margin(today)), Reason.DEBT_HELP, None)

    def _changed(self, tx: Transaction, standing: Pause, until: date, message: str) -> Order:
        until, reason = self._effective(tx, standing.conversation, until)
        changed = replace(
            standing, until=until, given_until=self._settings.with_margin(until), lift_due=self._lift_due(until)
        )
        return self._order(tx, changed, reason, message)

    def _taken_back(self, tx: Transaction, standing: Pause, end: date, message: str) -> Message | Order:
        """It was all a mistake; what has not left us never does."""
        if self._settings.sftp is not None and store.drop_unsent(tx, standing.conversation):
            store.put_pause(tx, replace(standing, state=PauseState.REMOVED, person=None, lift_due=None))
            return mapping.notice_answer(start=min(standing.start, end), end=end, customer=None, said=None)
        gone = replace(standing, until=end, start=min(standing.start, end), lift_due=None, turn=standing.turn + 1)
        asked = Order(key=message, act=Act.REMOVE, conversation=standing.conversation, turn=gone.turn)
        return self._written(tx, replace(gone, message=message), asked, message)

    def _order(self, tx: Transaction, changed: Pause, reason: Reason, message: str | None) -> Order:
        kept = replace(changed, turn=changed.turn + 1, message=message or changed.message)
        order = Order(
            key=message or f"{changed.message}.{kept.turn}",
            act=Act.CHANGE,
            conversation=kept.conversation,
            turn=kept.turn,
            until=kept.given_until,
            reason=reason,
        )
        return self._written(tx, kept, order, message)

    def _written(self, tx: Transaction, pause: Pause, order: Order, message: str | None) -> Order:
        store.put_pause(tx, pause)
        store.add_order(tx, order, message=message, end=pause.until, now=instant(self._clock.now()))
        return order

    def _capped(self, start: date, end: date) -> date:
        """Never longer than the creditor's maximum."""
        months = self._settings.max_pause_months
        return end if months is None else min(end, add_months(start, months))

    def _lift_due(self, until: date) -> int:
        """When the pause is lifted: the first working day after its last day of rest, not before nine."""
        return instant(self._settings.lift_due(until))


def _told_of(tx: Transaction, received: Received[CollectionDespitePause]) -> Pause | str:
    own, here = _own(tx, received.conversation, received.sender), store.pauses_of_case(tx, received.case)
    return pause_meant(own, here, received.sender, stands=lambda one: one.state in STANDING)


def _own(tx: Transaction, conversation: str, sender: str) -> Pause | None:
    """The pause of this conversation; one that another organisation opened is not for this sender to change."""
    standing = store.pause(tx, conversation)
    if standing is not None and standing.sender != sender:
        raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
    return standing
