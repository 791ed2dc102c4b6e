"""The commands of the debt helper, run as its operator runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from adapters.haarlem.desk import store
from adapters.ledger import Ledger

TOP = Path(__file__).parents[3]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own."""
    command = [sys.executable, "-m", "adapters.haarlem", *arguments]
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False, env={"PATH": os.defpath})


def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    made = run(
        "token-new", "--ledger", url, "--name", "zaaksysteem", "--scope", "lezen", "--scope", "zoeken", "--days", "30"
    )
    assert (made.returncode, made.stdout.startswith("shv_"), len(made.stdout.splitlines())) == (0, True, 1)
    assert (tmp_path / "ledger.db").stat().st_mode & 0o777 == 0o600
    ledger = Ledger(url)
    with ledger.begin() as tx:
        (token,) = store.tokens(tx)
    ledger.close()
    assert token.scopes == {"lezen", "zoeken"}
    listed = run("token-list", "--ledger", url)
    assert listed.stdout.split("\t")[:4] == [token.id, "zaaksysteem", "lezen zoeken", "active"]
    assert made.stdout.strip() not in listed.stdout
    assert [run("token-revoke", token.id, "--ledger", url).returncode for _ in range(2)] == [0, 3]
    assert "revoked" in run("token-list", "--ledger", url).stdout


def test_an_unknown_scope_is_a_usage_error() -> None:
    assert run("token-new", "--ledger", "sqlite://", "--name", "x", "--scope", "alles").returncode not in {0, 5}


def test_the_description_is_printed() -> None:
    done = run("openapi")
    assert json.loads(done.stdout)["info"]["version"] == "1.0.0"
    assert done.stderr == ""


def test_an_import_says_when_nobody_answers(tmp_path: Path) -> None:
    for name in ("file.csv", "token"):
        (tmp_path / name).write_text("x")
    file, token = str(tmp_path / "file.csv"), str(tmp_path / "token")
    done = run("import-file", file, "--url", "http://127.0.0.1:1", "--token-file", token, "--employee", "m-1")
    assert (done.returncode, done.stderr) == (4, "the API does not answer\n")
