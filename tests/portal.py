"""The offices' portal in this process: four offices with edges of their own, asked through its ASGI application."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from adapters.bewindvoerder import store
from adapters.bewindvoerder.handlers import Office
from adapters.bewindvoerder.portal import Portal
from adapters.bewindvoerder.records import Letter
from adapters.bewindvoerder.settings import PortalSettings
from adapters.contract import Done, Identity, Received
from adapters.contract import Office as EdgeOffice
from adapters.edge import Edge
from adapters.ledger import OUTBOX, Ledger
from hub.clock import Clock, new_id, new_pseudonym
from hub.database import Database
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.web.sessions import Session, User, new_token
from hub.wire.link import LinkSettings
from schemas.messages import MODELS, Message
from tests.world import CRED_WITHOUT_BSN, SHV, FixedClock, World, full_type, make_world

JANSEN: Final = "00000099000000006100"
PIETERS: Final = "00000099000000006200"
FUTURE: Final = "00000099000000007100"
SHOP: Final = CRED_WITHOUT_BSN
EXAMPLES: Final = Path(__file__).parents[1] / "schemas/v1/examples"
VRIES, BAKKER = "999900006", "999900018"

OFFICES: Final = (
    ("jansen", "Bewindkantoor Jansen", "bewindvoerder", JANSEN),
    ("pieters", "Pieters Bewind", "bewindvoerder", PIETERS),
    ("winkel", "Fietsenwinkel De Ketting", "schuldeiser", SHOP),
    ("future", "New Future", "verwijspartner", FUTURE),
)
_MORE: Final = ((JANSEN, "Bewindkantoor Jansen", ("BEW",)), (PIETERS, "Pieters Bewind", ("BEW",)),
                (FUTURE, "New Future", ("VOL",)))  # fmt: skip


def portal_world() -> World:
    """The tests' world with two bewindvoerders and a partner without a right to the BSN, and what they may say."""

    def edit(document: dict[str, Any]) -> None:
        lines = (("statusbericht", "VOL", "SHV"), ("statusbericht", "SHV", "VOL"))
        document["agreements"][0]["lines"] += [
            {"type": full_type(name), "senderRole": sender, "recipientRole": recipient, "replyTypes": [], "bsn": False}
            for name, sender, recipient in lines
        ]
        for one in document["organisations"]:
            if one["oin"] == FUTURE:
                one["bsnAllowed"] = False

    return make_world(edit=edit, more=_MORE)


def settings_of(folder: Path, **changes: object) -> PortalSettings:
    """Settings of a portal that listens on any free port of loopback; its issuer is nowhere unless given."""
    secret = folder / "client-secret"
    secret.touch(mode=0o600)
    secret.write_text("niet-geheim", encoding="ascii")
    given: dict[str, object] = {
        "url": "http://127.0.0.1:8480",
        "port": 0,
        "issuer": "http://127.0.0.1:9",
        "client_id": "kantoorportaal",
        "client_secret_file": secret,
        "database": f"sqlite:///{folder / 'portal.db'}",
        "offices": [
            {
                "key": key,
                "name": name,
                "kind": kind,
                "edge": folder / f"{key}.toml",
                "members": {key: "medewerker", f"{key}-beheer": "beheerder"},
                "kvk_number": "68750110",
                "helper": SHV,
                "mail": [f"{key}@example.test"],
            }
            for key, name, kind, _ in OFFICES
        ],
    }
    return PortalSettings.model_validate(given | changes)


