"""The keeper's part for the log's proof: signed heads, sent to partners at most once an hour, and alarms about both.

Nothing here stops traffic: without a key, with a damaged tree or with silent witnesses messages are carried as ever.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.clock import new_id
from hub.database import Connection
from hub.errors import Code, HubError, RefusedError, UnavailableError
from hub.events import Event, log
from hub.failpoints import Failpoint, reached
from hub.messagelog.checkpoints import store
from hub.messagelog.checkpoints.making import load_floor, make_checkpoints, save_floor
from hub.messagelog.checkpoints.store import Cosigned, Kept, Sent
from hub.messagelog.checkpoints.witnessing import SILENT_AFTER, all_witnesses
from hub.messagelog.tree.store import newest, nodes_of, trees
from hub.relay.office import Office
from hub.wire.link import Link, Outgoing
from hub.wire.logkey import read_log_key
from hub.wire.note import Signer, read_verifier
from hub.wire.receipt import sign_payload
from hub.wire.topology import OUT
from hub.wire.tree import Nodes, consistency
from schemas.road import HubCheckpoint


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where the log's key and its floor are, and when what is late."""

    keys: Path
    floor: Path
    publish_every: timedelta = timedelta(hours=1)  # wire.md 11: at most hourly
    checkpoint_within: timedelta = timedelta(minutes=15)
    witness_within: timedelta = SILENT_AFTER


@dataclass(frozen=True, slots=True)
class _Letter:
    """A checkpoint on its way to one partner."""

    oin: str
    kept: Kept
    outgoing: Outgoing


def log_name(office: Office) -> str | None:
    """What the origins of this log begin with: the name of its key in the register; None when that is not one."""
    try:
        return read_verifier(office.register.current.hub.log_key or "").name
    except RefusedError:
        return None


