"""What goes out to whom when a case begins, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.haarlem.acts import add_person
from adapters.haarlem.refusals import ActRefusedError, Refusal
from adapters.haarlem.requests import NewPersonRequest
from tests.unit.haarlem.desk import (
    BAKKER,
    CRED,
    CRED_WITHOUT_BSN,
    TAX,
    TAX_HAARLEM,
    TODAY,
    VISH,
    VRIES,
    Desk,
    case,
    person,
)
from tests.world import make_world


def test_one_act_tells_vish_the_tax_office_and_every_creditor(desk: Desk) -> None:
    creditors = [{"naam": "Publiek", "oin": CRED}, {"naam": "Privaat", "oin": CRED_WITHOUT_BSN}]
    desk.register(case(schuldeisers=creditors))
    assert [(letter.to, letter.name) for letter in desk.letters()] == [
        (VISH, "schuldenrust-aanmelding"),
        (TAX, "kennisgeving-publiek"),
        (CRED, "kennisgeving-publiek"),
        (CRED_WITHOUT_BSN, "kennisgeving"),
    ]
    assert len({letter.conversation for letter in desk.letters()}) == 4
    assert len({letter.subject for letter in desk.letters()}) == 1


def test_a_creditor_without_the_right_never_gets_the_bsn(desk: Desk) -> None:
    desk.register(case(schuldeisers=[{"naam": "Privaat", "oin": CRED_WITHOUT_BSN}]))
    (letter,) = desk.letters(CRED_WITHOUT_BSN)
    assert "bsn" not in letter.data
    assert VRIES not in str(letter.data)


def test_each_former_home_has_its_own_notice_at_its_own_tax_office(desk: Desk) -> None:
    desk.register(case(belastinggemeenten=["0397", "0392", "0377"]))
    notices = [letter for letter in desk.letters() if letter.name == "kennisgeving-publiek"]
    assert {(letter.to, letter.data["gemeentecode"]) for letter in notices} == {
        (TAX, "0397"),
        (TAX_HAARLEM, "0392"),
        (TAX, "0377"),
    }


def test_an_end_date_left_out_is_the_maximum_of_the_agreement(desk: Desk) -> None:
    desk.register()
    (letter,) = desk.letters(TAX)
    assert (letter.data["ingangsdatum"], letter.data["einddatum"]) == ("2026-11-23", "2027-07-23")


def test_an_end_date_later_than_the_agreement_allows_is_cut_to_it(desk: Desk) -> None:
    desk.register(case(einddatum="2028-01-01"))
    assert desk.letters(TAX)[0].data["einddatum"] == "2027-07-23"


def test_somebody_without_a_bsn_is_called_about_and_still_told_of_to_creditors(desk: Desk) -> None:
    number = desk.register(case(person(None), schuldeisers=[{"naam": "Publiek", "oin": CRED}]))
    assert [(letter.to, letter.name) for letter in desk.letters()] == [(CRED, "kennisgeving")]
    assert desk.calls(number) == ["geen-bsn", "geen-bsn"]
    assert desk.rust(number) == "nog-niet"


def test_a_secret_address_goes_only_to_whom_it_is_known(desk: Desk) -> None:
    known = {"naam": "A", "oin": CRED_WITHOUT_BSN, "adresBekend": True}
    hidden = {"naam": "B", "oin": CRED, "klantnummerSe": "K-1"}
    desk.register(case(person(None, adresGeheim=True), schuldeisers=[known, hidden]))
    by_recipient = {letter.to: letter.data for letter in desk.letters()}
    assert by_recipient[CRED_WITHOUT_BSN]["adres"]["straat"] == "Dreef"
    assert "adres" not in by_recipient[CRED]


def test_a_party_that_could_only_be_found_by_a_secret_address_is_called(desk: Desk) -> None:
    number = desk.register(case(person(adresGeheim=True), schuldeisers=[{"naam": "B", "oin": CRED_WITHOUT_BSN}]))
    assert desk.letters(CRED_WITHOUT_BSN) == []
    assert desk.calls(number) == ["niet-vindbaar"]
    assert "Dreef" not in desk.dump()


def test_a_creditor_that_is_not_on_the_hub_becomes_a_call(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[{"naam": "Kapper", "telefoon": "023-5550100"}]))
    assert desk.calls(number) == ["niet-aangesloten"]
    assert desk.party(number, "schuldeiser")["stand"] == "te-bellen"


def test_both_partners_have_conversations_of_their_own(desk: Desk) -> None:
    desk.register(case(person(), person(BAKKER, geslachtsnaam="Bakker")))
    assert len(desk.letters(VISH)) == len(desk.letters(TAX)) == 2
    assert len({letter.conversation for letter in desk.letters()}) == 4


def test_a_creditor_of_one_partner_hears_nothing_of_the_other(desk: Desk) -> None:
    desk.register(case(person(), person(BAKKER), schuldeisers=[{"naam": "A", "oin": CRED, "personen": [2]}]))
    assert [letter.data["bsn"] for letter in desk.letters(CRED)] == [BAKKER]


def test_the_case_system_may_keep_telling_vish_itself(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(vish_supply="zaaksysteem")
    number = desk.register()
    assert desk.letters(VISH) == []
    desk.confirm_everything()
    assert desk.rust(number) == "volledig"


def test_a_second_open_case_of_somebody_is_refused_with_the_first(desk: Desk) -> None:
    first = desk.register()
    with pytest.raises(ActRefusedError) as refused:
        desk.register()
    assert (refused.value.refusal, refused.value.case_id) == (Refusal.CASE_EXISTS, first)
    desk.register(case(tweedeZaak=True))
    assert len(desk.letters(VISH)) == 2


def test_a_case_number_in_use_is_refused(desk: Desk) -> None:
    desk.register(case(klantnummerShv="A"))
    with pytest.raises(ActRefusedError) as refused:
        desk.register(case(person(BAKKER), klantnummerShv="A"))
    assert refused.value.refusal is Refusal.NUMBER_TAKEN


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        (case(person("123456782")), "/personen/0/bsn", "geen-test-bsn"),
        (case(person(), person()), "/personen/1/bsn", "dubbel"),
        (case(einddatum="2026-11-22"), "/einddatum", "eind-voor-begin"),
        (case(ingangsdatum="2026-09-01"), "/ingangsdatum", "in-het-verleden"),
        (case(ingangsdatum="2199-12-31"), "/ingangsdatum", "te-ver-vooruit"),
        (case(klantnummerShv=f"zaak {VRIES[:3]}.{VRIES[3:]}"), "/klantnummerShv", "bsn-in-tekst"),
        (case(schuldeisers=[{"naam": "A", "klantnummerSe": VRIES}]), "/schuldeisers/0/klantnummerSe", "bsn-in-tekst"),
        (case(klantnummerShv="123456782"), "/klantnummerShv", "lijkt-op-bsn"),
        (case(person(kenmerk=BAKKER)), "/personen/0/kenmerk", "lijkt-op-bsn"),
        (case(schuldeisers=[{"naam": "A", "klantnummerSe": BAKKER}]), "/schuldeisers/0/klantnummerSe", "lijkt-op-bsn"),
        (
            case(schuldeisers=[{"naam": "A", "vorderingen": [{"factuurnummer": f"BSN{BAKKER}"}]}]),
            "/schuldeisers/0/vorderingen/0/factuurnummer",
            "lijkt-op-bsn",
        ),
        (case(schuldeisers=[{"naam": "A", "personen": [2]}]), "/schuldeisers/0/personen", "onbekende-persoon"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    desk: Desk, document: dict[str, object], pointer: str, code: str
) -> None:
    with pytest.raises(ActRefusedError) as refused:
        desk.register(document)
    assert [(one.pointer, one.code) for one in refused.value.fields] == [(pointer, code)]
    assert desk.letters() == []


def test_a_creditors_number_that_a_person_looked_at_is_taken_and_a_bsn_of_the_case_never(desk: Desk) -> None:
    chance = {"naam": "A", "klantnummerSe": "123456782", "geenBsn": True}
    desk.register(case(schuldeisers=[chance]))
    with pytest.raises(ActRefusedError) as refused:
        desk.register(case(person(BAKKER), schuldeisers=[chance | {"klantnummerSe": BAKKER}]))
    assert refused.value.fields[0].code == "bsn-in-tekst"


def test_a_person_whose_bsn_creditors_read_already_as_a_customer_number_is_not_added(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[{"naam": "A", "klantnummerSe": BAKKER, "geenBsn": True}]))
    with desk.ledger.begin() as tx, pytest.raises(ActRefusedError) as refused:
        add_person(desk.helper, tx, number, NewPersonRequest.from_wire({"persoon": person(BAKKER)}))
    assert [(one.pointer, one.code) for one in refused.value.fields] == [("/persoon/bsn", "bsn-in-tekst")]


def test_rest_is_full_only_when_every_party_confirmed(desk: Desk) -> None:
    number = desk.register(case(schuldeisers=[{"naam": "Publiek", "oin": CRED}]))
    assert desk.rust(number) == "nog-niet"
    desk.registered(desk.letters(VISH)[0])
    assert desk.rust(number) == "gedeeltelijk"
    desk.confirm(desk.letters(TAX)[0])
    desk.confirm(desk.letters(CRED)[0])
    view = desk.look(number)["personen"][0]
    assert view["rust"] == "volledig"
    assert view["eersteEinddatum"] == "2027-07-23"
    assert view["sinds"].startswith(TODAY.isoformat())


def test_a_case_of_a_municipality_that_is_not_ours_is_refused(make_desk: Callable[..., Desk]) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["organisations"][1]["gemeentecodes"] = ["0392"]

    desk = make_desk(other=make_world(edit=edit))
    with pytest.raises(ActRefusedError) as refused:
        desk.register()
    assert refused.value.fields[0].code == "andere-gemeente"
    assert desk.register(case(gemeentecode="0392"))
