"""What we deliver against the official schema of DDAS v1.0, read from ../shared where it is; no copy of it is here.

Our models are closed everywhere and the official one is not, so what ours let through the official one must too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.haarlem.ddas.facts import ArrangementStep, Fact, FactKind, Story
from adapters.haarlem.ddas.model import (
    Answer,
    Client,
    Decision,
    Deliverer,
    Delivery,
    Exchange,
    Guidance,
    SolutionKind,
)
from adapters.haarlem.ddas.trajectory import About, is_mistake, trajectory_of
from adapters.haarlem.reasons import EndReason
from adapters.haarlem.settings import Settings
from schemas.codes import Phase
from schemas.errors import PayloadError
from tests.unit.haarlem.desk import BAKKER, CRED, Desk, case, person
from tests.unit.haarlem.test_ddas import Receiver, post
from tests.world import FixedClock, make_world

OFFICIAL = Path(__file__).parents[2].parent / "shared" / "data" / "ddas-v1.0"
SCHEMA = OFFICIAL / "json_schema_Uitwisselmodel.json"
here = pytest.mark.skipif(not SCHEMA.exists(), reason="the official schema is not here: ../shared/data/ddas-v1.0")


def validator() -> jsonschema_rs.Validator:
    """The official schema, formats included."""
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")), validate_formats=True)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A debt helper that says all that can be set."""
    contact = {"name": "Team", "position": "Beheer", "email": "ddas@heemstede.example", "phone": "023-0000000"}
    municipality = {"gemeentecode": "0397", "name": "Heemstede", "kvk_number": "12345678", "postcode": "2101HA"}
    ddas = {"municipalities": [{**municipality, "contacts": [contact]}]}
    known = Settings.model_validate({"connection_code": "HLM-01", "ddas": ddas})
    made = Desk(tmp_path, make_world(), FixedClock(), known)
    yield made
    made.ledger.close()


@here
def test_the_delivery_of_cases_in_every_state_is_valid_by_the_official_schema(desk: Desk) -> None:
    receiver, check = Receiver(desk), validator()
    assert check.is_valid(receiver.asks().json()["gegevens"])
    owed = [{"naam": "A", "oin": CRED, "vorderingen": [{"factuurnummer": "F", "bedrag": "10.50"}]}]
    number = desk.register(case(person(), person(BAKKER), urgent=True, schuldeisers=owed))
    desk.register(case(person(None)))
    for phase in Phase:
        desk.clock.move(timedelta(days=3))
        post(desk, f"{number}/correctie", {"fase": phase.value, "urgent": phase is Phase.INTAKE})
        assert check.is_valid(receiver.asks().json()["gegevens"])
    post(desk, f"{number}/beeindiging", {"reden": "niet-nagekomen"})
    for asked in ({}, {"page": 1, "pageSize": 1}, {"page": 2, "pageSize": 1}):
        answer = receiver.asks(asked).json()
        assert [str(error) for error in check.iter_errors(answer["gegevens"])] == []


@here
def test_our_models_and_the_official_schema_judge_every_official_example_alike() -> None:
    check, found = validator(), []
    for file in sorted(OFFICIAL.glob("*oorbeeld*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        official = check.is_valid(document)
        found.append(official)
        if official:
            assert Exchange.from_wire(document).to_wire() == document
        else:
            with pytest.raises(PayloadError):
                Exchange.from_wire(document)
    assert found.count(False) == 1, "the official example that fails its own schema"
    assert found.count(True) == len(found) - 1


def _members(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, schema) of every member at any depth, references followed."""
    if "$ref" in schema:
        yield from _members(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for name, member in schema.get("properties", {}).items():
        yield name, definitions.get(str(member.get("$ref", "")).rpartition("/")[2], member)
        yield from ((f"{name}/{inner}", one) for inner, one in _members(member, definitions))
    if "items" in schema:
        yield from _members(schema["items"], definitions)


@here
def test_every_member_of_ours_is_a_member_of_theirs_with_the_same_type_and_codes_and_none_is_missing() -> None:
    official = json.loads(SCHEMA.read_text(encoding="utf-8"))
    ours = Exchange.model_json_schema(by_alias=True)
    theirs = dict(_members(official, official["$defs"]))
    made = dict(_members(ours, ours["$defs"]))
    doubled = {
        name for name in theirs if name.endswith("schuldeiser/Naam")
    }  # the same name once more, by another spelling
    assert set(made) == set(theirs) - doubled
    for name, member in made.items():
        assert member.get("type", theirs[name].get("type")) == theirs[name].get("type"), name
        assert member.get("enum") == theirs[name].get("enum") or set(member["enum"]) == set(theirs[name]["enum"]), name


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
VALUES: dict[FactKind, st.SearchStrategy[str | None]] = {
    FactKind.PHASE: st.sampled_from([one.value for one in Phase]),
    FactKind.CRISIS: st.sampled_from(["ja", "nee"]),
    FactKind.GRANTED: st.none(),
    FactKind.DECISION: st.sampled_from([one.value for one in Decision]),
    FactKind.GUIDANCE: st.sampled_from([one.value for one in Guidance]),
    FactKind.MORATORIUM: st.none(),
    FactKind.ARRANGEMENT: st.sampled_from([one.value for one in ArrangementStep]),
    FactKind.SOLUTION: st.sampled_from([one.value for one in SolutionKind]),
    FactKind.FREE_AMOUNT: st.integers(0, 99_999_999).map(str),
    FactKind.DEBT: st.integers(0, 99_999_999).map(str),
    FactKind.EXIT: st.sampled_from([one.value for one in EndReason]),
    FactKind.REOPENED: st.none(),
}


@st.composite
def told(draw: st.DrawFn) -> Story:
    """Any facts in any order."""
    kinds = draw(st.lists(st.sampled_from(list(VALUES)), max_size=12))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Story([Fact("z", at, draw(DAYS), kind, draw(VALUES[kind]), draw(st.none() | DAYS)) for kind in kinds])


@here
@settings(deadline=None)
@given(st.lists(told(), max_size=4))
def test_whatever_was_told_in_whatever_order_the_delivery_is_valid(stories: list[Story]) -> None:
    about = About([Client(bsn="999000111", birth_date="1979-00-00")])
    made = tuple(trajectory_of(story, "GM0397", about) for story in stories if not is_mistake(story))
    exchange = Exchange(
        start=date(2026, 1, 1),
        end=date(2026, 12, 31),
        at=datetime(2026, 12, 31, tzinfo=UTC),
        supplier="X",
        deliveries=(Delivery(counter=1, deliverer=Deliverer(gemeentecode="GM0397"), trajectories=made),),
    )
    document = Answer(data=exchange).to_wire()["gegevens"]
    assert [str(error) for error in validator().iter_errors(document)] == []
    for one in document["leveringen"][0]["schuldhulptrajecten"]:
        spans = [one[name] for name in ("aanmelding", "intake", "stabilisatie", "oplossing", "nazorg") if name in one]
        assert all(
            span["startdatum"] <= span["einddatum"] for span in spans if {"startdatum", "einddatum"} <= set(span)
        )


def test_what_is_answered_fits_what_is_published(desk: Desk) -> None:
    document = desk.client().get("/ddas/v1/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Answer", "components": document["components"]}
    desk.register(case(person(), urgent=True))
    answer = Receiver(desk).asks({"page": 1}).json()
    assert [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(answer)] == []
