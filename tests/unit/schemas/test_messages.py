from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.codes import EndClass
from schemas.errors import PayloadError, Slug
from schemas.messages import MODELS, DebtRestWithdrawal, Message, Notice, PauseEnd, PublicNotice
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
