"""The laws of the domain on a simulated world: the checks of `oms verify`, on evidence from its tables."""

from datetime import timedelta

from oms.aws.items import unmarshal
from oms.kernel.clock import stamp

from ops.verify import Evidence, Report, examine
from ops.verify.evidence import Execution, MoneyEffect, TaxRecord
from ops.verify.reading import Keep, read_row
from tests.simulation.aws.deployed import TABLES
from tests.simulation.aws.values import Item
from tests.simulation.cloud.world import EPOCH, World
from tests.simulation.plot import Plot

_UNCOVERED = ("exceeds_authorization", "exceeds_prepayment")


Known = dict[int, tuple[Item, Keep | None]]
"""What was read before, by the identity of the stored item: a change stores another. To hold the item is to keep
its identity from being another's."""


def evidence_of(world: World, known: Known, *, grace: timedelta = timedelta(0)) -> Evidence:
    """Everything there is in the world, as of its now."""
    evidence = Evidence(EPOCH + timedelta(seconds=world.agenda.now), grace=grace, snapshot=True)
    for table in TABLES:
        for item in world.dynamo.items(table):
            row = known.get(id(item))
            if row is None:
                row = known[id(item)] = item, read_row(table, unmarshal(item))
            if keep := row[1]:
                keep(evidence)
    evidence.executions = [
        Execution(one.name, one.status, stamp(one.started)) for one in world.workflows.executions.values()
    ]
    evidence.queues = world.queues.depths()
    evidence.money_effects = [
        MoneyEffect(row["kind"], row["effect_key"], row["order_id"], row["amount"], row["currency"])
        for row in world.partners.stripe.effects()
    ]
    evidence.tax_records = [
        TaxRecord(row["code"], row["status"] == "Committed", row["tax"], row["currency"], row["commits"])
        for row in world.partners.avalara.effects()
    ]
    return evidence


def uncovered(world: World) -> list[str]:
    """Shipments that asked for more than was held or taken for their order: it is released for no more than that.

    No law of `oms verify`: support hears of it as an exception, and would hear of it for ever after.
    """
    cases = [unmarshal(item) for item in world.dynamo.items("support", "CASE#")]
    return [
        f"{case['case_id']}: {case['detail']}"
        for case in cases
        if case.get("kind") == "CAPTURE_FAILED" and case["detail"].endswith(_UNCOVERED)
    ]


def examined(
    world: World, plot: Plot, known: Known | None = None, *, grace: timedelta = timedelta(0)
) -> Report:
    """`known`: for who examines often, what the last examination has read."""
    evidence = evidence_of(world, {} if known is None else known, grace=grace)
    return examine(evidence, acknowledged=plot.acknowledged)
