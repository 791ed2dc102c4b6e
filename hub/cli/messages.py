"""`schuldhub messages`: where a message is, who must act, what happens next; and the log as it grows.

There is no content to show: the hub cannot read it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from types import FrameType
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter
from cyclopts.types import NonNegativeInt, PositiveInt

from hub.cli.app import USAGE
from hub.cli.configuration import ConfigOption, hub_settings, opened_log, organisation_names
from hub.cli.filters import CaseOption, MessageId, OinOption, SinceOption, TypeOption, UntilOption
from hub.cli.output import OutputOption, form_of, print_json_line, print_line, print_record, print_rows, say
from hub.cli.refusal import OK
from hub.clock import clock_of
from hub.database import Database
from hub.errors import Code, RefusedError, UnavailableError
from hub.messagelog.reading import details, store
from hub.messagelog.reading.lists.store import listed
from hub.messagelog.reading.records import Filters, LogLine
from hub.messagelog.reading.standing import MessageState
from hub.wire.shortnames import cases_named

app = App(name="messages", help="Where each message is, who must act, and what happens next.")

LOOK_S: Final = 0.5
WAIT_S: Final = 2.0
PAGE: Final = 200
_WIDTHS: Final = (8, 24, 8, 36, 12, 24, 24, 26, 8, 20)


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages.

    Attributes:
        case: A dossierkenmerk (ten characters) or a whole case pseudonym.
        oin: Sent by or to this organisation.
        kind: A message type, as kennisgeving-publiek.
        state: Where they are; may be given more than once.
        since: Arrived at this instant (RFC 3339) or later, or this long ago, as 90m, 24h or 7d.
        until: Arrived before this instant, or before so long ago.
        before: Older than this index of the log: the next page.
    """

    case: CaseOption = None
    oin: OinOption = None
    kind: TypeOption = None
    state: Annotated[tuple[MessageState, ...], Parameter(negative="", show_default=False)] = ()
    since: SinceOption = None
    until: UntilOption = None
    before: NonNegativeInt | None = None

    def filters(self, now: datetime) -> Filters:
        """The same, for the log."""
        since, until = (now - at if isinstance(at, timedelta) else at for at in (self.since, self.until))
        states = frozenset(self.state) or None
        cases = cases_named(self.case) if self.case else None
        return Filters(cases, self.oin, self.kind, states, since, self.before, until)


ANY: Final = Wanted()


@app.command(name="list")
def list_messages(
    *, wanted: Wanted = ANY, most: PositiveInt = 50, config: ConfigOption = None, output: OutputOption = None
) -> int:
    """List messages, newest first: accepted ones, and those that the hub refused.

    Args:
        wanted: Which messages.
        most: How many at once.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database, database.reading() as connection:
        found = listed(connection, wanted.filters(clock_of(settings.clock_file).now()), min(most, PAGE * 50))
    names = organisation_names(settings) if form_of(output) == "table" else {}
    print_rows([details.listed_row(one, names) for one in found], output)
    if len(found) == most and found[-1].index is not None:
        say(f"there may be more: --before {found[-1].index}")
    return OK


@app.command
def show(
    message_id: MessageId,
    /,
    *,
    oin: OinOption = None,
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """Show one message: its way so far, who must act, and the next automatic step with its time.

    Args:
        message_id: Its id, a UUID.
        oin: Its sender, where two used the same id.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database, database.reading() as connection:
        found = store.carried(connection, message_id, oin)
        entries = store.entries_about(connection, message_id)
    names = organisation_names(settings)
    now = clock_of(settings.clock_file).now()
    refused = [entry for entry in entries if entry.kind == "refused" and (oin is None or entry.sender == oin)]
    if len(found) > 1:
        say(f"more than one sender used this id: name one with --oin ({', '.join(one.source_oin for one in found)})")
        return USAGE
    if found:
        print_record(details.carried_record(found[0], entries, names, now), output)
    elif refused:
        print_record(details.refused_record(refused, names, now), output)
    else:
        raise RefusedError(Code.NOT_FOUND, "ID")
    return OK


@app.command
def tail(
    *,
    after: int | None = None,
    last: NonNegativeInt = 10,
    config: ConfigOption = None,
    output: Annotated[Literal["table", "jsonl"] | None, Parameter(name=["-o", "--output"])] = None,
) -> int:
    """Follow the message log as it grows, until Ctrl-C; nothing is left out and nothing comes twice.

    Args:
        after: Go on after this index of the log.
        last: Begin with this many of the newest entries.
        config: The hub's settings.
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    settings = hub_settings(config)
    form = form_of(output)
    names = organisation_names(settings) if form == "table" else {}
    with opened_log(settings) as database:
        index = _begin(database, last) if after is None else after
        if form == "table":
            print_line(dict(zip(details.TAIL_COLUMNS, details.TAIL_COLUMNS, strict=True)), _WIDTHS)
        with _until_interrupted() as stop:
            for line in _follow(database, index, stop):
                cells = details.tail_row(line, names)
                if form == "table":
                    print_line(cells, _WIDTHS)
                else:
                    print_json_line(cells)
                index = index if line.index is None else line.index
    say(f"stopped; go on with --after {index}")
    return OK


def _begin(database: Database, last: int) -> int:
    with database.reading() as connection:
        return max(store.last_index(connection) - last, -1)


@contextmanager
def _until_interrupted() -> Iterator[Event]:
    """An event that Ctrl-C sets: a line is then either printed and counted or neither. A second Ctrl-C ends at once."""
    stop = Event()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(database: Database, index: int, stop: Event) -> Iterator[LogLine]:
    """Every entry after `index`, as it comes; a database that is away is waited for."""
    away = False
    while not stop.is_set():
        try:
            with database.reading() as connection:
                lines = store.entries_after(connection, index, PAGE)
        except UnavailableError as error:
            if not away:
                say(f"{error.code.value}: {error.advice()}")
            away = True
            stop.wait(WAIT_S)
            continue
        away = False
        for line in lines:
            yield line
            index = index if line.index is None else line.index
            if stop.is_set():
                return
        if len(lines) < PAGE:
            stop.wait(LOOK_S)
