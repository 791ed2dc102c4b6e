"""How rest ends: with a class, on a day that parties can work with, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from adapters.haarlem import endings
from adapters.haarlem.calls import open_calls, settle_call
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import CallDoneRequest, EndPartyRequest, EndRequest
from hub.workdays import add_working_days
from tests.unit.haarlem.desk import BAKKER, CRED, NOW, TAX, TODAY, VISH, Desk, case, person

NEAREST = add_working_days(TODAY, 5)


def end(desk: Desk, number: str, **request: object) -> None:
    """Ends a case."""
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, number, EndRequest.from_wire({"reden": "zelf"} | request))


def last(desk: Desk, to: str) -> dict[str, Any]:
    """The last letter to somebody."""
    return desk.letters(to)[-1].data


@pytest.fixture
def running(desk: Desk) -> str:
    """A case in which everybody confirmed."""
    number = desk.register()
    desk.confirm_everything()
    return number


def test_parties_hear_a_class_and_a_day_and_never_the_reason(desk: Desk, running: str) -> None:
    end(desk, running, reden="niet-verschenen")
    assert last(desk, TAX) == {"einddatum": NEAREST.isoformat(), "klasse": "beeindigd"}
    assert last(desk, VISH) == {
        "registratienummer": last(desk, VISH)["registratienummer"],
        "einddatum": NEAREST.isoformat(),
        "klasse": "beeindigd",
    }
    assert "niet-verschenen" not in desk.dump()


def test_rest_holds_until_the_day_and_is_over_after_it(desk: Desk, running: str) -> None:
    end(desk, running)
    desk.confirm(desk.letters(TAX)[-1])
    desk.answer(desk.letters(VISH)[-1], "schuldenrust-registratie", resultaat="beeindigd")
    assert desk.rust(running) == "volledig"
    desk.days_pass((NEAREST - TODAY).days + 1)
    assert desk.rust(running) == "beeindigd"
    assert desk.calls(running) == []


@pytest.mark.parametrize(
    ("reason", "end_class"),
    [
        ("schuldregeling-akkoord", "in-regeling"),
        ("wsnp", "wettelijke-bescherming"),
        ("overleden", "overleden"),
        ("afgerond-kwijting", "in-regeling"),
    ],
)
def test_the_class_follows_from_the_reason(desk: Desk, running: str, reason: str, end_class: str) -> None:
    end(desk, running, reden=reason)
    assert last(desk, TAX)["klasse"] == end_class


def test_a_reason_that_fits_more_than_one_class_asks_for_it(desk: Desk, running: str) -> None:
    with pytest.raises(ActRefusedError) as refused:
        end(desk, running, reden="overig")
    assert refused.value.fields[0].pointer == "/klasse"
    end(desk, running, reden="overig", klasse="in-regeling")
    assert last(desk, TAX)["klasse"] == "in-regeling"


@pytest.mark.parametrize(
    ("reason", "named"), [("zelf", "in-regeling"), ("overig", "ten-onrechte-gemeld"), ("overig", "afgerond")]
)
def test_a_class_that_contradicts_is_refused(desk: Desk, running: str, reason: str, named: str) -> None:
    with pytest.raises(ActRefusedError):
        end(desk, running, reden=reason, klasse=named)
    assert len(desk.letters(TAX)) == 1


def test_an_end_too_near_is_refused_and_a_later_one_is_kept(desk: Desk, running: str) -> None:
    with pytest.raises(ActRefusedError) as refused:
        end(desk, running, einddatum=(NEAREST - timedelta(days=1)).isoformat())
    assert refused.value.fields[0].code == "einde-te-dichtbij"
    end(desk, running, einddatum="2027-01-29")
    assert last(desk, TAX)["einddatum"] == "2027-01-29"


def test_what_was_a_mistake_ends_today_and_stays_open_until_all_answered(desk: Desk, running: str) -> None:
    end(desk, running, reden="ten-onrechte-gemeld")
    assert last(desk, TAX) == {"einddatum": TODAY.isoformat(), "klasse": "ten-onrechte-gemeld"}
    assert desk.calls(running) == ["terugname-loopt"]
    desk.confirm(desk.letters(TAX)[-1])
    assert desk.calls(running) == []
    assert desk.party(running, "belastingkantoor")["stand"] == "beeindigd"


def test_an_end_never_goes_past_what_the_agreement_allows(desk: Desk) -> None:
    number = desk.register(case(ingangsdatum=(TODAY - timedelta(days=30)).isoformat()))
    desk.confirm_everything()
    desk.clock.move(timedelta(days=210))
    end(desk, number, einddatum="2028-01-01")
    assert last(desk, TAX)["einddatum"] == "2027-06-24"


def test_more_than_five_pauses_ask_for_their_number(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rules={"confirm_above": 1})
    number = desk.register(case(belastinggemeenten=["0397", "0377"]))
    with pytest.raises(ActRefusedError) as refused:
        end(desk, number)
    assert (refused.value.refusal, refused.value.count) == (Refusal.COUNT_NEEDED, 2)
    with pytest.raises(ActRefusedError):
        end(desk, number, aantalPauzes=3)
    end(desk, number, aantalPauzes=2)
    assert [letter.name for letter in desk.letters(TAX)].count("pauze-beeindiging") == 2


def test_a_case_ends_once(desk: Desk, running: str) -> None:
    end(desk, running)
    with pytest.raises(ActRefusedError) as refused:
        end(desk, running)
    assert refused.value.refusal is Refusal.CASE_ENDED


def test_a_refused_pause_is_closed_without_a_letter(desk: Desk) -> None:
    number = desk.register()
    desk.answer(desk.letters(TAX)[0], "geen-medewerking", reden="klant-onbekend")
    assert desk.rust(number) == "in-gevaar"
    end(desk, number)
    assert [letter.name for letter in desk.letters(TAX)] == ["kennisgeving-publiek"]
    assert desk.calls(number) == []


def test_a_registration_without_a_result_is_withdrawn_without_its_number(desk: Desk) -> None:
    number = desk.register()
    end(desk, number)
    assert "registratienummer" not in last(desk, VISH)


def test_a_withdrawal_that_is_not_confirmed_is_an_alarm(desk: Desk, running: str) -> None:
    end(desk, running)
    desk.outcome(desk.letters(VISH)[-1])
    desk.confirm(desk.letters(TAX)[-1])
    desk.days_pass(7)
    assert desk.calls(running) == ["vish-niet-afgemeld"]


def test_an_end_that_is_not_confirmed_is_an_alarm(desk: Desk, running: str) -> None:
    end(desk, running)
    desk.outcome(desk.letters(TAX)[-1])
    desk.answer(desk.letters(VISH)[-1], "schuldenrust-registratie", resultaat="beeindigd")
    desk.days_pass(7)
    assert desk.calls(running) == ["einde-onbevestigd"]
    desk.days_pass(30)
    assert desk.calls(running) == ["einde-onbevestigd"]


def test_one_party_can_be_ended_for_one_person(desk: Desk) -> None:
    number = desk.register(case(person(), person(BAKKER), schuldeisers=[{"naam": "A", "oin": CRED}]))
    creditor = desk.party(number, "schuldeiser")["id"]
    second = desk.look(number)["personen"][1]["id"]
    request = EndPartyRequest.from_wire({"reden": "zelf", "persoonId": second})
    with desk.ledger.begin() as tx:
        endings.end_party(desk.helper, tx, number, creditor, request)
    ended = [letter for letter in desk.letters(CRED) if letter.name == "pauze-beeindiging"]
    assert [letter.conversation for letter in ended] == [desk.party(number, "schuldeiser", 1)["gesprek"]]
    with desk.ledger.begin() as tx:
        endings.end_party(desk.helper, tx, number, creditor, EndPartyRequest.from_wire({"reden": "zelf"}))
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError) as refused:
        endings.end_party(desk.helper, tx, number, creditor, EndPartyRequest.from_wire({"reden": "zelf"}))
    assert refused.value.refusal is Refusal.NOTHING_TO_DO


def test_the_end_of_the_last_person_is_the_end_of_the_case(desk: Desk) -> None:
    number = desk.register(case(person(), person(BAKKER)))
    first, second = (one["id"] for one in desk.look(number)["personen"])
    for one in (first, second):
        with desk.ledger.begin() as tx:
            endings.end_person(desk.helper, tx, number, one, EndRequest.from_wire({"reden": "verhuisd"}))
    view = desk.look(number)
    assert view["stand"] == "beeindigd"
    assert [one["stand"] for one in view["personen"]] == ["beeindigd", "beeindigd"]
    assert len([letter for letter in desk.letters() if letter.name == "pauze-beeindiging"]) == 2


def test_rest_that_was_arranged_by_telephone_is_ended_by_telephone(desk: Desk) -> None:
    number = desk.register(case(person(None)))
    with desk.ledger.begin() as tx:
        items = open_calls(tx, number).calls
    request = CallDoneRequest.from_wire({"uitkomst": "geregeld", "einddatum": "2027-05-01"})
    for item in items:
        with desk.ledger.begin() as tx:
            settle_call(desk.helper, tx, item.id, "m-1", request)
    assert desk.rust(number) == "volledig"
    assert desk.look(number)["personen"][0]["eersteEinddatum"] == date(2027, 5, 1).isoformat()
    end(desk, number)
    assert desk.calls(number) == ["einde-melden", "einde-melden"]
    assert desk.rust(number) == "beeindigd"
    assert desk.clock.now() >= NOW
