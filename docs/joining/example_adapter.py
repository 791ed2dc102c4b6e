"""Pauses collecting in a system that we already have when a notice comes, and answers: `example_adapter.py FOLDER`."""

import asyncio
import json
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from adapters.edge import Done, Edge, Identity, Ledger, Office, Received, Reply
from hub import events
from hub.clock import SystemClock
from hub.errors import Code, UnavailableError
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.register.governance import read_governance
from hub.wire.link import LinkSettings
from schemas.codes import Measure, NoCooperationReason
from schemas.messages import NoCooperation, NoticeAnswer, PublicNotice

PAUSE = "INSERT INTO pause (key, customer, until) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING"


def pause(system: Path, key: str, notice: PublicNotice) -> NoticeAnswer | NoCooperation:
    """The act. Our system takes a key once: asked again for the same message it changes nothing and says the same."""
    try:
        with closing(sqlite3.connect(system)) as db, db:
            found = db.execute("SELECT number, birth_date FROM customer WHERE bsn = ?", (notice.bsn,)).fetchone()
            if found is None:
                return NoCooperation(reason=NoCooperationReason.CUSTOMER_UNKNOWN)
            known = zip(notice.birth_date.split("-"), found[1].split("-"), strict=True)
            if not all(ours == theirs or "00" in {ours, theirs} for ours, theirs in known):
                return NoCooperation(reason=NoCooperationReason.DETAILS_DO_NOT_MATCH)
            db.execute(PAUSE, (key, found[0], notice.end_date.isoformat()))
    except sqlite3.OperationalError:
        raise UnavailableError(Code.OUTSIDE_UNAVAILABLE) from None  # our system is away: the edge tries again later
    begin, end, stopped = notice.start_date, notice.end_date, (Measure.REMINDER, Measure.FINAL_DEMAND)
    return NoticeAnswer(start_date=begin, end_date=end, measures_stopped=stopped, measures_not_stopped=())


async def main(folder: Path) -> None:
    """Acts on notices until SIGTERM; `folder` holds the bundle, `broker.key.pem`, `keys/`, `state/` and our system."""
    events.configure("voorbeeld")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, (stop := asyncio.Event()).set)
    me = json.loads((folder / "partner.json").read_bytes())
    governance = read_governance(folder / "governance.pub.jwk.json")
    register = CurrentRegister(RegisterFile(folder / "register.jws", governance, folder / "state/floor.json"))
    office = Office(register, CurrentKeys(folder / "keys", me["oin"], register), SystemClock())
    ca, certificate, key = (folder / name for name in ("ca.crt.pem", "broker.crt.pem", "broker.key.pem"))
    link = LinkSettings(f"{me['broker']}/{me['vhost']}", ca, certificate, key)
    ledger = Ledger(f"sqlite:///{folder}/state/ledger.db")
    edge = Edge(Identity(me["oin"], "incasso", me["inbox"]), ledger, office, link)

    async def on_notice(received: Received[PublicNotice]) -> Done:
        answer = await asyncio.to_thread(pause, folder / "incasso.db", received.id, received.message)
        return Done(replies=(Reply(answer),))

    edge.on(PublicNotice, on_notice)
    await edge.run(stop)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
