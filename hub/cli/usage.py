"""What was wrong with a command line, in words that never repeat what was typed: it may have been a BSN or a name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import Enum
from typing import Final, Literal, get_args, get_origin

from cyclopts import CycloptsError, UnknownCommandError, UnknownOptionError
from cyclopts.exceptions import CoercionError, MissingArgumentError, RepeatArgumentError, ValidationError

_KINDS: Final[dict[object, str]] = {int: ": it is a whole number", float: ": it is a number", bool: ": it is yes or no"}


def usage_problem(error: CycloptsError) -> str:
    """One sentence; names of our own commands and options only."""
    match error:
        case UnknownCommandError():
            return f"no such command; {_among(error, _commands(error))}"
        case UnknownOptionError():
            options = [name for argument in error.argument_collection for name in argument.names if argument.parse]
            return f"no such option; {_among(error, options)}"
        case MissingArgumentError():
            return f"{_name(error)} wants a value"
        case RepeatArgumentError():
            return f"{_name(error)} is given twice"
        case CoercionError() | ValidationError():
            return f"{_name(error)} {_wants(error)}"
        case _:
            return "there is more on the command line than this command takes"


def _commands(error: UnknownCommandError) -> list[str]:
    return [name for name in (error.app or ()) if not name.startswith("-")]


def _among(error: CycloptsError, names: Iterable[str]) -> str:
    """The name that was probably meant, or all of them."""
    known = sorted(set(names))
    typed = error.token.keyword or error.token.value if isinstance(error, UnknownOptionError) else _first_unused(error)
    near = difflib.get_close_matches(typed, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def _first_unused(error: CycloptsError) -> str:
    return error.unused_tokens[0] if error.unused_tokens else ""


def _name(error: CycloptsError) -> str:
    return error.argument.name if error.argument is not None else "a value"


def _wants(error: CoercionError | ValidationError) -> str:
    """What the value should have been: the converter's own words where they do not repeat it."""
    said = str(error.msg or "") if isinstance(error, CoercionError) else error.exception_message
    typed = [token.value for token in error.argument.tokens] if error.argument is not None else []
    if said and not any(value and value in said for value in typed):
        return f"does not fit: {said}"
    hint = error.argument.hint if error.argument is not None else None
    choices = _choices(hint)
    return f"is one of {', '.join(choices)}" if choices else f"does not fit{_KINDS.get(hint, '')}"


def _choices(hint: object) -> list[str]:
    """The words of a closed choice, also of one that may be left out."""
    if get_origin(hint) is Literal:
        return [str(choice) for choice in get_args(hint)]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [str(member.value) for member in hint]
    return [choice for part in get_args(hint) for choice in _choices(part)]
