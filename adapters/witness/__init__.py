"""This party as a witness of the hub's message log (wire.md 11): it remembers every head and confirms one a day.

A head that does not extend what was seen before is a log that was rewritten: it is never confirmed, and it is an alarm.
Whoever keeps a ledger of its own remembers what the hub said, whatever the hub does to its database later. One whose
signing key is not Ed25519 only looks.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from adapters.contract import Identity, Office
from adapters.ledger import Ledger
from adapters.outbox import outgoing
from adapters.witness import store
from adapters.witness.store import Seen
from hub.clock import new_id
from hub.database import Connection
from hub.errors import Code, HubError, TamperedError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.waiting import pause
from hub.wire.checkpoint import Checkpoint, open_checkpoint
from hub.wire.link import Link, Outgoing
from hub.wire.names import organisation_urn
from hub.wire.note import Signer, cosign, read_note, read_verifier, witness_signer
from hub.wire.postmark import Postmark
from hub.wire.receipt import read_payload, sign_payload
from hub.wire.tree import verify_consistency
from schemas.road import CheckpointCosignature, HubCheckpoint

DAILY: Final = timedelta(days=1)
#: How long a head may stand apart from what was seen: the next one may bring the proof.
UNLINKED: Final = timedelta(days=1)
LOOK_S: Final = 10.0


class Witness:
    """One party's eye on the log."""

    def __init__(self, identity: Identity, ledger: Ledger, office: Office) -> None:
        self._identity = identity
        self._ledger = ledger
        self._office = office
        self._told: set[str] = set()

    def take(self, tx: Connection, postmark: Postmark) -> None:
        """A checkpoint of the hub, in the transaction that keeps its batch; what does not hold alarms."""
        try:
            payload = read_payload(postmark, HubCheckpoint)
            key = read_verifier(self._office.register.current.hub.log_key or "")
            head, _ = open_checkpoint(payload.checkpoint, key)
        except HubError as error:
            log().error(Event.CHECKPOINT_REFUSED, code=error.code, place=error.place, advice=error.advice())
            return
        try:
            self._remember(tx, head, payload)
        except TamperedError as error:
            log().error(Event.LOG_FORKED, code=error.code, place=error.place, advice=error.advice())

    def _remember(self, tx: Connection, head: Checkpoint, payload: HubCheckpoint) -> None:
        origin, now = str(head.origin), self._office.clock.now()
        known, newest = store.seen(tx, origin, head.size), store.newest(tx, origin)
        if known is not None and known.head.root != head.root:
            raise TamperedError(Code.LOG_INVALID, f"{origin}: two roots for {head.size} leaves")
        if known is not None and known.extends:
            return  # it came again
        if newest is None:
            if head.origin.number:
                log().warning(Event.LOG_RESTARTED, place=origin)
            store.add(tx, head, payload.checkpoint, now)
        elif newest.head.size == payload.previous_size:
            _verify(newest.head, head, payload.proof)
            store.add(tx, head, payload.checkpoint, now)
        elif head.size < newest.head.size:
            raise TamperedError(Code.LOG_INVALID, f"{origin}: {head.size} leaves after {newest.head.size}")
        else:  # the one that it follows may still come, or another letter bring the proof from where we are
            store.add_apart(tx, head, payload.checkpoint, now, payload.previous_size, payload.proof)
            return
        self._link_apart(tx, origin)

    def _link_apart(self, tx: Connection, origin: str) -> None:
        """Heads that came before the one they follow."""
        for one in store.apart(tx, origin):
            newest = store.newest(tx, origin)
            if newest is not None and newest.head.size in one.links:
                _verify(newest.head, one.head, one.links[newest.head.size])
                store.link(tx, one.head)

    async def run(self, link: Link, over: asyncio.Event) -> None:
        """Confirms until `over`.

        Raises:
            UnavailableError: the ledger is away.
            RefusedError: there is no key to sign with.
        """
        while True:
            await self.confirm(link)
            await self._alarm()
            if await pause(over, LOOK_S):
                return

    async def confirm(self, link: Link) -> int:
        """Sends the hub a cosignature of what is due; returns how many."""
        now = self._office.clock.now()
        key = self._office.keys.signing(now)
        signer = witness_signer(key.kid, key.key)
        due: Sequence[Seen] = await self._ledger.database.read(store.to_confirm, now - DAILY) if signer else ()
        if signer is None or not due:
            return 0
        results = await link.publish([self._letter(one, signer, now) for one in due])
        reached(Failpoint.WITNESS_AFTER_COSIGNATURE)
        confirmed = [one for one, error in zip(due, results, strict=True) if error is None]
        for one in confirmed:
            await self._ledger.database.run(store.mark_confirmed, one.head, now)
            log().info(Event.CHECKPOINT_COSIGNED, oin=self._identity.oin, size=one.head.size)
        return len(confirmed)

    def _letter(self, one: Seen, signer: Signer, now: datetime) -> Outgoing:
        payload = CheckpointCosignature(
            id=new_id(self._office.clock),
            source=organisation_urn(self._identity.oin),
            time=now,
            checkpoint=one.note,
            cosignature=str(cosign(read_note(one.note).text, signer, now)),
        )
        body = sign_payload(payload, self._office.keys.signing(now))
        return outgoing(self._identity, body, payload.id, CheckpointCosignature.name, payload.id)

    async def _alarm(self) -> None:
        """A head that nothing linked for a day: whoever sends it may hide what came between."""
        now = self._office.clock.now()
        apart = set(await self._ledger.database.read(store.unlinked, now - UNLINKED))
        for origin in sorted(apart - self._told):
            error = TamperedError(Code.LOG_INVALID, f"{origin}: no proof from what was seen")
            log().error(Event.LOG_FORKED, code=error.code, place=error.place, advice=error.advice())
        self._told = apart


def _verify(old: Checkpoint, new: Checkpoint, proof: Sequence[str]) -> None:
    verify_consistency(old.size, old.root, new.size, new.root, [base64.b64decode(one) for one in proof])
