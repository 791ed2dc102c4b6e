from __future__ import annotations

import json
from datetime import date

import pytest
from pydantic import ValidationError

from schemas.codes import EndClass, Status
from schemas.errors import DUTCH, MOST_PROBLEMS, PayloadError, Problem, Slug
from schemas.messages import NoticeAnswer, PauseEnd, PublicNotice, StatusReport
from schemas.published import FOLDER
from schemas.road import HubReceiptEntry

EXAMPLE = json.loads((FOLDER / "examples" / "kennisgeving-publiek.json").read_text(encoding="utf-8"))


def _problems(document: object) -> set[tuple[str, Slug]]:
    with pytest.raises(PayloadError) as refused:
        PublicNotice.from_wire(document)  # type: ignore[arg-type]
    return {(problem.pointer, problem.slug) for problem in refused.value.problems}


def test_a_document_is_built_by_english_names_and_written_by_dutch_ones() -> None:
    message = PauseEnd(end_date=date(2026, 10, 1), end_class=EndClass.ENDED)
    assert message.to_wire() == {"einddatum": "2026-10-01", "klasse": "beeindigd"}


def test_a_document_of_the_wire_is_not_read_by_english_names() -> None:
    with pytest.raises(PayloadError) as refused:
        PauseEnd.from_wire({"end_date": "2026-10-01", "end_class": "beeindigd"})
    assert {problem.slug for problem in refused.value.problems} == {Slug.REQUIRED, Slug.UNKNOWN_MEMBER}


def test_what_was_not_given_is_left_out_also_when_given_as_none() -> None:
    assert StatusReport(status=Status.FETCHED, explanation=None).to_wire() == {"status": "opgehaald"}
    assert "urgent" not in PublicNotice.from_wire({k: v for k, v in EXAMPLE.items() if k != "urgent"}).to_wire()


def test_null_is_no_way_to_leave_a_member_out_on_the_wire() -> None:
    assert _problems(EXAMPLE | {"voorvoegsel": None}) == {("/voorvoegsel", Slug.NULL)}


def test_the_one_member_that_may_be_null_is_written_as_null() -> None:
    entry = {
        "ref": None,
        "refhash": "sha-256:" + "0" * 64,
        "decision": "refused",
        "code": "malformed",
        "received": "2026-02-02T09:15:00.199Z",
    }
    assert HubReceiptEntry.from_wire(entry).to_wire() == entry


def test_every_problem_is_told_with_its_pointer() -> None:
    document = EXAMPLE | {"bsn": "1", "contact": {"naam": "Team"}, "vorderingen": [{"factuurnummer": "1"}, {}]}
    del document["gemeentecode"]
    assert _problems(document) == {
        ("/bsn", Slug.BSN_FORM),
        ("/contact", Slug.NEITHER_PHONE_NOR_EMAIL),
        ("/vorderingen/1/factuurnummer", Slug.REQUIRED),
        ("/gemeentecode", Slug.REQUIRED),
    }


def test_an_unknown_member_is_told_by_the_object_that_holds_it() -> None:
    document = EXAMPLE | {"999001000 Jansen": 1, "contact": EXAMPLE["contact"] | {"privé": 1}}
    assert _problems(document) == {("", Slug.UNKNOWN_MEMBER), ("/contact", Slug.UNKNOWN_MEMBER)}


@pytest.mark.parametrize("document", [[], "text", None, 1])
def test_what_is_not_an_object_is_refused_as_a_whole(document: object) -> None:
    assert _problems(document) == {("", Slug.WRONG_TYPE)}


def test_a_list_of_rubbish_does_not_become_a_page_of_problems() -> None:
    document = EXAMPLE | {"vorderingen": [{}] * 100}
    with pytest.raises(PayloadError) as refused:
        PublicNotice.from_wire(document)
    assert len(refused.value.problems) == MOST_PROBLEMS


def test_neither_the_error_nor_the_model_shows_a_value() -> None:
    document = EXAMPLE | {"bsn": "999123457", "einddatum": "gisteren"}
    with pytest.raises(PayloadError) as refused:
        PublicNotice.from_wire(document)
    assert refused.value.__suppress_context__
    message = PublicNotice.from_wire(EXAMPLE)
    shown = f"{refused.value!r} {refused.value} {message!r} {message} {[message]} {message.contact!r}"
    for value in ("999123457", "gisteren", EXAMPLE["bsn"], EXAMPLE["geslachtsnaam"], EXAMPLE["contact"]["naam"]):
        assert value not in shown


def test_a_wrong_value_given_by_name_does_not_show_either() -> None:
    with pytest.raises(ValidationError) as refused:
        PauseEnd(end_date="999123457", end_class=EndClass.ENDED)  # type: ignore[arg-type]
    assert "999123457" not in str(refused.value)


def test_a_message_is_frozen_and_compared_by_value() -> None:
    message = PublicNotice.from_wire(EXAMPLE)
    assert message == PublicNotice.from_wire(EXAMPLE)
    assert hash(message) == hash(PublicNotice.from_wire(EXAMPLE))
    with pytest.raises(ValidationError):
        message.bsn = "999001024"  # type: ignore[misc]


def test_an_answer_may_say_that_nothing_was_running() -> None:
    answer = NoticeAnswer(
        start_date=date(2026, 2, 2), end_date=date(2026, 10, 1), measures_stopped=(), measures_not_stopped=()
    )
    assert answer.to_wire()["maatregelenGestopt"] == []


def test_every_slug_has_one_dutch_sentence() -> None:
    assert set(DUTCH) == set(Slug)
    assert len(set(DUTCH.values())) == len(DUTCH)
    assert Problem("/bsn", Slug.BSN_ELFPROEF).explain() == "Dit BSN voldoet niet aan de elfproef."
