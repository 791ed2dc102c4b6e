"""Two versions of one type live side by side: one model reads both, and says what it can in the older (ADR 0009)."""

from __future__ import annotations

import pytest

from schemas.codes import Measure, Status
from schemas.errors import PayloadError, Problem, Slug
from schemas.messages import MODELS, PauseEnd, StatusReport

OLD = {"status": "maatregel-hervat", "toelichting": "De incasso liep al."}
NEW = OLD | {"maatregel": "automatische-incasso"}


def test_the_newest_version_reads_what_either_says() -> None:
    assert StatusReport.from_wire(OLD).measure is None
    assert StatusReport.from_wire(NEW).measure is Measure.DIRECT_DEBIT
    assert StatusReport.from_wire(OLD, version="1.1.0") == StatusReport.from_wire(OLD, version="1.0.0")


def test_a_member_of_a_later_version_is_unknown_to_an_earlier_one() -> None:
    with pytest.raises(PayloadError) as refused:
        StatusReport.from_wire(NEW, version="1.0.0")
    assert refused.value.problems == (Problem("", Slug.UNKNOWN_MEMBER),)


def test_what_is_wrong_in_any_version_is_told_as_before() -> None:
    with pytest.raises(PayloadError) as refused:
        StatusReport.from_wire({"status": "klaar"}, version="1.0.0")
    assert refused.value.problems == (Problem("/status", Slug.UNKNOWN_CODE),)


def test_a_message_is_sent_under_the_oldest_version_that_can_say_it() -> None:
    plain = StatusReport(status=Status.MEASURE_RESUMED)
    assert plain.dataschema == StatusReport(status=Status.MEASURE_RESUMED, measure=None).dataschema
    assert plain.dataschema == "urn:hub:schema:statusbericht:1.0.0"
    telling = StatusReport(status=Status.MEASURE_RESUMED, measure=Measure.DIRECT_DEBIT)
    assert telling.dataschema == StatusReport.message_type.dataschema == "urn:hub:schema:statusbericht:1.1.0"


def test_a_type_with_one_version_is_sent_under_that() -> None:
    message = PauseEnd.from_wire({"einddatum": "2026-10-01", "klasse": "beeindigd"})
    assert message.dataschema == PauseEnd.message_type.dataschema


def test_a_version_that_is_not_known_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="index"):
        StatusReport.from_wire(OLD, version="9.0.0")


def test_a_later_member_may_be_left_out_and_names_a_later_version() -> None:
    for model in MODELS.values():
        for name, since in model.later_members.items():
            assert model.model_fields[name].default is None, f"{model.__name__}.{name}"
            assert since in model.message_type.versions[1:], f"{model.__name__}.{name}"


def test_every_version_after_the_first_brings_something_or_says_it_in_better_words() -> None:
    for model in MODELS.values():
        brought = set(model.later_members.values())
        minor = {version for version in model.message_type.versions[1:] if version.endswith(".0")}
        assert minor <= brought, model.__name__
