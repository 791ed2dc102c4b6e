"""The schema's revision as a process reads it at its start, held against what the migrations themselves say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect

import hub
from hub.database import Database
from hub.errors import Code, RefusedError
from hub.messagelog import schema
from tests.migrated import differences, tables_of


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.newest()]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_is_of_this_release_once_it_was_upgraded(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    assert schema.present(database) is None
    with pytest.raises(RefusedError) as refused:
        schema.check_schema(database)
    assert refused.value.code is Code.SETTINGS_INVALID
    for _ in range(2):
        assert schema.upgrade(database) == schema.newest()
    assert schema.present(database) == schema.newest()
    schema.check_schema(database)
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_migrations_make_what_the_models_say(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    schema.upgrade(database)
    models = [found for module in tables_of(hub) for found in vars(module).values() if isinstance(found, MetaData)]
    assert [differences(database, metadata) for metadata in models] == [[]] * len(models)
    with database.reading() as connection:
        there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    assert there == {name for metadata in models for name in metadata.tables}
    database.close()


def test_a_relay_carries_no_weight_of_what_it_has_no_use_for() -> None:
    asked = "import sys, hub.process; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout.split()
    assert not {"alembic", "faststream", "starlette", "uvicorn", "schemas.messages", "holidays"} & set(loaded)
