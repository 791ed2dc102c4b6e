from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from schemas.codes import EndClass, ReferralKind, ReferralStatus
from schemas.errors import PayloadError, Slug
from schemas.messages import (
    MODELS,
    AdministrationDossier,
    AdministrationStart,
    ArrangementEnd,
    CoolingOffPeriod,
    DebtRestRequest,
    DebtRestWithdrawal,
    Message,
    Notice,
    PauseEnd,
    PublicNotice,
    Referral,
    ReferralStatusReport,
    SettlementProposal,
    StatusRequest,
)
from schemas.published import FOLDER


def _example(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "examples" / f"{name}.json").read_text(encoding="utf-8"))
    return document


def _without(document: dict[str, Any], *members: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in members}


def _slugs(model: type[Message], document: dict[str, Any]) -> set[Slug]:
    with pytest.raises(PayloadError) as refused:
        model.from_wire(document)
    return {problem.slug for problem in refused.value.problems}


def test_a_notice_without_bsn_needs_an_address_or_a_customer_number() -> None:
    notice = _example("kennisgeving")
    Notice.from_wire(_without(notice, "adres"))
    Notice.from_wire(_without(notice, "klantnummerSe"))
    assert _slugs(Notice, _without(notice, "adres", "klantnummerSe")) == {Slug.NEITHER_ADDRESS_NOR_NUMBER}


def test_a_notice_without_bsn_has_no_place_for_one() -> None:
    assert _slugs(Notice, _example("kennisgeving") | {"bsn": "999001000"}) == {Slug.UNKNOWN_MEMBER}
    assert "bsn" not in Notice.model_fields


def test_a_public_notice_without_any_optional_member_is_enough() -> None:
    bare = {
        "bsn": "999001000",
        "geboortedatum": "1985-00-00",
        "geslachtsnaam": "Berg",
        "klantnummerShv": "1",
        "ingangsdatum": "2026-02-02",
        "einddatum": "2026-02-02",
        "contact": {"naam": "Team", "telefoon": "0235550100"},
        "gemeentecode": "0397",
    }
    message = PublicNotice.from_wire(bare)
    assert message.to_wire() == bare
    assert message.urgent is False


def test_a_pause_does_not_end_before_it_starts() -> None:
    assert _slugs(PublicNotice, _example("kennisgeving-publiek") | {"einddatum": "2026-02-01"}) == {
        Slug.END_BEFORE_START
    }


@pytest.mark.parametrize("end_class", EndClass)
def test_final_discharge_is_no_class_of_the_messages_that_end_a_pause(end_class: EndClass) -> None:
    for model in (PauseEnd, DebtRestWithdrawal):
        document = {"einddatum": "2026-10-01", "klasse": end_class.value}
        if end_class is EndClass.DISCHARGED:
            assert _slugs(model, document) == {Slug.CLASS_NOT_HERE}
        else:
            assert model.from_wire(document).to_wire() == document


def test_a_notice_with_a_hundred_claims_fits_the_wire() -> None:
    """The longest list, with texts of usual length in letters of two bytes, against the 25,600 bytes of wire.md 5."""
    largest = _example("kennisgeving-publiek")
    largest["vorderingen"] = [{"factuurnummer": "1" * 20, "omschrijving": "é" * 60}] * 100
    PublicNotice.from_wire(largest)
    assert len(json.dumps(largest, ensure_ascii=False).encode()) <= 25_600


def test_every_message_says_its_type() -> None:
    assert {model.message_type.type for model in MODELS.values()} == set(MODELS)


@pytest.mark.parametrize("name", ["saldoverzoek", "verwijzing"])
def test_a_person_is_named_by_one_block_or_the_other(name: str) -> None:
    model = MODELS[f"nl.schuldhulpverlening.{name}.v1"]
    with_bsn, without = _example(name), _example(f"{name}--without-bsn")
    for member in ("voorletters", "adres", "klantnummerSe", "naamBijSchuldeiser"):
        there = {member: without[member]} if member in without else {member: "1"}
        assert _slugs(model, with_bsn | there) == {Slug.PERSON_MIXED}, member
    assert _slugs(model, _without(without, "adres", "klantnummerSe")) == {Slug.NEITHER_ADDRESS_NOR_NUMBER}
    assert _slugs(model, without | {"bsn": "999001012"}) == {Slug.PERSON_MIXED}
    assert model.from_wire(without).to_wire() == without


@pytest.mark.parametrize("kind", ReferralKind)
def test_an_entrepreneur_is_referred_with_the_enterprise(kind: ReferralKind) -> None:
    document = _without(_example("verwijzing"), "onderneming") | {"soort": kind.value}
    if kind.value.startswith("ondernemer-"):
        assert _slugs(Referral, document) == {Slug.BUSINESS_MISSING}
    else:
        assert Referral.from_wire(document).business is None
    assert Referral.from_wire(_example("verwijzing") | {"soort": kind.value}).business is not None


