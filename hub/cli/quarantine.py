"""`schuldhub quarantine`: what could not be carried or attributed; released by a plan, or settled.

The same rows and rules as the console's: a plan by the road's own rules, carried out by the keeper.
"""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from hub.cli.configuration import ConfigOption, hub_settings, opened_log
from hub.cli.doing import ReasonOption, do, doer, new_act
from hub.cli.options import Flag
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import clock_of, new_pseudonym
from hub.database import Connection
from hub.errors import Code, RefusedError
from hub.operations.acts import ActName
from hub.operations.evidence import Cause, Evidence
from hub.operations.evidence.details import evidence_row
from hub.operations.evidence.store import cases_of, evidence_by_id, listed, oldest_open, settle
from hub.operations.recovery import MOST, Kind, Outcome, Plan, Stage
from hub.operations.recovery.planning import plan_release
from hub.operations.recovery.store import add_plan, confirm, recovery, steps
from hub.register.file import read_body
from hub.register.governance import read_governance
from hub.register.load import load_register
from hub.register.model import Register
from hub.settings import HubSettings

app = App(name="quarantine", help="What could not be carried or attributed: look at it, release it, settle it.")

CauseOption = Annotated[Cause | None, Parameter(name="--cause", help="A whole group: lane, inbox or row.")]
PaceOption = Annotated[PositiveInt, Parameter(name="--per-minute", help="How many messages a minute.")]


@app.command(name="list")
def list_evidence(
    *,
    cause: CauseOption = None,
    settled: Flag = False,
    most: PositiveInt = 50,
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """List evidence, newest first; none of it is content.

    Args:
        cause: Only this group.
        settled: What was released, rejected or archived, instead of what is open.
        most: How many at once.
        config: The hub's settings.
        output: How to print it.
    """
    with opened_log(hub_settings(config)) as database, database.reading() as connection:
        found = listed(connection, min(most, 10_000), cause, settled=settled)
    print_rows([evidence_row(one) for one in found], output)
    return OK


@app.command
def release(
    *numbers: int,
    reason: ReasonOption,
    cause: CauseOption = None,
    per_minute: PaceOption = 60,
    dry_run: Flag = False,
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """Plan the release of evidence, show the plan, and confirm it; the keeper carries it out.

    Args:
        numbers: Which pieces; or a whole group with --cause.
        reason: Why.
        cause: The group.
        per_minute: How fast.
        dry_run: Show the plan and change nothing.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database:
        with database.reading() as connection:
            evidence = oldest_open(connection, cause, MOST) if cause else evidence_by_id(connection, numbers)
        return _release(settings, evidence, reason, per_minute, dry_run=dry_run, output=output)


@app.command
def retry(
    recovery_id: str,
    /,
    *,
    reason: ReasonOption,
    per_minute: PaceOption = 60,
    dry_run: Flag = False,
    config: ConfigOption = None,
    output: OutputOption = None,
) -> int:
    """Plan anew what a release did not carry, and confirm it.

    Args:
        recovery_id: The release, as `release` named it.
        reason: Why.
        per_minute: How fast.
        dry_run: Show the plan and change nothing.
        config: The hub's settings.
        output: How to print it.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database:
        with database.reading() as connection:
            found = recovery(connection, recovery_id)
            if found is None or found.kind is not Kind.RELEASE:
                raise RefusedError(Code.NOT_FOUND, "ID")
            left = [step.item.evidence for step in steps(connection, found.id) if step.outcome != Outcome.CARRIED]
            evidence = evidence_by_id(connection, [number for number in left if number is not None])
        return _release(settings, evidence, reason, per_minute, dry_run=dry_run, output=output)


def _release(
    settings: HubSettings,
    evidence: list[Evidence],
    reason: str,
    per_minute: int,
    *,
    dry_run: bool,
    output: OutputOption,
) -> int:
    if not evidence:
        raise RefusedError(Code.NOT_FOUND, "NUMBERS")
    register, now = _register(settings), clock_of(settings.clock_file).now()
    identity = new_pseudonym()
    second_needed = settings.console is not None and settings.console.four_eyes
    with opened_log(settings) as database:
        with database.reading() as connection:
            plan = plan_release(connection, register, evidence, now)
        print_rows(_plan_rows(plan), output)
        if dry_run or not plan.to_send:
            say(f"nothing was changed: {plan.to_send} would be sent")
            return OK
        act = new_act(ActName.RECOVERY_CONFIRMED, now, identity, reason, cases=cases_of(evidence))

        def effect(connection: Connection) -> Stage:
            add_plan(connection, identity, plan, doer(), now)
            return confirm(connection, identity, plan.hash, act, per_minute=per_minute, second_needed=second_needed)

        stage = do(database, act, effect)
    waits = "; it waits for a second person, in the console" if stage is Stage.ASKED else ""
    say(f"recovery {identity}: {plan.to_send} will be sent{waits}")
    return OK


def _plan_rows(plan: Plan) -> list[dict[str, object]]:
    return [
        {"number": item.evidence, "id": item.message_id, "sent": item.skipped is None, "skipped": item.skipped}
        for item in plan.items
    ]


def _register(settings: HubSettings) -> Register:
    return load_register(read_body(settings.register_file), read_governance(settings.governance_file))


@app.command
def reject(*numbers: int, reason: ReasonOption, config: ConfigOption = None) -> int:
    """Decide that evidence is not carried; it is kept.

    Args:
        numbers: Which pieces.
        reason: Why.
        config: The hub's settings.
    """
    return _settle(numbers, ActName.EVIDENCE_REJECTED, reason, config)


@app.command
def archive(*numbers: int, reason: ReasonOption, config: ConfigOption = None) -> int:
    """Put evidence away that needs nobody any more; it is kept.

    Args:
        numbers: Which pieces.
        reason: Why.
        config: The hub's settings.
    """
    return _settle(numbers, ActName.EVIDENCE_ARCHIVED, reason, config)


_TARGET: Final = "quarantine"


def _settle(numbers: tuple[int, ...], name: ActName, reason: str, config: ConfigOption) -> int:
    settings = hub_settings(config)
    now = clock_of(settings.clock_file).now()
    with opened_log(settings) as database:
        with database.reading() as connection:
            evidence = evidence_by_id(connection, numbers)
        if not numbers or len(evidence) != len(set(numbers)):
            raise RefusedError(Code.NOT_FOUND, "NUMBERS")
        act = new_act(name, now, f"{_TARGET}: {len(evidence)}", reason, cases=cases_of(evidence))
        count = do(database, act, lambda connection: settle(connection, list(numbers), act))
    say(f"{count} settled")
    return OK
