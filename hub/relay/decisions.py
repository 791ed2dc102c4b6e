"""What the relay decided about one delivery: a closed union that relay and receipts match on."""

from __future__ import annotations

from dataclasses import dataclass

from hub.errors import HubError
from hub.messagelog.checkpoints.store import Cosigned
from hub.messagelog.store import Known
from hub.relay.checks import Authenticated
from hub.wire.envelope import Envelope
from hub.wire.link import Arrival
from schemas.road import EdgeStatus, RecipientReceipt, RecipientReceiptEntry


@dataclass(frozen=True, slots=True)
class Accepted:
    """A new message that is carried."""

    message: Authenticated
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A message that the hub holds already: whatever it holds is sent again, `body` if its outcome is still open."""

    message: Authenticated
    held: Known
    body: bytes | None
    receipt: bytes | None


@dataclass(frozen=True, slots=True)
class Receipted:
    """A recipient's receipt for at least one message that this recipient was sent.

    `news` are its entries that give a message its outcome, `unmatched` the number of those that fit no message.
    """

    message: Authenticated
    receipt: RecipientReceipt
    sender_oin: str
    news: tuple[tuple[Known, RecipientReceiptEntry], ...]
    unmatched: int


@dataclass(frozen=True, slots=True)
class Reported:
    """What an edge says about itself."""

    message: Authenticated
    status: EdgeStatus


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A witness confirms a checkpoint of ours: kept, never a leaf and never answered."""

    message: Authenticated
    cosigned: Cosigned


@dataclass(frozen=True, slots=True)
class Refused:
    """A delivery that is not carried; `message` where it was attributed (checks 1 to 8 held)."""

    arrival: Arrival
    error: HubError
    message: Authenticated | None


Decision = Accepted | Duplicate | Receipted | Reported | Witnessed | Refused
