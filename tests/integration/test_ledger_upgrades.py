"""A party's database under newer releases: nothing is lost, nothing is missing, and the models say what is there."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text

import adapters
from adapters.ledger import Ledger
from adapters.migrations import Schema, present, upgrade
from hub.database import Database
from hub.errors import Code, RefusedError
from tests.migrated import counts, differences, fill, tables_of

MODULES = tables_of(adapters)
SCHEMAS = {schema.name: schema for module in MODULES for schema in vars(module).values() if isinstance(schema, Schema)}
MANY = pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)

FIRST_STEP = """
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None
def upgrade():
    op.create_table("note", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("text", sa.Text()))
"""
SECOND_STEP = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    with op.batch_alter_table("note") as note:
        note.add_column(sa.Column("at", sa.BigInteger(), nullable=False, server_default="0"))
        note.alter_column("text", nullable=False)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    made: str = request.getfixturevalue("postgres_url")
    return made


@pytest.fixture
def notes(tmp_path: Path) -> Schema:
    """A part that has had one release."""
    steps = tmp_path / "50% of steps"
    steps.mkdir()
    (steps / "0001_notes.py").write_text(FIRST_STEP)
    return Schema("notes", MetaData(), steps)


def test_every_table_of_a_party_is_in_the_steps_of_one_part() -> None:
    kept = [schema.metadata for schema in SCHEMAS.values()]
    said = {id(metadata) for module in MODULES for metadata in vars(module).values() if isinstance(metadata, MetaData)}
    assert said == {id(metadata) for metadata in kept}
    names = [name for metadata in kept for name in metadata.tables]
    assert len(names) == len(set(names))


@MANY
def test_the_steps_make_what_the_models_say(schema: Schema, url: str) -> None:
    database = Database(url)
    upgrade(database, schema)
    assert differences(database, schema.metadata, schema.revision_table) == []
    database.close()


@MANY
def test_a_database_of_any_earlier_release_keeps_its_rows(schema: Schema, tmp_path: Path) -> None:
    for revision in schema.revisions():
        database = Database(f"sqlite:///{tmp_path / revision}.db")
        upgrade(database, schema, to=revision)
        with database.begin() as connection:
            rows = fill(connection)
        upgrade(database, schema)
        with database.reading() as connection:
            after = counts(connection)
        assert rows.items() <= after.items()
        assert differences(database, schema.metadata, schema.revision_table) == []
        database.close()


@MANY
def test_a_database_from_before_there_were_steps_is_taken_up(schema: Schema, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(database, schema, to="0001")
    with database.begin() as connection:
        rows = fill(connection)
        connection.execute(text(f"DROP TABLE {schema.revision_table}"))
        del rows[schema.revision_table]
    upgrade(database, schema)
    with database.reading() as connection:
        assert rows.items() <= counts(connection).items()
        assert present(connection, schema) == schema.revisions()[-1]
    database.close()


def test_a_ledger_takes_the_steps_that_it_has_not_had(url: str, notes: Schema) -> None:
    ledger = Ledger(url)
    ledger.upgrade(notes)
    with ledger.begin() as tx:
        tx.execute(text("INSERT INTO note VALUES (1, 'kept')"))
    ledger.close()
    (notes.steps / "0002_when.py").write_text(SECOND_STEP)

    newer = Ledger(url)
    for _ in range(2):
        newer.upgrade(notes)
    with newer.database.reading() as connection:
        assert connection.execute(text("SELECT id, text, at FROM note")).all() == [(1, "kept", 0)]
        assert present(connection, notes) == "0002"
    newer.close()


def test_two_processes_that_upgrade_at_once_do_it_once(url: str, notes: Schema) -> None:
    (notes.steps / "0002_when.py").write_text(SECOND_STEP)
    databases = [Database(url) for _ in range(4)]
    with ThreadPoolExecutor(len(databases)) as threads:
        list(threads.map(lambda database: upgrade(database, notes), databases))
    with databases[0].reading() as connection:
        assert present(connection, notes) == "0002"
    for database in databases:
        database.close()


def test_a_step_that_fails_leaves_the_database_as_it_was(url: str, notes: Schema) -> None:
    database = Database(url)
    upgrade(database, notes)
    (notes.steps / "0002_wrong.py").write_text(f"{SECOND_STEP}    1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        upgrade(database, notes)
    with database.reading() as connection:
        assert present(connection, notes) == "0001"
        assert connection.execute(text("SELECT * FROM note")).keys() == ["id", "text"]
    database.close()


def test_a_ledger_of_a_newer_release_is_not_touched(url: str, notes: Schema) -> None:
    database = Database(url)
    (notes.steps / "0002_when.py").write_text(SECOND_STEP)
    upgrade(database, notes)
    (notes.steps / "0002_when.py").unlink()
    with pytest.raises(RefusedError) as refused:
        upgrade(database, notes)
    assert (refused.value.code, refused.value.place) == (Code.SETTINGS_INVALID, "notes: database of a newer release")
    database.close()


def test_an_adapter_whose_ledger_is_up_to_date_carries_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    opened = f"import sys; from adapters.ledger import Ledger; Ledger({url!r}).close(); print('alembic' in sys.modules)"
    said = [
        subprocess.run([sys.executable, "-c", opened], check=True, capture_output=True, text=True).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]
