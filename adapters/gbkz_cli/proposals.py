"""`schuldhub gbkz proposals`: proposals to settle a debt, about which a person decides."""

from __future__ import annotations

from typing import Literal

from cyclopts import App

from adapters.edge_desk import names_of
from adapters.edge_options import ConfigFile, Conversation, Employee
from adapters.gbkz.settlement import store as settling
from adapters.gbkz_cli.opening import NEXT_LOOK, opened
from adapters.settings import load_edge_settings
from hub.cli.app import USAGE
from hub.cli.options import Flag
from hub.cli.output import OutputOption, form_of, print_rows, say
from hub.cli.refusal import OK
from hub.database import instant
from hub.wire.shortnames import case_code
from schemas.codes import ProposalRefusalReason

app = App(name="proposals", help="Proposals to settle a debt: a person decides whether the office agrees.")
Row = dict[str, object]
#: List D.
ProposalRefusal = Literal[
    "wettelijke-belemmering",
    "fraudevordering",
    "saldo-gewijzigd",
    "berekening-betwist",
    "ongelijke-behandeling",
    "overig",
]


@app.command(name="list")
def list_proposals(*, config: ConfigFile, output: OutputOption = None) -> int:
    """List the proposals that wait for a person, the oldest first, with what they offer for each dossier.

    Args:
        config: The settings of the edge.
        output: How to print it.
    """
    settings = load_edge_settings(config)
    with opened(settings) as database, database.reading() as tx:
        found = settling.to_decide(tx)
    names = names_of(settings) if form_of(output) == "table" else {}
    print_rows([_proposal_row(one, names.get(one.sender, one.sender)) for one in found], output)
    return OK


@app.command(name="decide")
def decide_proposal(
    conversation: Conversation,
    /,
    *,
    config: ConfigFile,
    by: Employee,
    agree: Flag = False,
    refuse: ProposalRefusal | None = None,
) -> int:
    """Decide about a proposal; the running adapter answers it at its next look.

    Args:
        conversation: The conversation of the proposal, as listed.
        config: The settings of the edge.
        by: Your opaque id as an employee; it stands in the ledger with the decision.
        agree: The office agrees.
        refuse: It does not, for this reason.
    """
    if agree == (refuse is not None):
        say("usage: give one of --agree and --refuse REASON")
        return USAGE
    settings = load_edge_settings(config)
    reason = None if refuse is None else ProposalRefusalReason(refuse)
    with opened(settings) as database, database.begin() as tx:
        settling.decide(tx, conversation, reason, by, instant(settings.clock().now()))
    say(NEXT_LOOK)
    return OK


def _proposal_row(known: settling.Settlement, party: str) -> Row:
    offered = {line["factuurnummer"]: f"{line['prognoseBedrag']} ({line['percentage']} %)" for line in known.lines}
    return {
        "conversation": known.conversation,
        "dossierkenmerk": case_code(known.case),
        "party": party,
        "again": known.turn > 1,
        "offered": "; ".join(f"{number}: {offer}" for number, offer in offered.items()),
    }
