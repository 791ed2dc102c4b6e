"""Where the published schemas stand, what each file is called, and which of them are released and so never change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: The published files of every message type in its first major version, and of the road.
FOLDER: Final = Path(__file__).parent / "v1"
#: File name of each released schema and the SHA-256 of its bytes, in lower-case hex. Lines are added, never changed.
RELEASED: Final = FOLDER / "released.json"

_SUFFIX: Final = ".schema.json"


def schema_file(name: str, version: str) -> str:
    """The file of one schema version; a kebab name has no dot, so that no two names share a file."""
    return f"{name}.{version}{_SUFFIX}"


def schema_files(folder: Path) -> list[Path]:
    """Every schema in a folder, by name."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def sha256_of(text: str) -> str:
    """The hash of a file with this text, as the list of released ones has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_released(file: Path = RELEASED) -> dict[str, str]:
    """The released schemas; none before the first release."""
    if not file.exists():
        return {}
    listed: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return listed


def write_released(listed: Mapping[str, str], file: Path = RELEASED) -> None:
    """Writes the list, sorted by name."""
    file.write_text(json.dumps(dict(sorted(listed.items())), indent=2) + "\n", encoding="utf-8")


def touched(folder: Path, listed: Mapping[str, str]) -> list[str]:
    """The released files that are gone or no longer what was released."""
    here = {path.name: sha256_of(path.read_text(encoding="utf-8")) for path in schema_files(folder)}
    return sorted(name for name, released in listed.items() if here.get(name) != released)
