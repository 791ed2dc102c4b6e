"""One batch of deliveries into the ledger: what each is, decided in the order they came, then one statement per table.

Verify, open, validate; a duplicate is answered again, a fault that may be ours is held for 24 hours, and what nobody
may be told about is kept as evidence (docs/adr/0006).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters import ledger as rows
from adapters.contract import Handler, Identity, Office, check_fictitious, holds_bsn
from adapters.ledger import Key, Taken, Values
from adapters.receipts import ReceiptReader
from hub.database import Connection, instant
from hub.errors import Code, HubError, RefusedError, TamperedError
from hub.events import Event, log
from hub.wire.envelope import Envelope
from hub.wire.postmark import ENVELOPE, Postmark, check_signer, refhash_of, verify_postmark
from hub.wire.unseal import Outer, open_seal, outer_of
from schemas.catalogue import CATALOGUE
from schemas.errors import PayloadError
from schemas.messages import Message

HOLD = timedelta(hours=24)
RESULT = {Taken.READY: "accepted", Taken.REFUSED: "refused"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A body, and since when it is held where it was tried before."""

    body: bytes
    held_since: datetime | None = None

    def patience_over(self, now: datetime) -> bool:
        """A fault that may be ours has had its 24 hours."""
        return self.held_since is not None and now >= self.held_since + HOLD


@dataclass(frozen=True, slots=True)
class _Letter:
    """A delivery whose outer layer holds and is for us."""

    delivery: Delivery
    outer: Outer

    @property
    def key(self) -> Key:
        return (self.outer.envelope.source_oin, self.outer.envelope.id)


