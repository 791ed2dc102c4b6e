"""What a message or a result row changes in the ledger, and what the helper is told of it: transactions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from adapters.contract import Publish, Received
from adapters.vish import batch, store
from adapters.vish.batch import Act, Outcome, ResultRow
from adapters.vish.store import ItemKind, Registration, RowState, Standing, Supply, Transaction
from hub.clock import Clock
from hub.database import instant
from schemas.codes import EndClass, RegistrationResult
from schemas.messages import (
    CoolingOffPeriod,
    DebtRestRegistration,
    DebtRestRegistrationResult,
    DebtRestWithdrawal,
    Message,
)

M = TypeVar("M", bound=Message)
OVER = frozenset({Standing.REJECTED, Standing.WITHDRAWN, Standing.LAPSED})
OTHER_PERSON = "Dit gesprek gaat over een ander persoon; de lopende registratie blijft staan."
NOT_SUPPLIED = "De aanmelding was nog niet aan VISH aangeleverd."
NOT_REGISTERED = "Er staat geen registratie bij VISH."
STAYS = "De registratie blijft staan, ook in de afkoelingsperiode."
ENDS = "De registratie staat nog; de afmelding ervan is onderweg."
NOT_CHANGED = "De wijziging is niet verwerkt; de registratie staat zoals zij stond."


class Registrations:
    """The registrations that this adapter looks after."""

    def __init__(self, publish: Publish, clock: Clock) -> None:
        self._publish = publish
        self._clock = clock

    # — what the helper asks ———————————————————————————————————————————————————————————————————————————————————————

    def register(self, tx: Transaction, received: Received[DebtRestRegistration]) -> None:
        """*Schuldenrust-aanmelding*: a row to be supplied; a later one changes what was not supplied yet."""
        message = received.message
        standing = store.registration(tx, received.conversation)
        if standing is not None and standing.state not in OVER and standing.bsn not in {None, message.bsn}:
            self._answer(tx, standing, [received.id], RegistrationResult.REJECTED, OTHER_PERSON)
            return
        cells = batch.registration_cells(received.id, message)
        unsent = store.unsent(tx, received.conversation)
        for earlier in (supply for supply in unsent if supply.act is not Act.END):
            if store.drop(tx, earlier.key):
                self._replace(tx, earlier, cells, received)
                return
        row = self._row(received, Act.REGISTER, cells, urgent=message.urgent)
        kept = Registration(
            conversation=received.conversation,
            case=received.case,
            sender=received.sender,
            bsn=message.bsn,
            connection_code=message.connection_code,
            current=received.id,
            number=None,
            state=Standing.REQUESTED,
        )
        if standing is None or standing.state in OVER or standing.state is Standing.WITHDRAWING:
            store.put_registration(tx, kept)
            store.put_row(tx, row)
            return
        store.put_registration(tx, replace(standing, connection_code=message.connection_code))
        store.put_row(tx, _numbered(replace(row, act=Act.CHANGE, cells=replace(cells, act=Act.CHANGE)), standing))

    def _replace(
        self, tx: Transaction, earlier: Supply, cells: batch.Cells, received: Received[DebtRestRegistration]
    ) -> None:
        """The row that was not supplied yet gets the content of the later message; its key stays."""
        number = earlier.cells.number if earlier.cells else ""
        content = replace(cells, key=earlier.key, act=earlier.act, number=number)
        answers = (*earlier.answers, received.id)
        urgent = earlier.urgent or received.message.urgent
        store.put_row(tx, replace(earlier, cells=content, answers=answers, urgent=urgent))

    def withdraw(self, tx: Transaction, received: Received[DebtRestWithdrawal]) -> None:
        """*Schuldenrust-afmelding*: drops the row that was not supplied, or ends the registration with its number."""
        standing = store.registration(tx, received.conversation)
        if standing is None:
            self._tell(tx, received, RegistrationResult.ENDED, NOT_REGISTERED)
            return
        dropped = [
            supply
            for supply in store.unsent(tx, received.conversation)
            if supply.act is not Act.END and store.drop(tx, supply.key)
        ]
        if any(supply.key == standing.current for supply in dropped):
            store.put_registration(tx, replace(standing, state=Standing.WITHDRAWN, bsn=None))
            self._answer(tx, standing, [received.id], RegistrationResult.ENDED, NOT_SUPPLIED)
            return
        if standing.state in OVER:
            self._answer(tx, standing, [received.id], RegistrationResult.ENDED, NOT_REGISTERED)
            return
        message = received.message
        cells = batch.ending_cells(received.id, message, standing.connection_code)
        row = self._row(received, Act.END, cells, urgent=message.end_class is EndClass.WRONGLY_REGISTERED)
        known = standing.number or message.registration_number
        store.put_row(tx, _numbered(row, replace(standing, number=known)))
        store.put_registration(tx, replace(standing, state=Standing.WITHDRAWING))

    def protect(self, tx: Transaction, received: Received[CoolingOffPeriod]) -> None:
        """*Afkoelingsperiode*: who is registered stays so; the index knows no other protection.

        A registration that is on its way answers this too, when its own result is there.
        """
        standing = store.registration(tx, received.conversation)
        if standing is None or standing.state in OVER:
            self._tell(tx, received, RegistrationResult.ENDED, NOT_REGISTERED)
        elif standing.number is None:
            store.add_answer(tx, standing.current, received.id)
        else:
            reason = ENDS if standing.state is Standing.WITHDRAWING else STAYS
            self._answer(tx, standing, [received.id], RegistrationResult.REGISTERED, reason)

    # — what the index answers —————————————————————————————————————————————————————————————————————————————————————

    def result(self, tx: Transaction, result: ResultRow, file: str) -> None:
        """One row of a result file; what fits nothing is kept for a person."""
        if result.key is None:
            self._unasked(tx, result, file)
            return
        supply = store.row(tx, result.key)
        standing = None if supply is None else store.registration(tx, supply.conversation)
        if supply is None or standing is None:
            self._item(tx, ItemKind.UNKNOWN_ROW, file, result)
        elif supply.state is RowState.DONE:
            if not result.says_the_same_as(supply.result or ""):
                self._item(tx, ItemKind.CONFLICT, file, result)
        elif supply.state is not RowState.BATCHED or result.outcome not in batch.FITTING[supply.act]:
            self._item(tx, ItemKind.UNEXPECTED, file, result)
        else:
            store.finish(tx, supply.key, result.summary())
            self._settle(tx, supply, standing, result, file)

    def _settle(self, tx: Transaction, supply: Supply, standing: Registration, result: ResultRow, file: str) -> None:
        message = batch.result_of(result)
        rejected = result.outcome is Outcome.REJECTED
        if rejected and supply.act is not Act.REGISTER:
            self._item(tx, ItemKind.NOT_CHANGED if supply.act is Act.CHANGE else ItemKind.NOT_ENDED, file, result)
        if rejected and supply.act is Act.CHANGE:
            message = _still_registered(standing, message)
        for answered in supply.answers:
            self._send(tx, standing, message, answered)
        if supply.act is Act.REGISTER:
            self._registered(tx, supply, standing, result)
        elif result.outcome is Outcome.ENDED and standing.state is Standing.WITHDRAWING:
            store.put_registration(tx, replace(standing, state=Standing.WITHDRAWN, bsn=None))

    def _registered(self, tx: Transaction, supply: Supply, standing: Registration, result: ResultRow) -> None:
        """The registration has a number, or was rejected; what waited for that goes on."""
        number = result.number
        is_current = standing.current == supply.key
        if is_current and standing.state is Standing.REQUESTED:
            state = Standing.REGISTERED if number else Standing.REJECTED
            store.put_registration(tx, replace(standing, state=state, number=number))
        elif is_current:
            store.put_registration(tx, replace(standing, number=number))
        for waiting in store.waiting_for(tx, supply.key):
            if number:
                store.put_row(tx, store.with_number(waiting, number))
            elif waiting.act is Act.END:
                store.drop(tx, waiting.key)
                store.put_registration(tx, replace(standing, state=Standing.WITHDRAWN, bsn=None))
                self._answer(tx, standing, waiting.answers, RegistrationResult.ENDED, NOT_REGISTERED)
            else:
                self._register_changed(tx, waiting, standing)

    def _register_changed(self, tx: Transaction, waiting: Supply, standing: Registration) -> None:
        """The first request was rejected; what it was changed to is asked as a request of its own."""
        cells = None if waiting.cells is None else replace(waiting.cells, act=Act.REGISTER)
        asked = replace(waiting, act=Act.REGISTER, state=RowState.WANTED, waits_for=None, cells=cells)
        store.put_row(tx, asked)
        store.put_registration(tx, replace(standing, current=waiting.key, state=Standing.REQUESTED))

    def _unasked(self, tx: Transaction, result: ResultRow, file: str) -> None:
        """The index ended a registration by itself: its helper must know at once."""
        standing = None if result.number is None else store.registration_by_number(tx, result.number)
        if standing is None or result.outcome is not Outcome.ENDED:
            self._item(tx, ItemKind.UNKNOWN_ROW, file, result)
        elif standing.state not in OVER:
            store.put_registration(tx, replace(standing, state=Standing.LAPSED, bsn=None))
            self._send(tx, standing, batch.result_of(result), None)

    # — inside ———————————————————————————————————————————————————————————————————————————————————————————————————————

    def _row(self, received: Received[M], act: Act, cells: batch.Cells, *, urgent: bool) -> Supply:
        return Supply(
            key=received.id,
            conversation=received.conversation,
            act=act,
            state=RowState.WANTED,
            urgent=urgent,
            cells=cells,
            answers=(received.id,),
            waits_for=None,
            created=instant(self._clock.now()),
        )

    def _answer(
        self,
        tx: Transaction,
        standing: Registration,
        answers: list[str] | tuple[str, ...],
        result: RegistrationResult,
        reason: str,
    ) -> None:
        message = DebtRestRegistrationResult(result=result, reason=reason, registration_number=standing.number)
        for answered in answers:
            self._send(tx, standing, message, answered)

    def _tell(
        self,
        tx: Transaction,
        received: Received[DebtRestWithdrawal] | Received[CoolingOffPeriod],
        result: RegistrationResult,
        reason: str,
    ) -> None:
        self._publish(
            tx,
            DebtRestRegistrationResult(result=result, reason=reason),
            to=received.sender,
            case=received.case,
            conversation=received.conversation,
            causation=received.id,
        )

    def _send(self, tx: Transaction, standing: Registration, message: Message, answered: str | None) -> None:
        self._publish(
            tx,
            message,
            to=standing.sender,
            case=standing.case,
            conversation=standing.conversation,
            causation=answered,
        )

    def _item(self, tx: Transaction, kind: ItemKind, file: str, result: ResultRow) -> None:
        known = result.key is not None and store.row(tx, result.key) is not None
        key = result.key if known else None
        store.add_item(tx, kind, file, f"{result.key or ''};{result.summary()}", instant(self._now()), key)

    def _now(self) -> datetime:
        return self._clock.now()


def _numbered(row: Supply, standing: Registration) -> Supply:
    """With the number of the registration, or waiting for it."""
    if standing.number is None:
        return replace(row, state=RowState.WAITING, waits_for=standing.current)
    cells = None if row.cells is None else replace(row.cells, number=standing.number)
    return replace(row, cells=cells)


def _still_registered(standing: Registration, said: DebtRestRegistrationResult) -> DebtRestRegistrationResult:
    """A change that was rejected leaves the registration as it was."""
    reason = f"{NOT_CHANGED} {said.reason or ''}".strip()
    return DebtRestRegistrationResult(
        result=RegistrationResult.REGISTERED, reason=reason, registration_number=standing.number
    )
