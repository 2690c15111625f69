"""The workflow files in the variants that stories need, the same for the interpreter and for the engine."""

import copy
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.loading import load, plain_name
from tests.simulation.asl_conformance.scripts import SHORT_TIME_OUT, Json, Variant
from tests.workflows import machines
from tests.workflows.machines import KINDS


def document(name: str, variant: Variant, arns: Mapping[str, str]) -> Json:
    """The document as it is deployed: ARNs by plain name stand where the placeholders were."""
    text = json.dumps(_changed(name, variant))
    filled: Json = json.loads(re.sub(r"\$\{([A-Za-z]+)\}", lambda found: arns[plain_name(found[1])], text))
    return filled


@cache
def loaded(name: str, variant: Variant) -> Machine:
    return load(_changed(name, variant), name=name, kind=KINDS[name])


def placeholders() -> list[str]:
    """Plain names of all functions that the files mention."""
    found = {
        name for file in KINDS for name in re.findall(r"\$\{(\w+)\}", str(machines.machine(file).document))
    }
    return sorted({plain_name(name) for name in found} - KINDS.keys())


def _changed(name: str, variant: Variant) -> Json:
    changed: Any = copy.deepcopy(machines.machine(name).document)
    if variant in changed["States"]:
        changed["States"][variant]["TimeoutSeconds"] = SHORT_TIME_OUT
    return dict(changed)
