"""A small world for tests: a signed test register with organisations, their keys and agreements, and events to send.

`make_world()` is a world with one system per role and one key pair each; `edit` changes the register before it is
signed, `suites` the kinds of keys. `World.write` lays it out on disk as each party has it, in a folder of its own.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from hub.clock import new_id, new_pseudonym, rfc3339
from hub.register.governance import GovernanceKey, load_governance
from hub.register.load import TYP, load_register
from hub.register.model import Register
from hub.wire import jose, strictjson
from hub.wire.jwk import load_private, public_jwk
from hub.wire.keyfiles import SUFFIX
from hub.wire.keys import SUITES, KeyFolder, PrivateKey, Suite, new_private_jwk
from hub.wire.logkey import LOG_KEY_FILE
from hub.wire.names import organisation_urn, source_urn
from hub.wire.note import new_signer
from hub.wire.seal import Event, seal
from tests.foreign import Letter

HUB: Final = "00000099000000000100"
SHV: Final = "00000099000000001000"
VISH: Final = "00000099000000002000"
TAX: Final = "00000099000000003000"
TAX_HAARLEM: Final = "00000099000000003100"
CRED: Final = "00000099000000004000"
CRED_WITHOUT_BSN: Final = "00000099000000004100"
KBN: Final = "00000099000000005000"
BEW: Final = "00000099000000006000"
VOL: Final = "00000099000000007000"
MUN: Final = "00000099000000008000"

#: A moment at which every key and agreement of the world is good; clocks in tests start here.
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
#: The key of the world's message log, the same in every world: a register that goes on names it too.
LOG_SIGNER: Final = new_signer("hub.example.test/log")
_BEGIN: Final = "2020-01-01T00:00:00Z"
_END: Final = "2099-01-01T00:00:00Z"
#: Who may say what: type name, sender role, recipient role, answers, BSN (messages.md 1).
_LINES: Final = (
    ("schuldenrust-aanmelding", "SHV", "VISH", ("schuldenrust-registratie",), True),
    ("schuldenrust-registratie", "VISH", "SHV", (), False),
    ("schuldenrust-afmelding", "SHV", "VISH", ("schuldenrust-registratie",), False),
    ("kennisgeving", "SHV", "CRED", ("kennisgeving-antwoord", "geen-medewerking"), False),
    *(
        line
        for party in ("TAX", "CRED")
        for line in (
            ("kennisgeving-publiek", "SHV", party, ("kennisgeving-antwoord", "geen-medewerking"), True),
            ("kennisgeving-antwoord", party, "SHV", (), False),
            ("geen-medewerking", party, "SHV", (), False),
            ("pauze-verlenging", "SHV", party, ("kennisgeving-antwoord",), False),
            ("pauze-beeindiging", "SHV", party, ("kennisgeving-antwoord",), False),
            ("statusbericht", "SHV", party, (), False),
            ("statusbericht", party, "SHV", (), False),
            ("incasso-ondanks-pauze", "SHV", party, ("statusbericht",), False),
            ("incasso-ondanks-pauze", "BEW", party, ("statusbericht",), False),
            ("statusverzoek", party, "SHV", ("statusbericht",), False),
            ("afkoelingsperiode", "SHV", party, ("kennisgeving-antwoord",), False),
            *(
                line
                for helper in ("SHV", "KBN")
                for line in (
                    ("saldoverzoek", helper, party, ("saldoverzoek-antwoord", "geen-medewerking"), True),
                    ("saldoverzoek-antwoord", party, helper, (), False),
                    ("betaalvoorstel", helper, party, ("betaalvoorstel-antwoord",), False),
                    ("betaalvoorstel-antwoord", party, helper, (), False),
                    ("heroverweging", helper, party, ("betaalvoorstel-antwoord",), False),
                    ("schuldregeling-akkoord", helper, party, (), False),
                    ("schuldregeling-beeindigd", helper, party, (), False),
                )
            ),
            ("geen-medewerking", party, "KBN", (), False),
            ("statusbericht", party, "KBN", (), False),
        )
    ),
    ("afkoelingsperiode", "SHV", "VISH", ("schuldenrust-registratie",), False),
    *(
        line
        for target, bsn in (("KBN", True), ("BEW", True), ("VOL", False))
        for line in (
            ("verwijzing", "SHV", target, ("verwijzing-status",), bsn),
            ("verwijzing-status", "SHV", target, (), False),
            ("verwijzing-status", target, "SHV", (), False),
        )
    ),
    ("bewind-gestart", "BEW", "SHV", (), True),
    ("bewind-dossier", "BEW", "SHV", ("bewind-advies",), False),
    ("bewind-advies", "SHV", "BEW", (), False),
    ("bewind-beeindigd", "BEW", "SHV", (), False),
    *(
        line
        for helper in ("KBN", "BEW")
        for line in (
            ("rustverzoek", helper, "SHV", ("statusbericht",), False),
            ("statusbericht", "SHV", helper, (), False),
            ("statusbericht", helper, "SHV", (), False),
        )
    ),
    ("fasewijziging", "SHV", "MUN", (), False),
)
_TERMS: Final = {"VISH": 1, "TAX": 2, "CRED": 10, "KBN": 3, "BEW": 3, "VOL": 3, "SHV": 10}
_ALL_TYPES: Final = tuple(sorted({line[0] for line in _LINES}))

Edit = Callable[[dict[str, Any]], object]


def full_type(name: str) -> str:
    """The full name of a message type in its first major version."""
    return f"nl.schuldhulpverlening.{name}.v1"


@dataclass(frozen=True)
class World:
    """A register and every private key behind it."""

    governance_jwk: Mapping[str, object]
    document: dict[str, Any]
    body: bytes
    register: Register
    governance: GovernanceKey
    private: Mapping[str, Mapping[str, object]]
    """Private JWKs by kid."""

    def keys(self, oin: str) -> KeyFolder:
        """What the key folder of this organisation holds."""
        organisation = self.register.organisation(oin)
        listed = tuple(key for key in (organisation.keys if organisation else ()) if key.kid in self.private)
        return KeyFolder({key.kid: self.private_key(key.kid) for key in listed}, listed)

    def private_key(self, kid: str) -> PrivateKey:
        """One private key, as its owner uses it, whatever the register says of it."""
        jwk = self.private[kid]
        return PrivateKey(kid, str(jwk["use"]), str(jwk["alg"]), load_private(jwk))

    def signing(self, oin: str, now: datetime = NOW) -> PrivateKey:
        """The key that this organisation signs with."""
        return self.keys(oin).signing(now)

    def edited(self, edit: Edit) -> World:
        """The same keys under a register that is one version further and changed by `edit`."""
        document = json.loads(json.dumps(self.document))
        document["version"] += 1
        edit(document)
        return _signed(self.governance_jwk, document, self.private)

    def write(self, folder: Path) -> None:
        """Lay it out on disk: `register.jws`, `governance.jwk`, and `<OIN>/keys` for each organisation."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "register.jws").write_bytes(self.body)
        (folder / "governance.jwk").write_bytes(strictjson.dumps(public_jwk(self.governance_jwk)))
        for kid, jwk in self.private.items():
            oin, use, label = kid.split("/")
            keys = folder / oin / "keys"
            keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = keys / f"{use}-{label}{SUFFIX}"
            file.touch(mode=0o600)
            file.write_bytes(strictjson.dumps(jwk))
        log_key = folder / HUB / "keys" / LOG_KEY_FILE
        log_key.touch(mode=0o600)
        log_key.write_text(f"{LOG_SIGNER.exported()}\n")


