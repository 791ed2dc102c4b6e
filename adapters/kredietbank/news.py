"""What happened at the Kredietbank, taken into the books once and said to whom it concerns: transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from adapters.contract import Publish
from adapters.kredietbank import mapping, store
from adapters.kredietbank.referral import OVER, RUNNING, Side, follows
from adapters.kredietbank.settings import ContactSettings
from adapters.kredietbank.store import ItemKind, Kept, Transaction
from adapters.kredietbank.words import News, RestAsked, StandingSaid
from hub.clock import Clock, new_pseudonym
from hub.database import instant
from hub.errors import RefusedError
from hub.events import Event, log
from schemas.errors import PayloadError
from schemas.messages import Message

#: Whether an organisation may be told a BSN.
MayUseBsn = Callable[[str], bool]


class Intake:
    """Takes in what happened there, however it came."""

    def __init__(self, publish: Publish, contact: ContactSettings, clock: Clock, may_use_bsn: MayUseBsn) -> None:
        self._publish = publish
        self._contact = contact
        self._clock = clock
        self._may_use_bsn = may_use_bsn

    def take(self, tx: Transaction, said: News) -> bool:
        """Records it and says it on; False when it is about a referral that we do not know.

        What comes again changes nothing; what may not be, or cannot be said on, is an item for a person.
        """
        kept = store.referral(tx, said.kenmerk)
        if kept is None:
            log().error(Event.OUTSIDE_UNMATCHED, code=ItemKind.UNKNOWN_REFERRAL.value)
            return False
        digest = sha256(said.model_dump_json().encode()).hexdigest()
        known = store.news(tx, kept.conversation, said.nummer)
        if known is not None:
            if known != digest:
                self._to_a_person(tx, ItemKind.NUMBER_REUSED, kept, said.nummer)
            return True
        store.add_news(tx, kept.conversation, said.nummer, digest)
        try:
            self._follow(tx, kept, said)
        except (PayloadError, RefusedError):
            self._to_a_person(tx, ItemKind.NOT_SAYABLE, kept, said.nummer)
        return True

    def _follow(self, tx: Transaction, kept: Kept, said: News) -> None:
        if isinstance(said, StandingSaid):
            self._stands(tx, kept, said)
        elif kept.standing not in RUNNING:
            self._to_a_person(tx, ItemKind.NOT_ALLOWED, kept, said.nummer)
        elif isinstance(said, RestAsked):
            self._say(tx, kept, mapping.rest_request(said))
        else:
            message = mapping.to_creditor(said, kept.whom, self._contact, bsn=self._may_use_bsn(said.deelnemer))
            talk = store.talk_with(tx, kept.conversation, said.deelnemer, new_pseudonym())
            self._publish(tx, message, to=said.deelnemer, case=kept.case, conversation=talk.conversation)

    def _stands(self, tx: Transaction, kept: Kept, said: StandingSaid) -> None:
        if said.nummer <= kept.number:
            return  # a later one was taken in
        standing = follows(kept.standing, said.status, Side.TARGET)
        if standing is None:
            self._to_a_person(tx, ItemKind.NOT_ALLOWED, kept, said.nummer)
            return
        self._say(tx, kept, mapping.status_report(said))
        over = standing in OVER
        person = None if over else kept.person
        now = instant(self._clock.now())
        store.put(tx, replace(kept, standing=standing, number=said.nummer, said_at=now, person=person))

    def _say(self, tx: Transaction, kept: Kept, message: Message) -> None:
        self._publish(tx, message, to=kept.requester, case=kept.case, conversation=kept.conversation)

    def _to_a_person(self, tx: Transaction, kind: ItemKind, kept: Kept, number: int) -> None:
        log().error(Event.OUTSIDE_UNMATCHED, code=kind.value, conversation=kept.conversation)
        store.add_item(tx, kind, kept.conversation, str(number), instant(self._clock.now()))
