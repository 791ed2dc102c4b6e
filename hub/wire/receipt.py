"""Receipts and every other payload that is neither envelope nor register (wire.md 3, 8, 10 to 12): signed, read back.

They are plain: nothing in them is personal. Their forms are the closed models of `schemas.road`; whose they must be is
judged by `postmark.check_signer`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from hub.errors import Code, RefusedError
from hub.register.model import Register
from hub.wire import jose, strictjson
from hub.wire.postmark import Postmark, check_signer, verify_postmark
from schemas.errors import PayloadError
from schemas.road import RoadPayload

M = TypeVar("M", bound=RoadPayload)


def typ_of(model: type[RoadPayload]) -> str:
    """The JWS `typ` under which a payload travels."""
    return f"{model.name}+jws"


def sign_payload(payload: RoadPayload, signing: jose.SigningKey) -> bytes:
    """The body that carries `payload`.

    Raises:
        RefusedError: `too_large`, `key_invalid`.
    """
    body = jose.sign_jws(strictjson.dumps(payload.to_wire()), signing, typ_of(type(payload)))
    if len(body) > jose.MAX_BODY_BYTES:
        raise RefusedError(Code.TOO_LARGE, "body")
    return body


def read_payload(postmark: Postmark, model: type[M]) -> M:
    """The payload of a verified postmark.

    Raises:
        RefusedError: `bad_type` when it is of another kind; `attribute_invalid` when it does not fit its model.
    """
    if postmark.typ != typ_of(model):
        raise RefusedError(Code.BAD_TYPE, "typ")
    try:
        return model.from_wire(postmark.payload)
    except PayloadError as error:
        raise RefusedError(Code.ATTRIBUTE_INVALID, error.problems[0].pointer) from None


def receive(body: bytes, model: type[M], register: Register, now: datetime) -> tuple[Postmark, M]:
    """What a partner makes of a body that is no envelope: verified by the partner's rules, and read.

    Raises:
        RefusedError: as `verify_postmark` and `read_payload`.
        TamperedError: `bad_signature`, `identity_mismatch`.
    """
    postmark = verify_postmark(body, register, now, by_hub=False)
    check_signer(postmark, register.hub)
    return postmark, read_payload(postmark, model)
