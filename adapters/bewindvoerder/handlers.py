"""What an office does on each letter: it is put before its people, in the transaction that ends the act.

office = Office(edge, settings, terms)
office.listen()                     # before edge.run(stop)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, Final, ParamSpec, TypeVar

from adapters.bewindvoerder import mapping, store
from adapters.bewindvoerder.records import Model
from adapters.bewindvoerder.settings import OfficeSettings, Terms
from adapters.bewindvoerder.store import Transaction
from adapters.bewindvoerder.tables import SCHEMA
from adapters.bewindvoerder.trades import TRADES, Trade
from adapters.contract import Done, M, Outcome, OutsideKey, Received
from adapters.edge import Edge
from hub.clock import Clock
from hub.register.model import Organisation
from hub.web.visits import Visit
from schemas.messages import PublicNotice

P = ParamSpec("P")
T = TypeVar("T")
#: The act is a row in the same ledger: done in the transaction that says so, or not at all.
IDEMPOTENCY: Final = OutsideKey.KEY


class Office:
    """One office around its edge."""

    def __init__(self, edge: Edge, settings: OfficeSettings, terms: Terms) -> None:
        self.edge = edge
        self.settings = settings
        self.terms = terms
        edge.ledger.upgrade(SCHEMA)

    @property
    def trade(self) -> Trade:
        """What kind of office it is."""
        return TRADES[self.settings.kind]

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.edge.office.clock

    @property
    def itself(self) -> Organisation:
        """The office as the register has it."""
        return self.edge.office.register.current.organisations[self.edge.identity.oin]

    def listen(self) -> None:
        """Takes what an office of its kind may be sent: letters with a BSN only where the register allows that."""
        for model in self.trade.takes:
            if model is PublicNotice and not self.itself.bsn_allowed:
                continue
            self.edge.on(model, self.take, outside=IDEMPOTENCY)
        self.edge.on_outcome(self.learn)

    async def take(self, received: Received[M]) -> Done:
        """Any letter: somebody will read it."""
        now = self.clock.now()

        def record(tx: Transaction) -> None:
            client = mapping.client_in(received, now)
            if client is not None:
                store.put_client(tx, client)
            store.add_letter(tx, mapping.letter_in(received, now))

        return Done(record=record)

    def learn(self, tx: Transaction, outcome: Outcome) -> None:
        """What became of a letter of ours."""
        store.set_outcome(tx, outcome.message_id, outcome.state, outcome.code)

    def name_of(self, oin: str) -> str:
        """An organisation's name in the register."""
        found = self.edge.office.register.current.organisation(oin)
        return found.name if found else oin

    def reply_term(self, message_type: str, sender: str, at: datetime) -> int | None:
        """The working days that the agreement gives us for an answer, where it says."""
        register = self.edge.office.register.current
        found = register.organisation(sender)
        if found is None:
            return None
        lines = register.lines(message_type, found, self.itself, at)
        return min((line.reply_term_working_days for _, line in lines if line.reply_term_working_days), default=None)

    def may_write_to(self, model: Model) -> list[Organisation]:
        """Whom it may send this type of message now, by name."""
        register, kind, now = self.edge.office.register.current, model.message_type, self.clock.now()
        found = (
            one
            for one in register.organisations.values()
            if one.active and kind.accepts in one.accepts and register.lines(kind.type, self.itself, one, now)
        )
        return sorted(found, key=lambda one: (one.name.casefold(), one.oin))

    async def committed(self, act: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `act` in one transaction of the office's ledger, off the event loop."""

        def transaction() -> T:
            with self.edge.ledger.begin() as tx:
                return act(tx, *args, **kwargs)

        return await asyncio.to_thread(transaction)

    async def seen(
        self, visit: Visit, act: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, with the line of the access log in the same transaction: nothing is shown that is not in it."""

        def logged(tx: Transaction) -> T:
            found = act(tx, *args, **kwargs)
            store.add_access(tx, visit)
            return found

        return await self.committed(logged)
