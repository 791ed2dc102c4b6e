"""The audit trail stands in the log hour by hour, and an hour that was altered or is gone is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from hub.console.audit import Act, Visit
from hub.console.audit.store import add_visit
from hub.console.tables import AUDIT, AUDIT_HOUR
from hub.console.trail import seal
from hub.console.trail.store import altered_hours
from hub.database import instant
from hub.messagelog.tables import ENTRY
from tests.logbook import Logbook, logbook_on
from tests.world import NOW

AFTER = NOW + timedelta(hours=5, minutes=5)


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Logbook]:
    """Two hours with lines, three hours apart."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with logbook_on(request.param, tmp_path, url) as logbook:
        with logbook.database.begin() as connection:
            for minutes in (0, 59, 181):
                at = NOW + timedelta(minutes=minutes)
                add_visit(connection, Visit(at, "subject", "Pia Proef", Act.VIEWED, "bericht", "x", None))
        yield logbook


def test_an_hour_that_is_over_is_one_leaf_that_names_nobody(log: Logbook) -> None:
    with log.database.begin() as connection:
        assert seal(connection, NOW + timedelta(hours=1, minutes=4)) == 0, "a line may still come"
        assert seal(connection, AFTER) == 2
        assert seal(connection, AFTER) == 0
        rows = connection.execute(select(ENTRY).order_by(ENTRY.c.row_id)).all()
        assert [(row.kind, row.code, row.ts) for row in rows] == [
            ("operator", "trail-hour", instant(NOW + timedelta(hours=1))),
            ("operator", "trail-hour", instant(NOW + timedelta(hours=4))),
        ]
        assert not {"subject", "Pia Proef"} & {value for row in rows for value in row}
        assert altered_hours(connection) == []


@pytest.mark.parametrize("what", ["edit", "deletion", "addition", "hour", "leaf"])
def test_an_hour_that_was_altered_is_found(log: Logbook, what: str) -> None:
    with log.database.begin() as connection:
        seal(connection, AFTER)
        match what:
            case "edit":
                connection.execute(update(AUDIT).values(target="y").where(AUDIT.c.at == instant(NOW)))
            case "deletion":
                connection.execute(delete(AUDIT).where(AUDIT.c.at == instant(NOW)))
            case "addition":
                add_visit(connection, Visit(NOW, "s", "n", Act.VIEWED, "bericht", "z", None))
            case "hour":
                connection.execute(delete(AUDIT_HOUR).where(AUDIT_HOUR.c.begins == instant(NOW)))
            case _:
                connection.execute(delete(ENTRY))
        assert altered_hours(connection)
