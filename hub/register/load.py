"""Reads a signed register (wire.md 9): first its size and header, then the signature, and only then its content.

So nothing that the governance did not sign is ever parsed beyond a header of at most 1,024 characters. Members that
this release does not know are ignored; anything else that does not fit refuses the whole.
"""

from __future__ import annotations

import hashlib
from typing import Final, get_args

from hub.errors import Code, HubError, RefusedError
from hub.register.document import Members
from hub.register.governance import GovernanceKey
from hub.register.model import (
    Agreement,
    AgreementLine,
    Contact,
    Key,
    KeyStatus,
    Organisation,
    OrganisationStatus,
    Register,
    Use,
    register_of,
)
from hub.wire import jose, strictjson
from hub.wire.jwk import check_fits, load_public
from hub.wire.names import ACCEPTS, GOVERNANCE_KID, HUB_ROLE, OIN, TEST_PREFIX, kid_of

TYP: Final = "hub-register+jws"
MAX_REGISTER_BYTES: Final = 4 * 1024 * 1024
MAX_HEADER_CHARS: Final = 1_024
#: What a register of 4 MiB says has some 150,000 values; a million empty ones would take 90 MB to no purpose.
MAX_VALUES: Final = 300_000
_ENVIRONMENTS: Final = ("production", "test")
_PURPOSES: Final = ("technical", "functional", "escalation", "security")


def load_register(body: bytes, governance: GovernanceKey) -> Register:
    """The register that `body` holds, signed by the governance key.

    Raises:
        RefusedError: `register_invalid`, with the place where its content does not fit.
    """
    try:
        payload = _verified(body, governance)
    except HubError as error:
        raise RefusedError(Code.REGISTER_INVALID, error.place) from None
    return read_register(payload, hashlib.sha256(body).hexdigest())


def _verified(body: bytes, governance: GovernanceKey) -> dict[str, object]:
    if len(body) > MAX_REGISTER_BYTES:
        raise RefusedError(Code.TOO_LARGE, "body")
    end = body.find(b".", 0, MAX_HEADER_CHARS + 1 if len(body) > jose.MAX_BODY_BYTES else None)
    if end < 0:
        raise RefusedError(Code.MALFORMED, "header")
    header = jose.read_header(body[:end])
    if header.get("typ") != TYP or "cty" in header or header.get("kid") != GOVERNANCE_KID:
        raise RefusedError(Code.BAD_TYPE, "header")
    parsed = jose.parse_jws(body, MAX_REGISTER_BYTES)
    jose.verify_jws(parsed, governance)
    if sum(parsed.payload.count(sign) for sign in (b",", b"[", b"{")) > MAX_VALUES:
        raise RefusedError(Code.TOO_LARGE, "values")
    return strictjson.loads(parsed.payload)


def read_register(payload: dict[str, object], body_hash: str) -> Register:
    """The register of a payload that is already known to be genuine, or is about to be signed.

    Raises:
        RefusedError: `register_invalid`.
    """
    top = Members(payload, "")
    environment = top.one_of("environment", _ENVIRONMENTS)
    organisations = tuple(_organisation(members, environment) for members in top.objects("organisations"))
    return register_of(
        version=top.whole("version", 0),
        issued=top.instant("issued"),
        next_update=top.instant("nextUpdate"),
        environment="test" if environment == "test" else "production",
        organisations=organisations,
        agreements=tuple(_agreement(members) for members in top.objects("agreements")),
        body_hash=body_hash,
    )


def _organisation(members: Members, environment: str) -> Organisation:
    oin = members.matching("oin", OIN)
    if oin.startswith(TEST_PREFIX) != (environment == "test"):
        members.refuse("oin")
    roles = frozenset(members.texts("roles"))
    accepts = members.texts("accepts")
    if not all(ACCEPTS.fullmatch(item) for item in accepts):
        members.refuse("accepts")
    log_key = members.text_or_none("logKey")
    if HUB_ROLE in roles and not log_key:
        members.refuse("logKey")
    return Organisation(
        oin=oin,
        name=members.text("name"),
        contacts=tuple(_contact(contact) for contact in members.objects("contacts", required=False)),
        roles=roles,
        status=members.one_of("status", get_args(OrganisationStatus)),
        gemeentecodes=members.texts("gemeentecodes"),
        bsn_allowed=members.flag("bsnAllowed"),
        accepts=frozenset(accepts),
        log_key=log_key,
        keys=tuple(_key(key, oin) for key in members.objects("keys")),
    )


def _contact(members: Members) -> Contact:
    return Contact(
        purpose=members.one_of("purpose", _PURPOSES), email=members.text("email"), phone=members.text_or_none("phone")
    )


def _key(members: Members, oin: str) -> Key:
    kid = members.text("kid")
    use = members.one_of("use", get_args(Use))
    alg = members.text("alg")
    jwk = members.object("jwk")
    name = kid_of(kid)
    if name is None or name.oin != oin or name.use != use:
        members.refuse("kid")
    try:
        check_fits(jwk, use, alg)
        public = load_public(jwk)
    except HubError as error:
        members.refuse(f"jwk: {error.place}")
    return Key(
        kid=kid,
        oin=oin,
        use=use,
        alg=alg,
        jwk=jwk,
        nbf=members.instant("nbf"),
        exp=members.instant("exp"),
        status=members.one_of("status", get_args(KeyStatus)),
        revoked_at=members.instant_or_none("revokedAt"),
        public=public,
    )


def _agreement(members: Members) -> Agreement:
    version = members.content.get("version")
    return Agreement(
        id=members.text("id"),
        version=str(version) if isinstance(version, int) else members.text("version"),
        name=members.text("name"),
        begins=members.begin("from"),
        ends=members.end("until"),
        legal_basis=members.text("legalBasis"),
        lines=tuple(_line(line) for line in members.objects("lines")),
    )


def _line(members: Members) -> AgreementLine:
    return AgreementLine(
        type=members.text("type"),
        sender_role=members.text("senderRole"),
        recipient_role=members.text("recipientRole"),
        reply_types=frozenset(members.texts("replyTypes")),
        reply_term_working_days=members.whole_or_none("replyTermWorkingDays", 0),
        bsn=members.flag("bsn"),
        max_pause_months=members.whole_or_none("maxPauseMonths", 0),
    )
