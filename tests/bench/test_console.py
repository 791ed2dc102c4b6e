"""The console's measurements work: the year is whole, everything is asked. How fast anything is, no test asserts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.demo.postgres import PrivatePostgres
from hub.conversations.questions import Stage
from hub.messagelog.tables import State
from tests.bench import console, live
from tests.bench.servers import Servers
from tests.bench.year import DAY, Row, Year
from tests.broker import Broker
from tests.browser.conftest import CHROMIUM
from tests.conftest import require

END = 1_800_000_000_000_000


def lived(messages: int) -> tuple[Year, list[Row], list[Row]]:
    """A year with its messages and entries."""
    year, rows, entries = Year(messages, END), [], []
    for message, some in year.rows():
        rows.append(message)
        entries += some
    return year, rows, [*entries, *year.finish()]


def test_a_year_is_the_same_for_everybody_and_in_the_order_of_time() -> None:
    year, messages, entries = lived(4_000)
    assert lived(4_000)[1:] == (messages, entries)
    assert [entry["leaf_index"] for entry in entries] == list(range(year.entries))
    assert [entry["ts"] for entry in entries] == sorted(entry["ts"] for entry in entries)
    assert len({message["id"] for message in messages}) == 4_000
    assert END - 366 * DAY < messages[0]["received"] < messages[-1]["received"] < END


def test_a_year_has_everything_that_a_screen_shows() -> None:
    year, messages, entries = lived(20_000)
    assert {message["state"] for message in messages} == {state.value for state in State}
    assert {entry["kind"] for entry in entries} == {"accepted", "receipt", "refused", "expired"}
    assert {question["stage"] for question in year.questions} == {stage.value for stage in Stage}
    receipts = [entry for entry in entries if entry["kind"] == "receipt"]
    assert len(receipts) == sum(message["state"] == State.ANSWERED for message in messages)
    assert {question["id"] for question in year.questions} <= {message["id"] for message in messages}
    assert len({question["id"] for question in year.questions}) == len(year.questions)


@pytest.mark.timeout(120)
def test_everything_that_an_operator_asks_is_measured(
    postgres_server: PrivatePostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = console.measure_on(postgres_server, tmp_path / "bench", rows=5_000, times=1)
    assert json.loads(json.dumps(found)) == found
    assert found["filled"]["log_rows"] > found["filled"]["messages"] == 5_000
    answers = {answer["asked"]: answer for answer in found["answers"]}
    assert len(answers) == len(found["answers"])
    assert [name for name, answer in answers.items() if answer["limit_ms"] == 150] == ["Overzicht"]
    assert all(0 < answer["p50_ms"] <= answer["p95_ms"] <= answer["slowest_ms"] for answer in answers.values())
    capsys.readouterr()
    console.show(found)
    shown = capsys.readouterr()
    assert not shown.out
    assert "Termijnen" in shown.err


@pytest.mark.timeout(240)
def test_the_live_list_is_measured_beside_the_relay_and_in_a_browser(
    broker: Broker, postgres_server: PrivatePostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require(CHROMIUM.exists(), "Chromium")
    sizes = live.Sizes(messages=40, rounds=1, streams=3, per_s=40.0, seconds=1.0)
    found = live.measure_on(Servers(broker, postgres_server), tmp_path / "bench", sizes)
    assert json.loads(json.dumps(found)) == found
    assert list(found["watched"]["open"]) == ["0", "3"]
    assert all(one["per_s"] > 0 for one in found["watched"]["open"].values())
    page = found["page"]
    assert page["messages"] == page["rows_seen"] == 40
    assert 0 < page["late_p50_ms"] <= page["late_p95_ms"] <= page["late_max_ms"]
    assert page["frame_gap_max_ms"] > 0
    capsys.readouterr()
    live.show(found)
    assert "of its rate" in capsys.readouterr().err