@dataclass
class Stand:
    """A portal whose server does not run, with everything that a test looks at."""

    portal: Portal
    database: Database
    clock: Clock
    ledgers: list[Ledger] = field(default_factory=list)
    sequence: int = 0

    @classmethod
    def on(
        cls,
        folder: Path,
        world: World,
        clock: Clock | None = None,
        ledgers_at: Mapping[str, str] | None = None,
        **changes: object,
    ) -> Self:
        """Offices without a broker: what they send stays in their outbox, what they get is put before them.

        A ledger is a SQLite file, but for the OINs in `ledgers_at`.
        """
        elsewhere = ledgers_at or {}
        clock = clock or FixedClock()
        world.write(folder)
        ledgers = []

        def edge(oin: str) -> Edge:
            ledgers.append(Ledger(elsewhere.get(oin, f"sqlite:///{folder / oin / 'ledger.db'}")))
            register = CurrentRegister(RegisterFile(folder / "register.jws", world.governance, folder / oin / "floor"))
            office = EdgeOffice(register, CurrentKeys(folder / oin / "keys", oin, register), clock)
            link = LinkSettings("amqps://localhost:1/hub", folder, folder, folder)
            return Edge(Identity(oin, "proef", f"inbox.p-{oin}.{'0' * 32}"), ledgers[-1], office, link)

        return cls(*made(folder, edge, clock, **changes), ledgers)

    def office(self, key: str) -> Office:
        """One office."""
        return self.portal.offices[key]

    def token(self, *groups: str, name: str = "Pia Proef", subject: str = "proef") -> str:
        """Somebody with these groups signs in; the token of the session."""
        return self.session(*groups, name=name, subject=subject)[0]

    def session(self, *groups: str, name: str = "Pia Proef", subject: str = "proef") -> tuple[str, Session]:
        """The same, with the session."""
        token, now, desk = new_token(), self.clock.now(), self.portal.desk
        session = Session(User(subject, name, frozenset(groups)), new_token(), now, now + desk.terms.whole)
        with self.database.begin() as connection:
            desk.sessions.add(connection, token, session)
        return token, session

    def browser(self, *groups: str, name: str = "Pia Proef", subject: str = "proef") -> Browser:
        """A browser without JavaScript, signed in with these groups; with none nobody is."""
        desk = self.portal.desk
        token, session = self.session(*groups, name=name, subject=subject) if groups else ("", None)
        client = TestClient(
            self.portal.app,
            base_url=desk.origin,
            cookies={desk.terms.cookie: token} if token else {},
            headers={"accept": "text/html"},
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        return Browser(client, session.csrf if session else "")

    def arrives(
        self, key: str, name: str, case: str | None = None, talk: str | None = None, **changes: object
    ) -> Received[Message]:
        """A letter from Haarlem is put before an office, as its edge does; changes with None are left out."""
        message = message_of(name, **changes)
        self.sequence += 1
        received = Received(
            message=message,
            id=new_id(self.clock),
            sender=SHV,
            case=case or new_pseudonym(),
            conversation=talk or new_pseudonym(),
            causation=None,
            sequence=self.sequence,
            time=self.clock.now(),
            again=False,
        )
        self.take(key, received)
        return received

    def take(self, key: str, received: Received[Message]) -> None:
        """An office acts on a letter."""
        office = self.office(key)
        done = _at_once(office.take(received))
        assert done.record is not None
        with office.edge.ledger.begin() as tx:
            done.record(tx)

    def letters(self, key: str, *, ours: bool = True) -> list[Letter]:
        """The letters of an office, the newest first."""
        with self.office(key).edge.ledger.begin() as tx:
            return store.letters(tx, ours=ours)

    def sent(self, key: str) -> list[str]:
        """The names of what an office's edge will publish, in order."""
        with self.office(key).edge.ledger.begin() as tx:
            rows = tx.execute(select(OUTBOX.c.type).order_by(OUTBOX.c.sequence, OUTBOX.c.id)).scalars()
            return [MODELS[one].message_type.name for one in rows]

    def accesses(self, key: str) -> list[tuple[str, str, str | None]]:
        """(who, what, about what) of the access log of an office, the newest first."""
        with self.office(key).edge.ledger.begin() as tx:
            return [(one.name, one.act, one.target) for one in store.accesses(tx, 1000)]

    def close(self) -> None:
        """Gives back port and databases."""
        self.portal.listening.close()
        self.database.close()
        for ledger in self.ledgers:
            ledger.close()


def made(folder: Path, edge: Callable[[str], Edge], clock: Clock, **changes: object) -> tuple[Portal, Database, Clock]:
    """A portal on these edges."""
    settings = settings_of(folder, **changes)
    database = Database(settings.database)
    oins = {key: oin for key, _, _, oin in OFFICES}
    offices = [Office(edge(oins[one.key]), one, settings.terms) for one in settings.offices]
    return Portal(settings, offices, database, clock), database, clock


def _at_once(act: Coroutine[Any, Any, Done]) -> Done:
    """The result of an act that waits for nothing: tests in a browser have an event loop of their own already."""
    try:
        act.send(None)
    except StopIteration as ended:
        result: Done = ended.value
        return result
    pytest.fail("it waited")


def message_of(name: str, **changes: object) -> Message:
    """The published example of a message, with changes by the names of the wire; None leaves one out."""
    document = {**json.loads((EXAMPLES / f"{name}.json").read_bytes()), **changes}
    return MODELS[full_type(name)].from_wire({key: value for key, value in document.items() if value is not None})


def referral(**changes: object) -> dict[str, Any]:
    """A referral to a bewindvoerder, by the names of the wire."""
    return {"soort": "beschermingsbewind", "grondslag": "wgs-8", "onderneming": None, "vervolgOp": None} | changes


def without_bsn(**changes: object) -> dict[str, Any]:
    """The same about somebody without a BSN."""
    address = {"straat": "Proefweg", "huisnummer": 1, "postcode": "2011AB", "woonplaats": "Haarlem"}
    return referral(bsn=None, voorletters="A.", adres=address, soort="jongeren") | changes


@dataclass
class Browser:
    """Somebody at the portal: pages by address, forms by what is filled in."""

    client: TestClient
    csrf: str

    def get(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.text

    def post(self, path: str, filled: dict[str, Any] | None = None, status: int = 303, **more: Any) -> str:  # noqa: ANN401
        """Sends a form; where it leads to, or the page that came instead."""
        answer = self.client.post(path, data={"csrf": self.csrf} | (filled or {}), **more)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:3000])
        return answer.headers["location"] if status == 303 else answer.text

    def fill(self, path: str, **changes: str) -> dict[str, Any]:
        """What stands in the form of a page, with changes: as somebody sends it who types these."""
        return fields_in(self.get(path)) | changes


def fields_in(page: str) -> dict[str, Any]:
    """The filled-in fields of the forms on a page, by name."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        boxed = kind is not None and kind[1] in {"radio", "checkbox"}
        if name and value and value[1] and name[1] != "csrf" and (not boxed or " checked" in tag):
            found[name[1]] = value[1]
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        if chosen:
            found[name] = chosen[1]
    return found


def later(clock: Clock, **span: int) -> None:
    """Time goes on."""
    assert isinstance(clock, FixedClock)
    clock.move(timedelta(**span))
