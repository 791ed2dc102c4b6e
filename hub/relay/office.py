"""What every part of the hub acts with."""

from __future__ import annotations

from dataclasses import dataclass

from hub.clock import Clock
from hub.database import Database
from hub.messagelog import store
from hub.register.current import CurrentKeys, CurrentRegister
from hub.wire.names import organisation_urn


@dataclass(frozen=True, slots=True)
class Office:
    """The hub's name, its keys, the register, the time and the database."""

    register: CurrentRegister
    keys: CurrentKeys
    clock: Clock
    database: Database

    @property
    def source(self) -> str:
        """The hub as `source` of its own receipts and notices."""
        return organisation_urn(self.register.current.hub.oin)

    def check_able(self) -> None:
        """Return only if the hub can keep and answer what arrives.

        Raises:
            UnavailableError: the database is away.
            RefusedError: there is no valid key to sign receipts with.
        """
        now = self.clock.now()
        self.keys.signing(now)
        with self.database.begin() as connection:
            store.probe(connection, now)
