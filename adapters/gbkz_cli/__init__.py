"""`schuldhub gbkz`: what the people of a local tax office decide, over the ledger of its adapter.

The running adapter carries decisions out at its next look. Who a message is about shows only with `--persons`, which is
written to the access log of the ledger before anything is printed.
"""

from __future__ import annotations

from cyclopts import App

from adapters.gbkz_cli.approvals import app as approvals
from adapters.gbkz_cli.deaths import app as deaths
from adapters.gbkz_cli.proposals import app as proposals

app = App(
    name="gbkz", help="At a local tax office: let acts through, decide about pauses after a death and about proposals."
)
for noun in (approvals, deaths, proposals):
    app.command(noun)
