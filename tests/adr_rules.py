"""The official rules of the NL API Design Rules, read from ../shared and run with Spectral on a description.

Both are outside the project: where one is missing the test that asks is skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
RULES = ROOT.parent / "shared" / "data" / "adr-linter" / "linter.yaml"
TOOLS = ROOT / ".test" / "spectral"


def findings(document: dict[str, Any], folder: Path) -> list[tuple[str, list[str]]]:
    """(rule, place) of everything that the rules find in a description; a linter that cannot run is no answer."""
    if not RULES.exists():
        pytest.skip("the official rules are not here: ../shared/data/adr-linter")
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    file = folder / "openapi.json"
    file.write_text(json.dumps(document))
    command = [_spectral(), "lint", "--ruleset", str(RULES), "--format", "json", "--quiet", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode in {0, 1}, done.stderr
    return [(one["code"], one["path"]) for one in json.loads(done.stdout)]


def _spectral() -> str:
    """The linter; installed once into a folder that is no part of the project."""
    found = TOOLS / "node_modules" / ".bin" / "spectral"
    npm = shutil.which("npm")
    if not found.exists() and npm is not None:
        TOOLS.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--no-save", "--no-package-lock", "--prefix", str(TOOLS), "@stoplight/spectral-cli"]
        subprocess.run(install, capture_output=True, check=False, timeout=100)
    if not found.exists():
        pytest.skip("Spectral is not installed and cannot be: no npm, or no package registry")
    return str(found)
