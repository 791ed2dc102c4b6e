"""Controle: whether the message log can still be proven: its head, its witnesses, the last full audit; and proofs."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.console.audit import Act
from hub.console.desk import Desk, Page, Visitor
from hub.console.roles import Permission
from hub.console.trail.store import altered_hours
from hub.database import Connection
from hub.errors import HubError, UnavailableError
from hub.events import Event, log
from hub.messagelog.auditing import Trust
from hub.messagelog.auditing.running import run_audit
from hub.messagelog.auditing.store import Verification, verifications
from hub.messagelog.checkpoints.making import load_floor, read_floor
from hub.messagelog.checkpoints.store import Kept
from hub.messagelog.checkpoints.witnessing import Witness, all_witnesses, newest_head
from hub.messagelog.proof import prove
from hub.messagelog.reading.store import entries_about
from hub.messagelog.tree.store import Tree, trees
from hub.wire.names import UUID
from hub.wire.note import read_verifier
from hub.wire.tlogproof import LEAF_SUFFIX, SUFFIX

SHOWN: Final = 10
#: An audit that said nothing for so long was cut off, with the process that did it.
CUT_OFF: Final = timedelta(minutes=1)
_DIGITS: Final = 18
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class _Look:
    found: list[Tree]
    head: Kept | None
    lines: list[Witness]
    audits: list[Verification]


async def show(visitor: Visitor) -> Response:
    """How the log stands."""
    look = await visitor.desk.database.read(_look)
    await visitor.note(Act.VIEWED)
    newest = look.audits[0] if look.audits else None
    return visitor.shown(
        "controle.html",
        trees=list(reversed(look.found)),
        head=look.head,
        lines=look.lines,
        audits=look.audits,
        last=next((one for one in look.audits if one.ended is not None), None),
        running=newest if newest is not None and _runs(newest, visitor.now) else None,
        cut_off=CUT_OFF,
        key=visitor.desk.register.current.hub.log_key,
        not_to_begin=None if visitor.may(Permission.SEE_AUDIT) else "Alleen een auditor of beheerder mag dit.",
    )


def _look(connection: Connection) -> _Look:
    found = trees(connection)
    head = newest_head(connection, found)
    return _Look(found, head[1] if head else None, all_witnesses(connection), verifications(connection, SHOWN))


def _runs(one: Verification, now: datetime) -> bool:
    return one.ended is None and one.seen > now - CUT_OFF


async def begin(visitor: Visitor) -> Response:
    """Begins an audit in a thread of this process, unless one is under way; the page shows how far it is."""
    desk = visitor.desk
    newest = await desk.database.read(verifications, 1)
    await visitor.note(Act.ACTED, detail="log-verification")
    if not newest or not _runs(newest[0], visitor.now):
        threading.Thread(target=_audit, args=(desk,), name="log-verification", daemon=True).start()
    return visitor.go("/controle")


def _audit(desk: Desk) -> None:
    register = desk.register.current
    try:
        floor = load_floor(desk.floor) if desk.floor is not None else None
        trust = Trust([read_verifier(register.hub.log_key or "")], register, read_floor(floor) if floor else None)
        run_audit(desk.database, trust, desk.clock, also=(altered_hours,))
    except (HubError, UnavailableError) as error:
        log().warning(Event.TASK_FAILED, task="log-verification", code=error.code, place=error.place)


async def download(visitor: Visitor) -> Response:
    """The proof of one entry about a message, or the leaf that it proves, as a file."""
    message_id, query = visitor.request.path_params["id"].lower(), visitor.request.query_params
    given = query.get("regel", "")
    if UUID.fullmatch(message_id) is None or not (given.isascii() and given.isdigit() and len(given) <= _DIGITS):
        raise HTTPException(_NOT_FOUND)
    try:
        proof, leaf = await visitor.desk.database.read(_proof_of, message_id, int(given))
    except HubError as error:
        if isinstance(error, UnavailableError):
            raise
        return visitor.shown("geen_bewijs.html", _NOT_FOUND, id=message_id, code=error.code.value)
    await visitor.note(Act.VIEWED, target=message_id, detail="proof")
    wants_leaf = query.get("deel") == "blad"
    name = f"{message_id}-{given}{LEAF_SUFFIX if wants_leaf else SUFFIX}"
    body, kind = (leaf, "application/json") if wants_leaf else (str(proof).encode(), "text/plain; charset=utf-8")
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _proof_of(connection: Connection, message_id: str, index: int) -> tuple[object, bytes]:
    if all(entry.index != index for entry in entries_about(connection, message_id)):
        raise HTTPException(_NOT_FOUND)
    return prove(connection, index)


PAGES: Final = (
    Page("/controle", "controle", Permission.SEE_ROAD, show),
    Page("/controle/nu", "controleren", Permission.SEE_AUDIT, begin, "POST"),
    Page("/berichten/{id}/logbewijs", "logbewijs", Permission.SEE_ROAD, download),
)
