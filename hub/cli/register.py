"""`schuldhub register`: sign it where the governance key is, check it and look into it anywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from hub.cli.options import PRESENT, Instant
from hub.cli.output import OutputOption, print_rows
from hub.clock import rfc3339
from hub.errors import Code, HubError, RefusedError
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import MAX_REGISTER_BYTES, TYP, load_register, read_register
from hub.register.model import Register
from hub.wire import jose, strictjson
from hub.wire.keys import load_governance_private

app = App(name="register", help="The register of organisations, keys and agreements: sign, check, show.")

OK = 0
FilePath = Annotated[Path, Parameter(name=["FILE", "--register"])]


@app.command
def sign(file: Annotated[Path, Parameter(name="FILE")], /, *, key: Path) -> int:
    """Print a register, signed. What nobody could use is not signed.

    Args:
        file: The register as JSON.
        key: The governance key, governance.jwk.json, mode 0600; it belongs on a machine without a network.
    """
    governance = load_governance_private(key)
    try:
        document = strictjson.loads(read_body(file))
    except HubError as error:
        raise RefusedError(Code.REGISTER_INVALID, error.place) from None
    read_register(document, "")
    body = jose.sign_jws(strictjson.dumps(document), governance, TYP)
    if len(body) > MAX_REGISTER_BYTES:
        raise RefusedError(Code.REGISTER_INVALID, "size")
    sys.stdout.buffer.write(body + b"\n")
    return OK


@app.command
def check(file: FilePath, *, governance: Path, instant: Instant = PRESENT, output: OutputOption = None) -> int:
    """Verify the signature and every rule of a register; exit 5 when it is not usable.

    Args:
        file: The signed register.
        governance: The public governance key (JWK with alg).
        instant: Which instant stands for now: past its next update there is a warning.
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    register = load_register(read_body(file), read_governance(governance))
    print_rows([_summary(register)], output)
    if register.outdated(instant.now()):
        sys.stderr.write("warning: the register is past its next update; get the newest\n")
    return OK


@app.command
def show(
    file: FilePath,
    *,
    governance: Path,
    what: Literal["organisations", "keys", "agreements"] = "organisations",
    output: OutputOption = None,
) -> int:
    """List what is in a register, after verifying it.

    Args:
        file: The signed register.
        governance: The public governance key (JWK with alg).
        what: Which part of it.
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    register = load_register(read_body(file), read_governance(governance))
    part = {"organisations": _organisations, "keys": _keys, "agreements": _agreements}[what]
    print_rows(part(register), output)
    return OK


def _summary(register: Register) -> dict[str, object]:
    return {
        "version": register.version,
        "environment": register.environment,
        "issued": rfc3339(register.issued),
        "nextUpdate": rfc3339(register.next_update),
        "organisations": len(register.organisations),
        "agreements": len(register.agreements),
        "hub": register.hub.oin,
        "hash": register.hash,
    }


def _organisations(register: Register) -> list[dict[str, object]]:
    return [
        {
            "oin": organisation.oin,
            "name": organisation.name,
            "roles": " ".join(sorted(organisation.roles)),
            "status": organisation.status,
            "bsnAllowed": organisation.bsn_allowed,
            "gemeentecodes": " ".join(organisation.gemeentecodes),
            "accepts": " ".join(sorted(organisation.accepts)),
        }
        for organisation in register.organisations.values()
    ]


def _keys(register: Register) -> list[dict[str, object]]:
    return [
        {
            "kid": key.kid,
            "use": key.use,
            "alg": key.alg,
            "status": key.status,
            "nbf": rfc3339(key.nbf),
            "exp": rfc3339(key.exp),
            "revokedAt": rfc3339(key.revoked_at) if key.revoked_at else None,
        }
        for organisation in register.organisations.values()
        for key in organisation.keys
    ]


def _agreements(register: Register) -> list[dict[str, object]]:
    return [
        {
            "id": agreement.id,
            "version": agreement.version,
            "from": rfc3339(agreement.begins),
            "until": rfc3339(agreement.ends) if agreement.ends else None,
            "legalBasis": agreement.legal_basis,
            "type": line.type,
            "sender": line.sender_role,
            "recipient": line.recipient_role,
            "replyTermWorkingDays": line.reply_term_working_days,
            "bsn": line.bsn,
        }
        for agreement in register.agreements
        for line in agreement.lines
    ]
