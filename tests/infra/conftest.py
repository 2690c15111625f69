"""The cloud assembly of both stages, synthesised once."""

from pathlib import Path

import pytest

from infra.app import synthesise
from tests.infra.templates import Assembly, read_assembly


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What goes to AWS. The third-party layer is a stand-in: building it needs the network."""
    folder = tmp_path_factory.mktemp("aws")
    (folder / "layer" / "python").mkdir(parents=True)
    context = {"stage": "aws", "layer": str(folder / "layer")}
    return _synthesised(context, folder / "out")


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return _synthesised({"stage": "local"}, tmp_path_factory.mktemp("local"))


def _synthesised(context: dict[str, str], outdir: Path) -> Assembly:
    synthesise(context, outdir)
    return read_assembly(outdir)
