"""What is declared must hold on RabbitMQ 3.10 and on 4.x: nothing that either of them refuses gets in.

3.10.8 is what the tests run on. This page keeps out what later versions took away, in the topology, in the settings
of the broker and in every call of the client library.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.wire.management import _definitions
from hub.wire.topology import desired, inbox_name

ROOT = Path(__file__).parents[2]
OIN = "00000099000000001000"
TOPOLOGY = desired({OIN: inbox_name(OIN, "a" * 32)})
DEFINITIONS = _definitions("hub", TOPOLOGY)

#: Arguments of quorum queues that 3.10 knows and 4.x still takes.
QUEUE_ARGUMENTS = {
    "x-queue-type",
    "x-single-active-consumer",
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-dead-letter-strategy",
    "x-overflow",
    "x-max-length",
    "x-delivery-limit",
}
#: Settings of rabbitmq.conf that 4.x refuses or ignores.
GONE_SETTINGS = (
    "cluster_partition_handling",
    "queue_master_locator",
    "classic_queue",
    "mirror",
    "global_qos",
    "ssl_apps",
)


def test_every_queue_is_a_quorum_queue_with_arguments_that_all_versions_take() -> None:
    for queue in TOPOLOGY.queues.values():
        assert queue.arguments["x-queue-type"] == "quorum"
        assert queue.arguments.keys() <= QUEUE_ARGUMENTS


def test_no_delivery_limit_is_one_that_only_later_versions_take() -> None:
    """4.x counts 20 deliveries where nothing is said, and takes -1 for no limit; 3.10 takes only what is positive."""
    for queue in TOPOLOGY.queues.values():
        assert isinstance(queue.arguments["x-delivery-limit"], int)
        assert queue.arguments["x-delivery-limit"] > 0


def test_nothing_is_transient_or_deletes_itself() -> None:
    for kind in ("exchanges", "queues"):
        rows = DEFINITIONS[kind]
        assert isinstance(rows, list)
        for row in rows:
            assert row["durable"] is True
            assert row["auto_delete"] is False


def test_there_are_no_policies() -> None:
    """Mirrored classic queues were made by policy; quorum queues need none."""
    assert "policies" not in DEFINITIONS
    assert "ha-mode" not in json.dumps(DEFINITIONS)


def test_the_settings_name_nothing_that_is_gone() -> None:
    for file in (ROOT / "deploy" / "broker").glob("*.conf"):
        for line in file.read_text().splitlines():
            assert not [name for name in GONE_SETTINGS if line.startswith(name)]


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call in our own code."""
    for package in ("hub", "adapters"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call):
                    yield file, node


def test_no_call_asks_for_what_later_versions_refuse() -> None:
    """Global prefetch, queues that are transient, exclusive or delete themselves, and lazy mode."""
    refused = {"global_": True, "global_qos": True, "auto_delete": True, "exclusive": True, "durable": False}
    found = [
        f"{file.relative_to(ROOT)}:{call.lineno} {keyword.arg}"
        for file, call in calls()
        for keyword in call.keywords
        if keyword.arg in refused
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is refused[keyword.arg]
    ]
    assert found == []


@pytest.mark.parametrize("word", ["x-queue-mode", "x-ha-policy", "x-queue-version", "x-queue-master-locator"])
def test_no_module_names_an_argument_that_later_versions_refuse(word: str) -> None:
    for package in ("hub", "adapters"):
        for file in (ROOT / package).rglob("*.py"):
            assert not re.search(re.escape(word), file.read_text())
