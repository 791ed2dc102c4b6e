"""Commands about DDAS on the adapter's own machine: who may fetch deliveries.

python -m adapters.haarlem ddas client-new --ledger sqlite:///ledger.db --name CBS
"""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import App, Parameter

from adapters.haarlem.ddas import store
from adapters.haarlem.ddas_desk import clients
from adapters.haarlem.opening import opened
from hub.clock import SystemClock

OK, NOT_FOUND = 0, 3

app = App(name="ddas", help="Wie de DDAS-levering mag ophalen.")
LedgerUrl = Annotated[str, Parameter(name="--ledger", help="SQLAlchemy-adres van het eigen register van de adapter.")]


@app.command
def client_new(*, ledger: LedgerUrl, name: str) -> int:
    """Make a client: prints its id and once its secret, of which only the hash is kept.

    Args:
        ledger: The adapter's own database.
        name: Who fetches.
    """
    database = opened(ledger, new=True)
    with database.begin() as tx:
        client_id, secret = clients.make_client(tx, name, SystemClock().now())
    database.close()
    sys.stdout.write(f"client_id\t{client_id}\nclient_secret\t{secret}\n")
    return OK


@app.command
def client_list(*, ledger: LedgerUrl) -> int:
    """Show every client, without its secret.

    Args:
        ledger: The adapter's own database.
    """
    database = opened(ledger)
    with database.database.reading() as tx:
        found = store.clients(tx)
    database.close()
    for client in found:
        sys.stdout.write(f"{client.id}\t{client.name}\t{'revoked' if client.revoked_at else 'active'}\n")
    return OK


@app.command
def client_revoke(client_id: str, /, *, ledger: LedgerUrl) -> int:
    """Revoke a client and its tokens; it fetches nothing from now on.

    Args:
        client_id: Its id, as `client-list` shows it.
        ledger: The adapter's own database.
    """
    database = opened(ledger)
    with database.begin() as tx:
        revoked = store.revoke_client(tx, client_id, SystemClock().now())
    database.close()
    sys.stderr.write("revoked\n" if revoked else "no such active client\n")
    return OK if revoked else NOT_FOUND
