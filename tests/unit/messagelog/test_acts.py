from __future__ import annotations

import pytest

from hub.clock import new_pseudonym
from hub.database import Database
from hub.messagelog.acts import OperatorAct, add_operator_act, record_hash
from hub.messagelog.reading.store import entries_about
from hub.messagelog.tables import ENTRY, METADATA, SALT
from hub.wire.leaf import subject_hash
from tests.world import NOW, TAX

RECORD: dict[str, str | int | None] = {"who": "p.proef", "reason": "opnieuw aangeboden na storing", "count": 1}


@pytest.fixture
def database() -> Database:
    made = Database("sqlite:///:memory:")
    METADATA.create_all(made.engine)
    return made


def test_an_act_is_a_leaf_with_the_hash_of_its_record_and_neither_its_reason_nor_who_did_it(database: Database) -> None:
    case, message, act_id = new_pseudonym(), new_pseudonym(), new_pseudonym()
    with database.begin() as connection:
        act = OperatorAct("quarantine-released", NOW, act_id, message=message, oin=TAX, case=case)
        add_operator_act(connection, act, RECORD)
        row = connection.execute(ENTRY.select()).one()
        salt = connection.execute(SALT.select()).one().salt
        assert [line.kind for line in entries_about(connection, message)] == ["operator"]
    assert (row.kind, row.code, row.ref, row.rcpt) == ("operator", "quarantine-released", message, TAX)
    assert row.refhash == record_hash(RECORD)
    assert row.subj == subject_hash(salt, case)
    assert not {"p.proef", RECORD["reason"], case} & set(row)


def test_the_hash_of_a_record_does_not_hang_on_the_order_of_its_members() -> None:
    assert (
        record_hash(RECORD)
        == record_hash(dict(sorted(RECORD.items(), reverse=True)))
        != record_hash(RECORD | {"count": 2})
    )


@pytest.mark.parametrize("name", ["", "Released", "with space", "x" * 33, "-a"])
def test_an_act_without_a_proper_name_is_a_bug_of_its_caller(database: Database, name: str) -> None:
    with database.begin() as connection, pytest.raises(ValueError, match="slug"):
        add_operator_act(connection, OperatorAct(name, NOW, new_pseudonym()), RECORD)
