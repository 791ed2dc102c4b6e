"""The page of this adapter says what the software does."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.haarlem import csv_acts
from adapters.haarlem.api import routes
from adapters.haarlem.csv_acts import RowAct
from adapters.haarlem.ddas.settings import DdasSettings
from adapters.haarlem.page_settings import PageSettings
from adapters.haarlem.rest import Rust
from adapters.haarlem.settings import ApiSettings, ContactSettings, Rules, Settings, Terms, load_settings

PAGE = Path(__file__).parents[3] / "adapters" / "haarlem" / "README.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_example_of_settings_is_accepted_and_names_every_setting(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    file = tmp_path / "haarlem.toml"
    file.write_text(example, encoding="utf-8")
    found = load_settings(file)
    defaults = Settings(connection_code=found.connection_code)
    assert found.model_copy(update={"contact": defaults.contact, "api": defaults.api, "page": None}) == defaults
    for part in (Settings, ContactSettings, Terms, Rules, ApiSettings, DdasSettings, PageSettings):
        missing = set(part.model_fields) - set(re.findall(r"^\[?(\w+)", example, re.MULTILINE))
        assert missing <= {"certificate", "private_key", "email", "tokens"}


def test_every_column_of_an_import_stands_on_the_page_and_no_other() -> None:
    table = TEXT.partition("| column | for |\n|---|---|\n")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
    source = Path(csv_acts.__file__).read_text(encoding="utf-8")
    tables = ("_ADDRESS", "_BUSINESS", "_PERSON", "_CONTACT", "_CREDITOR", "_CASE", "_END", "_SETTLING")
    read = {column for name in tables for column, _ in getattr(csv_acts, name).values()}
    read |= {*csv_acts._RUNNING, csv_acts._ACT, "persoon", "partij", "factuurnummer", "bedrag"}
    assert named == read
    assert all(f'"{name}"' in source for name in named)
    assert all(f"`{act.value}`" in table for act in RowAct)


def test_every_address_and_every_word_for_rest_stands_on_the_page() -> None:
    ends = {str(getattr(route, "path", "")).rpartition("/")[2] for route in routes.routes}
    assert all(end.strip("{}") in TEXT for end in ends)
    assert all(f"`{word.value}`" in TEXT for word in Rust)
