"""What of libraries gets into our log: that one warned, and never its text."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiormq.exceptions import ConnectionClosed

from hub.events import configure


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]  # noqa: TID251 - what libraries write to
    stream = io.StringIO()
    configure("test", stream=stream)
    yield stream
    root.handlers[:] = kept
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_of_a_library_only_is_logged_that_it_warned(written: io.StringIO) -> None:
    logging.getLogger("asyncssh").warning("login of %s failed", "Groot")  # noqa: TID251
    (line,) = lines(written)
    assert (line["event"], line["task"], line["error"]) == ("task.failed", "asyncssh", "WARNING")
    assert "Groot" not in written.getvalue()


def test_that_the_broker_is_away_is_said_by_the_link_and_not_in_many_lines_of_its_library(written: io.StringIO) -> None:
    logging.getLogger("aiormq.connection").error("Unexpected connection close from remote")  # noqa: TID251
    logging.getLogger("aio_pika.robust_connection").warning("Reconnecting")  # noqa: TID251
    error = ConnectionClosed(320, "CONNECTION_FORCED")
    unseen = (type(error), error, None)
    logging.getLogger("asyncio").error("Future exception was never retrieved", exc_info=unseen)  # noqa: TID251
    assert lines(written) == []


def test_what_asyncio_says_of_other_errors_stays(written: io.StringIO) -> None:
    error = ZeroDivisionError()
    unseen = (type(error), error, None)
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=unseen)  # noqa: TID251
    assert [line["task"] for line in lines(written)] == ["asyncio"]
