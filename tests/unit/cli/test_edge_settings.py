from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.settings import EdgeSettings
from hub.settings import sqlite_file
from tests.world import SHV

FOLDER = Path("/srv/edge")


def values(**changes: object) -> dict[str, Any]:
    """Everything that a settings file must hold."""
    return {
        "identity": {"oin": SHV, "system": "zaak", "inbox": f"inbox.p-{SHV}.{'0' * 32}"},
        "register_file": "register.jws",
        "governance_file": "governance.pub.jwk.json",
        "keys": "keys",
        "state": "state",
        "ledger": "sqlite:///ledger.db",
        "broker": {"url": "amqps://localhost:5671/hub", "ca": "ca.pem", "certificate": "b.pem", "key": "/secret/b.key"},
        "own": "haarlem.toml",
    } | changes


def test_relative_paths_count_from_the_folder_of_the_file() -> None:
    settings = EdgeSettings(**values()).anchored(FOLDER)
    assert settings.keys == FOLDER / "keys"
    assert settings.own == FOLDER / "haarlem.toml"
    assert settings.broker.ca == FOLDER / "ca.pem"
    assert settings.ledger == "sqlite:////srv/edge/ledger.db"
    assert sqlite_file(settings.ledger) == FOLDER / "ledger.db"


def test_absolute_paths_and_servers_stay_as_they_are() -> None:
    address = "postgresql+psycopg://edge@localhost/ledger"
    settings = EdgeSettings(**values(ledger=address, keys="/secret/keys")).anchored(FOLDER)
    assert settings.keys == Path("/secret/keys")
    assert settings.broker.key == Path("/secret/b.key")
    assert settings.ledger == address
    assert sqlite_file(settings.ledger) is None


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_BROKER__URL", "amqps://elsewhere:5671/hub")
    assert EdgeSettings(**values()).broker.url == "amqps://elsewhere:5671/hub"


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"broker": {"url": "amqp://localhost", "ca": "a", "certificate": "b", "key": "c"}},
        {"identity": {"oin": "kort", "system": "zaak", "inbox": f"inbox.p-{SHV}.{'0' * 32}"}},
        {"identity": {"oin": SHV, "system": "zaak", "inbox": "hub.lane.0"}},
        {"failpoint": {"point": "nowhere"}},
    ],
)
def test_a_setting_that_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EdgeSettings(**values(**changes))
