"""The measurement works: every section is there and holds sane numbers. How fast anything is, no test asserts."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from adapters.demo.postgres import PrivatePostgres
from hub.cli import bench
from hub.errors import Code, RefusedError
from tests.bench import report
from tests.bench.machine import Meter, between
from tests.bench.paced import percentile
from tests.bench.parties import RECIPIENTS, SENDERS, make_parties
from tests.bench.road import Sizes, measure_on
from tests.bench.servers import Servers
from tests.broker import Broker

TINY = Sizes(messages=40, rounds=1, paced_s=0.4, road=8, cases=1, parts=40, queued=120, carried=60)


@pytest.mark.timeout(240)
def test_one_run_measures_the_hub_beside_both_baselines_and_says_on_what(
    broker: Broker, postgres_server: PrivatePostgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = measure_on(Servers(broker, postgres_server), tmp_path / "bench", TINY)
    assert json.loads(json.dumps(found)) == found
    assert "WITHOUT" not in found["title"]
    groups = {"hub", "broker", "database"}
    check_drain(found["drain"], groups)
    check_paced(found["paced"], groups)
    check_road(found["road"], groups | {"sender", "recipient"})
    assert found["memory"]["queued"] == TINY.queued
    assert 20 < found["memory"]["rss_idle_mb"] <= found["memory"]["rss_most_mb"] < 1000
    verbs = ["consume", "check", "keep", "answer", "publish", "mark", "sequence", "seal", "open"]
    assert list(found["parts"]) == verbs
    assert all(cost["own"] >= 0 for cost in found["parts"].values())
    assert len(found["targets"]) == 5
    assert 0 < found["case"]["sealed_ms"] <= found["case"]["in_inboxes_ms"] <= found["case"]["slowest_ms"]
    capsys.readouterr()
    report.show(found)
    shown = capsys.readouterr()
    assert not shown.out
    assert "Targets" in shown.err


@pytest.mark.timeout(120)
def test_a_section_that_is_not_asked_for_is_left_out(broker: Broker, tmp_path: Path) -> None:
    found = measure_on(Servers(broker, None), tmp_path / "bench", replace(TINY, road=0, cases=0, parts=0, queued=0))
    assert not {"road", "case", "parts", "memory"} & set(found)
    check_drain(found["drain"], {"hub", "broker"})
    check_paced(found["paced"], {"hub", "broker"})
    assert len(found["targets"]) == 3


def check_drain(drained: dict[str, Any], groups: set[str]) -> None:
    assert set(drained) == {"hub", "raw", "naive"}
    for relay, one in drained.items():
        assert one["messages"] == (4 if relay == "naive" else 40)
        assert one["per_s"] > 0
        assert set(one["cpu_us"]) == groups
        assert one["cpu_us"]["hub"] > 0
        assert 0 <= one["strangers_share"] <= 1
        assert len(one["rounds"]) == 1


def check_paced(rows: list[dict[str, Any]], groups: set[str]) -> None:
    assert [(row["relay"], row["per_s"]) for row in rows] == [("hub", 50), ("hub", 100), ("raw", 50), ("raw", 100)]
    for row in rows:
        assert row["missing"] == 0
        assert 0 < row["p50_ms"] <= row["p99_ms"] <= row["max_ms"]
        assert set(row["cpu_us"]) == groups


def check_road(road: dict[str, Any], groups: set[str]) -> None:
    assert road["messages"] == TINY.road
    assert road["per_s"] > 0
    assert set(road["cpu_us"]) == groups


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 201)]
    assert percentile(values, 50) == 100
    assert percentile(values, 99) == 198
    assert percentile([7.0], 99) == 7


def test_what_another_process_takes_counts_as_strangers_and_what_we_take_does_not() -> None:
    meter = Meter({"me": os.getpid()})
    before = meter.read()
    busy_until = time.process_time() + 0.2
    while time.process_time() < busy_until:
        pass
    used = between(before, meter.read())
    assert used.cpu_s["me"] >= 0.15
    assert used.per_message(1000)["me"] == pytest.approx(used.cpu_s["me"] * 1e3, rel=0.01)
    assert used.strangers_share <= 1 - used.cpu_s["me"] / (used.wall_s * psutil.cpu_count()) + 0.05


def test_senders_receive_no_messages_and_recipients_send_none() -> None:
    world = make_parties()
    assert not set(SENDERS) & set(RECIPIENTS)
    assert all(world.register.organisation(oin) for oin in (*SENDERS, *RECIPIENTS))


def test_an_installed_package_says_where_the_measurement_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (bench.checkout() / "tests/bench/__main__.py").is_file()
    monkeypatch.setattr(bench, "__file__", str(tmp_path / "hub/cli/bench.py"))
    with pytest.raises(RefusedError) as refused:
        bench.road()
    assert refused.value.code is Code.NOT_FOUND
