"""What the other side says in conversations whose facts are their messages, taken into the books.

hearing = Hearing(helper)
hearing.listen()                 # before edge.run
hearing.outcome(tx, outcome)     # what became of a message of ours
"""

from __future__ import annotations

from typing import TypeVar

from adapters.contract import Done, Outcome, OutsideKey, Received
from adapters.haarlem import advising, questions, store, talkbook
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.conversations.talk import TalkKind
from adapters.haarlem.facts import CARRIED, Carried
from adapters.haarlem.store import Transaction
from adapters.haarlem.talkbook import About
from adapters.haarlem.talks import store as talks
from adapters.haarlem.talks.store import KeptTalk
from hub.errors import Code, RefusedError
from hub.events import Event, log
from schemas.messages import (
    AdministrationDossier,
    AdministrationEnd,
    AdministrationStart,
    BalanceAnswer,
    DebtRestRequest,
    Message,
    ProposalAnswer,
    ReferralStatusReport,
    StatusRequest,
)

M = TypeVar("M", bound=Message)


class Hearing:
    """Listens to the edge on behalf of the debt helper. Everything stays in our own database: twice is safe."""

    def __init__(self, helper: DebtHelper) -> None:
        self._helper = helper

    def listen(self) -> None:
        """Acts on what is heard."""
        edge = self._helper.edge
        edge.on(BalanceAnswer, self.settled, outside=OutsideKey.KEY)
        edge.on(ProposalAnswer, self.settled, outside=OutsideKey.KEY)
        edge.on(ReferralStatusReport, self.referral, outside=OutsideKey.KEY)
        edge.on(AdministrationStart, self.started, outside=OutsideKey.KEY)
        edge.on(AdministrationDossier, self.administration, outside=OutsideKey.KEY)
        edge.on(AdministrationEnd, self.administration, outside=OutsideKey.KEY)
        edge.on(DebtRestRequest, self.rest, outside=OutsideKey.KEY)
        edge.on(StatusRequest, self.question, outside=OutsideKey.KEY)

    async def settled(self, received: Received[M]) -> Done:
        """*Saldoverzoek-antwoord*, *betaalvoorstel-antwoord*, and *geen-medewerking* to a balance request."""
        return await self.take(received, TalkKind.SETTLEMENT)

    async def referral(self, received: Received[ReferralStatusReport]) -> Done:
        """*Verwijzing-status* of the party that was asked to help."""
        return await self.take(received, TalkKind.REFERRAL)

    async def administration(self, received: Received[M]) -> Done:
        """*Bewind-dossier* and *bewind-beëindigd*."""
        return await self.take(received, TalkKind.ADMINISTRATION)

    async def started(self, received: Received[AdministrationStart]) -> Done:
        """*Bewind-gestart*: it begins a conversation; said again in one that runs, it is written down beside it."""

        def record(tx: Transaction) -> None:
            talk = talks.hold(tx, received.conversation) or advising.started(tx, received)
            if talk.oin != received.sender:
                raise RefusedError(Code.IDENTITY_MISMATCH, "source")
            talkbook.hear(self._helper, tx, talk, received)

        return Done(record=record)

    async def rest(self, received: Received[DebtRestRequest]) -> Done:
        """*Rustverzoek*: carried out for who has a mandate, else an item."""
        about = await self._helper.edge.ledger.database.read(questions.about_rest, received)
        return self._asked(about, received)

    async def question(self, received: Received[StatusRequest]) -> Done:
        """*Statusverzoek*: whether help goes on is said at once, what else is asked is an item."""
        about = await self._helper.edge.ledger.database.read(questions.about_status, received)
        return self._asked(about, received)

    def _asked(self, about: About, received: Received[M]) -> Done:
        def record(tx: Transaction) -> None:
            if about.case_id is not None:
                store.lock_case(tx, about.case_id)
            questions.asked(self._helper, tx, about, received)

        return Done(record=record)

    async def take(self, received: Received[M], *kinds: TalkKind) -> Done:
        """The record of a message in a conversation of ours.

        Raises:
            RefusedError: not_found for a conversation that we do not have, identity_mismatch for another's.
        """
        await self._helper.edge.ledger.database.read(self._check, received, kinds)

        def record(tx: Transaction) -> None:
            talkbook.hear(self._helper, tx, _held(tx, received, kinds), received)

        return Done(record=record)

    def _check(self, tx: Transaction, received: Received[M], kinds: tuple[TalkKind, ...]) -> None:
        _own(tx, received, kinds)

    def outcome(self, tx: Transaction, outcome: Outcome) -> None:
        """How far a message came, in the transaction that stores it; one that expired is made anew (wire.md 8, T4)."""
        carried = CARRIED[outcome.state]
        for known in talks.of_conversation(tx, outcome.conversation):
            if all(one.id != outcome.message_id for one in known.facts.said):
                continue
            if known.case_id is not None:
                store.lock_case(tx, known.case_id)
            found = talks.find(tx, known.id) or known
            facts = found.facts.carried(outcome.message_id, carried, outcome.at, outcome.code)
            talk = talkbook.keep(self._helper, tx, found, facts)
            said = next(one for one in facts.said if one.id == outcome.message_id)
            if said.carried is not Carried.EXPIRED:
                continue
            try:
                talkbook.remake(self._helper, tx, talk, said)
            except RefusedError as error:
                # It cannot be sealed now; the alarm about what expired stays and somebody looks.
                log().error(Event.MESSAGE_REFUSED, id=said.id, code=error.code, advice=error.advice())


def _own(tx: Transaction, received: Received[M], kinds: tuple[TalkKind, ...]) -> KeptTalk:
    found = [one for one in talks.of_conversation(tx, received.conversation) if not kinds or one.kind in kinds]
    if not found:
        raise RefusedError(Code.NOT_FOUND, "correlationid")
    own = [one for one in found if one.oin == received.sender]
    if not own:
        raise RefusedError(Code.IDENTITY_MISMATCH, "source")
    return own[0]


def _held(tx: Transaction, received: Received[M], kinds: tuple[TalkKind, ...]) -> KeptTalk:
    """The conversation with its case held, in the order in which acts hold them."""
    case_id = _own(tx, received, kinds).case_id
    if case_id is not None:
        store.lock_case(tx, case_id)
    return _own(tx, received, kinds)