class Intake:
    """Takes one batch, in one transaction."""

    def __init__(
        self,
        tx: Connection,
        identity: Identity,
        office: Office,
        handlers: Mapping[str, Handler[Message]],
        receipts: ReceiptReader,
    ) -> None:
        self._tx = tx
        self._identity = identity
        self._office = office
        self._handlers = handlers
        self._receipts = receipts
        self._now = office.clock.now()
        self._register = office.register.current
        self._known: dict[Key, str] = {}  # signing hashes of what is in the inbox
        self._types: dict[str, set[str]] = {}  # what has come or gone in a conversation
        self._rows: dict[Key, Values] = {}
        self._answer_again: list[Key] = []
        self._follow: list[Key] = []
        self._held: list[Values] = []
        self._evidence: list[Values] = []

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Stores every delivery as what it is."""
        letters: list[_Letter] = []
        others: list[Postmark] = []
        for delivery in deliveries:
            found = self._verify(delivery)
            if isinstance(found, _Letter):
                letters.append(found)
            elif found is not None:
                others.append(found)
        self._read_ledger(letters)
        for letter in letters:
            self._take_letter(letter)
        self._let_follow()
        self._write([refhash_of(delivery.body) for delivery in deliveries if delivery.held_since is not None])
        self._receipts.read(self._tx, others, self._now)

    def _verify(self, delivery: Delivery) -> _Letter | Postmark | None:
        """The outer layer; None for what is kept aside."""
        try:
            postmark = verify_postmark(delivery.body, self._register, self._now, by_hub=False)
            check_signer(postmark, self._register.hub)
            if postmark.typ != ENVELOPE:
                return postmark
            return _Letter(delivery, outer_of(postmark, register=self._register, me=self._identity.oin, now=self._now))
        except HubError as error:
            if _may_be_ours(error) and not delivery.patience_over(self._now):
                self._hold(delivery, error.code)
            else:
                self._keep_evidence(delivery, error)
            return None

    def _read_ledger(self, letters: Sequence[_Letter]) -> None:
        present = rows.incoming(self._tx, [letter.key for letter in letters])
        self._known = {key: row.signing_hash for key, row in present.items()}
        waiting_types = [one for one in letters if CATALOGUE.get(one.outer.envelope.type, _NOTHING).waits_for]
        self._types = rows.types_seen(self._tx, {one.outer.envelope.correlationid for one in waiting_types})

    def _take_letter(self, letter: _Letter) -> None:
        known = self._known.get(letter.key)
        if known is not None:
            if known != letter.outer.postmark.signing_hash:
                self._keep_evidence(letter.delivery, TamperedError(Code.ID_REUSED, "id"))
            else:
                self._answer_again.append(letter.key)
            return
        envelope = letter.outer.envelope
        try:
            keys = self._office.keys.folder
            opened = open_seal(letter.outer, register=self._register, keys=keys, now=self._now)
            message = self._read(envelope, opened.data)
        except HubError as error:
            if _may_be_ours(error) and not letter.delivery.patience_over(self._now):
                self._hold(letter.delivery, error.code)
                return
            self._store(letter.outer, Taken.REFUSED, code=error.code)
            log().warning(
                Event.MESSAGE_REFUSED, id=envelope.id, oin=envelope.source_oin, code=error.code, place=error.place
            )
            return
        waits_for = CATALOGUE[envelope.type].waits_for
        missing = waits_for and not _has(waits_for, self._types.get(envelope.correlationid, set()))
        data = json.dumps(message.to_wire(), ensure_ascii=False, separators=(",", ":"))
        self._store(letter.outer, Taken.WAITING if missing else Taken.READY, data=data)
        if not missing:
            self._types.setdefault(envelope.correlationid, set()).add(envelope.type)

    def _read(self, envelope: Envelope, data: Mapping[str, object]) -> Message:
        """The payload as its model: what we do not know may be our late upgrade, what does not fit is the sender's."""
        handler = self._handlers.get(envelope.type)
        version = handler.model.message_type.version_named(envelope.dataschema) if handler is not None else None
        if handler is None or version is None:
            raise RefusedError(Code.UNKNOWN_TYPE, "type")
        if holds_bsn(data) and not self._register.organisations[self._identity.oin].bsn_allowed:
            raise RefusedError(Code.BSN_NOT_ALLOWED, "bsn")
        try:
            message = handler.model.from_wire(data, version=version)
        except PayloadError as error:
            raise RefusedError(Code.SCHEMA_INVALID, f"data{error.problems[0].pointer}") from None
        check_fictitious(data, self._register.environment)
        return message

    def _store(self, outer: Outer, state: Taken, *, code: Code | None = None, data: str | None = None) -> None:
        envelope, result = outer.envelope, RESULT.get(state)
        key = (envelope.source_oin, envelope.id)
        self._known[key] = outer.postmark.signing_hash
        self._rows[key] = {
            "source_oin": envelope.source_oin,
            "id": envelope.id,
            "signing_hash": outer.postmark.signing_hash,
            "refhash": outer.postmark.refhash,
            "type": envelope.type,
            "subject": envelope.case,
            "correlationid": envelope.correlationid,
            "causationid": envelope.causationid,
            "sequence": envelope.sequence,
            "time": instant(envelope.time),
            "expirytime": instant(envelope.expirytime),
            "received": instant(self._now),
            "data": data,
            "state": state,
            "attempts": 0,
            "next_attempt": None,
            "result": result,
            "code": code.value if code else None,
            "receipt_due": result is not None,
        }

    def _let_follow(self) -> None:
        """Messages that waited for what just came are decided now, in ledger and batch, and what waited for those."""
        now = instant(self._now)
        came = {str(row["correlationid"]) for row in self._rows.values() if row["state"] is Taken.READY}
        waiting = {
            (row.source_oin, row.id): (str(row.type), str(row.correlationid))
            for row in rows.waiting(self._tx, came)
            if row.expirytime > now  # the sweep refuses it otherwise
        }
        for key, row in self._rows.items():
            if row["state"] is Taken.WAITING:
                waiting[key] = (str(row["type"]), str(row["correlationid"]))
        while followed := [
            key for key, (message_type, talk) in waiting.items() if self._may_follow(message_type, talk)
        ]:
            for key in followed:
                message_type, conversation = waiting.pop(key)
                self._types.setdefault(conversation, set()).add(message_type)
                if key in self._rows:
                    self._rows[key] |= {"state": Taken.READY, "result": "accepted", "receipt_due": True}
                else:
                    self._follow.append(key)

    def _may_follow(self, message_type: str, conversation: str) -> bool:
        return _has(CATALOGUE[message_type].waits_for, self._types.get(conversation, set()))

    def _write(self, tried_again: Sequence[str]) -> None:
        still_held = {str(one["refhash"]) for one in self._held}
        rows.release(self._tx, [refhash for refhash in tried_again if refhash not in still_held])
        rows.add_incoming(self._tx, list(self._rows.values()))
        rows.update_incoming(self._tx, self._follow, state=Taken.READY, result="accepted", receipt_due=True)
        rows.owe_receipt_again(self._tx, self._answer_again)
        rows.hold(self._tx, self._held)
        rows.add_evidence(self._tx, self._evidence)

    def _hold(self, delivery: Delivery, code: Code) -> None:
        self._held.append(self._kept(delivery, code))
        log().error(Event.MESSAGE_HELD, refhash=self._held[-1]["refhash"], code=code)

    def _keep_evidence(self, delivery: Delivery, error: HubError) -> None:
        """Kept and alarmed, without receipt: nobody can be told, or telling would help whoever did this."""
        self._evidence.append(self._kept(delivery, error.code))
        refhash = self._evidence[-1]["refhash"]
        log().error(Event.MESSAGE_QUARANTINED, refhash=refhash, code=error.code, place=error.place)

    def _kept(self, delivery: Delivery, code: Code) -> Values:
        refhash = refhash_of(delivery.body)
        return {"refhash": refhash, "code": code.value, "body": delivery.body, "received": instant(self._now)}


def _may_be_ours(error: HubError) -> bool:
    """A key that is not here, an upgrade that is late, a register one version behind: it may come right by itself."""
    unknown_kid = error.code in {Code.UNKNOWN_KEY, Code.INNER_SIGNATURE} and error.place == "kid"
    return unknown_kid or error.code in {Code.OPEN_FAILED, Code.UNKNOWN_TYPE}


@dataclass(frozen=True, slots=True)
class _Nothing:
    waits_for: frozenset[str] = frozenset()


_NOTHING = _Nothing()


def _has(names: frozenset[str], types: set[str]) -> bool:
    return any(CATALOGUE[seen].name in names for seen in types if seen in CATALOGUE)
