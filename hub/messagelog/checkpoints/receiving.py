"""What witnesses say of our checkpoints: taken in when it is about one that we signed, by a key of the register.

A witness is named by the kid of its signing key, and its verifier key follows from the register: nothing else has to be
agreed. A cosignature is never a leaf of the log and never answered (wire.md 11).
"""

from __future__ import annotations

from hub.database import Connection
from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.messagelog.checkpoints.store import Cosigned, checkpoint_of
from hub.register.model import Organisation
from hub.wire.checkpoint import read_body
from hub.wire.note import Verifier, read_note, read_signature, verify_cosignature, witness_verifier
from schemas.road import CheckpointCosignature


def witness_key(organisation: Organisation, kid: str) -> Verifier:
    """The verifier key of a witness, from its entry in the register.

    Raises:
        RefusedError: `unknown_key`; only Ed25519 cosigns.
    """
    key = next((key for key in organisation.keys if key.kid == kid and key.use == "sig"), None)
    if key is None:
        raise RefusedError(Code.UNKNOWN_KEY, "cosignature")
    return witness_verifier(kid, key.public)


def read_cosignature(connection: Connection, payload: CheckpointCosignature, organisation: Organisation) -> Cosigned:
    """What this organisation confirmed.

    Raises:
        RefusedError: `attribute_invalid` for a checkpoint that is not kept here or another by its size; `unknown_key`.
        TamperedError: `attribute_invalid` when the cosignature does not hold.
    """
    try:
        text = read_note(payload.checkpoint).text
        head = read_body(text)
        line = read_signature(payload.cosignature.removesuffix("\n"))
    except HubError as error:
        raise RefusedError(Code.ATTRIBUTE_INVALID, error.place) from None
    kept = checkpoint_of(connection, str(head.origin), head.size)
    if kept is None or read_note(kept.note).text != text:
        raise RefusedError(Code.ATTRIBUTE_INVALID, "checkpoint")
    try:
        at = verify_cosignature(text, (line,), witness_key(organisation, line.name))
    except TamperedError as error:
        raise TamperedError(Code.ATTRIBUTE_INVALID, error.place) from None
    return Cosigned(organisation.oin, kept.tree_id, kept.size, line.name, str(line), at)
