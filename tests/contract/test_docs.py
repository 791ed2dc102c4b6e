"""What the pages say holds: commands exist and take these options, settings have these defaults, links lead on."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import time
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App, CycloptsError
from pydantic import BaseModel

from adapters.cli import whole_app
from adapters.settings import EdgeSettings
from hub.errors import ADVICE, Code
from hub.settings import HubSettings
from schemas.codes import HubRefusal, RecipientRefusal

TOP = Path(__file__).parents[2]
PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "adapters").rglob("README.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY_ADDRESS = re.compile(r"https?://([^/\s\"')>]+)")
OURS = {"schuldhub", ".venv/bin/schuldhub"}
ENDS_A_COMMAND = {">", ">>", "|", "<", "&&", ";"}


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [body for found, body in FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of every shell block: where it stands, and its words."""
    for page in PAGES:
        for line in "".join(blocks(page, "sh")).splitlines():
            words = list(takewhile(lambda word: word not in ENDS_A_COMMAND, shlex.split(line, comments=True)))
            if words:
                yield f"{page.relative_to(TOP)}: {line}", words


ALL_COMMANDS = list(commands())


def id_of(value: object) -> str:
    """A readable name for a parametrised test."""
    return value if isinstance(value, str) else ""


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """Every anchor of a page."""
    return {slug(found) for found in re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.is_relative_to(TOP), target
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_pages_name_no_address_but_invented_ones_and_no_place_outside_the_project(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    hosts = {host.partition(":")[0] for host in ANY_ADDRESS.findall(text)}
    assert all(host in {"127.0.0.1", "localhost"} or host.endswith(".example") for host in hosts), hosts
    assert "../shared" not in text


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")], ids=lambda page: page.name)
def test_shell_blocks_are_shell(page: Path) -> None:
    for block in blocks(page, "sh"):
        done = subprocess.run(["/bin/bash", "-n"], input=block, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("place", "words"), ALL_COMMANDS, ids=id_of)
def test_every_command_on_a_page_exists_and_takes_what_it_is_given(place: str, words: list[str]) -> None:
    program, *given = words
    if program in OURS:
        check_ours(whole_app(), given)
    elif program == "make":
        targets = re.findall(r"^(\w+):", (TOP / "Makefile").read_text(), re.MULTILINE)
        assert {word for word in given if "=" not in word} <= set(targets), place
    elif program == "python":
        assert (TOP / given[0]).is_file(), place
    else:
        assert shutil.which(program), place


@pytest.mark.parametrize(
    "words",
    [words for place, words in ALL_COMMANDS if place.startswith("README.md:") and words[0] in OURS],
    ids=" ".join,
)
def test_what_the_readme_asks_of_the_command_runs(words: list[str]) -> None:
    command = Path(sys.executable).with_name("schuldhub")
    done = subprocess.run([command, *words[1:]], text=True, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage:")


def check_ours(app: App, given: list[str]) -> None:
    """Our own command parses: names, options, required ones and the forms of values; nothing is carried out."""
    app.parse_args(given, print_error=False, exit_on_error=False, help_on_error=False)


def test_the_check_of_our_commands_notices_what_does_not_exist() -> None:
    for wrong in (["messages", "lst"], ["db", "check", "--colour"], ["keys", "list"], ["partners", "add"]):
        with pytest.raises(CycloptsError):
            check_ours(whole_app(), wrong)


def test_the_readme_is_short_and_shows_the_two_commands() -> None:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    assert "make demo\nmake test\n" in text


# — settings ——————————————————————————————————————————————————————————————————————————————————————————————————————


def settings_of(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    """Every setting by its whole name, with its default in words."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        part = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if part is None:
            yield before + name, "required" if field.is_required() else in_words(field.default)
        elif field.is_required() or field.default is not None:
            yield from settings_of(part, f"{before}{name}.")
        else:
            optional = dict(settings_of(part, f"{before}{name}."))
            yield from ((inner, "none" if default == "required" else default) for inner, default in optional.items())


def in_words(default: Any) -> str:  # noqa: ANN401 - whatever a setting may be
    """A default as a page writes it."""
    match default:
        case None:
            return "none"
        case Enum():
            return str(default.value)
        case time():
            return default.isoformat("minutes")
        case _:
            return str(default)


@pytest.mark.parametrize(
    ("title", "model"), [("setting of the hub", HubSettings), ("setting of an edge", EdgeSettings)]
)
def test_the_tables_of_settings_are_those_of_the_code(title: str, model: type[BaseModel]) -> None:
    text = (TOP / "docs/operating.md").read_text(encoding="utf-8")
    table = text.partition(f"| {title} | default | meaning |\n|---|---|---|\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| ([^|]+) \| [^|]{5,} \|$", table, re.MULTILINE)
    assert len(rows) == len(table.splitlines()), "every row has three cells"
    assert dict(rows) == dict(settings_of(model))


def test_the_example_of_hub_settings_is_accepted() -> None:
    (example,) = blocks(TOP / "docs/operating.md", "toml")
    assert HubSettings(**tomllib.loads(example)).relay.lane_count == 8


# — codes —————————————————————————————————————————————————————————————————————————————————————————————————————————


def test_the_table_of_codes_says_what_the_software_says() -> None:
    text = (TOP / "docs/joining.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z, ]+) \| (.+) \|$", text, re.MULTILINE)
    assert {code: advice for code, _, advice in rows} == {code.value: ADVICE[code] for code in Code}
    by = {code: set(who.split(", ")) for code, who, _ in rows}
    assert {code for code, who in by.items() if "hub" in who} == {code.value for code in HubRefusal}
    assert {code for code, who in by.items() if "recipient" in who} == {code.value for code in RecipientRefusal}


# — what a project owes the public ————————————————————————————————————————————————————————————————————————————————


def test_the_licence_is_whole() -> None:
    text = (TOP / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert [int(number) for number in re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE)] == list(range(1, 16))
    assert "Appendix" in text
    assert len(text.split()) > 2000


def test_project_and_public_description_name_the_licence_and_version_alike() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    public = (TOP / "publiccode.yml").read_text(encoding="utf-8")
    assert project["license"] == "EUPL-1.2"
    assert "  license: EUPL-1.2\n" in public
    assert f'softwareVersion: "{project["version"]}"\n' in public


def test_the_public_description_has_what_the_standard_asks() -> None:
    text = (TOP / "publiccode.yml").read_text(encoding="utf-8")
    top = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    assert top >= {
        *("publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType"),
        *("description", "legal", "maintenance", "localisation"),
    }
    short = re.findall(r"^    shortDescription: (.*)$", text, re.MULTILINE)
    long = re.findall(r"^    longDescription: >\n((?:      .*\n)+)", text, re.MULTILINE)
    assert len(short) == len(long) == 2
    assert all(len(one) <= 150 for one in short)
    assert all(150 <= len(" ".join(one.split())) <= 10_000 for one in long)


def test_every_decision_is_in_the_list_and_says_what_was_refused() -> None:
    folder = TOP / "docs/adr"
    pages = sorted(page for page in folder.glob("[0-9]*.md"))
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == [page.name for page in pages]
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} · "), page
        for part in ("**Decided.**", "**Refused.**", "**Costs.**"):
            assert part in text, (page, part)


# — migrations ————————————————————————————————————————————————————————————————————————————————————————————————————


STEPS = {script.parent for part in ("hub", "adapters") for script in (TOP / part).rglob("migrations/**/[0-9]*.py")}


@pytest.mark.parametrize("folder", sorted(STEPS), ids=lambda folder: str(folder.relative_to(TOP)))
def test_each_migration_follows_one_and_only_one_other(folder: Path) -> None:
    """Two that were made side by side bear the same number; the one that lands second takes the next."""
    files = sorted(folder.glob("[0-9]*.py"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    numbers = [re.findall(r'^revision = "(\d{4})"$', text, re.MULTILINE) for text in texts]
    assert numbers == [[f"{number:04}"] for number in range(1, len(files) + 1)]
    before = [re.findall(r'^down_revision = "(\d{4})"$', text, re.MULTILINE) for text in texts]
    assert before == [[], *numbers[:-1]]
