"""The published description of the operators' API: by the rules of the Dutch government, complete, and true.

The official rules are run with Spectral where both are at hand; schemathesis asks of the API on a filled hub everything
that the description allows, and much that it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hub.api.access import Scope
from hub.api.problems import Problem
from tests.adr_rules import findings
from tests.contract.test_haarlem_api import operations
from tests.operators_api import Desk
from tests.schemathesis_run import schemathesis

EXAMPLES = 5


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk.on(tmp_path_factory.mktemp("api"))
    yield made
    made.stand.close()


@pytest.fixture(scope="module")
def document(desk: Desk) -> dict[str, Any]:
    """The description as anybody fetches it."""
    found: dict[str, Any] = desk.client.get("/v1/openapi.json").json()
    return found


def fits(document: dict[str, Any], schema: dict[str, Any], value: object) -> bool:
    """Whether a value is as a schema of the description wants it."""
    return jsonschema_rs.is_valid({**schema, "components": document["components"]}, value)


def test_the_description_is_published_with_contact_and_names_its_place(document: dict[str, Any]) -> None:
    assert document["info"]["contact"]["email"]
    assert document["servers"][0]["url"].endswith("/v1")
    found = [one["operationId"] for _, _, one in operations(document)]
    assert len(set(found)) == len(found) == 24


def test_every_answer_has_a_schema_an_example_that_fits_and_the_version(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        assert {"200", "400", "401", "403", "503"} <= set(operation["responses"]), path
        assert "{" not in path or "404" in operation["responses"]
        for status, response in operation["responses"].items():
            assert "API-Version" in response["headers"]
            (content,) = response["content"].values()
            assert fits(document, content["schema"], content["example"]), (path, status)
            if status != "200":
                assert content["example"] in [problem.document for problem in Problem]
                assert content["example"]["status"] == int(status)


def test_every_parameter_says_what_it_is_and_gives_an_example_that_fits(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], path
            for example in parameter["examples"].values():
                assert fits(document, parameter["schema"], example["value"]), (path, parameter["name"])


@pytest.mark.timeout(240)
def test_the_official_rules_find_nothing(document: dict[str, Any], tmp_path: Path) -> None:
    assert findings(document, tmp_path) == []


@pytest.mark.timeout(600)
def test_schemathesis_finds_nothing(desk: Desk, tmp_path: Path) -> None:
    said = schemathesis(desk.client.app, {"Authorization": f"Bearer {desk.token(*Scope)}"}, tmp_path, EXAMPLES)
    assert "Tested: 24" in said
