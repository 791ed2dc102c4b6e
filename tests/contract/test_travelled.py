"""Every row of the catalogue travels in a test between real adapters."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.catalogue import CATALOGUE
from tests import travelled

TOP = Path(__file__).parents[2]


def test_the_numbers_are_those_of_the_catalogue() -> None:
    assert set(travelled.NUMBERS) == {known.name for known in CATALOGUE.values()}


def test_every_row_travels() -> None:
    assert travelled.missing() == []


def test_a_plain_edge_stands_in_only_for_whom_there_is_no_adapter_and_the_list_says_so() -> None:
    for name, entry in travelled.read().items():
        standing = next((word for role, word in travelled.STAND_INS.items() if name.endswith(f"→{role}")), None)
        recipient = entry["between"].partition(" → ")[2]
        assert (recipient == standing) if standing else (TOP / "adapters" / recipient).is_dir(), name


def test_every_test_that_the_list_names_is_there() -> None:
    for name, entry in travelled.read().items():
        file, *_, test = entry["test"].split("::")
        function = re.escape(test.partition("[")[0])
        assert re.search(rf"def {function}\(", (TOP / file).read_text()), name


def test_the_page_is_what_the_list_says() -> None:
    assert travelled.PAGE.read_text() == travelled.page(travelled.read())
