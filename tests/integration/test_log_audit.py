"""Nobody rewrites history: every edit, deletion, swap, truncation and fork of the log is found, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from hub.clock import new_pseudonym
from hub.errors import Code, RefusedError, TamperedError
from hub.messagelog.auditing import Audit, Trust, audit
from hub.messagelog.auditing.running import run_audit
from hub.messagelog.auditing.store import verifications
from hub.messagelog.checkpoints.making import read_floor
from hub.messagelog.checkpoints.store import Cosigned, add_cosignatures, mark_published
from hub.messagelog.proof import prove
from hub.messagelog.restoring import restore
from hub.messagelog.tables import CHECKPOINT, COSIGNATURE, ENTRY, MESSAGE, SALT, TILE, TREE
from hub.messagelog.tree.store import trees
from hub.wire.logkey import read_log_key
from hub.wire.note import cosign, new_signer, read_note, witness_signer
from hub.wire.tlogproof import read_proof, verify_proof
from tests.filled import fill
from tests.logbook import Logbook, logbook_on
from tests.world import HUB, LOG_SIGNER, NOW, TAX, FixedClock, make_world

WORLD = make_world()
KEY = LOG_SIGNER.verifier
TRUST = Trust([KEY], WORLD.register)
SIZE = 300


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Logbook]:
    """A log of 300 leaves with two heads, of which a witness confirmed the first."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with logbook_on(request.param, tmp_path, url) as logbook:
        logbook.write(200)
        logbook.sequence()
        confirm(logbook)
        logbook.write(100)
        logbook.sequence()
        logbook.checkpoint()
        yield logbook


def confirm(log: Logbook) -> None:
    kept = log.checkpoint()[0]
    key = WORLD.signing(TAX)
    signer = witness_signer(key.kid, key.key)
    assert signer is not None
    line = str(cosign(read_note(kept.note).text, signer, NOW))
    with log.database.begin() as connection:
        mark_published(connection, kept, (TAX,), NOW)
        add_cosignatures(connection, [Cosigned(TAX, kept.tree_id, kept.size, key.kid, line, NOW)])


def audited(log: Logbook, trust: Trust = TRUST) -> Audit:
    with log.reading() as connection:
        return audit(connection, trust, lambda _done, _total: None)


def test_a_log_that_nobody_touched_is_whole(log: Logbook) -> None:
    found = audited(log)
    assert (found.problems, found.leaves, found.checkpoints, found.cosignatures) == ([], SIZE, 2, 1)


def swap(connection: Connection) -> None:
    row = select(ENTRY.c.row_id)
    one, other = (connection.execute(row.filter_by(leaf_index=index)).scalar_one() for index in (3, 4))
    connection.execute(update(ENTRY).where(ENTRY.c.row_id == one).values(leaf_index=None))
    connection.execute(update(ENTRY).where(ENTRY.c.row_id == other).values(leaf_index=3))
    connection.execute(update(ENTRY).where(ENTRY.c.row_id == one).values(leaf_index=4))


def closed_gap(connection: Connection) -> None:
    """A leaf goes and those after it move up, one by one."""
    connection.execute(delete(ENTRY).where(ENTRY.c.leaf_index == 250))
    for index in range(251, SIZE):
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == index).values(leaf_index=index - 1))
    connection.execute(update(TREE).values(size=SIZE - 1))


def truncated(connection: Connection) -> None:
    """The newest leaves go, and everything in the database that knew of them."""
    connection.execute(delete(ENTRY).where(ENTRY.c.leaf_index >= 290))
    connection.execute(delete(CHECKPOINT).where(CHECKPOINT.c.size > 290))
    row = connection.execute(select(TILE.c.hashes).filter_by(level=0, place=1)).scalar_one()
    connection.execute(update(TILE).filter_by(level=0, place=1).values(hashes=bytes(row)[: (290 - 256) * 32]))
    connection.execute(update(TREE).values(size=290))


TAMPERING: dict[str, Callable[[Connection], object]] = {
    "an edit": lambda c: c.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(rcpt=HUB)),
    "an edit of the last": lambda c: c.execute(update(ENTRY).where(ENTRY.c.leaf_index == SIZE - 1).values(code="x")),
    "an edit of when": lambda c: c.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(ts=ENTRY.c.ts + 1000)),
    "a deletion": lambda c: c.execute(delete(ENTRY).where(ENTRY.c.leaf_index == 100)),
    "a deletion without a gap": closed_gap,
    "a swap": swap,
    "an end that is gone": lambda c: c.execute(delete(ENTRY).where(ENTRY.c.leaf_index >= 290)),
    "a tile": lambda c: c.execute(update(TILE).filter_by(level=0, place=0).values(hashes=b"\0" * 32 * 256)),
    "a tile above": lambda c: c.execute(update(TILE).filter_by(level=1, place=0).values(hashes=b"\0" * 32)),
    "a checkpoint's root": lambda c: c.execute(update(CHECKPOINT).filter_by(size=200).values(root=b"\0" * 32)),
    "a checkpoint's text": lambda c: c.execute(
        update(CHECKPOINT).where(CHECKPOINT.c.size == SIZE).values(note="x\n\n\N{EM DASH} x AAAAAAAAAAAA\n")
    ),
    "a cosignature": lambda c: c.execute(
        update(COSIGNATURE).values(line=str(cosign("x\n", new_signer("a.example"), NOW)))
    ),
    "a tree that begins elsewhere": lambda c: c.execute(update(TREE).values(first=1, size=SIZE - 1)),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_it_is_found(log: Logbook, what: str) -> None:
    with log.database.begin() as connection:
        TAMPERING[what](connection)
    assert audited(log).problems, what


