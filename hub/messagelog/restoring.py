"""A log that begins anew after a back-up was put back: what was signed since is gone, and this says so for good.

The entries that the back-up has stay in their tree. A new tree begins, named after the year of now with the next
number, and its first leaf holds the hash of the last head that a witness (or this machine's floor) has of the old one.
"""

from __future__ import annotations

from datetime import datetime

from hub.database import Connection, instant
from hub.messagelog.checkpoints.making import RESTORED, head_hash
from hub.messagelog.entries.store import add_next, hold_sequencer
from hub.messagelog.tree.store import Tree, begin_tree, grow
from hub.wire.checkpoint import Checkpoint

AT_ONCE = 5_000


def restore(connection: Connection, last: Checkpoint, act_id: str, now: datetime) -> Tree:
    """Begins the next tree, in the caller's transaction.

    Args:
        connection: the sequencer is held until it ends.
        last: the last head that is known to have been signed.
        act_id: names the act.
        now: its year is the tree's.

    Raises:
        TamperedError: `log_invalid`, when the tree of the back-up is damaged.
    """
    index = hold_sequencer(connection)
    while grow(connection, last.origin.log, AT_ONCE):
        pass  # what had an index when the back-up was made belongs to the old tree; what had none goes into the new
    act = {"kind": "operator", "ts": instant(now), "id": act_id, "refhash": head_hash(last), "code": RESTORED}
    add_next(connection, act, index)
    above = last.origin.number if last.origin.year == now.year else -1
    return begin_tree(connection, last.origin.log, now.year, index, above)
