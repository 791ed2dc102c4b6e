"""What a command does where nobody reads what it prints: `| head`, `>&-`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

COMMANDS: Sequence[Sequence[str]] = (
    ("adapters", "schemas", "list"),
    ("adapters", "schemas", "list", "--output", "table"),
    ("adapters", "--help"),
    ("adapters", "messages", "--help"),
    ("adapters.haarlem", "openapi"),
)


def words(command: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", *command]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_who_has_seen_enough_is_no_error(command: Sequence[str]) -> None:
    with subprocess.Popen(words(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_closed_output_is_no_error(command: Sequence[str]) -> None:
    script = 'exec "$@" >&-'
    done = subprocess.run(["/bin/bash", "-c", script, "bash", *words(command)], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
