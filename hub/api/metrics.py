"""The hub in numbers, as OpenMetrics text: with codes and OINs of organisations, with nothing of a case or a person.

What the broker holds is not among them, because this process has no connection to it: RabbitMQ tells its own depths.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from hub.alarms.kinds import KINDS
from hub.alarms.store import stands
from hub.console.overview import COUNTED
from hub.console.partners.store import waiting
from hub.conversations.store import attention
from hub.database import Connection
from hub.messagelog import store
from hub.messagelog.checkpoints.witnessing import newest_head
from hub.messagelog.health.store import backlog, edge_reports, entry_counts, open_messages
from hub.messagelog.pauses.store import paused_oins
from hub.messagelog.reading.standing import state_of
from hub.messagelog.reading.store import last_index
from hub.messagelog.tables import State
from hub.messagelog.tree.store import trees
from hub.operations.evidence import Cause
from hub.operations.evidence.store import groups

MEDIA_TYPE: Final = "application/openmetrics-text"
EXAMPLE: Final = """# HELP schuldhub_messages_open Messages without an outcome.
# TYPE schuldhub_messages_open gauge
schuldhub_messages_open{state="accepted"} 0.0
schuldhub_messages_open{state="forwarded"} 3.0
# EOF
"""


class MetricsResponse(Response):
    """The text, with its kind and version."""

    media_type = CONTENT_TYPE_LATEST


class Tally:
    """Entries of the log by kind and result since its begin: the first look counts all, each later what came since."""

    def __init__(self) -> None:
        """Nothing is read before somebody asks."""
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str | None], int] = {}
        self._index = -1

    def counted(self, connection: Connection) -> Mapping[tuple[str, str | None], int]:
        """The counts now."""
        with self._lock:
            newest = last_index(connection)
            if newest > self._index:
                for key, count in entry_counts(connection, self._index).items():
                    self._counts[key] = self._counts.get(key, 0) + count
                self._index = newest
            return dict(self._counts)


class _Kept(NamedTuple):
    """What `generate_latest` wants of a registry."""

    families: tuple[Metric, ...]

    def collect(self) -> Iterator[Metric]:
        yield from self.families


def written(connection: Connection, tally: Tally, now: datetime) -> bytes:
    """Everything, as it stands in the database now."""
    kept = _Kept((*_messages(connection, tally, now), *_attention(connection, now), *_edges(connection, now)))
    return bytes(generate_latest(kept))  # type: ignore[no-untyped-call]


def _messages(connection: Connection, tally: Tally, now: datetime) -> Iterator[Metric]:
    entries = CounterMetricFamily(
        "schuldhub_log_entries", "Entries of the message log since its begin.", labels=("kind", "result")
    )
    for (kind, result), count in sorted(tally.counted(connection).items(), key=str):
        entries.add_metric((kind, result or ""), count)
    yield entries
    here = GaugeMetricFamily("schuldhub_messages_open", "Messages without an outcome.", labels=("state",))
    oldest = GaugeMetricFamily(
        "schuldhub_messages_open_oldest_seconds", "How long the oldest of them is here.", labels=("state",)
    )
    found = open_messages(connection)
    for state in (State.ACCEPTED, State.FORWARDED):
        count, since = found.get(state, (0, now))
        here.add_metric((state_of(state, None).value,), count)
        oldest.add_metric((state_of(state, None).value,), max(0.0, (now - since).total_seconds()))
    yield from (here, oldest)
    late = now - timedelta(minutes=1)
    behind = backlog(connection, late, late)
    yield _gauge("schuldhub_log_unsequenced", "Entries without an index after a minute.", behind.unsequenced)
    yield _gauge("schuldhub_messages_overdue", "Messages to be offered again a minute ago.", behind.overdue)
    head = newest_head(connection, trees(connection))
    if head is not None:
        age = (now - head[1].made).total_seconds()
        yield _gauge("schuldhub_log_checkpoint_age_seconds", "Age of the newest signed head.", age)
    said = store.said(connection, store.AT_WORK)
    if said is not None:
        yield _gauge(
            "schuldhub_keeper_age_seconds", "Since the keeper last said it works.", (now - said).total_seconds()
        )


def _attention(connection: Connection, now: datetime) -> Iterator[Metric]:
    asks = attention(connection, now, COUNTED)
    questions = GaugeMetricFamily(
        "schuldhub_questions", f"Open questions that ask for attention, counted to {COUNTED}.", labels=("asks",)
    )
    for name in ("in_danger", "overdue", "rest_undelivered", "rest_failed", "rest_overdue"):
        questions.add_metric((name,), getattr(asks, name))
    yield questions
    quarantine = GaugeMetricFamily("schuldhub_quarantined", "Evidence that waits for a decision.", labels=("cause",))
    counts = {group.cause: group.count for group in groups(connection)}
    for cause in Cause:
        quarantine.add_metric((cause.value,), counts.get(cause, 0))
    yield quarantine
    alarms = GaugeMetricFamily("schuldhub_alarms", "Alarms that stand.", labels=("class", "kind"))
    standing = [alarm.kind for alarm in stands(connection)]
    for kind, known in KINDS.items():
        alarms.add_metric((known.of.value, kind.value), standing.count(kind))
    yield alarms


def _edges(connection: Connection, now: datetime) -> Iterator[Metric]:
    unreceipted = GaugeMetricFamily(
        "schuldhub_partner_unreceipted", "Messages for it without a receipt.", labels=("oin",)
    )
    for oin, one in sorted(waiting(connection).items()):
        unreceipted.add_metric((oin,), one.count)
    paused = GaugeMetricFamily("schuldhub_partner_paused", "1 while an operator paused it.", labels=("oin",))
    for oin in sorted(paused_oins(connection)):
        paused.add_metric((oin,), 1)
    yield from (unreceipted, paused)
    age = GaugeMetricFamily("schuldhub_edge_report_age_seconds", "Since its edge last reported.", labels=("oin",))
    waits = GaugeMetricFamily("schuldhub_edge_waiting", "Acts that wait there, as it says.", labels=("oin",))
    uncertain = GaugeMetricFamily("schuldhub_edge_uncertain", "Acts that somebody there must decide.", labels=("oin",))
    away = GaugeMetricFamily("schuldhub_edge_away", "1 while it is silent or its own system is away.", labels=("oin",))
    for report in edge_reports(connection):
        age.add_metric((report.oin,), (now - report.received).total_seconds())
        waits.add_metric((report.oin,), report.waiting)
        uncertain.add_metric((report.oin,), report.uncertain)
        away.add_metric((report.oin,), float(report.unreachable(now)))
    yield from (age, waits, uncertain, away)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value)