def test_an_entry_and_its_tile_and_every_head_made_anew_are_found_by_what_a_witness_holds(log: Logbook) -> None:
    with log.reading() as connection:
        held = connection.execute(select(CHECKPOINT.c.note).filter_by(size=200)).scalar_one()
    with log.database.begin() as connection:  # whoever has the log's key and the database can do all of this
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(code="rewritten"))
        for table in (TREE, TILE, CHECKPOINT, COSIGNATURE):
            connection.execute(delete(table))
    log.sequence()
    forged = log.checkpoint()[0]
    assert audited(log).problems == [], "by itself it looks whole"
    for trust in (replace(TRUST, witnessed=[held]), replace(TRUST, floor=read_floor(held))):
        (problem,) = audited(log, trust).problems
        assert "the first 200 leaves are not those of" in problem
    assert forged.size == SIZE


def test_an_end_that_is_gone_everywhere_is_found_by_the_floor(log: Logbook) -> None:
    with log.reading() as connection:
        floor = read_floor(connection.execute(select(CHECKPOINT.c.note).filter_by(size=SIZE)).scalar_one())
    with log.database.begin() as connection:
        truncated(connection)
    assert audited(log).problems == [], "by itself it looks whole"
    assert any("290 leaves, and the floor has 300" in one for one in audited(log, replace(TRUST, floor=floor)).problems)


def test_a_tree_that_is_gone_is_found_by_the_floor(log: Logbook) -> None:
    with log.reading() as connection:
        floor = read_floor(connection.execute(select(CHECKPOINT.c.note).filter_by(size=SIZE)).scalar_one())
    with log.database.begin() as connection:
        for table in (ENTRY, TREE, TILE, CHECKPOINT, COSIGNATURE):
            connection.execute(delete(table))
    assert any("gone" in one for one in audited(log, replace(TRUST, floor=floor)).problems)


def test_a_message_whose_row_was_altered_is_found(log: Logbook) -> None:
    fill(log.database, NOW + timedelta(hours=1))
    log.sequence()
    assert audited(log).problems == []
    with log.database.begin() as connection:
        one = connection.execute(select(MESSAGE.c.id).limit(1)).scalar_one()
        connection.execute(update(MESSAGE).where(MESSAGE.c.id == one).values(refhash="sha-256:" + "0" * 64))
    assert audited(log).problems == [f"message {one}: no entry says the same of it"]


def test_a_salt_can_be_erased_and_the_log_stays_whole(log: Logbook) -> None:
    with log.database.begin() as connection:
        connection.execute(delete(SALT))
    assert audited(log).problems == []


def test_an_audit_leaves_a_record_of_how_far_it_is_and_what_it_found(log: Logbook) -> None:
    told: list[tuple[int, int]] = []
    run_audit(log.database, TRUST, FixedClock(), lambda done, of: told.append((done, of)))
    with log.database.begin() as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(code="x"))
    run_audit(log.database, TRUST, FixedClock(NOW + timedelta(hours=1)))
    with log.reading() as connection:
        second, first = verifications(connection, 5)
    assert (first.done, first.total, first.ended, first.problems) == (SIZE, SIZE, NOW, ())
    assert second.problems
    assert any("leaf 7" in one for one in second.problems)
    assert told[-1] == (SIZE, SIZE)


# — proofs ————————————————————————————————————————————————————————————————————————————————————————————————————————


def test_every_entry_is_proven_under_a_head_that_a_witness_confirmed_where_there_is_one(log: Logbook) -> None:
    key = WORLD.signing(TAX)
    signer = witness_signer(key.kid, key.key)
    assert signer is not None
    for index, size in ((0, 200), (199, 200), (200, SIZE), (SIZE - 1, SIZE)):
        with log.reading() as connection:
            proof, leaf = prove(connection, index)
        witnesses = [signer.verifier] if size == 200 else []
        assert verify_proof(read_proof(str(proof)), leaf, KEY, witnesses).size == size
    with log.reading() as connection, pytest.raises(RefusedError) as refused:
        prove(connection, SIZE)
    assert refused.value.code is Code.NOT_FOUND


def test_no_proof_goes_out_of_an_entry_that_was_altered(log: Logbook) -> None:
    with log.database.begin() as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(code="x"))
    with log.reading() as connection, pytest.raises(TamperedError):
        prove(connection, 7)


# — a back-up that was put back ———————————————————————————————————————————————————————————————————————————————————


