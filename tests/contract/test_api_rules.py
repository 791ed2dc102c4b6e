"""The official rules find nothing in any description that we publish, and something where there is something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.haarlem.settings import Settings
from tests.adr_rules import findings
from tests.portal import Stand, portal_world
from tests.unit.haarlem.desk import Desk
from tests.world import FixedClock, make_world

pytestmark = pytest.mark.timeout(240)  # the linter may have to be installed first


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/ddas/v1/openapi.json"])
def test_the_debt_helpers_apis_keep_the_rules(path: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, make_world(), FixedClock(), Settings.model_validate({"connection_code": "HLM-01"}))
    document = desk.client().get(path).json()
    desk.ledger.close()
    assert findings(document, tmp_path) == []


def test_the_api_of_the_portals_offices_keeps_the_rules(tmp_path: Path) -> None:
    stand = Stand.on(tmp_path, portal_world())
    document = stand.browser("jansen-beheer").client.get("/v1/openapi.json").json()
    origin = stand.portal.desk.origin  # loopback, without TLS: only here
    stand.close()
    document = json.loads(json.dumps(document).replace(origin, "https://kantoor.example"))
    assert findings(document, tmp_path) == []


def test_the_rules_are_really_run(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {"/Dingen/": {}}}
    assert findings(wrong, tmp_path)
    assert json.loads((tmp_path / "openapi.json").read_text()) == wrong
