"""`schuldhub wire`: what a recipient does with bodies, and how to make one; for whoever builds another implementation.

A stable surface (wire.md 13). Exit 0: accepted, or with `--lines` every line judged; 2: usage; 3: no such file; 5:
refused, with `refused: <code>` on standard error, and below it the place and what to do. Each body is judged by itself:
no memory of what came before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO

from cyclopts import App

from hub.cli.bodies import read_lines, read_one
from hub.cli.options import PRESENT, File, Flag, Instant, TrustedRegister, as_oin
from hub.cli.refusal import OK, refuse
from hub.clock import new_id, rfc3339
from hub.errors import Code, HubError, RefusedError
from hub.register.model import Register
from hub.wire import strictjson
from hub.wire.envelope import check_not_expired
from hub.wire.keys import KeyFolder
from hub.wire.names import organisation_urn, source_urn
from hub.wire.postmark import ENVELOPE, check_signer, verify_postmark
from hub.wire.receipt import read_payload
from hub.wire.seal import Event, seal
from hub.wire.unseal import Opened, open_message, outer_of
from schemas.errors import PayloadError
from schemas.messages import MODELS
from schemas.road import ROAD_MODELS

app = App(name="wire", help="Open, verify and seal bodies as wire.md says; for other implementations.")

_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Accepted:
    """The id of what a body carries and what there is to print about it."""

    id: object
    shown: Mapping[str, object]


_Judge = Callable[[bytes], _Accepted]


@app.command(name="open")
def open_bodies(
    file: File = "-",
    /,
    *,
    trusted: TrustedRegister,
    keys: Path,
    me: Annotated[str, as_oin("--as")],
    instant: Instant = PRESENT,
    lines: Flag = False,
    validate: Flag = False,
) -> int:
    """Do what a recipient does: verify, open, verify, compare; print envelope and event.

    Args:
        file: A file with one body, or - for standard input.
        trusted: The register and the key that everyone has pinned.
        keys: The folder with my private keys: one per *.jwk.json, mode 0600.
        me: My OIN.
        instant: Which instant stands for now.
        lines: Each line is a body; print one verdict per line and exit 0.
        validate: Check payloads against their schemas too.
    """
    now = instant.now()
    try:
        register = _read(trusted, now)
        folder = KeyFolder.load(keys, me, register)
    except HubError as error:
        return refuse(error)

    def judge(body: bytes) -> _Accepted:
        opened = open_message(body, register=register, keys=folder, me=me, now=now)
        if validate:
            _check_payload(opened, register)
        return _Accepted(opened.envelope.id, {"envelope": opened.postmark.payload, "event": opened.event})

    return _judge_all(file, judge, lines=lines)


@app.command
def verify(
    file: File = "-",
    /,
    *,
    trusted: TrustedRegister,
    keys: Path | None = None,
    me: Annotated[str | None, as_oin("--as")] = None,
    instant: Instant = PRESENT,
    lines: Flag = False,
) -> int:
    """Judge the outer layer alone, by a partner's rules: of an envelope or of anything else that a partner receives.

    Args:
        file: A file with one body, or - for standard input.
        trusted: The register and the key that everyone has pinned.
        keys: Not needed; where it is given, the folder must be usable.
        me: Not needed; where it is given, an envelope must be for this OIN.
        instant: Which instant stands for now.
        lines: Each line is a body; print one verdict per line and exit 0.
    """
    now = instant.now()
    try:
        register = _read(trusted, now)
        if keys is not None:
            KeyFolder.load(keys, me or "", register)
    except HubError as error:
        return refuse(error)
    return _judge_all(file, lambda body: _verify(body, register, me, now), lines=lines)


@app.command(name="seal")
def seal_event(
    file: File = "-",
    /,
    *,
    trusted: TrustedRegister,
    keys: Path,
    me: Annotated[str, as_oin("--as")],
    to: Annotated[str, as_oin("--to")],
    instant: Instant = PRESENT,
) -> int:
    """Sign, seal and sign an event for one recipient; print the body.

    Where the event lacks them, these are filled in: id, source (my OIN), recipient, time (now), expirytime (a week on).

    Args:
        file: A file with the event (a CloudEvent whose data is an object), or - for standard input.
        trusted: The register and the key that everyone has pinned.
        keys: The folder with my private keys: one per *.jwk.json, mode 0600.
        me: My OIN.
        to: The recipient's OIN.
        instant: Which instant stands for now: keys must be valid then.
    """
    now = instant.now()
    try:
        register = _read(trusted, now)
        folder = KeyFolder.load(keys, me, register)
        with _opened(file) as stream:
            document = strictjson.loads(read_one(stream))
        filled = _defaults(me, to, instant) | document
        body = _seal(filled, register, folder, to, now)
    except HubError as error:
        return refuse(error)
    sys.stdout.buffer.write(body + b"\n")
    return OK


def _read(trusted: TrustedRegister, now: datetime) -> Register:
    register = trusted.read()
    if register.outdated(now):
        sys.stderr.write("warning: the register is past its next update; get the newest\n")
    return register


def _verify(body: bytes, register: Register, me: str | None, now: datetime) -> _Accepted:
    postmark = verify_postmark(body, register, now, by_hub=False)
    check_signer(postmark, register.hub)
    if postmark.typ != ENVELOPE:
        name = postmark.typ.removesuffix("+jws")
        return _Accepted(read_payload(postmark, ROAD_MODELS[name]).id, {name: postmark.payload})
    envelope = outer_of(postmark, register=register, me=me, now=now).envelope
    check_not_expired(envelope, now)
    return _Accepted(envelope.id, {"envelope": postmark.payload})


def _check_payload(opened: Opened, register: Register) -> None:
    """Refuse a payload of a type or schema version that we do not know, for us not allowed, or that does not fit."""
    model = MODELS.get(opened.envelope.type)
    version = model.message_type.version_named(opened.envelope.dataschema) if model is not None else None
    if model is None or version is None:
        raise RefusedError(Code.UNKNOWN_TYPE, "type")
    recipient = register.organisation(opened.envelope.recipient_oin)
    if "bsn" in opened.data and not (recipient and recipient.bsn_allowed):
        raise RefusedError(Code.BSN_NOT_ALLOWED, "bsn")
    try:
        model.from_wire(opened.data, version=version)
    except PayloadError as error:
        raise RefusedError(Code.SCHEMA_INVALID, error.problems[0].pointer) from None


def _defaults(me: str, to: str, instant: Instant) -> dict[str, object]:
    now = instant.now()
    return {
        "id": new_id(instant),
        "source": source_urn(me, "schuldhub"),
        "recipient": organisation_urn(to),
        "time": rfc3339(now),
        "expirytime": rfc3339(now + _LIFETIME),
    }


def _seal(document: dict[str, object], register: Register, keys: KeyFolder, to: str, now: datetime) -> bytes:
    recipient = register.organisation(to)
    if recipient is None:
        raise RefusedError(Code.UNKNOWN_RECIPIENT, "--to")
    if not recipient.active:
        raise RefusedError(Code.RECIPIENT_INACTIVE, "--to")
    event = Event.from_json(document)
    if event.recipient != organisation_urn(to):
        raise RefusedError(Code.ATTRIBUTE_INVALID, "recipient")
    return seal(event, signing=keys.signing(now), recipient_key=register.sealing_key(to, now))


def _judge_all(file: str, judge: _Judge, *, lines: bool) -> int:
    try:
        with _opened(file) as stream:
            return _judge_lines(stream, judge) if lines else _judge_one(read_one(stream), judge)
    except HubError as error:
        return refuse(error)


def _judge_one(body: bytes, judge: _Judge) -> int:
    accepted = judge(body)
    sys.stdout.buffer.write(strictjson.dumps(accepted.shown) + b"\n")
    return OK


def _judge_lines(stream: BinaryIO, judge: _Judge) -> int:
    for body in read_lines(stream):
        verdict: dict[str, object]
        try:
            if body is None:
                raise RefusedError(Code.TOO_LARGE, "body")
            verdict = {"ok": True, "id": judge(body).id}
        except HubError as error:
            verdict = {"ok": False, "code": error.code.value}
        sys.stdout.buffer.write(strictjson.dumps(verdict) + b"\n")
        sys.stdout.buffer.flush()  # whoever feeds us line by line waits for this
    return OK


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """Standard input for `-`, else the file; `not_found` where it cannot be read."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 closed below; only the opening may say not found
    except OSError:
        raise RefusedError(Code.NOT_FOUND, "FILE") from None
    with stream:
        yield stream
