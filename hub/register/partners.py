"""Letting a partner in (wire.md 2): from a certificate request and public keys to a bundle of public things.

Nothing private goes in and nothing private comes out: the keys stay on the machine that made them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from hub.errors import Code, HubError, RefusedError
from hub.register.certificates import (
    CA_CERTIFICATE,
    CLIENT_CERTIFICATE,
    Authority,
    checked_request_key,
    common_name,
    issue_client,
)
from hub.register.inboxes import InboxFile
from hub.register.model import Organisation, Register
from hub.wire import strictjson
from hub.wire.jwk import check_fits, load_public
from hub.wire.keys import GOVERNANCE_PUBLIC_FILE
from hub.wire.names import HUB_ROLE, OIN, TEST_PREFIX, kid_of
from hub.wire.topology import VHOST, user_of

REGISTER_FILE: Final = "register.jws"
PARTNER_FILE: Final = "partner.json"
MAX_INPUT_BYTES: Final = 65_536
NAME_CHARS_MAX: Final = 200


@dataclass(frozen=True)
class Application:
    """What a partner hands over: its OIN and name, a certificate request (PEM) and its public keys (JWK set)."""

    oin: str
    name: str
    request: bytes
    keys: bytes

    def checked_keys(self) -> tuple[Mapping[str, object], ...]:
        """Its public keys, after every check; `key_invalid` or `settings_invalid` names what is wrong.

        At least one key to verify with and one to seal to, each with a kid of this OIN, a use and an algorithm that
        fits; a private member anywhere refuses the whole, for then a private key has left its machine.
        """
        if OIN.fullmatch(self.oin) is None:
            raise RefusedError(Code.SETTINGS_INVALID, "oin")
        if not self.name.strip() or len(self.name) > NAME_CHARS_MAX or not self.name.isprintable():
            raise RefusedError(Code.SETTINGS_INVALID, "name")
        if len(self.request) > MAX_INPUT_BYTES or len(self.keys) > MAX_INPUT_BYTES:
            raise RefusedError(Code.KEY_INVALID, "size")
        checked_request_key(self.request, user_of(self.oin))
        try:
            listed = strictjson.loads(self.keys).get("keys")
        except HubError:
            raise RefusedError(Code.KEY_INVALID, "jwks: not one strict JSON object") from None
        if not isinstance(listed, list):
            raise RefusedError(Code.KEY_INVALID, "jwks: keys")
        uses = {self._checked_use(place, jwk) for place, jwk in enumerate(listed)}
        if uses != {"sig", "enc"} or len({jwk["kid"] for jwk in listed}) != len(listed):
            raise RefusedError(Code.KEY_INVALID, "jwks: wants sig and enc keys, each kid once")
        return tuple(listed)

    def _checked_use(self, place: int, jwk: object) -> str:
        """The use of one key that fits."""
        if not isinstance(jwk, dict):
            raise RefusedError(Code.KEY_INVALID, f"jwks: keys/{place}")
        kid, use, alg = (jwk.get(member) for member in ("kid", "use", "alg"))
        if not (isinstance(kid, str) and isinstance(use, str) and isinstance(alg, str)):
            raise RefusedError(Code.KEY_INVALID, f"jwks: keys/{place} wants kid, use and alg")
        named = kid_of(kid)
        if named is None or (named.oin, named.use) != (self.oin, use):
            raise RefusedError(Code.KEY_INVALID, f"jwks: keys/{place}/kid")
        try:
            check_fits(jwk, use, alg)
            load_public(jwk)
        except HubError as error:
            raise RefusedError(Code.KEY_INVALID, f"jwks: keys/{place}/{error.place}") from None
        return use


@dataclass(frozen=True)
class Broker:
    """Where partners connect: `amqps://host:port` without vhost."""

    address: str
    vhost: str = VHOST


@dataclass(frozen=True)
class Trust:
    """What a partner pins: the register as it stands now, as signed, and the public governance key (JWK)."""

    register_body: bytes
    governance: bytes
    register: Register


@dataclass(frozen=True)
class Bundle:
    """Everything that a partner needs beside its own keys; all of it public."""

    application: Application
    certificate: bytes
    authority_certificate: bytes
    inbox: str
    broker: Broker
    trust: Trust

    def files(self) -> dict[str, bytes]:
        """The content by file name."""
        about = {
            "oin": self.application.oin,
            "name": self.application.name,
            "user": user_of(self.application.oin),
            "broker": self.broker.address,
            "vhost": self.broker.vhost,
            "inbox": self.inbox,
            "registerVersion": self.trust.register.version,
        }
        return {
            CLIENT_CERTIFICATE: self.certificate,
            CA_CERTIFICATE: self.authority_certificate,
            REGISTER_FILE: self.trust.register_body,
            GOVERNANCE_PUBLIC_FILE: self.trust.governance,
            PARTNER_FILE: json.dumps(about, ensure_ascii=False, indent=2).encode() + b"\n",
        }

    def write(self, folder: Path) -> None:
        """Write the files into `folder`, replacing those of an earlier bundle."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files().items():
            (folder / name).write_bytes(content)