@pytest.mark.parametrize("status", ReferralStatus)
def test_bad_news_says_why_and_only_an_end_says_with_what(status: ReferralStatus) -> None:
    bare = {"status": status.value}
    completed = status is ReferralStatus.COMPLETED
    needs_reason = status.value in {"afgewezen", "aangehouden", "ingetrokken", "mislukt"}
    full = bare | {"reden": "Daarom."} | ({"uitkomst": "geholpen"} if completed else {})
    assert ReferralStatusReport.from_wire(full).to_wire() == full
    if needs_reason:
        assert _slugs(ReferralStatusReport, bare) == {Slug.REASON_MISSING}
    elif completed:
        assert _slugs(ReferralStatusReport, bare) == {Slug.OUTCOME_MISSING}
    else:
        assert ReferralStatusReport.from_wire(bare).reason is None
    if not completed:
        assert _slugs(ReferralStatusReport, full | {"uitkomst": "geholpen"}) == {Slug.OUTCOME_NOT_HERE}


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-02-02", "2026-08-02"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2026-12-31", "2027-06-30"),
        ("2026-06-30", "2026-12-30"),
    ],
)
def test_a_cooling_off_period_lasts_at_most_six_months(start: str, last: str) -> None:
    document = _example("afkoelingsperiode") | {"ingangsdatum": start}
    period = CoolingOffPeriod.from_wire(document | {"einddatum": last})
    day_after = (period.end_date + timedelta(days=1)).isoformat()
    assert _slugs(CoolingOffPeriod, document | {"einddatum": day_after}) == {Slug.PERIOD_TOO_LONG}
    assert CoolingOffPeriod.from_wire(document | {"einddatum": start}).end_date == period.start_date
    day_before = (period.start_date - timedelta(days=1)).isoformat()
    assert _slugs(CoolingOffPeriod, document | {"einddatum": day_before}) == {Slug.END_BEFORE_START}


@pytest.mark.parametrize("end_class", EndClass)
@pytest.mark.parametrize("discharge", [True, False])
def test_a_final_discharge_never_lets_collecting_resume(end_class: EndClass, *, discharge: bool) -> None:
    document = {"einddatum": "2027-12-31", "klasse": end_class.value, "finaleKwijting": discharge}
    if discharge and end_class is not EndClass.DISCHARGED:
        assert _slugs(ArrangementEnd, document) == {Slug.DISCHARGE_NOT_HERE}
    else:
        assert ArrangementEnd.from_wire(document).to_wire() == document


@pytest.mark.parametrize(("months", "fits"), [(0, False), (1, True), (18, True), (19, False)])
def test_an_arrangement_lasts_one_to_eighteen_months(*, months: int, fits: bool) -> None:
    document = _example("betaalvoorstel") | {"looptijdMaanden": months}
    if fits:
        assert SettlementProposal.from_wire(document).term_months == months
    else:
        assert _slugs(SettlementProposal, document) == {Slug.OUT_OF_RANGE}


def test_an_administration_does_not_end_before_it_starts() -> None:
    started = _example("bewind-gestart")
    assert _slugs(AdministrationStart, started | {"einddatum": "2026-03-31"}) == {Slug.END_BEFORE_START}
    assert AdministrationStart.from_wire(_without(started, "einddatum")).end_date is None


def test_a_list_whose_one_entry_is_wrong_is_told_for_that_entry_alone() -> None:
    document = _example("rustverzoek") | {"schuldeisers": [{}]}
    assert _slugs(DebtRestRequest, document) == {Slug.REQUIRED}
    assert _slugs(DebtRestRequest, document | {"schuldeisers": []}) == {Slug.TOO_FEW}


def test_a_question_for_the_status_may_say_nothing_else() -> None:
    assert StatusRequest.from_wire({}).to_wire() == {}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        (
            "saldoverzoek-antwoord",
            {
                "factuurnummer": "1" * 20,
                "schuldtype": "overgedragen",
                "ontstaansdatum": "2025-01-31",
                "hoofdsom": "12345.67",
                "rente": "123.45",
                "kosten": "123.45",
                "openstaand": "12592.57",
                "preferentie": False,
            },
        ),
        (
            "betaalvoorstel",
            {
                "factuurnummer": "1" * 20,
                "actueelBedrag": "12345.67",
                "percentage": "12.50",
                "prognoseBedrag": "1543.21",
            },
        ),
        (
            "schuldregeling-akkoord",
            {
                "factuurnummer": "1" * 20,
                "percentage": "12.50",
                "prognoseBedrag": "1543.21",
                "betaalreferentie": "é" * 40,
            },
        ),
    ],
)
def test_a_hundred_claims_of_usual_length_fit_the_wire(name: str, entry: dict[str, Any]) -> None:
    largest = _example(name) | {"vorderingen": [entry] * 100}
    MODELS[f"nl.schuldhulpverlening.{name}.v1"].from_wire(largest)
    assert len(json.dumps(largest, ensure_ascii=False).encode()) <= 24_000


def test_a_dossier_of_the_longest_texts_fits_the_wire() -> None:
    """Both texts in letters of two bytes, beside the attributes of an event, against the 25,600 bytes of wire.md 5."""
    largest = {"boedelbeschrijving": "é" * 8000, "planVanAanpak": "é" * 4000}
    AdministrationDossier.from_wire(largest)
    assert len(json.dumps(largest, ensure_ascii=False).encode()) <= 24_500


def test_why_help_or_an_arrangement_ended_is_in_no_schema() -> None:
    """Lists C and E stay inside the helper's adapter (messages.md 4, L)."""
    for model in MODELS.values():
        assert not {"HelpEndReason", "ArrangementEndReason"} & set(model.model_json_schema().get("$defs", {}))
