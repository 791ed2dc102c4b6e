"""How commands end: the same exit codes everywhere, the code and the advice, and never a value."""

from __future__ import annotations

import os

import pytest
from cyclopts import App

from adapters.cli import whole_app
from hub.cli.app import make_app, report_bug, run
from hub.errors import Code, HubError, RefusedError, TamperedError, UnavailableError

BSN = "999990019"
NAME = "Wilhelmina-Proefpersoon"


def app_that_raises(error: BaseException) -> App:
    """An app with one command, which fails."""
    app = App(result_action="return_value", exit_on_error=False, print_error=False)

    @app.command
    def fail() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError(Code.NOT_FOUND, "ID"), 3),
        (UnavailableError(Code.BROKER_UNAVAILABLE), 4),
        (UnavailableError(Code.DATABASE_UNAVAILABLE), 4),
        (RefusedError(Code.SETTINGS_INVALID, "broker.url (missing)"), 5),
        (TamperedError(Code.BAD_SIGNATURE), 5),
    ],
)
def test_an_error_of_ours_has_its_exit_code_its_place_and_advice(
    error: HubError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app_that_raises(error), ["fail"]) == code
    said = capsys.readouterr().err
    assert said.startswith(f"refused: {error.code.value}\n")
    assert error.advice() in said
    assert error.place is None or error.place in said


def test_an_error_out_of_a_group_of_tasks_ends_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    error = UnavailableError(Code.BROKER_UNAVAILABLE)
    group = BaseExceptionGroup("tasks", [ExceptionGroup("inner", [error])])
    assert run(app_that_raises(group), ["fail"]) == 4
    assert "broker_unavailable" in capsys.readouterr().err


def test_a_bug_beside_an_error_of_ours_is_still_a_bug() -> None:
    group = ExceptionGroup("tasks", [UnavailableError(Code.BROKER_UNAVAILABLE), KeyError("x")])
    with pytest.raises(ExceptionGroup):
        run(app_that_raises(group), ["fail"])


def test_a_bug_is_reported_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=BSN) as bug:
        run(app_that_raises(ValueError(f"{BSN} {NAME}")), ["fail"])
    report_bug(bug.type, bug.value, bug.tb)
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "test_app" in said
    assert BSN not in said
    assert NAME not in said


@pytest.mark.parametrize(
    "line",
    [
        f"{BSN}",
        f"messages {BSN}",
        f"messages list --{NAME} x",
        f"messages list --{NAME}={BSN}",
        f"messages list -{BSN}",
        f"messages list --case {BSN}",
        f"messages list --oin {BSN}",
        f"messages list --type {NAME}",
        f"messages list --state {NAME}",
        f"messages list --since {NAME}",
        f"messages list --before {NAME}",
        f"messages list --most {NAME}",
        f"messages list -o {NAME}",
        f"messages list {BSN}",
        f"messages show {BSN}",
        f"messages show --oin {BSN}",
        f"messages tail --after {NAME}",
        f"messages tail -o {NAME}",
        f"db {NAME}",
        f"up {NAME}",
        f"check {NAME}",
        f"demo {NAME}",
        f"adapter run {NAME} --config x",
        f"edge show {BSN} --config x",
        f"edge list --config x --before {BSN}",
        f"edge list --config x --kind {NAME}",
        f"edge resolve 01930000-0000-7000-8000-000000000000 --config x --done --reason {NAME}{BSN}\x1b",
        f"edge resolve 01930000-0000-7000-8000-000000000000 --config x --done --reason BSN-{BSN}-gezien",
        f"gbkz approvals approve {BSN} --config x --by m-7",
        f"gbkz approvals refuse 01930000-0000-7000-8000-000000000000 --config x --by m-7 --reason {NAME}",
        f"gbkz approvals approve 01930000-0000-7000-8000-000000000000 --config x --by {BSN}",
        f"gbkz deaths decide {NAME} --config x --by m-7 --keep --reason nagekeken",
        f"gbkz deaths decide 01930000-0000-7000-8000-000000000000 --config x --by m-7 --keep --reason {BSN}-dood",
        f"vish items resolve {BSN}x --config x --by m-7 --reason nagekeken",
        f"certificates server --ca x --dir x --name {NAME}_",
        f"keys rotate --dir x --use {NAME}",
        f"keys new --dir x --oin {BSN}",
        f"wire open --now {NAME}",
        f"schemas list -o {NAME}",
        f"topology plan --lanes {NAME}",
    ],
)
def test_a_wrong_command_line_is_a_usage_error_that_repeats_nothing(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(whole_app(), line.split(" ")) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("usage: ")
    assert "--help`" in captured.err
    assert BSN not in captured.err
    assert NAME not in captured.err


def test_what_was_probably_meant_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole_app(), ["mesages"]) == 2
    assert "did you mean messages?" in capsys.readouterr().err
    assert run(whole_app(), ["messages", "list", "--stat", "refused"]) == 2
    assert "did you mean --state?" in capsys.readouterr().err
    assert run(whole_app(), ["messages", "list", "--state", "refuse"]) == 2
    assert "accepted, forwarded, delivered, refused, expired" in capsys.readouterr().err


def test_the_hub_alone_knows_no_adapter_and_the_whole_has_every_noun() -> None:
    own = {
        "alarms",
        "bench",
        "cases",
        "certificates",
        "check",
        "console",
        "db",
        "keys",
        "log",
        "messages",
        "partners",
        "quarantine",
        "register",
        "schemas",
        "tokens",
        "topology",
        "up",
        "wire",
    }
    assert {name for name in make_app() if not name.startswith("-")} == own
    assert {name for name in whole_app() if not name.startswith("-")} == own | {
        "adapter",
        "convenant",
        "demo",
        "edge",
        "gbkz",
        "kredietbank",
        "partner-kit",
        "portal",
        "vish",
    }


@pytest.mark.parametrize("noun", [name for name in whole_app() if not name.startswith("-")])
def test_every_noun_can_be_loaded_and_explains_itself(noun: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole_app(), [noun, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: schuldhub {noun}" in shown
    assert "Exit codes" in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_made_for_every_shell(shell: str) -> None:
    script = whole_app().generate_completion(shell=shell)  # type: ignore[arg-type]
    assert "messages" in script


def test_a_reader_that_has_seen_enough_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        monkeypatch.setattr("sys.stdout", pipe)
        assert run(app_that_raises(BrokenPipeError()), ["fail"]) == 0
