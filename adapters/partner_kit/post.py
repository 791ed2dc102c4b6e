"""The test sender's connection: its letters go out, and what comes back is kept by what it is about."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.contract import Identity, Office
from adapters.outbox import outgoing
from hub.clock import new_id
from hub.errors import HubError
from hub.register.model import Register
from hub.wire.delivery import Arrival, LinkSettings
from hub.wire.inbox import inbox
from hub.wire.link import Link
from hub.wire.names import organisation_urn
from hub.wire.postmark import ENVELOPE, Postmark, refhash_of, verify_postmark
from hub.wire.receipt import read_payload, sign_payload, typ_of
from hub.wire.unseal import accept_outer, open_seal
from schemas.codes import RecipientResult
from schemas.road import HubReceipt, RecipientReceipt, RecipientReceiptEntry

PREFETCH = 50
#: What was said of a letter: accepted, refused or expired, and with which code.
Said = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A message that came back: never what it says about a person."""

    type: str
    conversation: str
    causation: str | None


@dataclass
class Post:
    """What went out and what came back."""

    identity: Identity
    office: Office
    link: Link
    by_hub: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    by_partner: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    answers: list[Answer] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, body: bytes, name: str, message_id: str, conversation: str) -> None:
        """Publishes a body under the names that it is to have at the broker.

        Raises:
            UnavailableError: the broker has it not.
        """
        (error,) = await self.link.publish([outgoing(self.identity, body, message_id, name, conversation)])
        if error is not None:
            raise error

    async def comes(self, condition: Callable[[], bool], limit_s: float) -> bool:
        """Waits until the condition holds; False when it does not within the limit."""
        until = asyncio.get_running_loop().time() + limit_s
        while not condition():
            left = until - asyncio.get_running_loop().time()
            self.changed.clear()
            try:
                async with asyncio.timeout(max(left, 0)):
                    await self.changed.wait()
            except TimeoutError:
                return condition()
        return True

    async def take(self, arrival: Arrival) -> bool:
        """Keeps what came; what cannot be read is left to whoever runs this inbox otherwise."""
        now, register = self.office.clock.now(), self.office.register.current
        try:
            postmark = verify_postmark(arrival.body, register, now, by_hub=False)
            self._keep(postmark)
            if postmark.typ == ENVELOPE:
                await self._open(arrival.body, register)
        except HubError:
            return True
        finally:
            self.changed.set()
        return True

    def _keep(self, postmark: Postmark) -> None:
        if postmark.typ == typ_of(HubReceipt):
            for entry in read_payload(postmark, HubReceipt).receipts:
                self.by_hub[entry.refhash].append((entry.decision.value, entry.code.value if entry.code else None))
        elif postmark.typ == typ_of(RecipientReceipt):
            for one in read_payload(postmark, RecipientReceipt).receipts:
                self.by_partner[one.refhash].append((one.result.value, one.code.value if one.code else None))

    async def _open(self, body: bytes, register: Register) -> None:
        """An answer; it gets its receipt, so that the partner's side is done with it."""
        now = self.office.clock.now()
        outer = accept_outer(body, register=register, me=self.identity.oin, now=now)
        opened = open_seal(outer, register=register, keys=self.office.keys.folder, now=now)
        envelope = opened.envelope
        self.answers.append(Answer(envelope.type, envelope.correlationid, envelope.causationid))
        entry = RecipientReceiptEntry(ref=envelope.id, refhash=refhash_of(body), result=RecipientResult.ACCEPTED)
        receipt = RecipientReceipt(
            id=new_id(self.office.clock),
            source=organisation_urn(self.identity.oin),
            time=now,
            recipient=organisation_urn(envelope.source_oin),
            receipts=(entry,),
        )
        signed = sign_payload(receipt, self.office.keys.signing(now))
        await self.send(signed, RecipientReceipt.name, receipt.id, receipt.id)


@asynccontextmanager
async def post_of(identity: Identity, office: Office, settings: LinkSettings) -> AsyncIterator[Post]:
    """The connection, for as long as the block lasts; nothing else may read this inbox meanwhile."""
    async with Link.opened(settings) as link:
        post = Post(identity, office, link)
        async with inbox(settings, identity.inbox, PREFETCH, post.take):
            yield post
