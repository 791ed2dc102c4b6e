"""What the Kredietbank does on each message, and what it says of its own accord; its system over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.kredietbank.simulator import Fault, Mood
from adapters.kredietbank.simulator_files import FileFault
from adapters.ledger import Taken
from hub.clock import new_pseudonym
from schemas.messages import BalanceAnswer, NoCooperation, ProposalAnswer, StatusReport
from tests.parties import example
from tests.unit.kredietbank.desk import Desk, file_desk, http_desk, referral, report
from tests.world import CRED, CRED_WITHOUT_BSN, SHV, TAX

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Desk]:
    """The Kredietbank behind HTTP, asked for what happened."""
    async with http_desk(tmp_path) as opened:
        yield opened


def balance(customer: str) -> BalanceAnswer:
    """One open claim of a hundred euros."""
    claim = {"factuurnummer": f"F-{customer}", "schuldtype": "open", "openstaand": "100.00"}
    known = {"klantOnbekend": False, "standaardAkkoord": False, "vorderingen": [claim]}
    return BalanceAnswer.from_wire(known)


def decision(agrees: bool) -> ProposalAnswer:  # noqa: FBT001 - what it is stands at every call
    """What a creditor decides."""
    if agrees:
        return ProposalAnswer.from_wire({"besluit": "akkoord", "datum": "2027-01-04"})
    return ProposalAnswer.from_wire({"besluit": "afgewezen", "reden": "saldo-gewijzigd", "datum": "2027-01-04"})


def talk_with(desk: Desk, party: str) -> str:
    """The conversation with a creditor."""
    return next(one.conversation for one in desk.alone.sent if one.to == party)


async def test_a_referral_goes_its_way_and_whoever_referred_hears_each_step(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    assert desk.books.dossiers() == {talk: "nieuw"}
    told = desk.books.told("aanmelding")[0]["inhoud"]
    assert (told["klant"]["bsn"], told["bedrijf"]["kvkNummer"]) == ("999001012", "69599084")
    await desk.tick(1)
    await desk.tick(7)
    assert desk.statuses() == ["aangenomen", "gestart"]
    assert {"afspraakOp"} <= desk.alone.said(SHV)[0][1].keys()
    assert desk.stands(talk) == "gestart"


async def test_the_arrangement_is_made_with_every_creditor_by_its_right_to_the_bsn(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    for days in (1, 7, 14):
        await desk.tick(days)
    assert desk.alone.said(SHV)[-1][0] == "rustverzoek"
    asked = {party: desk.alone.said(party)[0] for party in (CRED, CRED_WITHOUT_BSN)}
    assert {name for name, _ in asked.values()} == {"saldoverzoek"}
    assert asked[CRED][1]["bsn"] == "999001012"
    assert "bsn" not in asked[CRED_WITHOUT_BSN][1]
    assert asked[CRED_WITHOUT_BSN][1]["klantnummerSe"] == "K-9"
    for party in (CRED, CRED_WITHOUT_BSN):
        await desk.receives(balance(party), talk_with(desk, party), party)
    await desk.tick()
    for party in (CRED, CRED_WITHOUT_BSN):
        assert desk.alone.said(party)[1][1]["vorderingen"][0]["prognoseBedrag"] == "12.50"  # type: ignore[index]
    await desk.receives(decision(agrees=True), talk_with(desk, CRED), CRED)
    await desk.receives(decision(agrees=False), talk_with(desk, CRED_WITHOUT_BSN), CRED_WITHOUT_BSN)
    await desk.tick()
    assert [name for name, _ in desk.alone.said(CRED_WITHOUT_BSN)][2:] == ["heroverweging"]
    await desk.receives(decision(agrees=True), talk_with(desk, CRED_WITHOUT_BSN), CRED_WITHOUT_BSN)
    await desk.tick()
    desk.books.finish(talk)
    await desk.tick()
    steps = ["saldoverzoek", "betaalvoorstel", "schuldregeling-akkoord", "schuldregeling-beeindigd"]
    assert [name for name, _ in desk.alone.said(CRED)] == steps
    assert desk.alone.said(SHV)[-1] == ("verwijzing-status", {"status": "afgerond", "uitkomst": "regeling-getroffen"})
    assert desk.items() == []
    assert {done for done, _ in desk.books.effects().values()} == {1}


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.ERROR_IN_200, Fault.TOO_BUSY, Fault.GIBBERISH, Fault.CUT])
async def test_a_system_that_fails_is_told_again_and_does_it_once(desk: Desk, fault: Fault) -> None:
    assert desk.http is not None
    desk.http.mood = Mood(fault, 1)
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    assert desk.alone.states(talk) == [Taken.DONE]
    assert [done for done, _ in desk.books.effects().values()] == [1]


@pytest.mark.parametrize("fault", [Fault.SILENT_AFTER, Fault.OTHER_DOSSIER])
async def test_a_system_that_acts_and_does_not_say_so_has_acted_once(desk: Desk, fault: Fault) -> None:
    assert desk.http is not None
    desk.http.mood = Mood(fault, 1, 3)
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    assert desk.alone.states(talk) == [Taken.DONE]
    assert list(desk.books.effects().values()) == [(1, 1)]


async def test_what_the_system_refuses_is_for_a_person(desk: Desk) -> None:
    assert desk.http is not None
    desk.http.mood = Mood(Fault.REFUSES, 1)
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    assert desk.alone.states(talk) == [Taken.FAILED]


@pytest.mark.parametrize(
    "fault", [Fault.TWICE, Fault.WRONG_TOKEN, Fault.UNKNOWN_FIRST, Fault.GIBBERISH_FIRST, Fault.LIES]
)
async def test_whatever_the_webhook_brings_each_step_is_said_once(tmp_path: Path, fault: Fault) -> None:
    async with http_desk(tmp_path, webhook=True) as desk:
        assert desk.http is not None
        talk = new_pseudonym()
        await desk.receives(referral(), talk)
        desk.http.mood = Mood(fault, 1)
        desk.books.step(talk, "opgepakt", "OPGEPAKT")
        await desk.eventually(lambda: desk.books.waiting() == [] and len(desk.http.heard) >= 1)  # type: ignore[union-attr]
        if fault is Fault.LIES:
            await desk.eventually(lambda: desk.items() == [("number-reused", "1")])
        assert desk.statuses() == ["aangenomen"]
        assert desk.stands(talk) == "aangenomen"


async def test_whoever_referred_may_take_it_back_and_say_nothing_else(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    await desk.receives(report("gestart"), talk)
    assert [said["status"] for _, said in desk.alone.said(SHV)] == ["overig"]
    await desk.receives(report("ingetrokken", reden="Gaat naar een andere gemeente."), talk)
    assert desk.books.dossiers() == {talk: "gestopt"}
    assert desk.stands(talk) == "ingetrokken"
    desk.books.say(talk, "stand", stand="LOOPT")
    await desk.tick()
    assert desk.statuses() == []
    assert desk.items() == [("not-allowed", "1")]


async def test_a_status_that_may_not_follow_is_for_a_person_and_never_sent(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    desk.books.step(talk, "klaar", "KLAAR", resultaat="geholpen")
    desk.books.step(talk, "wacht", "OPGEPAKT")
    desk.books.step(talk, "wacht", "LOOPT")
    desk.books.step(talk, "wacht", "WACHT")
    await desk.tick()
    assert desk.statuses() == ["aangenomen", "gestart"]
    # completed before it began, and suspended without a reason
    assert desk.items() == [("not-allowed", "1"), ("not-sayable", "4")]


async def test_another_kind_of_help_is_rejected_at_once_and_nobody_is_told(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(soort="jongeren"), talk)
    assert desk.statuses() == ["afgewezen"]
    assert desk.books.dossiers() == {}


async def test_a_new_referral_follows_one_that_was_rejected_and_no_other(desk: Desk) -> None:
    first, second, third = new_pseudonym(), new_pseudonym(), new_pseudonym()
    await desk.receives(referral(), first)
    desk.books.step(first, "afgewezen", "NIET_OPGEPAKT", reden="Geen onderneming meer.")
    await desk.tick()
    assert desk.statuses() == ["afgewezen"]
    await desk.receives(referral(vervolgOp=first), second)
    await desk.receives(referral(vervolgOp=second), third)
    told = {one["kenmerk"]: one["inhoud"].get("eerderKenmerk") for one in desk.books.told("aanmelding")}
    assert told == {first: None, second: first, third: None}
    assert desk.alone.said(SHV)[-1][1]["status"] == "overig"


async def test_the_requester_hears_every_thirty_days_how_it_stands(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    desk.books.step(talk, "opgepakt", "OPGEPAKT")
    await desk.tick()
    desk.books.step(talk, "stil", "LOOPT")
    await desk.tick()
    desk.alone.clock.move(timedelta(days=31))
    await desk.tick()
    await desk.tick()
    assert desk.statuses() == ["aangenomen", "gestart", "gestart"]
    assert [one["kenmerk"] for one in desk.books.told("stand")] == [talk]


async def test_terms_that_pass_are_told_once(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(urgent=True), talk)
    for _ in range(3):
        desk.alone.clock.move(timedelta(days=4))
        await desk.bank.tick(desk.alone.clock.now())
    assert desk.items() == [("lapsed", "decision")]


async def test_nobody_else_touches_a_referral_or_answers_in_a_talk_of_another(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    await desk.receives(report("ingetrokken", reden="Zomaar."), talk, TAX)
    await desk.receives(referral(), talk, CRED)
    refusal = NoCooperation.from_wire({"reden": "klant-onbekend"})
    await desk.receives(refusal, new_pseudonym(), CRED)
    assert desk.alone.states(talk) == [Taken.DONE, Taken.FAILED, Taken.FAILED]
    assert desk.stands(talk) == "aangevraagd"
    assert desk.books.told("intrekking") == []


async def test_the_answer_to_a_request_for_rest_reaches_the_system(desk: Desk) -> None:
    talk = new_pseudonym()
    await desk.receives(referral(), talk)
    await desk.receives(example(StatusReport, "statusbericht"), talk)
    assert [one["deelnemer"] for one in desk.books.told("bericht")] == [SHV]


@pytest.mark.parametrize("fault", [FileFault.NONE, FileFault.GIBBERISH, FileFault.BAD_ROW, FileFault.TWICE])
async def test_by_files_the_same_is_said_and_done_once(tmp_path: Path, fault: FileFault) -> None:
    async with file_desk(tmp_path) as desk:
        assert desk.files is not None
        talk = new_pseudonym()
        await desk.receives(referral(), talk)
        await desk.tick()
        assert ("statusbericht", "opgehaald") in {(name, said["status"]) for name, said in desk.alone.said(SHV)}
        desk.files.fault = fault
        for days in (1, 7, 14, 0):
            await desk.tick(days)
        assert desk.statuses() == ["aangenomen", "gestart"]
        assert desk.alone.said(CRED)[0][0] == "saldoverzoek"
        for party in (CRED, CRED_WITHOUT_BSN):
            await desk.receives(balance(party), talk_with(desk, party), party)
        for _ in range(2):
            await desk.tick()
        names = [name for name, _ in desk.alone.said(CRED_WITHOUT_BSN)]
        assert names.count("betaalvoorstel") == 1
        assert "statusbericht" in names  # the file with its answer was fetched
        odd = {FileFault.GIBBERISH: "unreadable-file", FileFault.BAD_ROW: "unreadable-row"}
        assert [kind for kind, _ in desk.items()] == ([odd[fault]] if fault in odd else [])
        assert {done for done, _ in desk.books.effects().values()} == {1}


async def test_a_file_that_nobody_fetches_is_an_item_once(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        await desk.receives(referral(), new_pseudonym())
        for _ in range(8):
            desk.alone.clock.move(timedelta(days=1))
            await desk.bank.tick(desk.alone.clock.now())
        assert [kind for kind, _ in desk.items()].count("unfetched") == 1


async def test_the_kredietbank_keeps_its_books_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    async with file_desk(tmp_path, postgres_url) as desk:
        talk = new_pseudonym()
        await desk.receives(referral(), talk)
        await desk.tick()
        await desk.tick(1)
        assert desk.statuses() == ["aangenomen"]
