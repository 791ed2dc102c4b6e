"""Looks for planted personal data in whatever a process or server leaves on disk, in every form that it could take."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHUNK = 1 << 22


def forms(value: str) -> set[bytes]:
    """The bytes under which a value may lie: UTF-8, UTF-16, hex, base64 and base64url at the three offsets."""
    raw = value.encode()
    found = {raw, value.encode("utf-16-le"), value.encode("utf-16-be"), raw.hex().encode(), raw.hex().upper().encode()}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw)
        # the first characters depend on what stands before, the last on what comes after
        inner = encoded[-(-offset * 8 // 6) : len(encoded) - 4 if encoded.endswith(b"=") else len(encoded)]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return {form for form in found if len(form) >= 8}  # shorter ones would be found by chance


def places(roots: Iterable[Path], values: Iterable[str]) -> Iterator[str]:
    """`file: value` for each planted value that lies in a file below these roots."""
    wanted = {form: value for value in values for form in forms(value)}
    longest = max(map(len, wanted))
    for root in roots:
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.is_file():
                yield from (f"{file}: {wanted[form]}" for form in _in_file(file, wanted, longest))


@contextmanager
def nobody_named(capfd: pytest.CaptureFixture[str], values: Iterable[str]) -> Iterator[None]:
    """Fails when what was written to the terminal meanwhile, logs among it, holds one of these values."""
    yield
    said = capfd.readouterr()
    sys.stdout.write(said.out)  # whoever looks at a failure wants to see it
    sys.stderr.write(said.err)
    assert [value for value in values if value in said.out + said.err] == []


def _in_file(file: Path, wanted: dict[bytes, str], longest: int) -> set[bytes]:
    found: set[bytes] = set()
    tail = b""
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            window = tail + chunk
            found |= {form for form in wanted if form in window}
            tail = window[-longest:]
    return found