def admit(
    application: Application, authority: Authority, inboxes: InboxFile, broker: Broker, trust: Trust, now: datetime
) -> Bundle:
    """Check an application, give its partner an inbox and a certificate, and return the bundle.

    A partner that is admitted again keeps its inbox and gets a new certificate: that is how one is renewed.
    """
    keys = application.checked_keys()
    _check_against_register(application, keys, trust.register)
    certificate = issue_client(authority, application.request, user_of(application.oin), now)
    inbox = inboxes.ensure([application.oin])[application.oin]
    return Bundle(application, certificate, authority.certificate_pem, inbox, broker, trust)


def _check_against_register(
    application: Application, keys: tuple[Mapping[str, object], ...], register: Register
) -> None:
    """The range of the OIN fits the environment; a kid that the register lists is the same key there."""
    if (register.environment == "test") != application.oin.startswith(TEST_PREFIX):
        raise RefusedError(Code.SETTINGS_INVALID, f"oin: not for a register of environment {register.environment}")
    for jwk in keys:
        listed = register.key(str(jwk["kid"]))
        if listed is not None and listed.public != load_public(jwk):
            raise RefusedError(Code.KEY_INVALID, f"jwks: {listed.kid} is another key in the register")


def partners_of(register: Register) -> list[Organisation]:
    """Every organisation that has an inbox: all but the hub itself and those that left."""
    return [
        organisation
        for organisation in register.organisations.values()
        if HUB_ROLE not in organisation.roles and organisation.status != "ended"
    ]


@dataclass(frozen=True)
class PartnerState:
    """One partner as the hub's set-up knows it; `None` where it has nothing of the kind."""

    oin: str
    name: str | None
    status: str | None
    inbox: str | None
    certificate_ends: datetime | None
    key_ends: datetime | None


def states(register: Register, inboxes: Mapping[str, str], authority: Authority) -> list[PartnerState]:
    """Every partner of the register or with an inbox, with the end of its newest certificate and of its first key."""
    certificates = {common_name(c): c.not_valid_after_utc for c in authority.issued()}  # the newest is the last
    found = {organisation.oin: organisation for organisation in partners_of(register)}
    return [
        PartnerState(
            oin=oin,
            name=found[oin].name if oin in found else None,
            status=found[oin].status if oin in found else None,
            inbox=inboxes.get(oin),
            certificate_ends=certificates.get(user_of(oin)),
            key_ends=_first_key_end(found.get(oin)),
        )
        for oin in sorted(found.keys() | inboxes.keys())
    ]


def _first_key_end(organisation: Organisation | None) -> datetime | None:
    keys = organisation.keys if organisation else ()
    return min((key.exp for key in keys if key.status == "active"), default=None)
