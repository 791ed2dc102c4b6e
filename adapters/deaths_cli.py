"""`… deaths`: pauses of people who died, listed for their party's people, and what those decide.

The running adapter carries a decision out at its next look. Who it is about shows only with `--persons`, which is
written to the access log of the ledger before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Generic, Protocol, TypeVar

from cyclopts import App

from adapters.edge_desk import names_of, opened_ledger, record_looking
from adapters.edge_options import ConfigFile, Conversation, Employee, Reason
from adapters.outside.deaths.store import Decision, Decisions
from adapters.settings import EdgeSettings, load_edge_settings
from hub.cli.app import USAGE
from hub.cli.options import Flag
from hub.cli.output import OutputOption, form_of, print_rows, say
from hub.cli.refusal import OK
from hub.database import Connection, Database
from hub.errors import Code, RefusedError
from hub.wire.shortnames import case_code


class Paused(Protocol):
    """A pause, as far as a list shows it."""

    @property
    def conversation(self) -> str:
        """Its conversation."""
        ...

    @property
    def case(self) -> str:
        """The pseudonym of the case."""
        ...

    @property
    def sender(self) -> str:
        """The OIN of who asked for it."""
        ...

    @property
    def message(self) -> str:
        """The last message that was acted on."""
        ...

    @property
    def start(self) -> date:
        """Its first day."""
        ...

    @property
    def until(self) -> date:
        """Its last day."""
        ...


P = TypeVar("P", bound=Paused)


class Deaths(Protocol, Generic[P]):
    """What the commands ask of one kind of party."""

    #: Where decisions are kept.
    decided_about: Decisions

    def to_decide(self, tx: Connection) -> Sequence[P]:
        """The pauses that stay until a person decides."""
        ...

    def person(self, tx: Connection, pause: P) -> dict[str, object]:
        """Whom a pause is about, as that party knows it."""
        ...

    def decide(self, tx: Connection, settings: EdgeSettings, conversation: str, decision: Decision) -> None:
        """Writes a decision down.

        Raises:
            RefusedError: `not_found` when no such decision is open.
        """
        ...


def deaths_app(deaths: Deaths[P], party: str, stays: str) -> App:
    """The commands about pauses after a death at one kind of party.

    Args:
        deaths: what that party knows.
        party: whose ledger it must be, as a refusal names it.
        stays: what stays when collecting does not go on, in the words of that party.
    """
    app = App(name="deaths", help="Pauses of people who died: a person decides whether collecting goes on.")

    @contextmanager
    def opened(settings: EdgeSettings) -> Iterator[Database]:
        with opened_ledger(settings) as database:
            with database.reading() as tx:
                if not deaths.decided_about.is_here(tx):
                    raise RefusedError(Code.NOT_FOUND, party)
            yield database

    @app.command(name="list")
    def list_deaths(*, config: ConfigFile, persons: Flag = False, output: OutputOption = None) -> int:
        """List the pauses that stay after a death until a person decides.

        Args:
            config: The settings of the edge.
            persons: Show whom it is about too; who looked is written to the access log first.
            output: How to print it.
        """
        settings = load_edge_settings(config)
        with opened(settings) as database:
            with database.reading() as tx:
                found = [(pause, deaths.person(tx, pause)) for pause in deaths.to_decide(tx)]
            if persons:
                record_looking(database, settings, [(pause.sender, pause.message) for pause, _ in found], "deaths")
        names = names_of(settings) if form_of(output) == "table" else {}
        print_rows(
            [_row(pause, names.get(pause.sender, pause.sender)) | (whom if persons else {}) for pause, whom in found],
            output,
        )
        return OK

    @app.command
    def decide(
        conversation: Conversation,
        /,
        *,
        config: ConfigFile,
        by: Employee,
        reason: Reason,
        resume: Flag = False,
        keep: Flag = False,
    ) -> int:
        """Decide what becomes of a pause after a death.

        Args:
            conversation: The conversation of the pause, as listed.
            config: The settings of the edge.
            by: Your opaque id as an employee; it stands in the ledger with the decision.
            reason: Why, in one line; no BSN and no name.
            resume: Collecting goes on from the next working day.
            keep: It does not, without an end.
        """
        if resume == keep:
            say("usage: give one of --resume and --keep")
            return USAGE
        settings = load_edge_settings(config)
        with opened(settings) as database, database.begin() as tx:
            deaths.decide(tx, settings, conversation, Decision(resume=resume, by=by, reason=reason))
        say("collecting goes on from the next working day, done by the running adapter" if resume else f"{stays} stays")
        return OK

    return app


def _row(pause: Paused, party: str) -> dict[str, object]:
    return {
        "conversation": pause.conversation,
        "dossierkenmerk": case_code(pause.case),
        "party": party,
        "start": pause.start.isoformat(),
        "end": pause.until.isoformat(),
    }
