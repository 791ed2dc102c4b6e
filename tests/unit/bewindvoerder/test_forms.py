"""A form asks for exactly what its message can say, and what is filled in comes out as it went in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bewindvoerder.forms import MOST_ROWS, document_of, filled_of, form_of, mistakes_of, rows_shown
from adapters.bewindvoerder.reading import euros, facts_of, long_day
from adapters.bewindvoerder.records import Model
from adapters.bewindvoerder.trades import ANSWERS
from schemas.errors import PayloadError
from schemas.messages import MODELS, AdministrationStart, BalanceAnswer, DebtRestRequest
from tests.portal import EXAMPLES

LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


def _name(model: Model) -> str:
    return model.message_type.name


def _example(model: Model) -> dict[str, object]:
    found: dict[str, object] = json.loads((EXAMPLES / f"{_name(model)}.json").read_bytes())
    return found


SENT: list[Model] = [AdministrationStart, DebtRestRequest]
SENT += [model for models in ANSWERS.values() for model in models if model not in SENT]
SENT = list(dict.fromkeys(SENT))


@pytest.mark.parametrize("model", SENT, ids=_name)
def test_what_is_filled_in_comes_out_as_it_went_in(model: Model) -> None:
    example = _example(model)
    form = form_of(model)
    again = document_of(form, filled_of(form, example))
    assert model.from_wire(again).to_wire() == model.from_wire(example).to_wire()


@pytest.mark.parametrize("model", list(MODELS.values()), ids=_name)
def test_every_member_of_every_message_has_its_question_and_its_words(model: Model) -> None:
    example = _example(model)
    form = form_of(model)
    assert {field.name for field in form} == set(model.model_json_schema(by_alias=True)["properties"])
    assert all(field.title for field in form)
    assert [fact.title for fact in facts_of(model, example)] == [one.title for one in form if one.name in example]


@pytest.mark.parametrize("model", SENT, ids=_name)
def test_an_empty_form_is_told_field_by_field(model: Model) -> None:
    form = form_of(model)
    with pytest.raises(PayloadError) as refused:
        model.from_wire(document_of(form, {}))
    found = {one.name: one.text for one in mistakes_of(form, refused.value.problems)}
    wanted = {field.name for field in form if field.required and (field.kind not in {"rows", "choices"} or field.least)}
    assert set(found) == wanted
    assert set(found.values()) <= {"Vul dit in.", "Deze lijst heeft te weinig regels."}


@given(st.dictionaries(LETTERS, st.lists(LETTERS, max_size=3)))
def test_names_that_no_field_has_are_left_out(filled: dict[str, list[str]]) -> None:
    names = {field.name for field in form_of(BalanceAnswer)}
    assert document_of(form_of(BalanceAnswer), {k: v for k, v in filled.items() if k not in names}) == {}


@given(st.lists(st.tuples(LETTERS, st.integers(0, 99_999_999)), min_size=1, max_size=MOST_ROWS))
def test_rows_keep_their_order_and_an_empty_one_between_them_does_not_count(rows: list[tuple[str, int]]) -> None:
    (claims,) = (field for field in form_of(BalanceAnswer) if field.name == "vorderingen")
    filled: dict[str, list[str]] = {}
    for number, (invoice, cents) in enumerate(rows[: MOST_ROWS // 2]):
        filled[f"vorderingen.{2 * number}.factuurnummer"] = [invoice]
        filled[f"vorderingen.{2 * number}.openstaand"] = [f"{cents // 100},{cents % 100:02}"]
    document = document_of([claims], filled)
    assert [row["factuurnummer"] for row in document["vorderingen"]] == [one for one, _ in rows[: MOST_ROWS // 2]]
    assert document["vorderingen"][0]["openstaand"] == f"{rows[0][1] // 100}.{rows[0][1] % 100:02}"
    assert len(rows_shown(claims, filled)) > 2 * len(rows[: MOST_ROWS // 2]) - 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [("1234.50", "€ 1.234,50"), ("0.05", "€ 0,05"), ("1000000.00", "€ 1.000.000,00"), ("veel", "veel")],
)
def test_euros_are_written_as_people_here_do(said: str, shown: str) -> None:
    assert euros(said) == shown


def test_a_day_that_is_not_whole_is_left_as_it_is() -> None:
    assert (long_day("2026-11-03"), long_day("1985-00-00")) == ("3 november 2026", "1985-00-00")
