"""Looks at what lies on disk: register, keys, certificates and who may read them. Changes nothing.

The same for the hub and for a partner's edge, whose folder differs in one thing: only an edge has keys to open with.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from hub.cli.doctor.finding import Finding, ends, failed, ok, problem, warn
from hub.errors import Code, HubError, RefusedError
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.register.model import SEALING_GRACE, Register
from hub.register.terms import certificate_end
from hub.wire import strictjson
from hub.wire.keyfiles import read_folder
from hub.wire.keys import KeyFolder
from hub.wire.names import GOVERNANCE_KID

_NEW_REGISTER: Final = "get the newest register from the governance and put it in place; it is read without a restart"
_NEW_KEY: Final = "make a new key with `schuldhub keys rotate` and have its public half put into the register"
_NEW_CERTIFICATE: Final = "have a new one made: `schuldhub partners add` renews it from the same request"
_NEW_HUB_CERTIFICATE: Final = "have a new one made: `schuldhub certificates hub` renews it from the same request"


@dataclass(frozen=True, slots=True)
class Papers:
    """Where everything lies; `opens` when its owner opens messages, which the hub never does."""

    register_file: Path
    governance_file: Path
    floor_file: Path
    keys: Path
    ca: Path
    certificate: Path
    certificate_key: Path
    opens: bool


def look_at_register(papers: Papers, now: datetime) -> tuple[list[Finding], Register | None]:
    """The register: genuine, of this environment, not older than one seen before, not past its next update."""
    try:
        register = load_register(read_body(papers.register_file), read_governance(papers.governance_file))
        _check_floor(papers.floor_file, register)
    except HubError as error:
        return [failed("register", error)], None
    if register.environment == "production":
        return [failed("register", RefusedError(Code.PRODUCTION_REFUSED, "environment"))], register
    says = f"version {register.version}, {register.environment}, next update {register.next_update:%Y-%m-%d}"
    if now > register.next_update + SEALING_GRACE:
        return [problem("register", f"{says}: nothing is sealed any more", _NEW_REGISTER)], register
    if register.outdated(now):
        return [warn("register", f"{says}: past it", _NEW_REGISTER)], register
    return [ok("register", says)], register


def _check_floor(floor_file: Path, register: Register) -> None:
    """The same roll-back check as at a start, without writing: a check by another user must not own the file."""
    try:
        floor = strictjson.loads(floor_file.read_bytes())
    except FileNotFoundError:
        return
    except (OSError, HubError):
        raise RefusedError(Code.REGISTER_INVALID, floor_file.name) from None
    version = floor.get("version")
    if not isinstance(version, int) or register.version < version:
        raise RefusedError(Code.REGISTER_STALE, "version")
    if register.version == version and floor.get("hash") != register.hash:
        raise RefusedError(Code.REGISTER_INVALID, "version: other bytes")


def look_at_keys(papers: Papers, oin: str, register: Register, now: datetime) -> Iterator[Finding]:
    """The private keys: usable, the right ones here and no others, and how long they hold."""
    try:
        folder = KeyFolder.load(papers.keys, oin, register)
        signing = folder.signing(now)
        kinds = {(jwk["kid"], jwk.get("use")) for jwk in read_folder(papers.keys).values()}
    except HubError as error:
        yield failed("keys", error)
        return
    yield ok("keys", f"signs with {signing.kid}")
    if papers.opens:
        yield from _look_at_opening(folder, oin, register, now)
    elif any(use != "sig" or kid == GOVERNANCE_KID for kid, use in kinds):
        yield problem(
            "keys",
            "a key to open messages with, or the governance key, lies here",
            "take it away: the hub can read nothing and vouch for nobody, and that must stay so",
        )
    organisation = register.organisation(oin)
    for key in organisation.keys if organisation else ():
        if key.usable(now) and key.kid in folder.kids():
            yield ends("keys", key.kid, key.exp, now, _NEW_KEY)


def _look_at_opening(folder: KeyFolder, oin: str, register: Register, now: datetime) -> Iterator[Finding]:
    try:
        sealed_to = register.sealing_key(oin, now).kid
    except HubError as error:
        yield failed("keys", error)
        return
    if folder.opening(sealed_to) is None:
        yield problem("keys", f"others seal to {sealed_to}, and its private half is not here", _NEW_KEY)
    else:
        yield ok("keys", f"opens what is sealed to {sealed_to}")


def look_at_certificates(papers: Papers, now: datetime) -> Iterator[Finding]:
    """The certificates of the connection to the broker, and how long they hold."""
    advice = _NEW_CERTIFICATE if papers.opens else _NEW_HUB_CERTIFICATE
    for what, path in (("the certificate of the broker's CA", papers.ca), ("our certificate", papers.certificate)):
        try:
            yield ends("certificate", what, certificate_end(path), now, advice)
        except HubError as error:
            yield failed("certificate", error)


def look_at_modes(folders: Iterable[Path], files: Iterable[Path]) -> Iterator[Finding]:
    """Whether only the owner can read what is secret."""
    wide = [
        *_wider(folders, 0o077, "chmod 700"),
        *_wider(files, 0o077, "chmod 600"),
    ]
    yield from wide
    if not wide:
        yield ok("modes", "only their owner can read secrets")


def _wider(paths: Iterable[Path], forbidden: int, advice: str) -> Iterator[Finding]:
    for path in paths:
        try:
            found = path.stat()
        except OSError as error:
            yield problem("modes", f"{path.name}: {os.strerror(error.errno or 0)}", f"see the settings: {path}")
            continue
        if stat.S_IMODE(found.st_mode) & forbidden:
            yield problem(
                "modes", f"{path} is open to others (mode {stat.S_IMODE(found.st_mode):o})", f"{advice} {path}"
            )
        elif found.st_uid != os.geteuid() != 0:
            yield warn("modes", f"{path} belongs to another user", "run the check as the user that the process runs as")
