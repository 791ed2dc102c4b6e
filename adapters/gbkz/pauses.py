"""What a message changes in the ledger before the tax system is asked, and what is answered after it: transactions.

Each takes an open transaction; a returned message is the answer and means that there is nothing to do outside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from adapters.contract import Received
from adapters.gbkz import mapping, store
from adapters.gbkz.plan import OnBehalfOf
from adapters.gbkz.records import Reason
from adapters.gbkz.settings import Scope, TaxOfficeSettings
from adapters.gbkz.store import Pause, PauseState, Transaction
from adapters.incident import NO_PAUSE, pause_meant
from adapters.outside.deaths.store import Decision
from hub.database import instant
from hub.errors import Code, RefusedError
from hub.workdays import add_months, add_working_days, local_day, next_working_day
from schemas.codes import EndClass, NoCooperationReason, Status
from schemas.messages import (
    CollectionDespitePause,
    CoolingOffPeriod,
    Message,
    NoCooperation,
    NoticeAnswer,
    PauseEnd,
    PauseExtension,
    PublicNotice,
    StatusReport,
)

M = TypeVar("M", bound=Message)
STANDING = frozenset({PauseState.ACTIVE, PauseState.KEPT, PauseState.DECISION})
OTHER_PERSON = "Dit gesprek gaat over een ander persoon; de lopende pauze blijft staan."
NOT_OURS = "Deze gemeente valt niet onder dit belastingkantoor."
RESUMED = "De pauze is geëindigd; de invordering gaat verder waar geen andere pauze loopt."


class Pauses:
    """The pauses of one tax office."""

    def __init__(self, settings: TaxOfficeSettings) -> None:
        self._settings = settings

    def refuse(self, tx: Transaction, received: Received[PublicNotice], answer: NoCooperation) -> NoCooperation:
        """There is nobody to pause for; a pause that stands in this conversation stays as it is."""
        standing = _own(tx, received)
        if standing is None or standing.state not in STANDING:
            store.put_pause(tx, self._opened(received, None, PauseState.REFUSED))
        return answer

    def begun(self, tx: Transaction, received: Received[PublicNotice]) -> OnBehalfOf | None:
        """Whose pause an earlier attempt at this very notice opened."""
        standing = _own(tx, received)
        if standing is None or standing.message != received.id or standing.taxpayer is None:
            return None
        return OnBehalfOf(standing.taxpayer, standing.start)

    def open(
        self, tx: Transaction, received: Received[PublicNotice], taxpayer: str, dossiers: list[str]
    ) -> NoCooperation | OnBehalfOf:
        """A notice: these open dossiers are to be held until its end date; a later notice replaces an earlier one."""
        standing = _own(tx, received)
        if standing is not None and standing.state in STANDING and standing.taxpayer != taxpayer:
            return NoCooperation(reason=NoCooperationReason.DETAILS_DO_NOT_MATCH, explanation=OTHER_PERSON)
        opened = self._opened(received, taxpayer, PauseState.ACTIVE)
        until, reason = self._effective(tx, received.conversation, opened.until)
        opened = replace(opened, until=until, lift_due=self._lift_due(until))
        before = store.held_by(tx, received.conversation)
        wanted = self._chosen(received.message, dossiers)
        if self._settings.scope is Scope.ALL_OPEN:
            wanted += before
        store.put_pause(tx, opened)
        store.hold(tx, received.conversation, wanted, opened.until, reason)
        store.let_go(tx, received.conversation, set(before) - set(wanted))
        return OnBehalfOf(taxpayer, opened.start)

    def extend(self, tx: Transaction, received: Received[PauseExtension]) -> Message | OnBehalfOf:
        """An extension: the same dossiers, held until later; what is kept without an end stays so."""
        standing = _own(tx, received)
        if standing is None or standing.state not in STANDING or standing.taxpayer is None:
            return StatusReport(status=Status.OTHER, explanation=NO_PAUSE)
        changed = replace(standing, message=received.id)
        if standing.state is PauseState.ACTIVE:
            capped = self._capped(standing.start, received.message.end_date)
            until, reason = self._effective(tx, received.conversation, capped)
            changed = replace(changed, until=until, lift_due=self._lift_due(until), attempts=0)
            held = store.held_by(tx, received.conversation)
            store.hold(tx, received.conversation, held, until, reason)
        store.put_pause(tx, changed)
        return OnBehalfOf(standing.taxpayer, standing.start)

    def protect(self, tx: Transaction, received: Received[CoolingOffPeriod]) -> Message | OnBehalfOf:
        """A court forbids collecting for a while; the later end of it and the pause holds, whatever comes after it."""
        standing = _own(tx, received)
        if standing is None or standing.state not in STANDING or standing.taxpayer is None:
            return StatusReport(status=Status.OTHER, explanation=NO_PAUSE)
        store.put_moratorium(tx, received.conversation, received.message.end_date)
        changed = replace(standing, message=received.id)
        if standing.state is PauseState.ACTIVE:
            until, reason = self._effective(tx, received.conversation, standing.until)
            changed = replace(changed, until=until, lift_due=self._lift_due(until), attempts=0)
            held = store.held_by(tx, received.conversation)
            store.hold(tx, received.conversation, held, until, reason)
        store.put_pause(tx, changed)
        return OnBehalfOf(standing.taxpayer, standing.start)

    def told_of(self, tx: Transaction, received: Received[CollectionDespitePause]) -> Pause | StatusReport:
        """The pause in spite of which was collected."""
        own, here = _own(tx, received), store.pauses_of_case(tx, received.case)
        meant = pause_meant(
            own, here, received.sender, stands=lambda one: one.state in STANDING and one.taxpayer is not None
        )
        return StatusReport(status=Status.OTHER, explanation=meant) if isinstance(meant, str) else meant

    def hold_again(self, tx: Transaction, meant: Pause, dossiers: list[str]) -> OnBehalfOf | None:
        """These open dossiers are held like the others of this pause, from now on; None when it ended meanwhile."""
        standing = store.pause(tx, meant.conversation)
        if standing is None or standing.state not in STANDING or standing.taxpayer is None:
            return None
        held = store.held_by(tx, meant.conversation)
        like = next((one for one in store.holds(tx, held) if one.conversation == meant.conversation), None)
        until = standing.until if standing.state is PauseState.ACTIVE else None
        wanted = [*held, *(dossiers if self._settings.scope is Scope.ALL_OPEN else ())]
        store.hold(
            tx, meant.conversation, wanted, like.until if like else until, like.reason if like else Reason.DEBT_HELP
        )
        return OnBehalfOf(standing.taxpayer, standing.start)

    def _effective(self, tx: Transaction, conversation: str, until: date) -> tuple[date, Reason]:
        """The later of this end and that of a cooling-off period, and why it lasts so long."""
        court = store.moratorium(tx, conversation)
        return (until, Reason.DEBT_HELP) if court is None or court < until else (court, Reason.LEGAL_PROTECTION)

    def end(self, tx: Transaction, received: Received[PauseEnd]) -> Message | OnBehalfOf:
        """An end: what happens to collecting is its class (messages.md 4, L)."""
        message = received.message
        standing = _own(tx, received)
        if standing is None or standing.state not in STANDING or standing.taxpayer is None:
            start = standing.start if standing else message.end_date
            return mapping.answer(start=start, end=message.end_date, taxpayer=None, held=(), measures=())
        if message.end_class is EndClass.WRONGLY_REGISTERED:
            # The rows stay as they are until the tax system has removed everything; then they are blanked.
            return OnBehalfOf(standing.taxpayer, standing.start)
        held = store.held_by(tx, received.conversation)
        changed = replace(standing, message=received.id, until=message.end_date, attempts=0)
        if message.end_class is EndClass.ENDED:
            until, reason = self._effective(tx, received.conversation, message.end_date)
            ending = replace(changed, state=PauseState.ACTIVE, until=until, lift_due=self._lift_due(until))
            store.put_pause(tx, ending)
            store.hold(tx, received.conversation, held, until, reason)
        else:
            state = PauseState.DECISION if message.end_class is EndClass.DECEASED else PauseState.KEPT
            store.put_pause(tx, replace(changed, state=state, lift_due=None))
            store.hold(tx, received.conversation, held, None, mapping.KEPT[message.end_class])
        return OnBehalfOf(standing.taxpayer, standing.start)

    def decide(self, tx: Transaction, conversation: str, decision: Decision, now: datetime) -> None:
        """A person decides about the pause of a taxpayer who died: collecting goes on at the next working day, or not.

        Raises:
            RefusedError: `not_found` when no such decision is open.
        """
        standing = store.pause(tx, conversation)
        if standing is None or standing.state is not PauseState.DECISION:
            raise RefusedError(Code.NOT_FOUND, "decision")
        store.DEATHS.add(tx, conversation, decision, now)
        today = local_day(now)
        if not decision.resume:
            store.put_pause(tx, replace(standing, state=PauseState.KEPT))
            return
        store.put_pause(tx, replace(standing, state=PauseState.ACTIVE, until=today, lift_due=self._lift_due(today)))
        store.hold(tx, conversation, store.held_by(tx, conversation), today, Reason.DEBT_HELP)

    def answer(self, tx: Transaction, conversation: str) -> NoticeAnswer:
        """How the pause stands in the tax system."""
        standing = store.pause(tx, conversation)
        if standing is None:
            raise RefusedError(Code.NOT_FOUND, "conversation")
        return mapping.answer(
            start=standing.start,
            end=standing.until,
            taxpayer=standing.taxpayer,
            held=store.held_by(tx, conversation),
            measures=store.said(tx, conversation),
        )

    def letters_arrived(self, tx: Transaction, today: date) -> list[tuple[Pause, NoticeAnswer]]:
        """New answers for pauses that began with a letter in the post: rest is whole once it has arrived."""
        told = []
        for conversation in store.with_letters(tx):
            standing = store.pause(tx, conversation)
            dropped = store.drop_letters(tx, conversation, add_working_days(today, -self._settings.post_working_days))
            if dropped and standing is not None and standing.state in STANDING:
                told.append((standing, self.answer(tx, conversation)))
        return told

    def hold_on(self, tx: Transaction, waiting: Pause, today: date) -> OnBehalfOf | None:
        """The lifting has to wait: when the margin is nearly used up, the tax system gets another one."""
        held = store.held_by(tx, waiting.conversation)
        ours = store.running(tx, held)
        last = min((uitstel.until for uitstel in ours if uitstel.until is not None), default=None)
        if last is None or waiting.taxpayer is None or next_working_day(today) < last:
            return None
        store.hold(tx, waiting.conversation, held, today, Reason.DEBT_HELP)
        return OnBehalfOf(waiting.taxpayer, waiting.start)

    def lapse(self, tx: Transaction, conversation: str) -> StatusReport:
        """The pause is over and its dossiers have been let go in the tax system."""
        standing = store.pause(tx, conversation)
        if standing is None:
            raise RefusedError(Code.NOT_FOUND, "conversation")
        store.let_go(tx, conversation, store.held_by(tx, conversation))
        store.put_pause(tx, replace(standing, state=PauseState.ENDED, lift_due=None))
        return StatusReport(status=Status.MEASURE_RESUMED, explanation=RESUMED)

    def _opened(self, received: Received[PublicNotice], taxpayer: str | None, state: PauseState) -> Pause:
        message = received.message
        until = self._capped(message.start_date, message.end_date)
        return Pause(
            conversation=received.conversation,
            case=received.case,
            sender=received.sender,
            taxpayer=taxpayer,
            state=state,
            start=message.start_date,
            until=until,
            message=received.id,
            lift_due=self._lift_due(until) if state is PauseState.ACTIVE else None,
            attempts=0,
        )

    def _chosen(self, notice: PublicNotice, dossiers: list[str]) -> list[str]:
        """All open dossiers, or where the office wants it so only those that the notice names."""
        if self._settings.scope is Scope.ALL_OPEN or not notice.claims:
            return list(dossiers)
        named = {claim.invoice_number for claim in notice.claims}
        return [dossier for dossier in dossiers if dossier in named]

    def _capped(self, start: date, end: date) -> date:
        """Never longer than the office's maximum."""
        months = self._settings.max_pause_months
        return end if months is None else min(end, add_months(start, months))

    def _lift_due(self, until: date) -> int:
        """When the pause is lifted: the first working day after its last day of rest, not before nine."""
        return instant(self._settings.lift_due(until))


def _own(tx: Transaction, received: Received[M]) -> Pause | None:
    """The pause of this conversation; one that another organisation opened is not for this sender to change."""
    standing = store.pause(tx, received.conversation)
    if standing is not None and standing.sender != received.sender:
        raise RefusedError(Code.OUTSIDE_REFUSED, "conversation of another sender")
    return standing
