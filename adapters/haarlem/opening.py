"""The debt helper's database as a command opens it: looking must not leave an empty one behind."""

from __future__ import annotations

from adapters.haarlem.tables import SCHEMA
from adapters.ledger import Ledger
from hub.database import is_missing
from hub.errors import Code, RefusedError


def opened(url: str, *, new: bool = False) -> Ledger:
    """The ledger with the debt helper's tables; only with `new` one is made that is not there.

    Raises:
        RefusedError: `not_found`; `settings_invalid` for one of a newer release.
    """
    if not new and is_missing(url):
        raise RefusedError(Code.NOT_FOUND, "ledger")
    ledger = Ledger(url)
    ledger.upgrade(SCHEMA)
    return ledger
