"""How durable a transaction is when it commits, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from hub.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'hub.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Database(url)
    yield opened
    opened.close()


def waits_for_the_disk(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return bool(connection.execute(text("PRAGMA synchronous")).scalar() == 2)
    return bool(connection.execute(text("SHOW synchronous_commit")).scalar() == "on")


def said(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


async def test_only_a_relaxed_commit_does_not_wait_for_the_disk(database: Database) -> None:
    assert await database.run(waits_for_the_disk)
    assert not await database.run_relaxed(waits_for_the_disk)
    assert await database.run(waits_for_the_disk)


async def test_what_was_committed_relaxed_is_there_for_everybody(database: Database) -> None:
    await database.run(said, "CREATE TABLE mark (n integer)")
    await database.run_relaxed(said, "INSERT INTO mark VALUES (1)")
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        assert await other.read(lambda connection: connection.execute(text("SELECT n FROM mark")).scalar()) == 1
    finally:
        other.close()
