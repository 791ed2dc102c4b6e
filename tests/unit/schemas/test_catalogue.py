from __future__ import annotations

import subprocess
import sys

from schemas.catalogue import CATALOGUE, type_named
from schemas.messages import MODELS


def test_a_type_knows_its_names_on_the_wire() -> None:
    known = CATALOGUE["nl.schuldhulpverlening.kennisgeving-publiek.v1"]
    assert known.type == "nl.schuldhulpverlening.kennisgeving-publiek.v1"
    assert known.dataschema == "urn:hub:schema:kennisgeving-publiek:1.0.0"
    assert known.accepts == "kennisgeving-publiek:1"


def test_every_type_has_a_model_and_every_model_a_type() -> None:
    assert set(MODELS) == set(CATALOGUE)
    assert all(model.message_type is CATALOGUE[name] for name, model in MODELS.items())


def test_the_types_that_wait_wait_for_types_that_exist() -> None:
    names = {known.name for known in CATALOGUE.values()}
    waiting = {known.name: known.waits_for for known in CATALOGUE.values() if known.waits_for}
    assert set().union(*waiting.values()) <= names
    assert waiting == {
        "schuldenrust-afmelding": {"schuldenrust-aanmelding"},
        "pauze-verlenging": {"kennisgeving", "kennisgeving-publiek"},
        "pauze-beeindiging": {"kennisgeving", "kennisgeving-publiek"},
        "betaalvoorstel": {"saldoverzoek"},
        "heroverweging": {"betaalvoorstel"},
        "schuldregeling-akkoord": {"betaalvoorstel"},
        "schuldregeling-beeindigd": {"betaalvoorstel"},
        "verwijzing-status": {"verwijzing"},
        "bewind-dossier": {"bewind-gestart"},
        "bewind-advies": {"bewind-dossier"},
        "bewind-beeindigd": {"bewind-gestart"},
        "afkoelingsperiode": {"kennisgeving", "kennisgeving-publiek", "schuldenrust-aanmelding"},
    }


def test_the_marks_are_those_of_the_catalogue() -> None:
    def marked(mark: str) -> set[str]:
        return {known.name for known in CATALOGUE.values() if getattr(known, mark)}

    assert marked("closing") == {
        "schuldenrust-afmelding",
        "pauze-beeindiging",
        "schuldregeling-beeindigd",
        "bewind-beeindigd",
    }
    assert marked("beside") == {"afkoelingsperiode"}
    assert marked("matchable") == {"kennisgeving-publiek"}
    assert marked("state_setting") == {
        "schuldenrust-aanmelding",
        "schuldenrust-afmelding",
        "kennisgeving",
        "kennisgeving-publiek",
        "pauze-verlenging",
        "pauze-beeindiging",
        "afkoelingsperiode",
        "verwijzing-status",
        "schuldregeling-akkoord",
        "schuldregeling-beeindigd",
    }


def test_a_type_knows_its_versions_by_their_urns() -> None:
    known = CATALOGUE["nl.schuldhulpverlening.statusbericht.v1"]
    assert known.versions == ("1.0.0", "1.1.0")
    assert known.dataschema == "urn:hub:schema:statusbericht:1.1.0"
    assert known.version_named("urn:hub:schema:statusbericht:1.0.0") == "1.0.0"
    for unknown in ("urn:hub:schema:statusbericht:1.2.0", "urn:hub:schema:statusverzoek:1.0.0", "1.0.0", ""):
        assert known.version_named(unknown) is None


def test_the_versions_of_a_type_go_up_within_its_major_version() -> None:
    for known in CATALOGUE.values():
        numbers = [tuple(int(part) for part in version.split(".")) for version in known.versions]
        assert numbers == sorted(set(numbers))
        assert {len(number) for number in numbers} == {3}
        assert {number[0] for number in numbers} == {known.major}


def test_the_catalogue_is_every_row_of_the_design_but_the_key_and_the_nightly_comparison() -> None:
    assert len(CATALOGUE) == 28
    assert not {"ringsleutel", "afstemming"} & {known.name for known in CATALOGUE.values()}


def test_a_type_is_found_by_its_short_or_full_name() -> None:
    assert type_named("statusbericht") is type_named("nl.schuldhulpverlening.statusbericht.v1")
    assert type_named("liefdesbrief") is None


def test_the_catalogue_loads_no_model() -> None:
    program = "import sys, schemas.catalogue; sys.exit('schemas.messages' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=30).returncode == 0
