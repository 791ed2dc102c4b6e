"""Settling at a creditor: balance, proposal, decision, and consent by silence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.convenant.orders import Answer, Outcome
from adapters.convenant.store import ItemKind
from adapters.ledger import Taken
from hub.clock import new_pseudonym
from schemas.codes import ProposalRefusalReason
from tests.unit.convenant.desk import (
    GONE,
    NOBODY,
    Desk,
    balance_request,
    file_desk,
    http_desk,
    proposal,
    reconsideration,
)

pytestmark = pytest.mark.anyio
WORDS = pytest.mark.parametrize("words", ["waterschap", "gemeente"])
#: Longer than ten working days.
TERM = timedelta(days=16)


def silent_from_now(desk: Desk) -> None:
    """Their clerk looks at what comes, and says nothing."""
    assert desk.house is not None
    desk.house.direct, desk.house.by_hand = False, True


@WORDS
async def test_a_balance_is_answered_claim_by_claim(tmp_path: Path, words: str) -> None:
    async with http_desk(tmp_path, words, direct=True, agreed_in_advance=True) as desk:
        await desk.receives(balance_request(), new_pseudonym())
        assert desk.told() == [
            {
                "klantOnbekend": False,
                "standaardAkkoord": True,
                "klantnummerSe": "K1",
                "vorderingen": [
                    {"factuurnummer": "F1", "schuldtype": "open", "openstaand": "125.50"},
                    {"factuurnummer": "F2", "schuldtype": "open", "openstaand": "125.50"},
                ],
            }
        ]


@WORDS
async def test_a_claim_that_was_transferred_is_at_the_new_creditor(tmp_path: Path, words: str) -> None:
    async with http_desk(tmp_path, words, direct=True) as desk:
        await desk.receives(balance_request(GONE, geboortedatum="1990-05-17"), new_pseudonym())
        assert desk.told()[0]["vorderingen"] == [
            {
                "factuurnummer": "F4",
                "schuldtype": "overgedragen",
                "openstaand": "0.00",
                "behandelaar": {"soort": "nieuwe-schuldeiser", "naam": "Incassohuis Zuid"},
            }
        ]


async def test_whoever_is_not_known_owes_nothing_here(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", direct=True, agreed_in_advance=True) as desk:
        await desk.receives(balance_request(NOBODY), new_pseudonym())
        assert desk.told() == [{"klantOnbekend": True, "standaardAkkoord": False}]


@WORDS
async def test_a_proposal_is_answered_with_their_decision(tmp_path: Path, words: str) -> None:
    async with http_desk(tmp_path, words, direct=True) as desk:
        talk = new_pseudonym()
        await desk.receives(balance_request(), talk)
        desk.books.objection = "saldo-gewijzigd"
        await desk.receives(proposal(), talk)
        await desk.receives(reconsideration(), talk)
        decisions = [(one["besluit"], one.get("reden")) for one in desk.told()[1:]]
        assert decisions == [("afgewezen", "saldo-gewijzigd"), ("akkoord", None)]


async def test_who_agreed_in_advance_and_is_silent_has_accepted_after_its_term_once(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", direct=True, agreed_in_advance=True) as desk:
        talk = new_pseudonym()
        await desk.receives(balance_request(), talk)
        silent_from_now(desk)
        key = await desk.receives(proposal(), talk)
        await desk.tick(timedelta(days=10))
        assert len(desk.sent) == 1
        for _ in range(2):
            await desk.tick(TERM)
        assert [one["besluit"] for one in desk.told()[1:]] == ["akkoord"]
        assert desk.sent[1].causation == key


@pytest.mark.parametrize(("agreed", "impediment"), [(False, None), (True, "Fraude")])
async def test_silence_is_no_consent_without_agreement_or_with_an_impediment(
    tmp_path: Path, *, agreed: bool, impediment: str | None
) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True, agreed_in_advance=agreed) as desk:
        talk = new_pseudonym()
        desk.books.impediment = impediment
        await desk.receives(balance_request(), talk)
        assert desk.told()[0]["standaardAkkoord"] is False
        silent_from_now(desk)
        await desk.receives(proposal(), talk)
        await desk.tick(TERM)
        assert len(desk.sent) == 1


async def test_a_decision_after_silence_became_consent_is_for_a_person(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "waterschap", direct=True, agreed_in_advance=True) as desk:
        talk = new_pseudonym()
        await desk.receives(balance_request(), talk)
        silent_from_now(desk)
        key = await desk.receives(proposal(), talk)
        await desk.tick(TERM)
        late = Answer(key=key, number=1, outcome=Outcome.DONE, objection=ProposalRefusalReason.OTHER)
        assert desk.take(late)
        assert [one["besluit"] for one in desk.told()[1:]] == ["akkoord"]
        assert [kind for kind, _, _ in desk.items()] == [ItemKind.LATE_DECISION]


async def test_another_sender_cannot_touch_a_settlement(tmp_path: Path) -> None:
    async with http_desk(tmp_path, "gemeente", direct=True) as desk:
        talk = new_pseudonym()
        await desk.receives(balance_request(), talk)
        await desk.receives(proposal(), talk, sender="00000099000000009999")
        assert desk.states(talk) == [Taken.DONE, Taken.FAILED]


async def test_files_carry_balance_and_proposal_and_the_term_counts_from_the_fetching(tmp_path: Path) -> None:
    async with file_desk(tmp_path, agreed_in_advance=True) as desk:
        talk = new_pseudonym()
        await desk.receives(balance_request(None), talk)
        await desk.rounds()
        assert desk.kinds() == ["statusbericht", "saldoverzoek-antwoord"]
        await desk.receives(proposal(), talk)
        await desk.tick()
        await desk.tick(TERM)
        assert len(desk.sent) == 2
        await desk.rounds()
        assert desk.kinds()[2:] == ["statusbericht", "betaalvoorstel-antwoord"]
        assert desk.told()[-1]["besluit"] == "akkoord"
