"""Who gets which letter, when the register says so and when it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.haarlem.reasons import CLASS_OF, EndReason, class_of
from hub.errors import Code, RefusedError
from hub.workdays import add_months
from schemas.codes import EndClass
from tests.unit.haarlem.desk import BAKKER, CRED, TAX, VISH, Desk, case, person
from tests.world import make_world


def organisation(document: dict[str, Any], oin: str) -> dict[str, Any]:
    """One organisation of a register."""
    return next(one for one in document["organisations"] if one["oin"] == oin)


def without_bsn_for_taxes(document: dict[str, Any]) -> None:
    """The tax office may not have a BSN."""
    organisation(document, TAX)["bsnAllowed"] = False


def suspended(document: dict[str, Any]) -> None:
    """VISH is suspended."""
    organisation(document, VISH)["status"] = "suspended"


def deaf(document: dict[str, Any]) -> None:
    """VISH and the tax office take no such messages."""
    organisation(document, VISH)["accepts"] = []
    organisation(document, TAX)["accepts"] = []


def keyless(document: dict[str, Any]) -> None:
    """Nothing can be sealed to VISH and the tax office."""
    for oin in (VISH, TAX):
        for key in organisation(document, oin)["keys"]:
            key["status"] = "retired"


def no_legal_basis(document: dict[str, Any]) -> None:
    """The agreement has no legal basis."""
    document["agreements"][0]["legalBasis"] = " "


@pytest.mark.parametrize(
    ("edit", "reasons"),
    [
        (without_bsn_for_taxes, ["geen-overeenkomst"]),
        (suspended, ["niet-aangesloten"]),
        (deaf, ["geen-overeenkomst"] * 2),
        (keyless, ["geen-sleutel"] * 2),
        (no_legal_basis, ["geen-overeenkomst"] * 2),
    ],
)
def test_what_the_register_does_not_allow_becomes_a_call_and_never_a_refusal(
    make_desk: Callable[..., Desk], edit: Callable[[dict[str, Any]], None], reasons: list[str]
) -> None:
    desk = make_desk(other=make_world(edit=edit))
    number = desk.register()
    assert desk.calls(number) == reasons
    assert len(desk.letters()) == 2 - len(reasons)


def test_a_public_creditor_without_the_agreement_for_a_bsn_gets_the_notice_without(
    make_desk: Callable[..., Desk],
) -> None:
    def edit(document: dict[str, Any]) -> None:
        for line in document["agreements"][0]["lines"]:
            if line["recipientRole"] == "CRED":
                line["bsn"] = False

    desk = make_desk(other=make_world(edit=edit))
    desk.register(case(schuldeisers=[{"naam": "A", "oin": CRED}]))
    assert [letter.name for letter in desk.letters(CRED)] == ["kennisgeving"]


def test_the_longest_pause_of_all_agreements_counts_and_a_setting_where_none_says(
    make_desk: Callable[..., Desk],
) -> None:
    def edit(document: dict[str, Any]) -> None:
        (first,) = document["agreements"]
        short = {**first, "id": "kort", "lines": [{**line, "maxPauseMonths": 3} for line in first["lines"]]}
        for line in first["lines"]:
            line["maxPauseMonths"] = 4
        document["agreements"].append(short)
        for line in document["agreements"][0]["lines"]:
            if line["recipientRole"] == "CRED":
                del line["maxPauseMonths"]

    desk = make_desk(other=make_world(edit=edit), rules={"maximum_months": 6})
    desk.register(case(schuldeisers=[{"naam": "A", "oin": CRED}]))
    assert desk.letters(TAX)[0].data["einddatum"] == "2027-03-23"
    assert desk.letters(CRED)[0].data["einddatum"] == "2027-05-23"


def test_with_a_stale_register_nothing_is_done_at_all(desk: Desk) -> None:
    desk.clock.moment = datetime(2098, 3, 1, tzinfo=UTC)
    with pytest.raises(RefusedError) as refused:
        desk.register(case(ingangsdatum="2098-03-01"))
    assert refused.value.code is Code.REGISTER_STALE
    desk.clock.moment = datetime(2098, 1, 1, tzinfo=UTC)
    assert desk.register(case(ingangsdatum="2098-01-01"))


def test_a_creditor_may_have_an_end_of_its_own(desk: Desk) -> None:
    desk.register(case(einddatum="2027-05-01", schuldeisers=[{"naam": "A", "oin": CRED, "einddatum": "2027-02-01"}]))
    assert desk.letters(CRED)[0].data["einddatum"] == "2027-02-01"
    assert desk.letters(TAX)[0].data["einddatum"] == "2027-05-01"


def test_everything_that_is_known_goes_into_the_notice(desk: Desk) -> None:
    business = {"kvkNummer": "12345678", "handelsnaam": "Bakkerij", "rechtsvorm": "eenmanszaak"}
    creditor = {
        "naam": "A",
        "oin": CRED,
        "klantnummerSe": "K-1",
        "naamBijSchuldeiser": "J. Vr.",
        "vorderingen": [{"factuurnummer": "F-1", "bedrag": "12.50"}],
    }
    contact = {"naam": "Consulent", "email": "c@haarlem.example"}
    desk.register(
        case(
            person(BAKKER, voorvoegsel="de", onderneming=business),
            schuldeisers=[creditor],
            contact=contact,
            urgent=True,
        )
    )
    data = desk.letters(CRED)[0].data
    assert (data["onderneming"], data["contact"], data["urgent"]) == (business, contact, True)
    assert (data["klantnummerSe"], data["vorderingen"], data["voorvoegsel"]) == (
        "K-1",
        [{"factuurnummer": "F-1"}],
        "de",
    )


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 23), 8, date(2027, 7, 23)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_where_the_calendar_lets_them(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later
    assert add_months(day, 0) == day
    assert later - day > timedelta(0)


@pytest.mark.parametrize("reason", EndReason)
def test_every_reason_has_a_class_or_asks_for_one_and_none_is_a_discharge(reason: EndReason) -> None:
    found = class_of(reason, None)
    assert found is not EndClass.DISCHARGED
    assert (found is None) == (reason not in CLASS_OF)
    assert class_of(reason, EndClass.LEGAL_PROTECTION) in {None, EndClass.LEGAL_PROTECTION}
