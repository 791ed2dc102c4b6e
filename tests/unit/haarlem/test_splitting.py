"""One of two goes on alone: the new pauses open before the old ones end, and no day lies between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.haarlem import acts, asides, endings, splitting
from adapters.haarlem.refusals import ActRefusedError
from adapters.haarlem.requests import EndRequest, NewPersonRequest, PartyRequest, SplitRequest
from adapters.haarlem.talk_requests import MoratoriumRequest
from tests.unit.haarlem.desk import BAKKER, CRED, JANSEN, MUN, TAX, TODAY, VISH, Desk, case, person


def split(desk: Desk, number: str, place: int = 1) -> str:
    """Splits a person off."""
    person_id = desk.look(number)["personen"][place]["id"]
    with desk.ledger.begin() as tx:
        return splitting.split(desk.helper, tx, number, person_id, SplitRequest.from_wire({"klantnummerShv": "NIEUW"}))


@pytest.fixture
def couple(desk: Desk) -> str:
    """A couple with a joint creditor; everybody confirmed."""
    number = desk.register(case(person(), person(BAKKER), schuldeisers=[{"naam": "A", "oin": CRED}]))
    desk.confirm_everything()
    return number


def test_the_old_pause_ends_only_when_the_new_one_is_confirmed(desk: Desk, couple: str) -> None:
    old = desk.party(couple, "belastingkantoor", 1)["gesprek"]
    new = split(desk, couple)
    notice = desk.letters(TAX)[-1]
    assert (notice.name, notice.subject, notice.data["bsn"]) == ("kennisgeving-publiek", new, BAKKER)
    assert "pauze-beeindiging" not in [letter.name for letter in desk.letters()]
    desk.confirm(notice)
    end = desk.letters(TAX)[-1]
    assert (end.name, end.conversation, end.data["klasse"]) == ("pauze-beeindiging", old, "beeindigd")
    assert desk.letters(CRED)[-1].name == "kennisgeving-publiek"


def test_the_end_of_the_old_case_leaves_the_pauses_that_wait_for_the_new_one(desk: Desk, couple: str) -> None:
    new = split(desk, couple)
    with desk.ledger.begin() as tx:
        endings.end_case(desk.helper, tx, couple, EndRequest.from_wire({"reden": "zelf"}))
    waiting = {letter.conversation for letter in desk.letters() if letter.data.get("bsn") == BAKKER}
    ended = [letter for letter in desk.letters() if letter.name == "pauze-beeindiging"]
    assert len(ended) == 2
    assert not waiting & {letter.conversation for letter in ended}
    assert desk.look(new)["stand"] == "open"


def test_a_new_pause_that_is_refused_leaves_the_old_one_alone(desk: Desk, couple: str) -> None:
    new = split(desk, couple)
    desk.answer(desk.letters(TAX)[-1], "geen-medewerking", reden="buiten-convenant")
    assert "pauze-beeindiging" not in [letter.name for letter in desk.letters(TAX)]
    assert desk.rust(new) == "in-gevaar"


def test_the_maximum_counts_from_the_first_day_and_not_from_the_split(desk: Desk, couple: str) -> None:
    desk.days_pass(40)
    split(desk, couple)
    assert desk.letters(TAX)[-1].data["einddatum"] == "2027-07-23"


def test_the_registration_in_vish_moves_along_without_a_letter(desk: Desk, couple: str) -> None:
    before = len(desk.letters(VISH))
    new = split(desk, couple)
    assert len(desk.letters(VISH)) == before
    assert desk.party(new, "vish")["stand"] == "geregistreerd"
    for letter in desk.letters():
        if letter.subject == new:
            desk.confirm(letter)
    assert desk.rust(new) == "volledig"
    view = desk.look(new)
    assert view["afgesplitstVan"] == couple
    assert desk.look(couple)["personen"][1]["stand"] == "afgesplitst"


def test_who_stays_hears_nothing_of_it(desk: Desk, couple: str) -> None:
    split(desk, couple)
    assert desk.rust(couple) == "volledig"
    assert desk.look(couple)["personen"][0]["stand"] == "actief"


def test_nobody_can_be_split_off_alone_or_twice(desk: Desk, couple: str) -> None:
    split(desk, couple)
    for place in (0, 1):
        with pytest.raises(ActRefusedError):
            split(desk, couple, place)


def test_a_party_and_a_partner_can_be_added(desk: Desk) -> None:
    number = desk.register()
    for document in ({"schuldeiser": {"naam": "A", "oin": CRED}}, {"belastinggemeente": "0377"}):
        with desk.ledger.begin() as tx:
            acts.add_party(desk.helper, tx, number, PartyRequest.from_wire(document))
    assert len(desk.letters(CRED)) == 1
    assert len(desk.letters(TAX)) == 2
    with desk.ledger.begin() as tx:
        acts.add_person(desk.helper, tx, number, NewPersonRequest.from_wire({"persoon": person(JANSEN)}))
    assert [letter.data["bsn"] for letter in desk.letters(TAX)].count(JANSEN) == 2
    assert len(desk.letters(CRED)) == len(desk.letters(VISH)) == 2


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "precies-een"),
        ({"vish": True, "belastinggemeente": "0377"}, "precies-een"),
        ({"vish": True}, "dubbel"),
        ({"belastinggemeente": "0397"}, "dubbel"),
        ({"schuldeiser": {"naam": "A", "personen": [2]}}, "onbekende-persoon"),
    ],
)
def test_a_party_that_cannot_be_is_refused(desk: Desk, document: dict[str, object], code: str) -> None:
    number = desk.register()
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError) as refused:
        acts.add_party(desk.helper, tx, number, PartyRequest.from_wire(document))
    assert refused.value.fields[0].code == code


def test_a_later_partner_is_not_told_of_to_the_creditors_of_the_former_one(desk: Desk) -> None:
    number = desk.register(case(person(), person(BAKKER), schuldeisers=[{"naam": "A", "oin": CRED, "personen": [2]}]))
    split(desk, number)
    told = len(desk.letters(CRED))
    with desk.ledger.begin() as tx:
        acts.add_person(desk.helper, tx, number, NewPersonRequest.from_wire({"persoon": person(JANSEN)}))
    assert len(desk.letters(CRED)) == told
    assert JANSEN in [letter.data["bsn"] for letter in desk.letters(TAX)]


def test_a_third_person_is_refused(desk: Desk, couple: str) -> None:
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError) as refused:
        acts.add_person(desk.helper, tx, couple, NewPersonRequest.from_wire({"persoon": person(JANSEN)}))
    assert refused.value.fields[0].code == "te-veel-personen"


def protect(desk: Desk, number: str, days: int, mark: str = "C/15/1") -> dict[str, str]:
    """A court forbids collecting for so many days; what everybody is told."""
    until = (TODAY + timedelta(days=days)).isoformat()
    court = {"soort": "wgs-5", "rechtbank": "Noord-Holland", "kenmerk": mark}
    told = court | {"ingangsdatum": TODAY.isoformat(), "einddatum": until}
    with desk.ledger.begin() as tx:
        asides.protect(desk.helper, tx, number, MoratoriumRequest.from_wire(told))
    return told


def to_the_tax_office(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """What it was told of a case: name and conversation."""
    return [(one.name, one.conversation) for one in desk.letters(TAX) if one.subject == subject]


def test_what_a_court_forbids_holds_in_the_new_pause_before_the_old_one_ends(desk: Desk, couple: str) -> None:
    told = protect(desk, couple, 170)
    before = len(desk.letters(TAX))
    new = split(desk, couple)
    notice = desk.letters(TAX)[-1]
    assert to_the_tax_office(desk, new) == [("kennisgeving-publiek", notice.conversation)]
    desk.confirm(notice)
    _, court, end = desk.letters(TAX)[before:]
    assert (court.name, court.conversation, court.data) == ("afkoelingsperiode", notice.conversation, told)
    assert (end.name, end.subject) == ("pauze-beeindiging", couple)
    desk.confirm(court)
    assert [name for name, _ in to_the_tax_office(desk, new)] == ["kennisgeving-publiek", "afkoelingsperiode"]
    desk.clock.move(timedelta(days=160))
    assert desk.party(new, "belastingkantoor")["einddatum"] >= told["einddatum"]


def test_what_the_new_case_heard_of_a_court_itself_is_not_said_over_by_the_old_one(desk: Desk, couple: str) -> None:
    protect(desk, couple, 100, "C/15/1")
    new = split(desk, couple)
    notice = desk.letters(TAX)[-1]
    protect(desk, new, 150, "C/15/2")
    desk.confirm(notice)
    said = [one.data["kenmerk"] for one in desk.letters(TAX) if one.subject == new and one.name == "afkoelingsperiode"]
    assert said == ["C/15/2"]


def test_a_protection_that_is_over_is_not_carried_along(desk: Desk, couple: str) -> None:
    protect(desk, couple, 10)
    desk.days_pass(20)
    new = split(desk, couple)
    desk.confirm(desk.letters(TAX)[-1])
    assert [name for name, _ in to_the_tax_office(desk, new)] == ["kennisgeving-publiek"]


def test_the_municipality_hears_the_phase_of_the_new_case(desk: Desk, couple: str) -> None:
    new = split(desk, couple)
    assert [(one.subject, one.data["fase"]) for one in desk.letters(MUN)] == [(couple, "intake"), (new, "intake")]
