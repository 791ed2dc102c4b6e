"""`schuldhub schemas`: which payloads there are, and whether a file is a valid one.

Prints pointers and codes, never a value: what is checked here holds personal data.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter

from hub.cli.output import OutputOption, print_rows
from hub.errors import HubError
from hub.wire import strictjson
from schemas.errors import PayloadError
from schemas.messages import MODELS
from schemas.road import ROAD_MODELS

if TYPE_CHECKING:
    from schemas.document import Document

app = App(name="schemas", help="The payloads of messages and of the road: list them, validate a file.")

#: A payload is at most 25,600 bytes on the wire; this leaves room for one written with indents, and no more.
MOST_BYTES: Final = 2**20
_VALID: Final = 0
_NOT_FOUND: Final = 3
_PROBLEMS: Final = 6


@app.command(name="list")
def list_types(*, output: OutputOption = None) -> int:
    """List every payload: its name, its schema and its title.

    Args:
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    rows = [
        _row(model, model.message_type.name, model.message_type.type, model.message_type.dataschema)
        for model in MODELS.values()
    ]
    rows += [_row(model, name, f"{name}+jws", f"urn:hub:payload:{name}:1") for name, model in ROAD_MODELS.items()]
    print_rows(rows, output)
    return _VALID


@app.command
def validate(
    kind: Annotated[str, Parameter(name="TYPE")],
    file: Annotated[str, Parameter(name="FILE", allow_leading_hyphen=True)] = "-",
    /,
    *,
    output: OutputOption = None,
) -> int:
    """Check one payload against its model; exit 0 when it is valid, 6 when not, with JSON pointers and codes.

    Args:
        kind: Name of the payload (`kennisgeving-publiek`) or full message type.
        file: A file with one JSON object of at most 1 MiB, or - for standard input.
        output: How to print problems; a table on a terminal and jsonl in a pipe when not given.
    """
    model = _model(kind)
    if model is None:
        return _fail(_NOT_FOUND, "no such type; see `schuldhub schemas list`")
    try:
        body = _read(file)
    except OSError:
        return _fail(_NOT_FOUND, "the file cannot be read")
    if len(body) > MOST_BYTES:
        return _problems([("", "too_large", "Het bestand is groter dan 1 MiB.")], output)
    try:
        model.from_wire(strictjson.loads(body))
    except HubError as refused:
        return _problems([("", refused.code.value, "Dit is niet één strikt JSON-object.")], output)
    except PayloadError as refused:
        found = [(problem.pointer, problem.slug.value, problem.explain()) for problem in refused.problems]
        return _problems(found, output)
    sys.stderr.write("valid\n")
    return _VALID


def _row(model: type[Document], name: str, kind: str, schema: str) -> dict[str, str]:
    return {"name": name, "type": kind, "schema": schema, "title": model.model_config.get("title") or name}


def _model(kind: str) -> type[Document] | None:
    by_name: dict[str, type[Document]] = {model.message_type.name: model for model in MODELS.values()}
    return (by_name | dict(MODELS) | dict(ROAD_MODELS)).get(kind)


def _read(file: str) -> bytes:
    """At most one byte more than is allowed: a larger file is never read whole."""
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(file).open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _problems(found: list[tuple[str, str, str]], output: OutputOption) -> int:
    print_rows([{"pointer": pointer, "code": code, "text": text} for pointer, code, text in found], output)
    return _fail(_PROBLEMS, f"not valid: {len(found)} problem(s)")


def _fail(code: int, why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return code
