"""Brings the tax system in line with the holds of the ledger, in a way that a crash at any moment does not spoil.

A placement is the only act that would do harm when done twice: it is written down with its idempotency key before it is
asked, and an attempt that does not know how an earlier one ended asks exactly that again. All other acts set an end by
the number of the *uitstel*; they are worked out anew from the rows at each attempt, since another conversation may have
taken hold of the dossier in the meantime.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256

from adapters.gbkz import store
from adapters.gbkz.client import TaxSystem
from adapters.gbkz.plan import OnBehalfOf, Plan, plan_for
from adapters.gbkz.records import Change, NewEnd, Placement, Record
from adapters.gbkz.store import Transaction
from adapters.gbkz.turns import Turns
from adapters.ledger import Ledger
from hub.errors import Code, UnavailableError

#: Acting, and acting once more on *uitstel* that turned out to be ended, must do; more rounds mean that the tax system
#: says one thing and does another.
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Errand:
    """What one message (or one lifting) asks: hold what the rows say, or let go of this conversation's dossiers."""

    key: str  # the message id, or what stands for it
    conversation: str
    owner: OnBehalfOf
    letting_go: bool = False
    wrongly_registered: bool = False


class Alignment:
    """Works out what differs, does it, records it, until nothing differs."""

    def __init__(self, ledger: Ledger, system: TaxSystem, margin: int) -> None:
        self.committed = ledger.committed
        self._system = system
        self._margin = margin
        self._turns = Turns()

    def turn(self, dossiers: Iterable[str]) -> AbstractAsyncContextManager[None]:
        """The only one to act on these dossiers, for as long as the block lasts."""
        return self._turns.of(dossiers)

    async def carry_out(self, errand: Errand) -> int:
        """Does what differs; to be called in the turn of its dossiers.

        Returns:
            How many *uitstellen* were ended.

        Raises:
            UnavailableError: try again later; nothing is lost or done twice.
            RefusedError: the tax system does not want this; a person must look.
        """
        for key, placement in await self.committed(store.open_placements, errand.key):
            await self._place(errand, key, placement)
        ended = 0
        mark_too = errand.wrongly_registered
        for _ in range(ROUNDS):
            plan, place_key = await self.committed(self._plan, errand, mark_too=mark_too)
            if plan.is_empty:
                return ended
            if plan.place is not None and place_key is not None:
                await self._place(errand, place_key, plan.place)
            ended += await self._change(errand, plan)
            mark_too = False
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE, "uitstel")

    async def look_again(self, errand: Errand) -> None:
        """Finds out which *uitstel* of ours somebody there has ended; in the turn of its dossiers.

        Raises:
            UnavailableError, RefusedError: as `carry_out`.
        """
        ours = await self.committed(lambda tx: store.running(tx, store.dossiers_of(tx, errand.conversation)))
        if not ours:
            return
        as_they_are = Change(
            uitstellen=tuple(NewEnd(uitstel=one.number, until=one.until, reason=one.reason) for one in ours)
        )
        handled = await self._system.change(as_they_are, _key(errand, as_they_are))
        await self.committed(store.changed, as_they_are, handled)

    def _plan(self, tx: Transaction, errand: Errand, *, mark_too: bool) -> tuple[Plan, str | None]:
        dossiers = store.dossiers_of(tx, errand.conversation)
        holds = store.holds(tx, dossiers)
        if errand.letting_go:
            holds = [hold for hold in holds if hold.conversation != errand.conversation]
        mark_too = mark_too and not store.others_of(tx, errand.owner.taxpayer, errand.conversation)
        plan = plan_for(
            dossiers,
            holds,
            store.running(tx, dossiers),
            margin=self._margin,
            owner=errand.owner,
            wrongly_registered=errand.wrongly_registered,
            mark_too=mark_too,
        )
        if plan.place is None or errand.letting_go:
            # What others hold is theirs to place.
            return plan.model_copy(update={"place": None}), None
        return plan, store.keep_placement(tx, errand.key, errand.conversation, plan.place)

    async def _place(self, errand: Errand, key: str, placement: Placement) -> None:
        placed = await self._system.place(placement, key)
        await self.committed(store.close_placement, key, errand.conversation, placement, placed)

    async def _change(self, errand: Errand, plan: Plan) -> int:
        if plan.change is not None:
            handled = await self._system.change(plan.change, _key(errand, plan.change))
            await self.committed(store.changed, plan.change, handled)
        if plan.lift is not None:
            await self._system.lift(plan.lift, _key(errand, plan.lift))
            await self.committed(store.ended, plan.lift.uitstellen)
            return len(plan.lift.uitstellen)
        if plan.remove is not None:
            await self._system.remove(plan.remove, _key(errand, plan.remove))
            await self.committed(store.ended, plan.remove.uitstellen)
            return len(plan.remove.uitstellen)
        return 0


def _key(errand: Errand, act: Record) -> str:
    """An idempotency key that begins with the message id and is equal for an equal question only."""
    return f"{errand.key}.{sha256(act.model_dump_json().encode()).hexdigest()[:12]}"
