"""How what was wrong is put right: parties hear only what differs for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.haarlem import correcting
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import CorrectRequest
from tests.unit.haarlem.desk import BAKKER, CRED, CRED_WITHOUT_BSN, TAX, VISH, VRIES, Desk, case, person

CREDITORS = [{"naam": "A", "oin": CRED}, {"naam": "B", "oin": CRED_WITHOUT_BSN}]


def correct(desk: Desk, number: str, **request: object) -> None:
    """Corrects a case."""
    with desk.ledger.begin() as tx:
        correcting.correct(desk.helper, tx, number, CorrectRequest.from_wire(request))


def first(desk: Desk, number: str) -> str:
    """The id of the first person."""
    return str(desk.look(number)["personen"][0]["id"])


def names(desk: Desk, to: str) -> list[str]:
    """The kinds of letters to somebody."""
    return [letter.name for letter in desk.letters(to)]


@pytest.fixture
def running(desk: Desk) -> str:
    """A case in which everybody confirmed."""
    number = desk.register(case(schuldeisers=CREDITORS))
    desk.confirm_everything()
    return number


def test_a_birth_date_goes_to_all_in_their_own_conversations(desk: Desk, running: str) -> None:
    before = {letter.conversation for letter in desk.letters()}
    correct(desk, running, personen=[{"id": first(desk, running), "geboortedatum": "1979-03-11"}])
    assert {letter.conversation for letter in desk.letters()} == before
    for to in (VISH, TAX, CRED, CRED_WITHOUT_BSN):
        assert desk.letters(to)[-1].data["geboortedatum"] == "1979-03-11"
        assert len(names(desk, to)) == 2
    assert desk.rust(running) == "volledig"


def test_a_correction_undoes_a_refusal_when_the_answer_to_it_is_good(desk: Desk) -> None:
    number = desk.register()
    desk.answer(desk.letters(TAX)[0], "geen-medewerking", reden="gegevens-komen-niet-overeen")
    assert desk.rust(number) == "in-gevaar"
    correct(desk, number, personen=[{"id": first(desk, number), "geboortedatum": "1979-03-11"}])
    assert desk.party(number, "belastingkantoor")["stand"] == "verzonden"
    desk.confirm(desk.letters(TAX)[-1])
    assert desk.party(number, "belastingkantoor")["stand"] == "actief"
    assert desk.calls(number) == []


def test_what_is_no_business_of_a_party_is_not_told_to_it(desk: Desk, running: str) -> None:
    correct(desk, running, personen=[{"id": first(desk, running), "voorletters": "Q."}])
    assert len(names(desk, CRED_WITHOUT_BSN)) == 2
    assert len(names(desk, TAX)) == len(names(desk, VISH)) == len(names(desk, CRED)) == 1


def test_a_customer_number_goes_to_that_creditor_alone(desk: Desk, running: str) -> None:
    correct(desk, running, partijen=[{"id": desk.party(running, "schuldeiser")["id"], "klantnummerSe": "K-7"}])
    assert desk.letters(CRED_WITHOUT_BSN)[-1].data["klantnummerSe"] == "K-7"
    assert [len(names(desk, to)) for to in (TAX, VISH, CRED)] == [1, 1, 1]


def test_a_new_phase_alone_is_not_told_to_any_party(desk: Desk, running: str) -> None:
    correct(desk, running, fase="schuldregeling")
    assert len(desk.letters()) == 4
    assert desk.look(running)["fase"] == "schuldregeling"


def test_another_bsn_is_told_first_and_the_wrong_one_is_then_taken_back_everywhere(desk: Desk, running: str) -> None:
    correct(desk, running, personen=[{"id": first(desk, running), "bsn": BAKKER}])
    assert names(desk, TAX) == ["kennisgeving-publiek", "kennisgeving-publiek", "pauze-beeindiging"]
    old, new, end = desk.letters(TAX)
    assert (old.data["bsn"], new.data["bsn"]) == (VRIES, BAKKER)
    assert (end.conversation, end.data["klasse"]) == (old.conversation, "ten-onrechte-gemeld")
    assert names(desk, VISH) == ["schuldenrust-aanmelding", "schuldenrust-aanmelding", "schuldenrust-afmelding"]
    assert [one["stand"] for one in desk.look(running)["personen"]] == ["vervangen", "actief"]
    desk.register(case(person(VRIES)))


def test_a_bsn_that_comes_later_lets_the_letters_go_that_could_not(desk: Desk) -> None:
    number = desk.register(case(person(None)))
    assert desk.letters() == []
    correct(desk, number, personen=[{"id": first(desk, number), "bsn": BAKKER}])
    assert [letter.to for letter in desk.letters()] == [VISH, TAX]
    assert desk.calls(number) == []


def test_an_address_that_turns_secret_is_not_sent_again(desk: Desk, running: str) -> None:
    party = next(one for one in desk.look(running)["personen"][0]["partijen"] if one["naam"] == "B")
    correct(
        desk,
        running,
        personen=[{"id": first(desk, running), "adresGeheim": True}],
        partijen=[{"id": party["id"], "klantnummerSe": "K-1"}],
    )
    assert "adres" not in desk.letters(CRED_WITHOUT_BSN)[-1].data


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"personen": [{"id": "0f0e0d0c-0b0a-4908-8706-050403020100"}]}, "onbekende-persoon"),
        ({"partijen": [{"id": "0f0e0d0c-0b0a-4908-8706-050403020100"}]}, "onbekende-partij"),
    ],
)
def test_strangers_are_refused(desk: Desk, running: str, request_: dict[str, object], code: str) -> None:
    with pytest.raises(ActRefusedError) as refused:
        correct(desk, running, **request_)
    assert refused.value.fields[0].code == code


def test_a_correction_of_nothing_and_a_bsn_with_another_case_are_refused(desk: Desk, running: str) -> None:
    with pytest.raises(ActRefusedError) as nothing:
        correct(desk, running)
    assert nothing.value.refusal is Refusal.NOTHING_TO_DO
    other = desk.register(case(person(BAKKER)))
    with pytest.raises(ActRefusedError) as taken:
        correct(desk, running, personen=[{"id": first(desk, running), "bsn": BAKKER}])
    assert (taken.value.refusal, taken.value.case_id) == (Refusal.CASE_EXISTS, other)


def test_a_correction_that_takes_back_many_pauses_asks_for_their_number(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(rules={"confirm_above": 1})
    number = desk.register(case(belastinggemeenten=["0397", "0377"]))
    persons = [{"id": first(desk, number), "bsn": BAKKER}]
    with pytest.raises(ActRefusedError) as refused:
        correct(desk, number, personen=persons)
    assert (refused.value.refusal, refused.value.count) == (Refusal.COUNT_NEEDED, 2)
    assert len(desk.letters(TAX)) == 2
    correct(desk, number, personen=persons, aantalPauzes=2)
    assert names(desk, TAX).count("pauze-beeindiging") == 2


def test_a_bsn_in_a_text_that_goes_out_is_refused(desk: Desk, running: str) -> None:
    party = {"id": desk.party(running, "schuldeiser")["id"], "vorderingen": [{"factuurnummer": f"F {VRIES}"}]}
    with pytest.raises(ActRefusedError) as refused:
        correct(desk, running, partijen=[party])
    assert (refused.value.fields[0].pointer, refused.value.fields[0].code) == (
        "/partijen/0/vorderingen/0/factuurnummer",
        "bsn-in-tekst",
    )
