"""Acts as rows: each once by its key, with its leaf in the message log. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Row, insert, select, update

from hub.database import Place, beyond, instant, moment
from hub.messagelog.acts import OperatorAct, add_operator_act
from hub.operations.acts import Act, ActName, Doer, Done, Overtaken, OvertakenError
from hub.operations.tables import ACT, ACT_CASE
from hub.rows import insert_if_absent


def begin(connection: Connection, act: Act) -> bool:
    """Keeps an act and its leaf; False where an act with its key was done before: then do nothing more.

    Raises:
        OvertakenError: `key`, when that was another act or another person.
    """
    row: dict[str, str | int | None] = {
        "id": act.id,
        "at": instant(act.at),
        "subject": act.doer.subject,
        "name": act.doer.name,
        "act": act.name.value,
        "target": act.target,
        "reason": act.reason,
    }
    added = insert_if_absent(connection, ACT).values(row).returning(ACT.c.id)
    if connection.execute(added).first() is None:
        before = connection.execute(select(ACT.c.act, ACT.c.subject, ACT.c.target).where(ACT.c.id == act.id)).one()
        if (before.act, before.subject, before.target) != (act.name.value, act.doer.subject, act.target):
            raise OvertakenError(Overtaken.KEY)
        return False
    cases = sorted(set(act.cases))
    if cases:
        connection.execute(insert(ACT_CASE), [{"act_id": act.id, "subject": case} for case in cases])
    leaf = OperatorAct(act.name.value, act.at, act.id, act.message, act.oin, cases[0] if len(cases) == 1 else None)
    add_operator_act(connection, leaf, row)
    return True


def acts_by_id(connection: Connection, ids: Iterable[str | None]) -> dict[str, Done]:
    """These acts."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    return {row.id: _done(row) for row in connection.execute(select(ACT).where(ACT.c.id.in_(wanted)))}


def newest_acts(
    connection: Connection,
    most: int,
    *,
    about: Iterable[str] | None = None,
    names: frozenset[ActName] | None = None,
    after: Place | None = None,
) -> list[Done]:
    """The newest acts of everybody, newest first: about these targets, of these kinds, from a place on."""
    query = select(ACT).order_by(ACT.c.at.desc(), ACT.c.id).limit(most)
    if about is not None:
        query = query.where(ACT.c.target.in_(sorted(set(about))))
    if names is not None:
        query = query.where(ACT.c.act.in_(sorted(names)))
    if after is not None:
        query = query.where(beyond(ACT.c.at, ACT.c.id, after))
    return [_done(row) for row in connection.execute(query)]


def blank_case(connection: Connection, case: str, act: Act) -> int:
    """Blanks every reason and note that may speak of a case, but that of the blanking itself; returns how many.

    Their acts and leaves stay, and say nothing more. Nothing is done, and no act kept, where there is nothing to blank.
    """
    mine = select(ACT_CASE.c.act_id).where(ACT_CASE.c.subject == case)
    blanked = update(ACT).where(ACT.c.id.in_(mine), ACT.c.reason.is_not(None), ACT.c.act != ActName.CASE_BLANKED.value)
    count = connection.execute(blanked.values(reason=None, blanked=instant(act.at))).rowcount
    if count:
        begin(connection, act)
    return count


def _done(row: Row[tuple[object, ...]]) -> Done:
    doer = Doer(row.subject, row.name)
    return Done(row.id, row.act, moment(row.at), doer, row.target, row.reason, row.blanked is not None)
