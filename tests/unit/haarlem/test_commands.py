"""The commands of the debt helper; the integration tests run one as its operator does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.haarlem.commands import main
from adapters.haarlem.desk import store
from adapters.ledger import Ledger

Captured = pytest.CaptureFixture[str]


def test_a_token_is_made_listed_and_revoked(tmp_path: Path, capsys: Captured) -> None:
    where = ["--ledger", f"sqlite:///{tmp_path}/ledger.db"]
    assert (
        main(["token-new", *where, "--name", "zaaksysteem", "--scope", "lezen", "--scope", "zoeken", "--days", "3"])
        == 0
    )
    secret = capsys.readouterr().out
    assert (secret.startswith("shv_"), len(secret.splitlines())) == (True, 1)
    assert (tmp_path / "ledger.db").stat().st_mode & 0o777 == 0o600
    ledger = Ledger(where[1])
    with ledger.begin() as tx:
        (token,) = store.tokens(tx)
    ledger.close()
    assert token.scopes == {"lezen", "zoeken"}
    assert main(["token-list", *where]) == 0
    listed = capsys.readouterr().out
    assert listed.split("\t")[:4] == [token.id, "zaaksysteem", "lezen zoeken", "active"]
    assert secret.strip() not in listed
    assert [main(["token-revoke", token.id, *where]) for _ in range(2)] == [0, 3]
    main(["token-list", *where])
    assert "revoked" in capsys.readouterr().out


def test_a_client_of_ddas_is_made_listed_and_revoked(tmp_path: Path, capsys: Captured) -> None:
    where = ["--ledger", f"sqlite:///{tmp_path}/ledger.db"]
    assert main(["ddas", "client-new", *where, "--name", "CBS"]) == 0
    made = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert main(["ddas", "client-list", *where]) == 0
    assert capsys.readouterr().out == f"{made['client_id']}\tCBS\tactive\n"
    assert made["client_secret"].encode() not in (tmp_path / "ledger.db").read_bytes()
    assert [main(["ddas", "client-revoke", made["client_id"], *where]) for _ in range(2)] == [0, 3]


@pytest.mark.parametrize("words", [["token-list"], ["token-revoke", "x"], ["ddas", "client-list"]])
def test_looking_leaves_no_empty_database_behind(words: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert main([*words, "--ledger", f"sqlite:///{tmp_path}/typo.db"]) == 3
    assert capsys.readouterr().err.startswith("refused: not_found\nplace: ledger\nadvice: ")
    assert not (tmp_path / "typo.db").exists()


def test_an_unknown_scope_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["token-new", "--ledger", f"sqlite:///{tmp_path}/l.db", "--name", "x", "--scope", "alles"])
    assert not (tmp_path / "l.db").exists()


def test_the_description_is_printed_for_the_address_of_the_settings(tmp_path: Path, capsys: Captured) -> None:
    own = tmp_path / "haarlem.toml"
    own.write_text('connection_code = "HLM"\n[api]\nurl = "https://schuldenrust.example"\n')
    assert main(["openapi", "--own", str(own)]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["servers"] == [{"url": "https://schuldenrust.example/v1"}]
    assert printed.err == ""


def test_a_refusal_is_its_code_and_what_to_do(tmp_path: Path, capsys: Captured) -> None:
    assert main(["openapi", "--own", str(tmp_path / "none.toml")]) == 5
    assert capsys.readouterr().err.startswith("refused: settings_invalid\n")


@pytest.mark.parametrize("words", [["--help"], ["ddas", "--help"], ["openapi"]])
def test_who_reads_no_further_is_no_error(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "adapters.haarlem", *words]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_import_says_when_nobody_answers(tmp_path: Path, capsys: Captured) -> None:
    for name in ("file.csv", "token"):
        (tmp_path / name).write_text("x")
    file, token = str(tmp_path / "file.csv"), str(tmp_path / "token")
    done = main(["import-file", file, "--url", "http://127.0.0.1:1", "--token-file", token, "--employee", "m-1"])
    assert (done, capsys.readouterr().err.startswith("the API does not answer")) == (4, True)
