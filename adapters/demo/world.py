"""The folders of the demo: the governance, the hub and each partner with its own (0700), made as they would be in life.

Keys are made in their owner's folder and stay there; what goes from one folder to another is public: a certificate
request and public keys one way, the bundle the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from adapters.demo.brokers import DemoBroker
from adapters.demo.parties import HUB, PARTIES, PARTNERS, Party
from hub.clock import Clock, rfc3339
from hub.register.certificates import (
    CA_CERTIFICATE,
    CLIENT_CERTIFICATE,
    issue_client,
    new_broker_identity,
    new_client_key,
)
from hub.register.governance import load_governance
from hub.register.inboxes import InboxFile
from hub.register.load import TYP, load_register
from hub.register.model import Use
from hub.register.partners import REGISTER_FILE, Application, Broker, Trust, admit
from hub.wire import jose, strictjson
from hub.wire.jwk import public_jwk
from hub.wire.keyfiles import SUFFIX, write_new
from hub.wire.keys import (
    DEFAULT_SUITES,
    GOVERNANCE_FILE,
    GOVERNANCE_PUBLIC_FILE,
    kid_for,
    load_governance_private,
    new_private_jwk,
)
from hub.wire.logkey import write_log_key
from hub.wire.names import GOVERNANCE_KID
from hub.wire.note import Signer, new_signer
from hub.wire.topology import HUB_USER, Topology, desired
from schemas.catalogue import CATALOGUE

DEPLOY: Final = Path(__file__).parents[2] / "deploy" / "demo"
LABEL: Final = "demo"
LOG: Final = "demo.example/schuldhub"
KEY_DAYS: Final = 365


@dataclass(frozen=True)
class Place:
    """Where everything of the demo lies."""

    root: Path

    def of(self, party: Party) -> Path:
        """The folder of one party; nobody else reads it."""
        return self.root / party.name

    @property
    def governance(self) -> Path:
        """The folder of whoever signs the register: offline in life."""
        return self.root / "governance"

    @property
    def outside(self) -> Path:
        """The outside systems, each in a folder of its own."""
        return self.root / "buiten"


def private_folder(path: Path) -> Path:
    """The folder, made if need be, open to its owner only."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def make_world(place: Place, broker: DemoBroker, clock: Clock) -> Topology:
    """Makes every folder, key, certificate and inbox and the signed register; what the broker must have is returned."""
    private_folder(place.root)
    private_folder(place.governance)
    write_new(place.governance, GOVERNANCE_FILE, new_private_jwk(GOVERNANCE_KID, DEFAULT_SUITES["sig"]))
    public = {party: _make_keys(place.of(party), party) for party in PARTIES}
    log_key = new_signer(LOG)
    write_log_key(place.of(HUB) / "keys", log_key)
    body = _signed_register(place, public, log_key, clock)
    governance = public_jwk(strictjson.loads((place.governance / GOVERNANCE_FILE).read_bytes()))
    trust_bytes = strictjson.dumps(governance)
    trust = Trust(body, trust_bytes, load_register(body, load_governance(trust_bytes)))
    inboxes = InboxFile(private_folder(place.of(HUB) / "state") / "inboxes.json")
    address = Broker(broker.address)
    for party in PARTNERS:
        folder = place.of(party)
        request = new_broker_identity(party.oin, folder).read_bytes()
        keys = strictjson.dumps({"keys": [dict(jwk) for jwk in public[party]]})
        application = Application(party.oin, party.title, request, keys)
        admit(application, broker.authority, inboxes, address, trust, clock.now()).write(folder)
    _make_hub(place, broker, trust, clock)
    return desired(inboxes.load())


def _make_keys(folder: Path, party: Party) -> list[dict[str, object]]:
    """A party's keys in its own folder; returns the public halves. The hub has none to open anything with."""
    private_folder(folder)
    private_folder(folder / "state")
    made = []
    uses: tuple[Use, ...] = ("sig",) if party is HUB else ("sig", "enc")
    for use in uses:
        jwk = new_private_jwk(kid_for(party.oin, use, LABEL), DEFAULT_SUITES[use])
        write_new(private_folder(folder / "keys"), f"{use}-{LABEL}{SUFFIX}", jwk)
        made.append(public_jwk(jwk))
    return made


def _make_hub(place: Place, broker: DemoBroker, trust: Trust, clock: Clock) -> None:
    folder = place.of(HUB)
    request = new_client_key(HUB_USER, folder).read_bytes()
    (folder / CLIENT_CERTIFICATE).write_bytes(issue_client(broker.authority, request, HUB_USER, clock.now()))
    (folder / CA_CERTIFICATE).write_bytes(broker.authority.certificate_pem)
    (folder / REGISTER_FILE).write_bytes(trust.register_body)
    (folder / GOVERNANCE_PUBLIC_FILE).write_bytes(trust.governance)


def _signed_register(
    place: Place, public: dict[Party, list[dict[str, object]]], log_key: Signer, clock: Clock
) -> bytes:
    """What the governance signs: who takes part with which keys, and the example agreements."""
    now = clock.now()
    document = {
        "version": 1,
        "issued": rfc3339(now),
        "nextUpdate": rfc3339(now + timedelta(days=90)),
        "environment": "test",
        "organisations": [_organisation(party, public[party], log_key, clock) for party in PARTIES],
        "agreements": json.loads((DEPLOY / "agreements.json").read_bytes()),
    }
    key = load_governance_private(place.governance / GOVERNANCE_FILE)
    return jose.sign_jws(strictjson.dumps(document), key, TYP)


def _organisation(party: Party, keys: list[dict[str, object]], log_key: Signer, clock: Clock) -> dict[str, Any]:
    now = clock.now()
    listed = [
        {
            "kid": jwk["kid"],
            "use": jwk["use"],
            "alg": jwk["alg"],
            "jwk": {name: value for name, value in jwk.items() if name not in {"kid", "use", "alg"}},
            "nbf": rfc3339(now - timedelta(hours=1)),
            "exp": rfc3339(now + timedelta(days=party.seal_key_days if jwk["use"] == "enc" else KEY_DAYS)),
            "status": "active",
        }
        for jwk in keys
    ]
    made: dict[str, Any] = {
        "oin": party.oin,
        "name": party.title,
        "contacts": [{"purpose": "functional", "email": f"loket@{party.name}.example", "phone": "023-0000000"}],
        "roles": [party.role],
        "status": "active",
        "gemeentecodes": list(party.gemeentecodes),
        "bsnAllowed": party.bsn,
        "accepts": sorted(known.accepts for known in CATALOGUE.values()),
        "keys": listed,
    }
    if party is HUB:
        made["logKey"] = str(log_key.verifier)
    return made
