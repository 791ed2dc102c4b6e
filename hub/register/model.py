"""Who takes part, with which keys, and who may say what to whom (wire.md 9): frozen, read once, asked often.

Nothing here reads bytes or a clock: `load` makes these, and every question about validity takes the instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from hub.errors import Code, RefusedError
from hub.wire.jwk import PublicKey
from hub.wire.names import HUB_ROLE

KeyStatus = Literal["active", "retired", "revoked"]
OrganisationStatus = Literal["active", "suspended", "ended"]
Use = Literal["sig", "enc"]

#: How long after `nextUpdate` sealing goes on (wire.md 9; a setting).
SEALING_GRACE: Final = timedelta(days=30)
#: How long a private key opens after its `exp` (wire.md 9, Rotation).
OPENING_GRACE: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A public key of an organisation, pinned to one use and one algorithm."""

    kid: str
    oin: str
    use: Use
    alg: str
    jwk: Mapping[str, object]
    nbf: datetime
    exp: datetime
    status: KeyStatus
    revoked_at: datetime | None
    public: PublicKey

    def within_term(self, now: datetime) -> bool:
        """Whether `now` is from `nbf` on and before `exp`."""
        return self.nbf <= now < self.exp

    def usable(self, now: datetime) -> bool:
        """Whether its owner may sign with it, or others seal to it, now: only an active key within its term."""
        return self.status == "active" and self.within_term(now)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to reach at an organisation; never a resident."""

    purpose: Literal["technical", "functional", "escalation", "security"]
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Organisation:
    """One system of one organisation: one OIN, one inbox, one ledger, one key set."""

    oin: str
    name: str
    contacts: tuple[Contact, ...]
    roles: frozenset[str]
    status: OrganisationStatus
    gemeentecodes: tuple[str, ...]
    bsn_allowed: bool
    accepts: frozenset[str]
    """Message types with major version, `<kebab>:<major>`."""
    log_key: str | None
    """C2SP note verifier key; the hub always has one."""
    keys: tuple[Key, ...]

    @property
    def active(self) -> bool:
        """Neither suspended nor ended."""
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One kind of message that one role may send another, and what is agreed about the answer."""

    type: str
    sender_role: str
    recipient_role: str
    reply_types: frozenset[str]
    reply_term_working_days: int | None
    bsn: bool
    max_pause_months: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What parties agreed, from when until when, on which legal basis."""

    id: str
    version: str
    name: str
    begins: datetime
    ends: datetime | None
    """The first instant at which it is no longer in force."""
    legal_basis: str
    lines: tuple[AgreementLine, ...]

    def in_force(self, at: datetime) -> bool:
        """Whether it allows anything at that instant: within its term and with a legal basis."""
        return bool(self.legal_basis.strip()) and self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """One version of the register, verified."""

    version: int
    issued: datetime
    next_update: datetime
    environment: Literal["production", "test"]
    organisations: Mapping[str, Organisation]
    agreements: tuple[Agreement, ...]
    hash: str
    """Lower-case hex SHA-256 of the exact body."""
    hub: Organisation
    _keys: Mapping[str, Key] = field(repr=False)
    _lines: Mapping[str, tuple[tuple[Agreement, AgreementLine], ...]] = field(repr=False)

    def organisation(self, oin: str) -> Organisation | None:
        """The organisation with this OIN, of any status."""
        return self.organisations.get(oin)

    def key(self, kid: str) -> Key | None:
        """The key with this name, of any use and status."""
        return self._keys.get(kid)

    def with_role(self, role: str) -> list[Organisation]:
        """Every organisation with this role, of any status, as listed."""
        return [organisation for organisation in self.organisations.values() if role in organisation.roles]

    def outdated(self, now: datetime) -> bool:
        """Whether a newer version should have come by now: time to warn."""
        return now > self.next_update

    def sealing_key(self, oin: str, now: datetime, grace: timedelta = SEALING_GRACE) -> Key:
        """The key to seal with for `oin`: of its active ones valid now the latest `nbf`, on a tie the first listed.

        Raises:
            RefusedError: `register_stale` when `grace` after the next update has passed; `unknown_recipient`;
                `key_missing`.
        """
        if now > self.next_update + grace:
            raise RefusedError(Code.REGISTER_STALE, "nextUpdate")
        organisation = self.organisations.get(oin)
        if organisation is None:
            raise RefusedError(Code.UNKNOWN_RECIPIENT, "organisations")
        usable = [key for key in organisation.keys if key.use == "enc" and key.usable(now)]
        if not usable:
            raise RefusedError(Code.KEY_MISSING, f"organisations: enc key of {oin}")
        return max(usable, key=lambda key: key.nbf)  # the first of equals

    def lines(
        self, message_type: str, sender: Organisation, recipient: Organisation, at: datetime
    ) -> list[tuple[Agreement, AgreementLine]]:
        """What allows this type between these two at that instant; empty where nothing does."""
        return [
            (agreement, line)
            for agreement, line in self._lines.get(message_type, ())
            if line.sender_role in sender.roles and line.recipient_role in recipient.roles and agreement.in_force(at)
        ]


def register_of(
    *,
    version: int,
    issued: datetime,
    next_update: datetime,
    environment: Literal["production", "test"],
    organisations: tuple[Organisation, ...],
    agreements: tuple[Agreement, ...],
    body_hash: str,
) -> Register:
    """A register with its indexes, whole or not at all.

    Raises:
        RefusedError: `register_invalid` when an OIN or kid occurs twice, or there is not exactly one hub.
    """
    by_oin = {organisation.oin: organisation for organisation in organisations}
    keys = [key for organisation in organisations for key in organisation.keys]
    by_kid = {key.kid: key for key in keys}
    hubs = [organisation for organisation in organisations if HUB_ROLE in organisation.roles]
    if len(by_oin) != len(organisations):
        raise RefusedError(Code.REGISTER_INVALID, "organisations: oin")
    if len(by_kid) != len(keys):
        raise RefusedError(Code.REGISTER_INVALID, "keys: kid")
    if len(hubs) != 1 or hubs[0].log_key is None:
        raise RefusedError(Code.REGISTER_INVALID, "organisations: hub")
    lines: dict[str, tuple[tuple[Agreement, AgreementLine], ...]] = {}
    for agreement in agreements:
        for line in agreement.lines:
            lines[line.type] = (*lines.get(line.type, ()), (agreement, line))
    return Register(
        version=version,
        issued=issued,
        next_update=next_update,
        environment=environment,
        organisations=by_oin,
        agreements=agreements,
        hash=body_hash,
        hub=hubs[0],
        _keys=by_kid,
        _lines=lines,
    )
