"""`schuldhub schemas`: which payloads there are, whether a file is a valid one, and what changed between two schemas.

Of a payload it prints pointers and codes, never a value: what is checked here holds personal data. A schema holds none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter

from hub.cli.output import OutputOption, print_rows, say
from hub.errors import Code, HubError, RefusedError
from hub.wire import strictjson
from schemas.changes import WHY, Effect, asked_for
from schemas.editions import Difference, compare_editions, compare_two
from schemas.errors import PayloadError
from schemas.messages import MODELS
from schemas.published import schema_files
from schemas.references import Schema, is_schema
from schemas.road import ROAD_MODELS

if TYPE_CHECKING:
    from schemas.document import Document

app = App(name="schemas", help="The payloads of messages and of the road: list them, validate one, compare versions.")

#: A payload is at most 25,600 bytes on the wire; this leaves room for one written with indents, and no more.
MOST_BYTES: Final = 2**20
_VALID: Final = 0
_NOT_FOUND: Final = 3
_PROBLEMS: Final = 6

_SAYS: Final = {
    None: "the same",
    Effect.WORDS: "compatible: other words for the same; asks for a new patch version",
    Effect.COMPATIBLE: "compatible; asks for a new minor version",
    Effect.BREAKING: "breaking; asks for a new major version beside the old one",
}


@app.command(name="list")
def list_types(*, output: OutputOption = None) -> int:
    """List every payload: its name, its newest schema, the versions that are known, and its title.

    Args:
        output: How to print it; a table on a terminal and jsonl in a pipe when not given.
    """
    known = [(model, model.message_type) for model in MODELS.values()]
    rows = [_row(model, one.name, one.type, one.dataschema, " ".join(one.versions)) for model, one in known]
    rows += [_row(model, name, f"{name}+jws", model.urn(), model.version) for name, model in ROAD_MODELS.items()]
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
        kind: Name of the payload (`kennisgeving-publiek`), full message type, or URN of a schema; the newest version
            when none is named.
        file: A file with one JSON object of at most 1 MiB, or - for standard input.
        output: How to print problems; a table on a terminal and jsonl in a pipe when not given.
    """
    read_payload = _readers().get(kind)
    if read_payload is None:
        return _fail(_NOT_FOUND, "no such type; see `schuldhub schemas list`")
    try:
        body = _read(file)
    except OSError:
        return _fail(_NOT_FOUND, "the file cannot be read")
    if len(body) > MOST_BYTES:
        return _problems([("", "too_large", "Het bestand is groter dan 1 MiB.")], output)
    try:
        read_payload(strictjson.loads(body))
    except HubError as refused:
        return _problems([("", refused.code.value, "Dit is niet één strikt JSON-object.")], output)
    except PayloadError as refused:
        found = [(problem.pointer, problem.slug.value, problem.explain()) for problem in refused.problems]
        return _problems(found, output)
    say("valid")
    return _VALID


@app.command
def diff(
    old: Annotated[Path, Parameter(name="OLD")],
    new: Annotated[Path, Parameter(name="NEW")],
    /,
    *,
    output: OutputOption = None,
) -> int:
    """Tell a compatible change of schemas from a breaking one; exit 0 when none is breaking, 6 when one is.

    A change is breaking when a message that was right before may be wrong after it, or mean something else; so is one
    that cannot be judged.

    Args:
        old: A schema, or a folder of schemas.
        new: The same, later. In a folder each version is compared with itself, or with the version before it.
        output: How to print the changes; a table on a terminal and jsonl in a pipe when not given.
    """
    if old.is_dir() != new.is_dir():
        return _fail(_NOT_FOUND, "give two schemas or two folders")
    try:
        before, after = _read_schemas(old), _read_schemas(new)
    except OSError:
        return _fail(_NOT_FOUND, "a file cannot be read")
    except HubError:
        return _fail(_NOT_FOUND, "a file is no JSON Schema in one strict JSON object of at most 1 MiB")
    if not before or not after:
        return _fail(_NOT_FOUND, "a folder has no file that ends in .schema.json")
    found = compare_editions(before, after) if old.is_dir() else compare_two(before[0], after[0])
    print_rows([_change(one) for one in found], output)
    heaviest = asked_for(one.change for one in found)
    say(f"{len(found)} change(s): {_SAYS[heaviest]}")
    return _PROBLEMS if heaviest is Effect.BREAKING else _VALID


def _row(model: type[Document], name: str, kind: str, schema: str, versions: str) -> dict[str, str]:
    title = model.model_config.get("title") or name
    return {"name": name, "type": kind, "schema": schema, "versions": versions, "title": title}


def _change(one: Difference) -> dict[str, str]:
    change = one.change
    return {
        "schema": one.schema,
        "pointer": change.pointer,
        "effect": change.effect.value,
        "rule": change.rule.value,
        "what": change.what,
        "why": WHY[change.rule],
    }


def _readers() -> dict[str, Callable[[Mapping[str, object]], Document]]:
    """What reads a payload, by each way to name it."""
    readers: dict[str, Callable[[Mapping[str, object]], Document]] = {}
    for model in MODELS.values():
        known = model.message_type
        readers |= {known.name: model.from_wire, known.type: model.from_wire}
        readers |= {known.schema_urn(version): partial(model.from_wire, version=version) for version in known.versions}
    for name, payload in ROAD_MODELS.items():
        readers |= {name: payload.from_wire, payload.urn(): payload.from_wire}
    return readers


def _read_schemas(place: Path) -> list[Schema]:
    """The schema in a file, or those in a folder.

    Raises:
        OSError: a file cannot be read.
        RefusedError: a file is no JSON Schema in one strict JSON object of at most 1 MiB.
    """
    return [_read_schema(file) for file in (schema_files(place) if place.is_dir() else [place])]


def _read_schema(file: Path) -> Schema:
    body = _read(str(file))
    if len(body) > MOST_BYTES:
        raise RefusedError(Code.TOO_LARGE, "FILE")
    schema = strictjson.loads(body)
    if not is_schema(schema):
        raise RefusedError(Code.MALFORMED, "FILE")
    return schema


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
    say(why)
    return code
