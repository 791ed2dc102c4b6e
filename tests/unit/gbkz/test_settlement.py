"""Settling at a local tax office: balance, proposal, a person's decision, the arrangement; and a cooling-off period."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.gbkz.settlement import store
from adapters.ledger import Taken
from hub.clock import new_pseudonym
from hub.database import instant
from hub.errors import Code, RefusedError
from schemas.codes import ProposalRefusalReason
from schemas.messages import (
    ArrangementAgreed,
    ArrangementEnd,
    BalanceRequest,
    CoolingOffPeriod,
    Message,
    Reconsideration,
    SettlementProposal,
)
from tests.parties import example
from tests.unit.gbkz.desk import BAKKER, SMIT, VRIES, Desk, ending, extension, notice, opened

pytestmark = pytest.mark.anyio
CONTACT = {"naam": "Team schulddienstverlening", "telefoon": "023-5550100"}


def balance_request(bsn: str = VRIES, birth_date: str = "1979-11-30") -> BalanceRequest:
    """What does somebody owe?"""
    person = {"bsn": bsn, "geboortedatum": birth_date, "geslachtsnaam": "Vries"}
    return BalanceRequest.from_wire(person | {"klantnummerShv": "HLM-1", "vorderingen": [], "contact": CONTACT})


def proposal(amounts: dict[str, str]) -> SettlementProposal:
    """An offer of an eighth."""
    claims = [
        {"factuurnummer": number, "actueelBedrag": amount, "percentage": "12.50", "prognoseBedrag": "12.50"}
        for number, amount in amounts.items()
    ]
    known = {"typeSchuldregeling": "SK", "berekendOp": "2026-11-23", "looptijdMaanden": 18}
    return SettlementProposal.from_wire(known | {"vorderingen": claims, "geldigTot": "2027-01-31"})


def cooling_off(until: str) -> CoolingOffPeriod:
    """A court forbids collecting until that day."""
    known = {"soort": "wgs-5", "rechtbank": "Noord-Holland", "kenmerk": "C/15/1", "ingangsdatum": "2026-11-23"}
    return CoolingOffPeriod.from_wire(known | {"einddatum": until})


async def owed(desk: Desk, talk: str) -> dict[str, str]:
    """What the office says is owed."""
    (answer,) = await desk.answers_to(balance_request(), talk)
    claims = answer.to_wire()["vorderingen"]
    return {one["factuurnummer"]: one["openstaand"] for one in claims}


def said(messages: list[Message]) -> list[dict[str, object]]:
    """The answers on the wire."""
    return [one.to_wire() for one in messages]


async def test_a_balance_is_what_is_open_at_this_office(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        assert (await owed(desk, new_pseudonym())).keys() == {"D1", "D2", "D3"}
        (unknown,) = await desk.answers_to(balance_request("999900079"), new_pseudonym())
        assert unknown.to_wire() == {"klantOnbekend": True, "standaardAkkoord": False}
        (other,) = await desk.answers_to(balance_request(VRIES, "1980-01-01"), new_pseudonym())
        assert other.to_wire() == {"reden": "gegevens-komen-niet-overeen"}


@pytest.mark.parametrize(
    ("decision", "answer"),
    [
        (None, {"besluit": "akkoord"}),
        (ProposalRefusalReason.UNEQUAL_TREATMENT, {"besluit": "afgewezen", "reden": "ongelijke-behandeling"}),
    ],
)
async def test_a_person_decides_about_a_proposal_and_again_when_asked(
    tmp_path: Path, decision: ProposalRefusalReason | None, answer: dict[str, str]
) -> None:
    async with opened(tmp_path) as desk:
        talk = new_pseudonym()
        amounts = await owed(desk, talk)
        assert [one["status"] for one in said(await desk.answers_to(proposal(amounts), talk))] == ["in-behandeling"]
        with desk.ledger.begin() as tx:
            assert [one.conversation for one in store.to_decide(tx)] == [talk]
            store.decide(tx, talk, decision, "m-7", instant(desk.clock.now()))
        await desk.office.tick(desk.clock.now())
        await desk.office.tick(desk.clock.now())
        decided = [one.to_wire() for one in desk.messages if one.message_type.name == "betaalvoorstel-antwoord"]
        assert [{name: one[name] for name in answer} for one in decided] == [answer]
        plea = Reconsideration.from_wire({"motivering": "Alle andere schuldeisers stemmen in."})
        assert [one["status"] for one in said(await desk.answers_to(plea, talk))] == ["in-behandeling"]
        with desk.ledger.begin() as tx:
            store.decide(tx, talk, None, "m-8", instant(desk.clock.now()))
            with pytest.raises(RefusedError) as raised:
                store.decide(tx, talk, None, "m-8", instant(desk.clock.now()))
        assert raised.value.code is Code.NOT_FOUND


async def test_amounts_that_are_not_owed_are_refused_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        talk = new_pseudonym()
        amounts = await owed(desk, talk) | {"D1": "1.00"}
        (answer,) = said(await desk.answers_to(proposal(amounts), talk))
        assert (answer["besluit"], answer["reden"]) == ("afgewezen", "saldo-gewijzigd")


async def test_an_office_may_agree_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path, proposals="automatisch") as desk:
        talk = new_pseudonym()
        amounts = await owed(desk, talk)
        (answer,) = said(await desk.answers_to(proposal(amounts), talk))
        assert answer["besluit"] == "akkoord"
        await desk.answers_to(example(ArrangementAgreed, "schuldregeling-akkoord"), talk)
        await desk.answers_to(example(ArrangementEnd, "schuldregeling-beeindigd"), talk)
        with desk.ledger.begin() as tx:
            kept = store.settlement(tx, talk)
        assert kept is not None
        assert kept.state is store.SettlementState.ENDED


async def test_a_proposal_without_a_balance_before_it_is_for_a_person(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        talk = new_pseudonym()
        assert await desk.answers_to(proposal({"D1": "100.00"}), talk) == []
        assert desk.states(talk) == [Taken.FAILED]


async def test_a_court_protects_until_the_later_end_and_an_earlier_end_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.answers_to(notice(BAKKER, "1985-00-00"), talk)
        (answer,) = said(await desk.answers_to(cooling_off("2027-05-23"), talk))
        assert answer["einddatum"] == max("2027-05-23", str(answer["einddatum"]))
        (end,) = said(await desk.answers_to(ending(date(2026, 12, 4)), talk))
        assert end["einddatum"] == answer["einddatum"]
        await desk.at(datetime(2026, 12, 8, 9, 0, tzinfo=UTC))
        assert await desk.paused() == {"D3"}
        (longer,) = said(await desk.answers_to(extension(date(2027, 5, 10)), talk))
        assert str(longer["einddatum"]) >= "2027-05-23"


@pytest.mark.parametrize(
    ("until", "reason"), [(date(2027, 5, 10), "WETTELIJKE_BESCHERMING"), (date(2027, 6, 10), "SCHULDHULPVERLENING")]
)
@pytest.mark.parametrize("court_first", [True, False])
async def test_the_tax_system_shows_why_a_pause_lasts_so_long_whichever_came_first(
    tmp_path: Path,
    until: date,
    reason: str,
    court_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with opened(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.receives(notice(BAKKER, "1985-00-00"), talk)
        both: list[Message] = [cooling_off("2027-05-23"), extension(until)]
        for message in both if court_first else reversed(both):
            await desk.receives(message, talk)
        assert {one["reden"] for one in (await desk.books())["uitstellen"]} == {reason}


async def test_a_court_protects_nobody_whom_no_notice_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        (answer,) = said(await desk.answers_to(cooling_off("2027-05-23"), new_pseudonym()))
        assert answer["status"] == "overig"
        assert SMIT not in str(answer)
