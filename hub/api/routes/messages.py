"""Messages: the list, one, and the proof of what the log says of it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter

from hub.api import parameters as given
from hub.api.access import Scope
from hub.api.answers.messages import CarriedMessage, MessagePage, Proof, RefusedMessage
from hub.api.calls import Call, allowed
from hub.api.problems import AMBIGUOUS, Problem, ProblemError
from hub.database import Connection
from hub.messagelog.proof import entry_of, prove
from hub.messagelog.reading import details, store
from hub.messagelog.reading.lists.store import listed
from hub.messagelog.reading.records import Filters
from hub.wire.shortnames import cases_named

routes = APIRouter()
Reading = Annotated[Call, allowed(Scope.READ)]
NO_NAMES: Final[dict[str, str]] = {}


@routes.get("/messages", name="listMessages")
def list_messages(  # noqa: PLR0913 - its filters
    call: Reading,
    *,
    case: given.Case = None,
    oin: given.Oin = None,
    kind: given.Type = None,
    state: given.States = None,
    since: given.From = None,
    until: given.Until = None,
    before: given.Before = None,
    most: given.Most = 50,
) -> MessagePage:
    """Messages, newest first: accepted ones, and those that the hub refused."""
    cases = cases_named(case) if case is not None else None
    filters = Filters(cases, oin, kind, frozenset(state or ()) or None, since, before, until)
    found = call.read(lambda connection: listed(connection, filters, most + 1))
    rows = [details.listed_row(one, NO_NAMES) for one in found[:most]]
    following = found[most - 1].index if len(found) > most else None
    return MessagePage.model_validate({"messages": rows, "_links": call.next(before=following)})


@routes.get("/messages/{id}", name="getMessage", responses=AMBIGUOUS)  # noqa: FAST003 - by its alias
def get_message(
    message_id: given.MessageId, call: Reading, oin: given.SenderOin = None
) -> CarriedMessage | RefusedMessage:
    """One message: its way so far, who must act, and the next automatic step."""
    found, entries = call.read(
        lambda connection: (store.carried(connection, message_id, oin), store.entries_about(connection, message_id)),
        message_id,
    )
    refused = [entry for entry in entries if entry.kind == "refused" and (oin is None or entry.sender == oin)]
    if len(found) > 1:
        raise ProblemError(Problem.AMBIGUOUS)
    if found:
        return CarriedMessage.model_validate(details.carried_record(found[0], entries, call.names, call.now))
    if refused:
        return RefusedMessage.model_validate(details.refused_record(refused, call.names, call.now))
    raise ProblemError(Problem.NOT_FOUND)


@routes.get("/messages/{id}/proof", name="getProof")  # noqa: FAST003
def get_proof(
    message_id: given.MessageId, call: Reading, kind: given.EntryKind = None, oin: given.SenderOin = None
) -> Proof:
    """The proof that the log says this of a message, and the leaf that it proves."""

    def ask(connection: Connection) -> Proof:
        index = entry_of(store.entries_about(connection, message_id), kind, oin)
        proof, leaf = prove(connection, index)
        return Proof(index=index, proof=str(proof), leaf=leaf.decode())

    return call.read(ask, message_id)
