"""Our rows ↔ the rows of the files (adapters/vish/batch.py), and that both sides write the same columns."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vish.batch import (
    BATCH_HEADER,
    RESULT_HEADER,
    SAID,
    Cells,
    Outcome,
    UnreadableFileError,
    read_results,
    registration_cells,
    result_of,
    write_batch,
)
from adapters.vish.simulator_rows import Answered, Asked, read_batch, write_results
from schemas.messages import DebtRestRegistrationResult
from tests.unit.vish.desk import registration

CELLS = st.builds(Cells, *[st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)] * 16)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=20)


def test_adapter_and_index_agree_about_the_columns() -> None:
    assert tuple(field.name for field in fields(Asked)) == BATCH_HEADER
    assert tuple(field.name for field in fields(Answered)) == RESULT_HEADER
    assert len(fields(Cells)) == len(BATCH_HEADER)


def test_a_registration_is_one_row_with_a_header() -> None:
    content = write_batch([registration_cells("k1", registration(urgent=True))]).decode()
    assert content.splitlines()[1] == (
        "k1;AANMELDEN;HLM01;;999900006;1979-11-30;;Vries;2026-11-23;plan-van-aanpak;J;"
        "Team schulddienstverlening;023-5550100;;;"
    )


@given(st.lists(CELLS, max_size=5))
def test_whatever_stands_in_the_cells_the_index_reads_as_many_rows_as_were_written(rows: list[Cells]) -> None:
    read = read_batch(write_batch(rows))
    assert [row and astuple(row) for row in read] == [
        tuple(" ".join(str(cell).split()) for cell in astuple(row)) for row in rows
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_results_or_an_unreadable_file(content: bytes) -> None:
    for attempt in (content, ";".join(RESULT_HEADER).encode() + b"\r\n" + content):
        try:
            read_results(attempt)
        except UnreadableFileError:
            continue


@given(st.sampled_from(Outcome), WORDS, st.one_of(WORDS, st.sampled_from(sorted(SAID))), WORDS, WORDS)
def test_every_readable_row_makes_a_valid_message(
    outcome: Outcome, number: str, reason: str, remark: str, at: str
) -> None:
    content = write_results([Answered("k1", outcome.value, number, reason, remark, at)])
    for row in read_results(content).rows:
        said = result_of(row)
        assert DebtRestRegistrationResult.from_wire(said.to_wire()) == said


@pytest.mark.parametrize(
    "line",
    [
        "k1;GEREGISTREERD;;;;",
        "k1;MISSCHIEN;VISH-1;;;",
        "k1;GEREGISTREERD;VISH-1;;",
        f"k1;GEREGISTREERD;{'9' * 65};;;",
    ],
)
def test_a_row_that_makes_no_sense_is_kept_apart(line: str) -> None:
    results = read_results(f"{';'.join(RESULT_HEADER)}\r\n{line}\r\nk2;AFGEWEZEN;;;;\r\n".encode())
    assert results.unreadable == (line,)
    assert [row.key for row in results.rows] == ["k2"]


def test_a_result_file_with_a_byte_order_mark_is_read() -> None:
    content = write_results([Answered("k1", "GEREGISTREERD", "VISH-1", "", "", "2026-11-23T12:00:00Z")])
    (row,) = read_results(b"\xef\xbb\xbf" + content).rows
    said = result_of(row).to_wire()
    assert said == {
        "resultaat": "geregistreerd",
        "registratienummer": "VISH-1",
        "geregistreerdOp": "2026-11-23T12:00:00.000Z",
    }


def test_a_reason_that_we_do_not_know_is_not_passed_on() -> None:
    content = write_results([Answered("k1", "AFGEWEZEN", "", "IETS=1+1", "", "")])
    assert result_of(read_results(content).rows[0]).reason == "VISH geeft een reden die wij niet kennen; bel VISH."
    assert len(list(csv.reader(io.StringIO(content.decode()), delimiter=";"))) == 2
