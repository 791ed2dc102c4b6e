"""A list of messages holds what fits and nothing else, however it was found, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from hub.clock import new_pseudonym
from hub.database import Connection, Database
from hub.messagelog import schema
from hub.messagelog.entries.store import sequence_entries
from hub.messagelog.reading.lists.store import listed
from hub.messagelog.reading.records import Filters, Listed
from hub.messagelog.reading.standing import MessageState
from tests.filled import Writer, fill
from tests.world import MUN, NOW, SHV, TAX, VISH, full_type

PARTIES = (None, SHV, VISH, TAX, MUN)
TYPES = (None, "kennisgeving-publiek", full_type("kennisgeving-antwoord"), "saldoverzoek")
STATES = (None, *({state} for state in MessageState), {MessageState.REFUSED, MessageState.ACCEPTED}, set(MessageState))
SINCE = (None, timedelta(hours=3), timedelta(days=5))
UNTIL = (None, timedelta(hours=2))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A busy day, and two entries that have no index yet."""
    folder: Path = tmp_path_factory.mktemp("lists")
    url = f"sqlite:///{folder / 'hub.db'}"
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    name = server.new_database() if server else ""
    database = Database(server.url(name) if server else url)
    schema.upgrade(database)
    fill(database, NOW)
    with database.begin() as writing:
        writer = Writer(writing, NOW)
        for hours in range(12):
            writer.delivered("statusbericht", SHV, TAX, timedelta(hours=hours), new_pseudonym(), new_pseudonym())
            writer.refused_by_hub("no_agreement", TAX, SHV, timedelta(hours=hours))
        sequence_entries(writing, 1_000)
        writer.message("kennisgeving-publiek", SHV, TAX, timedelta(0), new_pseudonym(), new_pseudonym())
        writer.refused_by_hub("no_agreement", SHV, TAX, timedelta(0))
    with database.reading() as reading:
        yield reading
    database.close()
    if server:
        server.drop_database(name)


def fits(row: Listed, filters: Filters) -> bool:
    """What a filter means, said once more and otherwise."""
    named = filters.type is None or filters.type in {row.type, (row.type or "").split(".")[-2]}
    party = filters.oin is None or filters.oin in {row.sender, row.recipient}
    return (
        named
        and party
        and (filters.states is None or row.state in filters.states)
        and (filters.since is None or row.at >= filters.since)
        and (filters.until is None or row.at < filters.until)
    )


@pytest.mark.parametrize("near", [1, 7, 1_000])
def test_a_list_holds_what_fits_whatever_is_asked_together(connection: Connection, near: int) -> None:
    everything = listed(connection, Filters(), 1_000)
    assert len(everything) == 37
    for oin, kind, states, since, until in product(PARTIES, TYPES, STATES, SINCE, UNTIL):
        wanted = frozenset(states) if states else None
        times = (NOW - since if since else None, NOW - until if until else None)
        filters = Filters(oin=oin, type=kind, states=wanted, since=times[0], until=times[1])
        found = listed(connection, filters, 1_000, near=near)
        assert found == [row for row in everything if fits(row, filters)], filters


@pytest.mark.parametrize("near", [1, 7, 1_000])
@pytest.mark.parametrize("filters", [Filters(), Filters(oin=TAX), Filters(states=frozenset({MessageState.REFUSED}))])
def test_pages_follow_each_other_without_a_gap(connection: Connection, near: int, filters: Filters) -> None:
    whole = listed(connection, filters, 1_000)
    found: list[Listed] = []
    before = None
    while page := listed(connection, Filters(oin=filters.oin, states=filters.states, before=before), 5, near=near):
        found += page
        before = page[-1].index
    assert found == whole


def test_a_case_is_found_by_the_first_characters_of_its_name(connection: Connection) -> None:
    case = listed(connection, Filters(oin=VISH), 1)[0].case
    assert case
    found = listed(connection, Filters(cases=(case, case)), 100, near=1)
    assert found
    assert {row.case for row in found} == {case}
