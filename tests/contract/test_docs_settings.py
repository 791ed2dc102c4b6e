"""Every example of settings on a page is accepted as it stands there."""

from __future__ import annotations

import tomllib

import pytest
from pydantic import BaseModel

from adapters.bewindvoerder.settings import PortalSettings
from adapters.convenant.settings import CreditorSettings
from adapters.gbkz.settings import TaxOfficeSettings
from adapters.haarlem.settings import Settings
from adapters.kredietbank.settings import KredietbankSettings
from adapters.settings import EdgeSettings
from adapters.vish.settings import VishSettings
from hub.settings import HubSettings
from tests.contract.test_docs import PAGES, TOP, blocks

MODELS: dict[str, type[BaseModel]] = {
    "adapters/bewindvoerder/README.md": PortalSettings,
    "adapters/convenant/README.md": CreditorSettings,
    "adapters/gbkz/README.md": TaxOfficeSettings,
    "adapters/haarlem/README.md": Settings,
    "adapters/kredietbank/README.md": KredietbankSettings,
    "adapters/vish/README.md": VishSettings,
    "docs/console.md": HubSettings,
    "docs/joining.md": EdgeSettings,
    "docs/operating.md": HubSettings,
}


def test_every_page_with_settings_is_known() -> None:
    assert {str(page.relative_to(TOP)) for page in PAGES if blocks(page, "toml")} == set(MODELS)


@pytest.mark.parametrize("page", MODELS)
def test_the_settings_of_a_page_are_accepted(page: str) -> None:
    written = tomllib.loads("\n".join(blocks(TOP / page, "toml")))
    if MODELS[page] is HubSettings:  # the page of a part shows that part
        written = tomllib.loads("\n".join(blocks(TOP / "docs/operating.md", "toml"))) | written
    found = MODELS[page].model_validate(written)
    assert set(written) <= found.model_fields_set


def test_files_instead_of_http_as_the_page_shows_it_in_comments() -> None:
    (block,) = blocks(TOP / "adapters/convenant/README.md", "toml")
    before, _, after = block.partition("[http]")
    files = "[sftp]" + after.partition("# [sftp]")[2].replace("\n# ", "\n")
    found = CreditorSettings.model_validate(tomllib.loads(before + files))
    assert (found.http, found.sftp is None) == (None, False)
