"""Alarms as rows for a reader. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from hub.alarms.kinds import KINDS, Alarm
from hub.clock import rfc3339


def alarm_row(alarm: Alarm, names: Mapping[str, str]) -> dict[str, object]:
    """One line of a list; organisations by name where `names` has one."""
    return {
        "class": alarm.of.value,
        "kind": alarm.kind.value,
        "since": rfc3339(alarm.started),
        "until": rfc3339(alarm.cleared) if alarm.cleared else None,
        "title": alarm.title(names),
        "advice": KINDS[alarm.kind].advice,
    }
