"""Acts on one message: remind who must answer, write a note."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.console.acting import About, WrongFormError, act_of, do
from hub.console.desk import Page, Visitor
from hub.console.roles import Permission
from hub.messagelog.store import Key
from hub.operations.acts import ActName
from hub.operations.terms.store import note, open_question, remind
from hub.operations.waiting.store import cases_of_messages
from hub.wire.names import OIN, UUID

_NOT_FOUND: Final = 404


async def remind_partner(visitor: Visitor) -> Response:
    """Reminds the partner whose answer is missing."""
    key = await _key(visitor)
    question = await visitor.desk.database.read(open_question, key)
    if question is None:
        raise HTTPException(_NOT_FOUND)
    about = About(key[1], message=key[1], oin=question.recipient, cases=(question.case,))
    try:
        act = act_of(visitor, await visitor.request.form(), ActName.TERM_ESCALATED, about)
    except WrongFormError as error:
        return error.response
    return await do(visitor, act, lambda connection: remind(connection, question, act), _path(key))


async def add_note(visitor: Visitor) -> Response:
    """Keeps a note at a message."""
    key = await _key(visitor)
    cases = await visitor.desk.database.read(cases_of_messages, [key])
    if not cases:
        raise HTTPException(_NOT_FOUND)
    try:
        form = await visitor.request.form()
        act = act_of(visitor, form, ActName.TERM_NOTED, About(key[1], message=key[1], cases=cases))
    except WrongFormError as error:
        return error.response
    return await do(visitor, act, lambda connection: note(connection, act), _path(key))


async def _key(visitor: Visitor) -> Key:
    """Which message: its id and its sender."""
    message_id = visitor.request.path_params["id"].lower()
    sender = str((await visitor.request.form()).get("van", ""))
    if UUID.fullmatch(message_id) is None or OIN.fullmatch(sender) is None:
        raise HTTPException(_NOT_FOUND)
    return sender, message_id


def _path(key: Key) -> str:
    return f"/berichten/{key[1]}?van={key[0]}"


PAGES: Final = (
    Page("/berichten/{id}/herinneren", "bericht-herinneren", Permission.HANDLE, remind_partner, "POST"),
    Page("/berichten/{id}/notitie", "bericht-notitie", Permission.HANDLE, add_note, "POST"),
)
