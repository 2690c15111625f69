"""The app: all stacks in order, checked by cdk-nag. Synthesises offline.

`cdk deploy` runs it through cdk.json. By hand: `python -m infra.app -c stage=local -o cdk.out/local`.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag

from infra.constructs.task_function import FunctionMissingError
from infra.constructs.workflow import WorkflowError
from infra.settings import ROOT, Settings, SettingsError, read_settings
from infra.stacks.base import HoldfastStack
from infra.stacks.foundation import FoundationStack
from infra.stacks.inventory import InventoryStack
from infra.stacks.observability import ObservabilityStack
from infra.stacks.orders import OrdersStack
from infra.stacks.partners import PartnersStack
from infra.stacks.tables import FinanceStack, SupportStack
from infra.stacks.upkeep import UpkeepStack
from infra.stacks.workflows import WorkflowsStack


def build(app: cdk.App, settings: Settings) -> None:
    """Declare every stack. A stack is listed after those whose names it looks up."""
    foundation = FoundationStack(app, "holdfast-foundation", settings=settings)
    inventory = InventoryStack(app, "holdfast-inventory", settings=settings)
    finance = FinanceStack(app, "holdfast-finance", settings=settings)
    support = SupportStack(app, "holdfast-support", settings=settings)
    orders = OrdersStack(app, "holdfast-orders", settings=settings)
    workflows = WorkflowsStack(app, "holdfast-workflows", settings=settings)
    partners = PartnersStack(app, "holdfast-partners", settings=settings)
    upkeep = UpkeepStack(app, "holdfast-upkeep", settings=settings)
    serving: tuple[HoldfastStack, ...] = (inventory, orders, workflows, partners, upkeep)
    observability = ObservabilityStack(
        app,
        "holdfast-observability",
        settings=settings,
        functions=[name for stack in serving for name in stack.platform.functions],
    )
    order: dict[cdk.Stack, tuple[cdk.Stack, ...]] = {
        inventory: (foundation,),
        finance: (foundation,),
        support: (foundation,),
        orders: (inventory, finance, support),
        workflows: (orders,),
        partners: (orders,),
        upkeep: (workflows, partners),
        observability: (workflows,),
    }
    for stack, needed in order.items():
        for other in needed:
            stack.add_stack_dependency(other)


def synthesise(context: Mapping[str, Any], outdir: Path, *, root: Path = ROOT) -> cdk.cx_api.CloudAssembly:
    """Write the cloud assembly to `outdir`.

    Raises SettingsError, what the constructs raise when a file is missing, and RuntimeError when
    cdk-nag or the template validation finds what nobody has accepted (the findings are printed).
    """
    declared = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    app = cdk.App(outdir=str(outdir), context={**declared, **context}, auto_synth=False)
    build(app, read_settings(app.node.try_get_context, root=root))
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app), cdk_nag.ServerlessChecks(app))
    return app.synth()


def main() -> None:
    """Command line of the app; under the CDK CLI the context comes from cdk.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--root", type=Path, default=ROOT)
    arguments = parser.parse_args()
    context = dict(pair.split("=", 1) for pair in arguments.context)
    output = arguments.output or Path(os.environ.get("CDK_OUTDIR", "cdk.out"))
    try:
        synthesise(context, output, root=arguments.root)
    except (SettingsError, FunctionMissingError, WorkflowError) as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
