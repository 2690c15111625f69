"""Who may import whom: the contracts in pyproject.toml hold, and each of them can break."""

from copy import deepcopy
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

from tests.architecture.sources import ROOT

CONFIGURATION = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS: dict[str, dict[str, Any]] = {one["id"]: one for one in CONFIGURATION["contracts_options"]}
TYPES = {"layers": LayersContract, "forbidden": ForbiddenContract}

PLANTED = [
    ("layers", "oms.kernel.money", "oms.contracts.envelope"),
    ("layers", "oms.contracts.envelope", "oms.aws.outbox"),
    ("layers", "oms.aws.table", "oms.orders.domain.order"),
    ("layers", "oms.partners.http", "oms.runtime.http"),
    ("layers", "oms.runtime.http", "oms.wiring.settings"),
    ("layers", "oms.orders.domain.order", "oms.inventory.domain.stock"),
    ("layers", "oms.payments.domain.payment", "oms.partners.stripe"),
    ("layers", "oms.orders.domain.order", "oms.ledger.domain.journal"),
    ("contexts", "oms.orders.domain.order", "oms.orders.application.ports"),
    ("contexts", "oms.inventory.application.reserving", "oms.inventory.adapters.dynamo"),
    ("partners", "oms.partners.stripe", "oms.partners.avalara"),
    ("partners", "oms.partners.http", "oms.partners.stripe"),
    ("pure", "oms.kernel.money", "pydantic"),
    ("pure", "oms.orders.domain.order", "boto3"),
    ("pure", "oms.sourcing.domain.planner", "oms.contracts.snapshots"),
    ("ports", "oms.payments.application.capturing", "httpx"),
    ("ports", "oms.orders.application.placement", "botocore"),
    ("aws", "oms.inventory.application.reserving", "oms.aws.table"),
    ("aws", "oms.partners.stripe", "oms.aws.table"),
    ("functions", "functions.capture.accept_order.handler", "oms.orders.application.placement"),
    ("functions", "functions.capture.accept_order.handler", "boto3"),
    ("infra", "infra.names", "oms.wiring.settings"),
    ("infra", "infra.names", "oms.contracts.problems"),
    ("ops", "oms.runtime.http", "ops.client"),
    ("ops", "functions.capture.accept_order.handler", "infra.names"),
    ("deploying", "infra.names", "ops.client"),
]  # fmt: skip


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(
        *CONFIGURATION["session_options"]["root_packages"], include_external_packages=True, cache_dir=None
    )


def kept(contract_id: str, graph: grimp.ImportGraph) -> bool:
    options = CONTRACTS[contract_id]
    contract = TYPES[options["type"]](options["name"], CONFIGURATION["session_options"], options)
    return bool(contract.check(deepcopy(graph), verbose=False).kept)


@pytest.mark.parametrize("contract_id", CONTRACTS)
def test_the_code_keeps_the_contract(contract_id: str, imports: grimp.ImportGraph) -> None:
    assert kept(contract_id, imports), f"run lint-imports: it explains what breaks {contract_id!r}"


@pytest.mark.parametrize(("contract_id", "importer", "imported"), PLANTED)
def test_a_forbidden_import_breaks_the_contract(
    contract_id: str, importer: str, imported: str, imports: grimp.ImportGraph
) -> None:
    graph = deepcopy(imports)
    assert importer in graph.modules, f"{importer} has moved: plant the import elsewhere"
    if imported not in graph.modules:
        graph.add_module(imported, is_squashed=True)
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    assert not kept(contract_id, graph)


@pytest.mark.parametrize("contract_id", ["layers", "contexts", "partners"])
def test_a_package_without_a_layer_breaks_the_contract(contract_id: str, imports: grimp.ImportGraph) -> None:
    graph = deepcopy(imports)
    graph.add_module(f"{CONTRACTS[contract_id]['containers'][0]}.newcomer")
    assert not kept(contract_id, graph)


def test_every_contract_has_a_planted_import_that_breaks_it() -> None:
    assert {contract_id for contract_id, _, _ in PLANTED} == set(CONTRACTS)


def test_no_function_pays_for_the_models_of_events_and_answers(imports: grimp.ImportGraph) -> None:
    """Functions publish plain dataclasses and answer plain dictionaries: a cold start imports neither contract."""
    handlers = [module for module in imports.modules if module.endswith(".handler")]
    assert len(handlers) > 20
    needed = {one for handler in handlers for one in imports.find_upstream_modules(handler)}
    assert "oms.contracts.requests" in needed
    assert not {one for one in needed if one.startswith(("oms.contracts.events", "oms.contracts.answers"))}