class Checkpoints:
    """Makes and sends checkpoints; one at a time, by the keeper that leads."""

    def __init__(self, office: Office, settings: LogSettings) -> None:
        self._office = office
        self._settings = settings
        self._told: set[str] = set()  # alarms that were given and not taken back
        self.forked = False  # the log contradicts what was signed before

    async def make(self) -> int:
        """Signs what grew; returns how many heads. What cannot be signed alarms once and is tried again."""
        try:
            signer = self._signer()
            floor = load_floor(self._settings.floor)
            made = await self._office.database.run(make_checkpoints, signer, floor, self._office.clock.now())
        except UnavailableError:
            raise
        except HubError as error:
            self.forked = error.code is Code.LOG_INVALID
            self._alarm_unsigned(error)
            return 0
        self.forked = False
        if made:
            reached(Failpoint.KEEPER_AFTER_CHECKPOINT)
            save_floor(self._settings.floor, made[-1].note)
            self._told.discard("unsigned")
        return len(made)

    def _alarm_unsigned(self, error: HubError) -> None:
        if "unsigned" in self._told:
            return
        self._told.add("unsigned")
        if error.code is Code.LOG_INVALID:
            log().error(Event.LOG_FORKED, code=error.code, place=error.place, advice=error.advice())
        else:
            log().error(Event.CHECKPOINT_LATE, code=error.code, place=error.place, advice=error.advice())

    def _signer(self) -> Signer:
        signer = read_log_key(self._settings.keys)
        if str(signer.verifier) != self._office.register.current.hub.log_key:
            raise RefusedError(Code.KEY_INVALID, "log key: not the private half of logKey in the register")
        return signer

    async def publish(self, link: Link, inboxes: Mapping[str, str]) -> int:
        """Sends the newest heads to partners, at most hourly and after new business only; returns how many went."""
        office, now = self._office, self._office.clock.now()
        letters = await office.database.read(self._letters, self._partners(inboxes), now)
        if not letters:
            return 0
        await office.database.run(_mark_published, letters, now)  # before it is out there
        results = await link.publish([one.outgoing for one in letters])
        reached(Failpoint.KEEPER_AFTER_CHECKPOINT_SENT)
        failed = {one.oin for one, error in zip(letters, results, strict=True) if error is not None}
        went = [one for one in letters if one.oin not in failed]  # any of its letters may be the one that it needs
        await office.database.run(_mark_sent, went, now)
        log().info(Event.CHECKPOINT_PUBLISHED, count=len({one.oin for one in went}), size=letters[-1].kept.size)
        return len(went)

    def _partners(self, inboxes: Mapping[str, str]) -> list[str]:
        organisations = self._office.register.current.organisations
        return sorted(oin for oin in inboxes if oin in organisations and organisations[oin].active)

    def _letters(self, connection: Connection, partners: Sequence[str], now: datetime) -> list[_Letter]:
        last = store.last_published(connection)
        if last is not None and now < last + self._settings.publish_every:
            return []
        known = _known_sizes(store.sent(connection), self._silent(connection, now))
        letters: list[_Letter] = []
        for tree in trees(connection):
            kept, before = (
                store.last_checkpoint(connection, tree.id),
                store.last_checkpoint(connection, tree.id, published=True),
            )
            since = before.size if before else 0
            if kept is not None and kept.size > since and store.has_business(connection, tree, since, kept.size):
                nodes = nodes_of(connection, tree)
                letters += [
                    self._letter(nodes, kept, oin, previous, now)
                    for oin in partners
                    for previous in sorted(known.get((oin, tree.id), {0}))
                ]
        return letters

    def _letter(self, nodes: Nodes, kept: Kept, oin: str, previous: int, now: datetime) -> _Letter:
        proof = consistency(nodes, previous, kept.size)
        payload = HubCheckpoint(
            id=new_id(self._office.clock),
            source=self._office.source,
            time=now,
            checkpoint=kept.note,
            previous_size=previous,
            proof=tuple(base64.b64encode(one).decode() for one in proof),
        )
        body = sign_payload(payload, self._office.keys.signing(now))
        return _Letter(oin, kept, Outgoing(OUT, oin, body, payload.id, HubCheckpoint.name, payload.id))

    async def watch(self) -> None:
        """Alarms for entries that no checkpoint covers and for witnesses that fell silent; each once, and its end."""
        now = self._office.clock.now()
        oldest, silent = await self._office.database.read(self._standing, now)
        late = oldest is not None and oldest < now - self._settings.checkpoint_within
        if late and "late" not in self._told:
            self._told.add("late")
            log().error(Event.CHECKPOINT_LATE, wait_s=int((now - (oldest or now)).total_seconds()))
        elif not late and "late" in self._told:
            self._told.discard("late")
            log().info(Event.CHECKPOINT_RESUMED)
        for oin in sorted(silent - self._told):
            log().warning(Event.WITNESS_SILENT, oin=oin)
        for oin in sorted(one for one in self._told - silent if one not in {"late", "unsigned"}):
            log().info(Event.WITNESS_RETURNED, oin=oin)
        self._told = {one for one in self._told if one in {"late", "unsigned"}} | silent

    def _standing(self, connection: Connection, now: datetime) -> tuple[datetime | None, set[str]]:
        tree = newest(connection)
        last = store.last_checkpoint(connection, tree.id) if tree else None
        covered = tree.first + (last.size if last else 0) if tree else 0
        oldest = store.oldest_uncovered(connection, covered)
        return oldest, {one.oin for one in self._silent(connection, now)}

    def _silent(self, connection: Connection, now: datetime) -> list[Cosigned]:
        """The last word of each witness that fell silent."""
        within = self._settings.witness_within
        return [one.word for one in all_witnesses(connection) if one.word is not None and one.silent(now, within)]


def _known_sizes(sent: Sequence[Sent], silent: Sequence[Cosigned]) -> dict[tuple[str, int], set[int]]:
    """The heads that a partner may hold of a tree, for a proof goes from each.

    The last that its inbox took and one of which that is not known; of a witness that fell silent also the last that it
    confirmed, for it may have lost what came after that.
    """
    known = {(one.oin, one.tree_id): {one.size, one.offered} for one in sent}
    for one in silent:
        known.get((one.oin, one.tree_id), set()).add(one.size)
    return known


def _mark_published(connection: Connection, letters: Sequence[_Letter], now: datetime) -> None:
    for kept in {(one.kept.tree_id, one.kept.size): one.kept for one in letters}.values():
        oins = {one.oin for one in letters if one.kept.tree_id == kept.tree_id}
        store.mark_published(connection, kept, oins, now)


def _mark_sent(connection: Connection, went: Sequence[_Letter], now: datetime) -> None:
    for one in went:
        store.mark_sent(connection, one.kept, one.oin, now)
