"""Every row of the catalogue travels in a test between real adapters, or is known not to yet."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.catalogue import CATALOGUE
from tests import travelled

TOP = Path(__file__).parents[2]
#: What does not travel yet. A row that does is taken out of here, and none is put in.
NOT_YET = {"bewind-gestart", "bewind-dossier", "bewind-advies", "bewind-beeindigd", "fasewijziging"}


def test_the_numbers_are_those_of_the_catalogue() -> None:
    assert set(travelled.NUMBERS) == {known.name for known in CATALOGUE.values()}


def test_every_row_travels_or_is_known_not_to_yet() -> None:
    assert set(travelled.missing()) == NOT_YET


def test_every_test_that_the_list_names_is_there() -> None:
    for name, entry in travelled.read().items():
        file, *_, test = entry["test"].split("::")
        function = re.escape(test.partition("[")[0])
        assert re.search(rf"def {function}\(", (TOP / file).read_text()), name


def test_the_page_is_what_the_list_says() -> None:
    assert travelled.PAGE.read_text() == travelled.page(travelled.read())
