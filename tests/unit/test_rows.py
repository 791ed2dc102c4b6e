"""Rows and lists that go in one statement: as they were given, in their order, and by an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Connection, LargeBinary, MetaData, SmallInteger, String, Table, Text, select
from sqlalchemy.schema import CreateTable

from hub.database import Database, RowError
from hub.rows import add_rows, among, as_list

THING = Table(
    "thing",
    MetaData(),
    Column("owner", String(20), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("words", Text),
    Column("count", SmallInteger, nullable=False),
    Column("octets", LargeBinary),
)
WORDS = ["", "één", "'); DROP TABLE thing; --", '{"a": [1]}', "\\u0041", "a\nb\t\\", "\U0001f600", None]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with the table."""
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Database(url)
    with made.begin() as connection:
        connection.execute(CreateTable(THING))
    yield made
    made.close()


def row(number: int, **more: object) -> dict[str, object]:
    """A row of the table."""
    return {"owner": "a", "id": f"{number}", "words": "w", "count": number, "octets": bytes([0, number, 255])} | more


def held(connection: Connection) -> list[dict[str, Any]]:
    """All rows, by id."""
    return [dict(found._mapping) for found in connection.execute(select(THING).order_by(THING.c.id))]


def test_rows_are_kept_as_they_were_given(database: Database) -> None:
    rows = [row(number, words=words) for number, words in enumerate(WORDS)]
    with database.begin() as connection:
        add_rows(connection, THING, [])
        add_rows(connection, THING, rows)
        assert held(connection) == rows


def test_a_column_that_is_not_given_stays_empty(database: Database) -> None:
    with database.begin() as connection:
        add_rows(connection, THING, [{"count": 3, "owner": "a", "id": "1"}])
        assert held(connection) == [row(1, count=3, words=None, octets=None)]


def test_a_row_whose_key_is_there_stays_or_is_refused(database: Database) -> None:
    with database.begin() as connection:
        add_rows(connection, THING, [row(1)])
        add_rows(connection, THING, [row(1, count=9), row(2)], absent=True)
        assert held(connection) == [row(1), row(2)]
    with pytest.raises(RowError), database.begin() as connection:
        add_rows(connection, THING, [row(3), row(1)])
    with database.begin() as connection:
        assert held(connection) == [row(1), row(2)]


def test_a_list_names_what_is_wanted(database: Database) -> None:
    names = ["x", "é'", '"', "a,b", "{c}", "\\"]
    with database.begin() as connection:
        add_rows(connection, THING, [row(number, id=name) for number, name in enumerate(names)])
        query = select(THING.c.id).where(THING.c.owner == "a", among(THING.c.id, "ids"))
        for wanted in ([], ["x"], [*names[1:], "there is none"], [f"{number}" for number in range(40_000)] + ["x"]):
            found = set(connection.execute(query, {"ids": as_list(wanted)}).scalars())
            assert found == set(wanted) & set(names)
        by_query = select(THING.c.count).where(among(THING.c.id, select(THING.c.id).where(THING.c.count >= 4)))
        assert sorted(connection.execute(by_query).scalars()) == [4, 5]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_list_is_looked_up_by_an_index(database: Database) -> None:
    query = select(THING.c.words).where(THING.c.owner == "a", among(THING.c.id, "ids"))
    text = str(query.compile(database.engine))
    with database.begin() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("a", "[]")).all()
    assert any("(owner=? AND id=?)" in line[3] for line in plan)


def test_a_list_is_looked_up_by_every_column_of_the_key(postgres_url: str) -> None:
    database = Database(postgres_url)
    query = select(THING.c.words).where(THING.c.owner == "a", among(THING.c.id, "ids"))
    text = str(query.compile(database.engine))
    with database.begin() as connection:
        connection.execute(CreateTable(THING))
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        given = {"owner_1": "a", "ids": "[]"}
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {text}", given).scalars())
    database.close()
    assert "Index Cond: (((owner)::text = 'a'::text) AND ((id)::text = ANY" in plan


def test_a_plan_is_made_anew_for_a_table_that_grows(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.begin() as connection:
        assert connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "force_custom_plan"
    database.close()
