"""An import whose process is killed again and again: every row once, and every row in the result."""

from __future__ import annotations

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.fault.harness import ROOT, until

pytestmark = pytest.mark.timeout(240)
HEADER = "handeling;klantnummer_shv;geboortedatum;geslachtsnaam;straat;huisnummer;postcode;woonplaats;gemeentecode;fase"
ROWS, KILLS = 60, 3


def started(folder: Path, *words: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.fault.importing", folder, *words], cwd=ROOT)


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Rows of the ledger, read beside whoever works on it; none before the tables are there."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True, timeout=20)) as ledger:
            return ledger.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []


def carried_out(folder: Path) -> int:
    return len(asked(folder, "SELECT line FROM haarlem_import_line"))


def more_than(folder: Path, count: int) -> Callable[[], bool]:
    return lambda: carried_out(folder) > count


def test_a_killed_import_goes_on_where_it_was(tmp_path: Path) -> None:
    file, folder = tmp_path / "cases.csv", tmp_path / "desk"
    rows = [f"aanmelden;A-{n};1979-11-30;Vries;Dreef;{n};2101CB;Heemstede;0397;intake" for n in range(1, ROWS + 1)]
    file.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    process = started(folder, file)
    try:
        for _ in range(KILLS):
            before = carried_out(folder)
            until(more_than(folder, before + 4), "some rows are carried out")
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
            process = started(folder)
        assert process.wait(120) == 0
    finally:
        process.kill()
        process.wait()
    ((total, done, already, result),) = asked(folder, "SELECT total, done, already, result FROM haarlem_import")
    assert (total, done, already) == (ROWS, ROWS, 0)
    lines = list(csv.DictReader(io.StringIO(str(result).removeprefix("\ufeff")), delimiter=";"))
    assert [line["klantnummer_shv"] for line in lines] == [f"A-{n}" for n in range(1, ROWS + 1)]
    assert len(asked(folder, "SELECT id FROM haarlem_case")) == ROWS
    assert len(asked(folder, "SELECT act FROM haarlem_access")) == ROWS
    assert asked(folder, "SELECT id FROM haarlem_import_job") == []
