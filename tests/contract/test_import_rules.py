"""Every import rule of pyproject.toml is broken here once, on purpose, and must notice it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import Contract, api
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

KINDS: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
}
SETTINGS = api.read_configuration(str(Path(__file__).parents[2] / "pyproject.toml"))
RULES = {rule["name"]: rule for rule in SETTINGS["contracts_options"]}

#: for each rule an import that it must not let through: who imports what
SMUGGLED = {
    "adapters stand on the hub, the hub on the schemas": ("hub.clock", "adapters.ledger"),
    "layers inside the hub": ("hub.errors", "hub.events"),
    "layers inside the adapters; no adapter knows another": ("adapters.gbkz.mapping", "adapters.haarlem"),
    "the hub never sees what it carries": ("hub.relay.checks", "hub.wire.unseal"),
    "adapters stand on the wire and the register alone": ("adapters.worker", "hub.relay.checks"),
    "outside systems know nothing of ours": ("adapters.gbkz.simulator", "hub.clock"),
    "one module talks AMQP; the demo's stranger brings its own client": ("hub.relay.relay", "aio_pika"),
    "one module talks JOSE": ("hub.wire.seal", "joserfc"),
    "cryptography in wire, register and messagelog; the demo's stranger brings its own": (
        "hub.relay.checks",
        "cryptography",
    ),
    "SQL in modules named store, tables or ledger, in migrations, and where the engine is made": (
        "hub.relay.checks",
        "sqlalchemy",
    ),
    "no cycles inside a package": ("hub.wire.jwk", "hub.wire.jose"),
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom, as it is."""
    return grimp.build_graph("hub", "adapters", "schemas", include_external_packages=True, cache_dir=None)


def holds(rule: dict[str, Any], graph: grimp.ImportGraph) -> bool:
    """Whether one rule holds for these imports; checking may change the graph, so it gets its own."""
    contract = KINDS[rule["type"]](
        name=rule["name"], session_options=SETTINGS["session_options"], contract_options=rule
    )
    return contract.check(deepcopy(graph), verbose=False).kept


def test_every_rule_is_broken_here() -> None:
    assert SMUGGLED.keys() == RULES.keys()


@pytest.mark.parametrize("name", SMUGGLED)
def test_a_rule_notices_the_import_that_it_is_for(name: str, graph: grimp.ImportGraph) -> None:
    importer, imported = SMUGGLED[name]
    assert importer in graph.modules
    assert holds(RULES[name], graph)
    broken = deepcopy(graph)
    broken.add_import(importer=importer, imported=imported)
    assert not holds(RULES[name], broken)
