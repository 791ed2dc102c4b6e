"""`schuldhub partner-kit`: tries what a partner's own endpoint promises, from the bundle of a test sender."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from adapters.contract import Identity
from adapters.edge_options import ConfigFile
from adapters.partner_kit.letters import Letters
from adapters.partner_kit.post import post_of
from adapters.partner_kit.promises import Finding, Kit, Patience
from adapters.process import link_settings, open_office
from adapters.settings import EdgeSettings, load_edge_settings
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.errors import Code, RefusedError
from hub.events import configure
from hub.wire import strictjson
from schemas.errors import PayloadError

PROBLEMS: Final = 6
app = App(name="partner-kit", help="Try what a partner's own endpoint promises, from the bundle of a test sender.")


@app.default
def partner_kit(
    *,
    config: ConfigFile,
    partner: str,
    message_type: Annotated[str | None, Parameter(name="--type")] = None,
    payload: Path | None = None,
    wait: float = 30.0,
    quiet: float = 3.0,
    output: OutputOption = None,
) -> int:
    """Send a partner good letters and bad ones, and say which promises it keeps; exit 6 when one is broken.

    The test sender is an organisation of its own in the register, whose inbox nothing else reads meanwhile. What it
    sends is the published example of a message type, or a payload of yours; never somebody's real data.

    Args:
        config: The settings of the test sender's edge: its identity, keys, register and broker. No ledger is used.
        partner: The OIN of the partner.
        message_type: What to open a conversation with; the first type that agreement and register allow.
        payload: A JSON file with the payload, when the example says nothing to the partner's system.
        wait: Seconds to wait for what must come.
        quiet: Seconds in which what must not come does not.
        output: How to print the report.
    """
    configure("partner-kit", stream=io.StringIO())  # the findings say it better than lines of a log
    settings = load_edge_settings(config)
    said = None if payload is None else _payload(payload)
    findings = asyncio.run(_try(settings, partner, message_type, said, Patience(wait, quiet)))
    print_rows([asdict(one) for one in findings], output)
    broken = [one for one in findings if one.outcome == "broken"]
    tested = [one for one in findings if one.outcome != "not tested"]
    say(f"{len(tested) - len(broken)} of {len(tested)} promises kept")
    return PROBLEMS if broken else OK


async def _try(
    settings: EdgeSettings, oin: str, name: str | None, payload: Mapping[str, object] | None, patience: Patience
) -> list[Finding]:
    office = open_office(settings)
    partner = office.register.current.organisation(oin)
    if partner is None:
        raise RefusedError(Code.UNKNOWN_RECIPIENT, "partner")
    own = settings.identity
    identity = Identity(own.oin, own.system, own.inbox)
    letters = Letters(identity, office, partner)
    try:
        talk = letters.talk(name, payload)
    except PayloadError as error:
        raise RefusedError(Code.SCHEMA_INVALID, str(error)) from None
    async with post_of(identity, office, link_settings(settings)) as post:
        return await Kit(letters, post, talk, patience).run()


def _payload(file: Path) -> dict[str, object]:
    try:
        return strictjson.loads(file.read_bytes())
    except OSError:
        raise RefusedError(Code.NOT_FOUND, file.name) from None
