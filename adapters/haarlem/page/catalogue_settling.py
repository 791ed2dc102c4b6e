"""The forms of the acts about an arrangement with creditors."""

from __future__ import annotations

from typing import Final

from adapters.haarlem import arranging, balancing, settling
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.page.deeds import ActForm, Deed
from adapters.haarlem.page.fields import Field, Group, Kind, Source
from adapters.haarlem.page.words import ARRANGEMENTS, CLASSES, REASONS, REFUSALS
from adapters.haarlem.talk_requests import (
    AgreeRequest,
    BalancesRequest,
    DecisionRequest,
    EndArrangementRequest,
    ProposalsRequest,
    ReconsiderRequest,
)
from schemas.codes import ProposalDecision

_KIND_CHOICES: Final = tuple((one.value, words) for one, words in ARRANGEMENTS.items())
_PARTY: Final = Field("partij", "Bij welke partij?", Kind.CHOICE, choices=Source.PARTIES, required=True)
_DAY: Final = "dd-mm-jjjj"


def _reconsider(deed: Deed) -> None:
    settling.reconsider(deed.helper, deed.tx, deed.case_id, deed.about["partij"], deed.request)


def _decide(deed: Deed) -> None:
    settling.decide(deed.helper, deed.tx, deed.case_id, deed.about["partij"], deed.employee, deed.request)


SETTLING: Final = (
    ActForm(
        "saldo-opvragen",
        "Saldo opvragen",
        Act.BALANCES,
        BalancesRequest,
        lambda deed: balancing.request_balances(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Vraag",
                (
                    Field("/typeSchuldregeling", "Soort regeling", Kind.CHOICE, choices=_KIND_CHOICES),
                    Field(
                        "/partijen",
                        "Aan",
                        Kind.SEVERAL,
                        "Niets aangevinkt: elke partij aan wie het nog niet gevraagd is.",
                        Source.PARTIES,
                    ),
                ),
            ),
        ),
        done="De saldo's zijn opgevraagd.",
    ),
    ActForm(
        "betaalvoorstel",
        "Betaalvoorstel doen",
        Act.PROPOSE,
        ProposalsRequest,
        lambda deed: settling.propose(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Voorstel",
                (
                    Field("/typeSchuldregeling", "Soort regeling", Kind.CHOICE, choices=_KIND_CHOICES, required=True),
                    Field("/looptijdMaanden", "Looptijd in maanden", Kind.NUMBER, "Hoogstens 18.", required=True),
                    Field(
                        "/percentage", "Percentage", Kind.MONEY, "Van elke vordering zonder voorrang.", required=True
                    ),
                    Field("/percentagePreferent", "Percentage preferent", Kind.MONEY, "Leeg: hetzelfde."),
                    Field("/geldigTot", "Geldig tot en met", Kind.DAY, _DAY, required=True),
                    Field("/berekendOp", "Berekend op", Kind.DAY, f"{_DAY}. Leeg: vandaag."),
                ),
            ),
        ),
        "Gaat naar elke partij waarvan het saldo bekend is.",
        "Het voorstel is gedaan.",
    ),
    ActForm(
        "heroverweging",
        "Heroverweging vragen",
        Act.RECONSIDER,
        ReconsiderRequest,
        _reconsider,
        (
            Group(
                "Verzoek",
                (
                    _PARTY,
                    Field(
                        "/motivering",
                        "Motivering",
                        Kind.LONG,
                        "Gaat naar de partij. Niets over gezondheid of gezin.",
                        required=True,
                    ),
                    Field("/dwangakkoordAangekondigd", "Er is een dwangakkoord aangekondigd", Kind.CHECK),
                ),
            ),
        ),
        done="De heroverweging is gevraagd.",
    ),
    ActForm(
        "besluit",
        "Besluit van een partij vastleggen",
        Act.DECIDE,
        DecisionRequest,
        _decide,
        (
            Group(
                "Besluit per brief of telefoon",
                (
                    _PARTY,
                    Field(
                        "/besluit",
                        "Besluit",
                        Kind.CHOICE,
                        required=True,
                        choices=tuple((one.value, one.value) for one in ProposalDecision),
                    ),
                    Field("/reden", "Reden van afwijzing", Kind.CHOICE, choices=REFUSALS),
                    Field("/datum", "Datum", Kind.DAY, _DAY, required=True),
                ),
            ),
        ),
        done="Het besluit is vastgelegd.",
    ),
    ActForm(
        "schuldregeling-akkoord",
        "Regeling laten ingaan",
        Act.AGREE,
        AgreeRequest,
        lambda deed: arranging.agree(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Akkoord",
                (
                    Field("/betaalreferentie", "Betaalreferentie", required=True),
                    Field("/datumAkkoord", "Datum van akkoord", Kind.DAY, f"{_DAY}. Leeg: vandaag."),
                    Field("/dwangakkoord", "De rechter verving de instemming van wie weigerde", Kind.CHECK),
                ),
            ),
        ),
        done="De regeling is ingegaan.",
    ),
    ActForm(
        "schuldregeling-beeindigen",
        "Regeling beëindigen",
        Act.END_ARRANGEMENT,
        EndArrangementRequest,
        lambda deed: arranging.end_arrangement(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group(
                "Einde",
                (
                    Field(
                        "/reden",
                        "Reden",
                        Kind.CHOICE,
                        "Blijft hier; partijen horen alleen de klasse.",
                        REASONS,
                        required=True,
                    ),
                    Field(
                        "/klasse",
                        "Klasse",
                        Kind.CHOICE,
                        "Alleen nodig als zij niet uit de reden volgt.",
                        tuple((one.value, words) for one, words in CLASSES.items()),
                    ),
                    Field("/einddatum", "Einddatum", Kind.DAY, f"{_DAY}. Leeg: vandaag."),
                    Field(
                        "/partijen", "Alleen bij", Kind.SEVERAL, "Niets aangevinkt: bij elke partij.", Source.PARTIES
                    ),
                ),
            ),
        ),
        done="De regeling is beëindigd.",
        ended_too=True,
    ),
)
