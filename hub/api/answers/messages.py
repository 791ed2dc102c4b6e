"""Messages: a line of the list, one message with its way so far, the proof of what the log says of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub.api.answers import Answer, Count, Hash, Instant, Kind, Mark, Oin, Page, Slug, Uuid
from hub.messagelog.reading.standing import Cause, MessageState

By = Literal["hub", "recipient"]


class ListedMessage(Answer):
    """A message as a line: accepted, or refused by the hub, of which less is known."""

    index: Count | None
    time: Instant
    dossierkenmerk: Mark | None
    type: Kind | None
    from_: Oin | None = Field(alias="from")
    to: Oin | None
    state: MessageState
    by: By | None
    code: Slug | None
    id: Uuid | None


class MessagePage(Page):
    """Messages, newest first."""

    messages: tuple[ListedMessage, ...]


class Step(Answer):
    """Something that happened to a message; `index` where it is an entry of the log."""

    time: Instant
    event: str = Field(examples=["forwarded"])
    by: Literal["sender", "hub", "recipient"]
    code: Slug | None
    index: Count | None


class _Standing(Answer):
    state: MessageState
    by: By | None
    code: Slug | None
    cause: Cause
    who_must_act: str = Field(examples=["recipient"])
    why: str = Field(examples=["It is in the recipient's inbox; the recipient has not sent a receipt."])
    next_step: str = Field(examples=["offered again if the recipient has emptied its inbox by then"])
    next_at: Instant | None
    timeline: tuple[Step, ...]


class CarriedMessage(_Standing):
    """An accepted message: where it is, who must act, and what happens by itself. There is no content."""

    id: Uuid
    dossierkenmerk: Mark
    type: str = Field(examples=["nl.schuldhulpverlening.kennisgeving-publiek.v1"])
    from_: Oin = Field(alias="from")
    from_name: str | None
    to: Oin
    to_name: str | None
    case: Uuid
    conversation: Uuid
    causation: Uuid | None
    sequence: Count
    source: str = Field(examples=["urn:nld:oin:00000099000000001000:systeem:proef"])
    dataschema: str = Field(examples=["urn:hub:schema:kennisgeving-publiek:1.0.0"])
    kid: str = Field(examples=["00000099000000001000/sig/a"])
    refhash: Hash
    expirytime: Instant
    attempts: Count


class RefusedMessage(_Standing):
    """A message that the hub only ever refused: little is known, because nothing unvalidated is kept."""

    id: Uuid | None
    from_: Oin | None = Field(alias="from")
    from_name: str | None


class Proof(Answer):
    """The proof of one entry of the log (C2SP tlog-proof), and the leaf that it proves."""

    index: Count
    proof: str
    leaf: str
