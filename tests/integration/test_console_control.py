"""Controle: the log's head and witnesses on the screen, an audit begun by a click, and a proof to take home."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hub.console.roles import Role
from hub.messagelog.auditing.store import begin_verification, verifications
from hub.messagelog.checkpoints.making import read_floor, save_floor
from hub.messagelog.checkpoints.store import mark_published, mark_sent
from hub.messagelog.tables import CHECKPOINT, ENTRY
from hub.wire.tlogproof import read_proof, verify_proof
from tests.console import Stand
from tests.logbook import Logbook
from tests.world import LOG_SIGNER, NOW, TAX, FixedClock, make_world


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand.on(tmp_path, make_world(), f"sqlite:///{tmp_path / 'hub.db'}", FixedClock())
    yield made
    made.close()


@pytest.fixture
def log(stand: Stand) -> Logbook:
    book = Logbook(stand.database)
    book.write(30)
    book.sequence()
    kept = book.checkpoint()[0]
    with stand.database.begin() as connection:
        mark_published(connection, kept, (TAX,), NOW)
        mark_sent(connection, kept, TAX, NOW)
    return book


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def press(stand: Stand, *roles: Role) -> int:
    token, session = stand.session(roles)
    return stand.client(token).post("/controle/nu", data={"csrf": session.csrf}).status_code


def audits(stand: Stand) -> list[tuple[str, ...] | None]:
    with stand.database.reading() as connection:
        return [one.problems for one in verifications(connection, 10)]


def test_an_empty_log_says_so(stand: Stand) -> None:
    page = stand.client(stand.token()).get("/controle")
    assert page.status_code == 200
    assert "Er staat nog niets in het log." in page.text


def test_the_head_and_the_witnesses_are_on_the_screen(stand: Stand, log: Logbook) -> None:
    page = stand.client(stand.token()).get("/controle").text
    assert "hub.example.test/log/2026" in page
    assert '<strong class="big">30</strong>' in page
    assert "getuigt nog niet" in page
    assert "Nog nooit gedaan." in page


def test_an_auditor_begins_an_audit_and_sees_what_it_found(stand: Stand, log: Logbook) -> None:
    assert press(stand, Role.AUDITOR) == 303
    eventually(lambda: audits(stand) == [()])
    assert "Alles klopt." in stand.client(stand.token()).get("/controle").text
    with stand.database.begin() as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(code="x"))
    assert press(stand, Role.AUDITOR) == 303
    eventually(lambda: len(audits(stand)) == 2 and all(one is not None for one in audits(stand)))
    page = stand.client(stand.token()).get("/controle").text
    assert "er klopt iets niet" in page
    assert "leaf 7" in page


def test_a_reader_sees_and_may_not_begin_and_two_do_not_run_at_once(stand: Stand, log: Logbook) -> None:
    assert press(stand, Role.READER) == 403
    assert "Alleen een auditor of beheerder mag dit." in stand.client(stand.token([Role.READER])).get("/controle").text
    with stand.database.begin() as connection:
        begin_verification(connection, 30, NOW)
    assert press(stand, Role.AUDITOR) == 303
    page = stand.client(stand.token()).get("/controle").text
    assert "0 van 30 bladen" in page
    assert "Nu controleren" not in page
    assert audits(stand) == [None]


def test_the_floor_beside_the_hub_is_part_of_the_audit(stand: Stand, log: Logbook, tmp_path: Path) -> None:
    with stand.database.reading() as connection:
        note = connection.execute(select(CHECKPOINT.c.note)).scalar_one()
    assert read_floor(note).size == 30
    log.write(1)
    log.sequence()
    save_floor(tmp_path / "log-floor", log.checkpoint()[0].note)
    object.__setattr__(stand.console.desk, "floor", tmp_path / "log-floor")
    with stand.database.begin() as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 30).values(code="x"))
    press(stand, Role.ADMINISTRATOR)
    eventually(lambda: any(audits(stand)))
    assert any("the floor" in one for one in audits(stand)[0] or ())


def test_a_proof_from_the_page_of_a_message_holds(stand: Stand, log: Logbook) -> None:
    with stand.database.reading() as connection:
        message_id = connection.execute(select(ENTRY.c.id).filter_by(leaf_index=7)).scalar_one()
    client = stand.client(stand.token())
    at = f"/berichten/{message_id}/logbewijs?regel=7"
    proof, leaf = client.get(at), client.get(f"{at}&deel=blad")
    assert re.search(r'filename="[0-9a-f-]+-7\.tlog-proof"', proof.headers["content-disposition"])
    assert verify_proof(read_proof(proof.text), leaf.content, LOG_SIGNER.verifier).size == 30
    for wrong in (at.replace("=7", "=8"), at.replace("=7", "=x"), "/berichten/x/logbewijs?regel=7"):
        assert client.get(wrong).status_code == 404
    with stand.database.begin() as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.leaf_index == 7).values(code="x"))
    refused = client.get(at)
    assert (refused.status_code, "passen niet bij elkaar" in refused.text) == (404, True)
