"""`schuldhub tokens`: who may call the API, made and ended here; a secret is shown once and kept nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from hub.api.access import Scope, Token, digest_of, new_secret
from hub.api.access.store import add_token, revoke, tokens
from hub.cli.configuration import ConfigOption, hub_settings, opened_log
from hub.cli.output import OutputOption, print_rows, say
from hub.cli.refusal import OK
from hub.clock import clock_of, new_id, rfc3339
from hub.errors import Code, RefusedError

app = App(name="tokens", help="Who may call the API /v1: make a token, list, end one.")

Scopes = Annotated[tuple[Scope, ...], Parameter(name="--scope", negative="")]


@app.command
def new(
    name: str, /, *, scopes: Scopes = (Scope.MONITOR,), days: PositiveInt = 365, config: ConfigOption = None
) -> int:
    """Make a token and print its secret, once.

    Args:
        name: What it is for; no person's name.
        scopes: What it allows: read, monitor, audit; may be given more than once.
        days: How long it is good for.
        config: The hub's settings.
    """
    settings = hub_settings(config)
    clock, secret = clock_of(settings.clock_file), new_secret()
    now = clock.now()
    token = Token(new_id(clock), name[:80], frozenset(scopes), now, now + timedelta(days=days))
    with opened_log(settings) as database, database.begin() as connection:
        add_token(connection, token, digest_of(secret))
    print(secret)
    say(f"token {token.id}; this secret is not shown again")
    return OK


@app.command(name="list")
def list_tokens(*, config: ConfigOption = None, output: OutputOption = None) -> int:
    """List the tokens, without their secrets.

    Args:
        config: The hub's settings.
        output: How to print them.
    """
    with opened_log(hub_settings(config)) as database, database.reading() as connection:
        found = tokens(connection)
    print_rows(
        [
            {
                "id": one.id,
                "name": one.name,
                "scopes": " ".join(sorted(one.scopes)),
                "expires": rfc3339(one.expires),
                "revoked": rfc3339(one.revoked) if one.revoked else None,
            }
            for one in found
        ],
        output,
    )
    return OK


@app.command(name="revoke")
def revoke_token(token_id: str, /, *, config: ConfigOption = None) -> int:
    """End a token at once.

    Args:
        token_id: Its id, as `tokens list` shows it.
        config: The hub's settings.
    """
    settings = hub_settings(config)
    with opened_log(settings) as database, database.begin() as connection:
        if not revoke(connection, token_id, clock_of(settings.clock_file).now()):
            raise RefusedError(Code.NOT_FOUND, "ID")
    return OK
