"""The laws of the domain on a simulated world: the checks of `oms verify`, on evidence from its tables."""

from datetime import timedelta

from oms.aws.items import unmarshal
from oms.kernel.clock import stamp

from ops.verify import Evidence, Report, examine
from ops.verify.evidence import Execution, MoneyEffect, TaxRecord
from ops.verify.reading import sort_in
from tests.simulation.aws.deployed import TABLES
from tests.simulation.cloud.world import EPOCH, World
from tests.simulation.plot import Plot

_UNCOVERED = ("exceeds_authorization", "exceeds_prepayment")


def evidence_of(world: World, *, grace: timedelta = timedelta(0)) -> Evidence:
    """Everything there is in the world, as of its now."""
    evidence = Evidence(taken_at=EPOCH + timedelta(seconds=world.agenda.now), grace=grace)
    for table in TABLES:
        for item in world.dynamo.items(table):
            sort_in(evidence, table, unmarshal(item))
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


def examined(world: World, plot: Plot, *, grace: timedelta = timedelta(0)) -> Report:
    return examine(evidence_of(world, grace=grace), acknowledged=plot.acknowledged)
