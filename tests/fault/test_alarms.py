"""The hub ends while it starts an alarm or tells of one: the alarm stands once, and is told."""

from __future__ import annotations

import json
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from hub.alarms.tables import ALARM
from hub.database import Database
from hub.failpoints import Failpoint
from hub.messagelog.tables import EDGE_STATUS
from hub.wire.topology import user_of
from tests.fault.harness import ROOT, Stage, Values, until
from tests.postoffice import LOOPBACK
from tests.world import TAX

pytestmark = pytest.mark.timeout(180)
DAYS = 86_400.0


@pytest.fixture
def stage(own_stage: Stage) -> Stage:
    """A stage of its own for every test."""
    return own_stage


def alarms(stage: Stage) -> list[Any]:
    """The alarms about the partner that is away."""
    database = Database(stage.database)
    try:
        with database.reading() as connection:
            rows = connection.execute(ALARM.select().where(ALARM.c.kind == "partner", ALARM.c.oin == TAX))
            return list(rows)
    finally:
        database.close()


def mail_to(stage: Stage) -> tuple[Values, Path]:
    """The settings of a mail server that runs beside the hub, and where it keeps what came."""
    folder = stage.folder / "post"
    if not stage.running("post"):
        folder.mkdir(exist_ok=True)
        stage._run("post", [sys.executable, str(ROOT / "tests/postoffice.py"), str(folder)])
        until((folder / "ports.json").exists, "the mail server listens")
    port, _ = json.loads((folder / "ports.json").read_text())
    given: Values = {"host": LOOPBACK, "port": port, "encryption": "none", "sender": "hub@hub.example.test"}
    return given | {"to": ["beheer@hub.example.test"]}, folder


def told(folder: Path) -> list[str]:
    """The subject of every mail that says that the partner is away."""
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]
    return [
        str(mail["Subject"])
        for mail in mails
        if "Ketenpartner onbereikbaar" in mail.get_content().partition("Voorbij:")[0]
    ]


@pytest.mark.parametrize(
    "point", [Failpoint.KEEPER_AFTER_ALARM, Failpoint.KEEPER_AFTER_TELLING], ids=lambda point: point.value
)
def test_the_hub_ends_while_it_alarms(stage: Stage, point: Failpoint) -> None:
    mail, folder = mail_to(stage)
    stage.everybody_runs()
    assert stage.settle(stage.books.order(1)).clean
    until(lambda: reported(stage), "the partner has reported once")
    for name in ("hub", user_of(TAX)):
        stage.stop(name)
    before, heard = len(alarms(stage)), len(told(folder))
    stage.later(8 * DAYS)
    stage.start_hub(point=point, mail=mail)
    until(lambda: len(alarms(stage)) == before + 1, "the alarm stands")
    if point is Failpoint.KEEPER_AFTER_TELLING:
        stage.later(5 * DAYS)
    stage.wait_for_crash("hub")
    stage.start_hub(mail=mail)
    until(lambda: stage.running("hub") and bool(stage.events("hub", "lead.taken")), "it leads again")
    stage.later(5 * DAYS)  # whatever day it is: a working day has begun since
    until(lambda: all(row.start_mailed is not None for row in alarms(stage)), "it is told")
    assert len(alarms(stage)) == before + 1
    # a letter that went out just before the end goes out once more: better twice than never
    assert len(told(folder)) - heard in ({1, 2} if point is Failpoint.KEEPER_AFTER_TELLING else {1})
    stage.start_party(TAX)
    until(lambda: alarms(stage)[-1].cleared is not None, "it is over", 90)


def reported(stage: Stage) -> bool:
    """The partner's edge has said something of itself."""
    database = Database(stage.database)
    try:
        with database.reading() as connection:
            return any(row.oin == TAX for row in connection.execute(EDGE_STATUS.select()))
    finally:
        database.close()
