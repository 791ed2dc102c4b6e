"""Commands of the debt helper beside its adapter: tokens of the API, an import over the API, the API's description.

python -m adapters.haarlem token-new --ledger sqlite:///ledger.db --name zaaksysteem --scope lezen --scope handelen
python -m adapters.haarlem import-file lijst.csv --url http://127.0.0.1:8090 --token-file token --employee m-1
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import httpx2
from cyclopts import App, Parameter
from fastapi import FastAPI
from rich.console import Console

from adapters.haarlem import openapi
from adapters.haarlem.answers import ImportState
from adapters.haarlem.api import routes
from adapters.haarlem.ddas_desk import commands as ddas
from adapters.haarlem.desk import store
from adapters.haarlem.desk.access import EMPLOYEE_HEADER, KEY_HEADER, Scope, make_token
from adapters.haarlem.opening import opened
from adapters.haarlem.settings import ApiSettings, load_settings
from hub.clock import SystemClock, new_pseudonym, rfc3339
from hub.errors import Code, HubError

OK, FAILURE, NOT_FOUND, UNREACHABLE, REFUSED = 0, 1, 3, 4, 5
_TIMEOUT_S: Final = 60.0
_LOOK_S: Final = 0.5
_FLAG: Final = Parameter(negative="")


class _PipeConsole(Console):
    """Leaves a reader who has seen enough to `main`; rich would end the process as a failure."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


app = App(
    name="python -m adapters.haarlem",
    help="De schuldhulpverlener: tokens, import en beschrijving van de API.",
    console=_PipeConsole(),
)
app.command(ddas.app)
Allowed = Literal["lezen", "zoeken", "handelen", "importeren"]
LedgerUrl = Annotated[str, Parameter(name="--ledger", help="SQLAlchemy-adres van het eigen register van de adapter.")]


@app.command
def token_new(*, ledger: LedgerUrl, name: str, scope: list[Allowed], days: int | None = None) -> int:
    """Make a token and print it once; only its hash is kept.

    Args:
        ledger: The adapter's own database.
        name: What or whom it is for.
        scope: What it allows; may be given more than once.
        days: After how many days it ends; without it, when it is revoked.
    """
    database = opened(ledger, new=True)
    now = SystemClock().now()
    expires_at = None if days is None else now + timedelta(days=days)
    with database.begin() as tx:
        token_id, secret = make_token(tx, name, [Scope(one) for one in scope], now, expires_at)
    database.close()
    _say(f"token {token_id}: {' '.join(sorted(scope))}")
    _print(secret)
    return OK


@app.command
def token_list(*, ledger: LedgerUrl) -> int:
    """Show every token, without its secret.

    Args:
        ledger: The adapter's own database.
    """
    database = opened(ledger)
    with database.database.reading() as tx:
        found = store.tokens(tx)
    database.close()
    for token in found:
        ends = token.revoked_at or token.expires_at
        state = "revoked" if token.revoked_at else "active"
        _print("\t".join([token.id, token.name, " ".join(sorted(token.scopes)), state, rfc3339(ends) if ends else ""]))
    return OK


@app.command
def token_revoke(token_id: str, /, *, ledger: LedgerUrl) -> int:
    """Revoke a token; it lets nobody in from now on.

    Args:
        token_id: Its id, as `token-list` shows it.
        ledger: The adapter's own database.
    """
    database = opened(ledger)
    with database.begin() as tx:
        revoked = store.revoke_token(tx, token_id, SystemClock().now())
    database.close()
    _say("revoked" if revoked else "no such active token")
    return OK if revoked else NOT_FOUND


@app.command
def import_file(
    file: Path,
    /,
    *,
    url: str,
    token_file: Path,
    employee: str,
    bestaand: Annotated[bool, _FLAG] = False,
    aantal_pauzes: int | None = None,
) -> int:
    """Send a CSV file to the running adapter and print the result per row.

    Args:
        file: The CSV file.
        url: Where the API is, without /v1.
        token_file: File with a token that may import.
        employee: Opaque id of who acts.
        bestaand: Take over what runs already; nothing is sent to parties.
        aantal_pauzes: Confirms how many pauses the file ends.
    """
    headers = {
        "Authorization": f"Bearer {token_file.read_text(encoding='ascii').strip()}",
        EMPLOYEE_HEADER: employee,
        KEY_HEADER: new_pseudonym(),
        "Content-Type": "text/csv",
    }
    query = {"bestaand": str(bestaand).lower()} | (
        {} if aantal_pauzes is None else {"aantalPauzes": str(aantal_pauzes)}
    )
    try:
        with httpx2.Client(base_url=url, timeout=_TIMEOUT_S) as client:
            answer = client.post("/v1/importen", params=query, content=file.read_bytes(), headers=headers)
            if answer.is_error:
                _say(answer.text)
                return REFUSED
            done = _follow(client, answer.headers["location"], headers)
            result = client.get(done["resultaat"], headers=headers)
    except httpx2.TransportError:
        _say("the API does not answer; an import that it took in goes on, and the same file again does nothing twice")
        return UNREACHABLE
    except httpx2.HTTPStatusError as error:
        _say(error.response.text)
        return REFUSED
    _say(json.dumps(done, ensure_ascii=False))
    _print(result.text)
    return OK if done["geweigerd"] == 0 else FAILURE


def _follow(client: httpx2.Client, address: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Looks how far an import is until it is ready, and says so to whoever sits at a terminal."""
    told = -1
    while True:
        answer = client.get(address, headers=headers)
        answer.raise_for_status()
        job: dict[str, Any] = answer.json()
        handled = job["gedaan"] + job["alGedaan"] + job["geweigerd"]
        if handled != told and sys.stderr.isatty():
            _say(f"{handled} of {job['regels']} rows")
        if job["stand"] == ImportState.READY.value:
            return job
        told = handled
        time.sleep(_LOOK_S)


@app.command(name="openapi")
def print_openapi(*, own: Path | None = None) -> int:
    """Print the description of the API, as /v1/openapi.json gives it.

    Args:
        own: The adapter's own settings, for its address and contact.
    """
    settings = ApiSettings() if own is None else load_settings(own).api
    described = FastAPI(openapi_url=None)
    described.include_router(routes)
    _print(json.dumps(openapi.describe(described, settings), ensure_ascii=False, indent=2))
    return OK


def _print(text: str) -> None:
    """Data, unless somebody closed where it goes."""
    if sys.stdout is not None:
        sys.stdout.write(f"{text}\n")


def _say(text: str) -> None:
    """Progress and what went wrong."""
    sys.stderr.write(f"{text}\n")


def main(words: Sequence[str]) -> int:
    """Runs one command; a refusal is its code and what to do about it, and who reads no further is no error."""
    try:
        status = int(app(words, result_action="return_value") or OK)
        if sys.stdout is not None:
            sys.stdout.flush()
    except HubError as error:
        _say(f"refused: {error.code.value}\nplace: {error.place}\nadvice: {error.advice()}")
        return NOT_FOUND if error.code is Code.NOT_FOUND else REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would complain once more at its end
        return OK
    return status
