"""Whatever is printed may come from somebody else: it must not steer a terminal, and must stay one row."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli.output import Output, json_text, neutral, print_record, print_rows, say

NASTY = "a\x1b[31m\x9b2J\u202e\u2028\r\n\x00[bold]x[/bold]\ud800"


@given(st.text(alphabet=st.characters()))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert neutral(text).isprintable()


@given(st.text(alphabet=st.characters()))
def test_json_reads_back_as_it_was_and_is_printable(text: str) -> None:
    written = json_text({"a": text})
    assert written.isprintable()
    assert json.loads(written) == {"a": text}


@pytest.mark.parametrize("output", ["table", "json", "jsonl"])
def test_a_nasty_cell_stays_in_its_place(output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"name": NASTY, "n": 1}], output)
    shown = capsys.readouterr().out
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "[bold]x[/bold]" in shown


def test_a_nasty_record_stays_in_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    print_record({NASTY: NASTY, "rows": [{NASTY: NASTY}], "none": [], "data": {"x": NASTY}}, "table")
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))


def test_a_message_to_the_user_is_neutral_too(capsys: pytest.CaptureFixture[str]) -> None:
    say(NASTY)
    assert capsys.readouterr().err.rstrip("\n").isprintable()


def test_a_pipe_gets_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"a": 1}, {"a": None}], None)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"a": 1}, {"a": None}]


def test_json_is_one_document_also_without_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], "json")
    assert json.loads(capsys.readouterr().out) == []


def test_an_empty_table_says_so_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], "table")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "nothing to show\n"


def test_a_table_in_a_pipe_is_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"long": "x" * 300, "none": None, "yes": True}], "table")
    assert "x" * 300 in capsys.readouterr().out


def test_a_record_shows_its_rows_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_record({"id": "een", "timeline": [{"event": "made"}], "empty": []}, "table")
    shown = capsys.readouterr().out
    assert [word in shown for word in ("id", "een", "timeline", "event", "made", "empty")] == [True] * 6


def test_no_color_is_honoured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_rows([{"a": 1}], "table")
    assert "\x1b[3" not in capsys.readouterr().out
