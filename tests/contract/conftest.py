"""The partner sandbox as a real process, and the partners' published contracts."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oms.partners.avalara import AvalaraTax
from oms.partners.http import Http

from tests.contract.running import ROOT, RunningSandbox


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[RunningSandbox]:
    running = RunningSandbox()
    yield running
    running.stop()


@pytest.fixture
def sandbox(sandbox_process: RunningSandbox) -> RunningSandbox:
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The partners' published contracts, which are not part of this repository."""
    folder = Path(os.environ.get("OMS_CONTRACTS", ROOT.parent / "shared/contracts"))
    if not folder.is_dir():
        pytest.skip(f"partner contracts are not at {folder}; set OMS_CONTRACTS")
    return folder


@pytest.fixture(scope="session")
def stripe_schemas(contracts: Path) -> dict[str, Any]:
    schemas = json.loads((contracts / "stripe/stripe_params.schema.json").read_text())["schemas"]
    assert isinstance(schemas, dict)
    return schemas


@pytest.fixture(scope="session")
def avatax_models(contracts: Path) -> dict[str, Any]:
    models = json.loads((contracts / "avatax/avatax_rest_v2_models.schema.json").read_text())
    assert isinstance(models, dict)
    return models


@pytest.fixture
def real_tax(sandbox: RunningSandbox) -> Iterator[AvalaraTax]:
    base = f"{sandbox.url}/avalara"
    engine = AvalaraTax(base, "2000", "licence", "DEFAULT", http=Http(base, read=1.0, max_answer=8_000_000))
    yield engine
    engine.close()