def organisation(oin: str, name: str, *roles: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """An organisation as in the register: active, accepting every type, allowed the BSN."""
    made: dict[str, Any] = {
        "oin": oin,
        "name": name,
        "contacts": [
            {"purpose": "technical", "email": "beheer@example.test"},
            {"purpose": "escalation", "email": "escalatie@example.test"},
        ],
        "roles": list(roles),
        "status": "active",
        "gemeentecodes": [],
        "bsnAllowed": True,
        "accepts": [f"{kind}:1" for kind in _ALL_TYPES],
        "keys": keys,
    }
    if "HUB" in roles:
        made["logKey"] = str(LOG_SIGNER.verifier)
    return made


def listed_key(jwk: Mapping[str, object], **changes: object) -> dict[str, Any]:
    """A public key as the register lists it: active from 2020 to 2099."""
    public = {name: value for name, value in public_jwk(jwk).items() if name not in {"kid", "use", "alg"}}
    return {
        "kid": jwk["kid"],
        "use": jwk["use"],
        "alg": jwk["alg"],
        "jwk": public,
        "nbf": _BEGIN,
        "exp": _END,
        "status": "active",
    } | changes


def agreement() -> dict[str, Any]:
    """One agreement that allows every type of this release between the roles of messages.md 1."""
    return {
        "id": "proef",
        "version": "1",
        "name": "Proefafspraak",
        "from": "2020-01-01",
        "legalBasis": "wgs-8",
        "lines": [
            {
                "type": full_type(name),
                "senderRole": sender,
                "recipientRole": recipient,
                "replyTypes": [full_type(answer) for answer in answers],
                "bsn": bsn,
                "maxPauseMonths": 8,
            }
            | ({"replyTermWorkingDays": _TERMS[recipient]} if answers else {})
            for name, sender, recipient, answers, bsn in _LINES
        ],
    }


def new_key(oin: str, suite: Suite, label: str = "a") -> dict[str, object]:
    """A fresh private JWK of this organisation."""
    return new_private_jwk(f"{oin}/{SUITES[suite][0]}/{label}", suite)


def make_world(
    *,
    suites: Mapping[str, tuple[Suite, Suite]] | None = None,
    governance: Suite = "Ed25519",
    edit: Edit | None = None,
    more: tuple[tuple[str, str, tuple[str, ...]], ...] = (),
) -> World:
    """A world in which each organisation has one key to sign and one to open.

    Args:
        suites: kinds of both keys by OIN, where they are not to be Ed25519 and X25519.
        governance: kind of the governance key.
        edit: changes the register before it is signed.
        more: further organisations: OIN, name, roles.
    """
    parties = (
        (HUB, "Hub", ("HUB",)),
        (SHV, "Schuldhulp Haarlem", ("SHV",)),
        (VISH, "VISH", ("VISH",)),
        (TAX, "GBKZ", ("TAX",)),
        (TAX_HAARLEM, "Cocensus", ("TAX",)),
        (CRED, "Publieke schuldeiser", ("CRED",)),
        (CRED_WITHOUT_BSN, "Private schuldeiser", ("CRED",)),
        (KBN, "Kredietbank", ("KBN",)),
        (BEW, "Bewindvoerder", ("BEW",)),
        (VOL, "Vrijwilligers", ("VOL",)),
        (MUN, "Gemeente Heemstede", ("MUN",)),
        *more,
    )
    private: dict[str, Mapping[str, object]] = {}
    organisations = []
    for oin, name, roles in parties:
        sign, wrap = (suites or {}).get(oin, ("Ed25519", "X25519"))
        own = [new_key(oin, sign)] + ([new_key(oin, wrap)] if oin != HUB else [])
        private |= {str(jwk["kid"]): jwk for jwk in own}
        organisations.append(organisation(oin, name, *roles, keys=[listed_key(jwk) for jwk in own]))
    organisations[3]["gemeentecodes"] = ["0397", "0377", "0473"]
    organisations[4]["gemeentecodes"] = ["0392"]
    organisations[6]["bsnAllowed"] = False
    organisations[9]["bsnAllowed"] = False
    organisations[10]["gemeentecodes"] = ["0397"]
    document = {
        "version": 1,
        "issued": "2026-11-01T00:00:00Z",
        "nextUpdate": "2098-01-01T00:00:00Z",
        "environment": "test",
        "organisations": organisations,
        "agreements": [agreement()],
    }
    if edit:
        edit(document)
    return _signed(new_private_jwk("governance", governance), document, private)


def sign_register(document: Mapping[str, object], governance_jwk: Mapping[str, object]) -> bytes:
    """The signed body of a register document."""
    alg = str(governance_jwk["alg"])
    return jose.sign_jws(
        strictjson.dumps(document), PrivateKey("governance", "sig", alg, load_private(governance_jwk)), TYP
    )


def _signed(
    governance_jwk: Mapping[str, object], document: dict[str, Any], private: Mapping[str, Mapping[str, object]]
) -> World:
    body = sign_register(document, governance_jwk)
    governance = load_governance(strictjson.dumps(public_jwk(governance_jwk)))
    return World(governance_jwk, document, body, load_register(body, governance), governance, private)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now

    def now(self) -> datetime:
        """The instant that it was set to."""
        return self.moment

    def move(self, by: timedelta) -> None:
        """Go on by some time."""
        self.moment += by


_COUNT = itertools.count(1)


def make_event(
    name: str = "kennisgeving-publiek",
    *,
    sender: str = SHV,
    to: str = TAX,
    now: datetime = NOW,
    data: Mapping[str, object] | None = None,
    **changes: str | None,
) -> Event:
    """An event with fresh ids, made at `now`, good for a week; `changes` replaces attributes."""
    clock = FixedClock(now)
    event = Event(
        id=new_id(clock),
        source=source_urn(sender, "proef"),
        type=full_type(name),
        subject=f"urn:uuid:{new_pseudonym()}",
        recipient=organisation_urn(to),
        correlationid=new_pseudonym(),
        time=rfc3339(now),
        expirytime=rfc3339(now + timedelta(days=7)),
        dataschema=f"urn:hub:schema:{name}:1.0.0",
        sequence=str(next(_COUNT)),
        data=data if data is not None else {"toelichting": "proef"},
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # the names are the caller's


def make_body(world: World, event: Event | None = None, now: datetime = NOW) -> bytes:
    """The body of an event, sealed for its recipient by its sender."""
    event = event or make_event(now=now)
    sender, recipient = event.source.split(":")[3], event.recipient.split(":")[3]
    recipient_key = world.register.sealing_key(recipient, now)
    return seal(event, signing=world.signing(sender, now), recipient_key=recipient_key)


def make_letter(world: World, event: Event | None = None, **steps: Any) -> Letter:  # noqa: ANN401 fields of a Letter
    """The same as somebody else's software makes it; `steps` changes what it does."""
    event = event or make_event()
    sender, recipient = event.source.split(":")[3], event.recipient.split(":")[3]
    given = {
        "event": event.attributes() | {"data": dict(event.data)},
        "signer": world.private[f"{sender}/sig/a"],
        "recipient": world.private[f"{recipient}/enc/a"],
    }
    return Letter(**(given | steps))
