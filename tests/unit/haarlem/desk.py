"""A debt helper on its own: real edge, ledger, register and keys, without a broker.

What Haarlem sends is read by opening the sealed bodies in its outbox with the recipient's own key; what a party answers
is handed to the handlers as the edge does.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import event, select, text
from starlette.testclient import TestClient

from adapters.contract import Identity, Office, Outcome, Received
from adapters.edge import Edge
from adapters.haarlem import acts, views
from adapters.haarlem.agenda import store as agenda
from adapters.haarlem.app import create_api
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk.access import Caller, Scope, make_token
from adapters.haarlem.desk.store import Token
from adapters.haarlem.handlers import CaseOffice
from adapters.haarlem.requests import RegisterRequest
from adapters.haarlem.settings import Settings
from adapters.ledger import OUTBOX, Ledger
from hub.clock import new_id
from hub.database import moment
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.register.governance import load_governance
from hub.wire.link import LinkSettings
from hub.wire.unseal import open_message
from schemas.messages import MODELS, Message
from tests.world import CRED, CRED_WITHOUT_BSN, MUN, NOW, SHV, TAX, TAX_HAARLEM, VISH, FixedClock, World

M = TypeVar("M", bound=Message)
__all__ = [
    "CRED",
    "CRED_WITHOUT_BSN",
    "MUN",
    "NOW",
    "SHV",
    "TAX",
    "TAX_HAARLEM",
    "TODAY",
    "VISH",
    "Desk",
    "Letter",
    "case",
]

TODAY = NOW.date()
VRIES, BAKKER, JANSEN, SMIT = "999000111", "999001474", "999002831", "999004189"
_SEQUENCE = itertools.count(1)


def person(bsn: str | None = VRIES, **more: object) -> dict[str, Any]:
    """Somebody, as the API reads it."""
    made: dict[str, Any] = {
        "geboortedatum": "1979-11-30",
        "voorletters": "J.",
        "geslachtsnaam": "Vries",
        "adres": {"straat": "Dreef", "huisnummer": 1, "postcode": "2101CB", "woonplaats": "Heemstede"},
    }
    return made | ({"bsn": bsn} if bsn else {}) | more


def case(*persons: Mapping[str, Any], **more: object) -> dict[str, Any]:
    """A registration in Heemstede, as the API reads it."""
    made = {
        "klantnummerShv": f"SHV-{next(_SEQUENCE)}",
        "gemeentecode": "0397",
        "fase": "intake",
        "personen": list(persons) or [person()],
    }
    return made | more


@dataclass(frozen=True)
class Letter:
    """A message as its recipient reads it."""

    id: str
    to: str
    name: str
    subject: str
    conversation: str
    data: dict[str, Any]


def _do_not_wait_for_the_disk(ledger: Ledger) -> None:
    """These tests are about the books and not about a power cut."""
    engine = ledger.database.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        engine.dispose()


@dataclass
class Desk:
    """Everything that a test looks at."""

    folder: Path
    world: World
    clock: FixedClock
    settings: Settings
    url: str | None = None
    sequence: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.world.write(self.folder)
        governance = load_governance((self.folder / "governance.jwk").read_bytes())
        register = CurrentRegister(RegisterFile(self.folder / "register.jws", governance, self.folder / "floor"))
        keys = CurrentKeys(self.folder / SHV / "keys", SHV, register)
        self.ledger = Ledger(self.url or f"sqlite:///{self.folder}/ledger.db")
        _do_not_wait_for_the_disk(self.ledger)
        nowhere = LinkSettings("amqps://localhost:1/hub", self.folder, self.folder, self.folder)
        self.edge = Edge(
            Identity(SHV, "zaaksysteem", "inbox"), self.ledger, Office(register, keys, self.clock), nowhere
        )
        self.helper = DebtHelper(self.edge, self.settings)
        self.office = CaseOffice(self.helper)
        self.office.listen()

    # — acts ———————————————————————————————————————————————————————————————————————————————————————————————————————

    def register(self, document: Mapping[str, Any] | None = None) -> str:
        """Registers a case; returns its id."""
        with self.ledger.begin() as tx:
            return acts.register(self.helper, tx, RegisterRequest.from_wire(document or case()))

    def look(self, case_id: str) -> dict[str, Any]:
        """The case as the API shows it."""
        with self.ledger.begin() as tx:
            return views.case_view(self.helper, tx, case_id).to_wire()

    def rust(self, case_id: str, number: int = 0) -> str:
        """The one word for one person."""
        return str(self.look(case_id)["personen"][number]["rust"])

    def party(self, case_id: str, soort: str, number: int = 0) -> dict[str, Any]:
        """How it stands with one party for one person."""
        found = [one for one in self.look(case_id)["personen"][number]["partijen"] if one["soort"] == soort]
        return dict(found[-1])

    def calls(self, case_id: str, *, only_open: bool = True) -> list[str]:
        """Reasons of the items of a case."""
        with self.ledger.begin() as tx:
            return [item.reason for item in agenda.calls(tx, case_id, only_open=only_open)]

    def events(self, case_id: str) -> list[tuple[str, str | None]]:
        """(kind, state) of what happened in a case."""
        with self.ledger.begin() as tx:
            return [(one.kind, one.state) for one in agenda.events_after(tx, 0, 1000, case_id)]

    # — the road —————————————————————————————————————————————————————————————————————————————————————————————————————

    def letters(self, to: str | None = None) -> list[Letter]:
        """What was sent, opened with each recipient's own key, in order of sending.

        To everybody but the municipality, which hears the phase of every case (row 27); that is asked for by name.
        """
        with self.ledger.begin() as tx:
            place = text("rowid" if tx.dialect.name == "sqlite" else "ctid")
            rows = tx.execute(select(OUTBOX).order_by(place)).all()
        return [self._open(row) for row in rows if row.recipient == to or (to is None and row.recipient != MUN)]

    def _open(self, row: Any) -> Letter:  # noqa: ANN401 - a row of OUTBOX
        keys = self.world.keys(row.recipient)
        opened = open_message(
            row.body, register=self.world.register, keys=keys, me=row.recipient, now=moment(row.created)
        )
        MODELS[row.type].from_wire(opened.data)
        name = row.type.split(".")[2]
        return Letter(row.id, row.recipient, name, row.subject, row.correlationid, dict(opened.data))

    def outcome(
        self,
        letter: Letter,
        state: Literal["accepted", "delivered", "refused", "expired"] = "delivered",
        *,
        code: str | None = None,
    ) -> None:
        """What became of a letter, as the edge tells it."""
        self.clock.move(timedelta(seconds=1))
        by: Literal["hub", "recipient"] = "recipient" if state in {"delivered", "refused"} else "hub"
        kind = f"nl.schuldhulpverlening.{letter.name}.v1"
        told = Outcome(letter.id, kind, letter.conversation, letter.to, state, code, by, self.clock.now())
        with self.ledger.begin() as tx:
            self.office.outcome(tx, told)

    def received(self, message: M, letter: Letter, *, sender: str | None = None) -> Received[M]:
        """An answer to a letter, as the edge hands it over."""
        self.clock.move(timedelta(seconds=1))
        return Received(
            message=message,
            id=new_id(self.clock),
            sender=sender or letter.to,
            case=letter.subject,
            conversation=letter.conversation,
            causation=letter.id,
            sequence=next(self.sequence),
            time=self.clock.now(),
            again=False,
        )

    def answer(self, letter: Letter, name: str, **data: object) -> None:
        """A party's answer to a letter, handled and committed; its delivery is told first."""
        self.outcome(letter)
        model = MODELS[f"nl.schuldhulpverlening.{name}.v1"]
        self.hand_over(self.received(model.from_wire(data), letter))

    def hand_over(self, received: Received[Any]) -> None:
        """Handled as the worker of the edge does it: act, then record in one transaction."""
        handler = self.edge._handlers[received.message.message_type.type]

        async def act() -> None:
            done = await handler.act(received)
            with self.ledger.begin() as tx:
                if done.record is not None:
                    done.record(tx)

        asyncio.run(act())

    def confirm(self, letter: Letter, *, end: date | None = None, **more: object) -> None:
        """A full confirmation of a notice, extension or end."""
        asked = letter.data.get("einddatum", TODAY.isoformat())
        data = {
            "ingangsdatum": letter.data.get("ingangsdatum", TODAY.isoformat()),
            "einddatum": end.isoformat() if end else asked,
            "maatregelenGestopt": ["aanmaning"],
            "maatregelenNietGestopt": [],
        }
        self.answer(letter, "kennisgeving-antwoord", **(data | more))

    def registered(self, letter: Letter, number: str = "V-1") -> None:
        """VISH registered somebody."""
        self.answer(letter, "schuldenrust-registratie", registratienummer=number, resultaat="geregistreerd")

    def confirm_everything(self) -> None:
        """Every party answers every letter that it has well."""
        for letter in self.letters():
            if letter.name in {"kennisgeving", "kennisgeving-publiek"}:
                self.confirm(letter)
            elif letter.name == "schuldenrust-aanmelding":
                self.registered(letter, f"V-{letter.conversation[:8]}")

    def days_pass(self, days: int) -> None:
        """Time goes on, and the office looks at the clock."""
        self.clock.move(timedelta(days=days))
        self.office.tick()

    # — the counter ——————————————————————————————————————————————————————————————————————————————————————————————————

    def caller(self) -> Caller:
        """Somebody behind a token, for acts that are not asked over HTTP."""
        return Caller(Token("token", "proef", "", frozenset(), self.clock.now()), "m-1")

    def token(self, *scopes: Scope, expires_at: datetime | None = None) -> str:
        """A fresh token with these rights, or all."""
        with self.ledger.begin() as tx:
            return make_token(tx, "proef", scopes or tuple(Scope), self.clock.now(), expires_at)[1]

    def client(self) -> TestClient:
        """The API, over HTTP as Starlette speaks it."""
        return TestClient(create_api(self.helper), base_url="http://localhost", raise_server_exceptions=False)

    def dump(self) -> str:
        """Every letter as text."""
        return json.dumps([letter.data for letter in self.letters()])