def test_a_restored_log_begins_anew_and_says_for_good_after_what(log: Logbook) -> None:
    with log.reading() as connection:
        floor = connection.execute(select(CHECKPOINT.c.note).filter_by(size=SIZE)).scalar_one()
    with log.database.begin() as connection:  # as the back-up has it
        truncated(connection)
    log.write(5)  # what waited for an index when it was made
    with pytest.raises(TamperedError):
        log.checkpoint(floor)
    last = read_floor(floor)
    with log.database.begin() as connection:
        restore(connection, last, new_pseudonym(), NOW)
    log.sequence()
    made = log.checkpoint()
    with log.reading() as connection:
        found = [(str(one.origin), one.first, one.size) for one in trees(connection)]
        proof, leaf = prove(connection, 290)
    assert found == [("hub.example.test/log/2026", 0, 290), ("hub.example.test/log/2026/1", 290, 6)]
    assert json.loads(leaf)["code"] == "log-restored"
    assert verify_proof(proof, leaf, KEY).origin.number == 1
    known = replace(TRUST, floor=read_floor(made[-1].note), witnessed=[floor])
    assert audited(log, known).problems == [], "that the end is gone is on record"
    with log.database.begin() as connection:
        restore(connection, last, new_pseudonym(), NOW)
    log.sequence()
    with log.reading() as connection:
        assert str(trees(connection)[-1].origin) == "hub.example.test/log/2026/2"


# — the tools, as their users run them ————————————————————————————————————————————————————————————————————————————


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "adapters", "log", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)


CONFIG = """
register_file = "register.jws"
governance_file = "governance.jwk"
keys = "{hub}/keys"
state = "state"
database = "{url}"

[broker]
url = "amqps://127.0.0.1:9/hub"
ca = "ca.pem"
certificate = "hub.pem"
key = "hub.key"
"""


@dataclass
class Hub:
    """The folder of a hub with this log, and the commands of its operator."""

    folder: Path
    log: Logbook

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a command on the hub."""
        return run(self.folder, *words, "--config", "hub.toml")


@pytest.fixture
def hub(log: Logbook, tmp_path: Path) -> Hub:
    WORLD.write(tmp_path)
    (tmp_path / "state").mkdir()
    url = log.database.url.render_as_string(hide_password=False)
    (tmp_path / "hub.toml").write_text(CONFIG.format(hub=HUB, url=url))
    return Hub(tmp_path, log)


def test_a_proof_holds_for_somebody_who_has_nothing_else_but_the_logs_key(hub: Hub) -> None:
    with hub.log.reading() as connection:
        message_id = connection.execute(select(ENTRY.c.id).filter_by(leaf_index=7)).scalar_one()
    made = hub("proof", message_id, "--to", "elders")
    assert made.returncode == 0, made.stderr
    key, elsewhere = json.loads(made.stdout)["verifierKey"], hub.folder / "elders"
    files = (f"{message_id}.tlog-proof", "--leaf", f"{message_id}.leaf.json", "--key")
    held = run(elsewhere, "verify", *files, key)
    assert (held.returncode, json.loads(held.stdout)["holds"]) == (0, True)
    other = run(elsewhere, "verify", *files, str(new_signer("hub.example.test/log").verifier))
    assert (other.returncode, other.stderr.splitlines()[0]) == (6, "refused: log_invalid")
    leaf = elsewhere / files[2]
    leaf.write_text(leaf.read_text().replace(TAX, HUB))
    assert run(elsewhere, "verify", *files, key).returncode == 6
    assert run(elsewhere, "verify", "niets", *files[1:], key).returncode == 3
    assert run(elsewhere, "verify", *files, "geen-sleutel").returncode == 5
    assert hub("proof", new_pseudonym()).returncode == 3


def test_an_operator_audits_the_log_and_begins_it_anew(hub: Hub) -> None:
    printed = hub("checkpoint").stdout
    assert read_note(printed).text.splitlines()[1] == str(SIZE)
    whole = hub("audit")
    assert (whole.returncode, json.loads(whole.stdout)["leaves"]) == (0, SIZE), whole.stderr
    (hub.folder / "held").write_text(printed)
    again = hub("restore", "--checkpoint", "held")
    assert json.loads(again.stdout)["origin"].startswith("hub.example.test/log/"), again.stderr
    assert (hub.folder / "state/log-floor").read_text().splitlines()[1] == "1"
    assert hub("audit", "--witnessed", "held").returncode == 0
    with hub.log.database.begin() as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(code="x"))
    wrong = hub("audit")
    assert wrong.returncode == 6
    assert "leaf 7" in json.loads(wrong.stdout)["problems"][0]["problem"]


def test_the_key_of_a_log_is_made_where_it_stays(tmp_path: Path) -> None:
    words = ("new-log", "--dir", "keys", "--name", "hub.example/log")
    command = [sys.executable, "-m", "adapters", "keys", *words]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    signer = read_log_key(tmp_path / "keys")
    assert (made.returncode, made.stdout) == (0, f"{signer.verifier}\n")
    assert (tmp_path / "keys/log.note-key").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in made.stdout + made.stderr
    twice = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert twice.returncode == 5
    assert read_log_key(tmp_path / "keys").exported() == signer.exported()
