"""Assessment, task PlanFulfilment."""

from oms.contracts.tasks import PlanFulfilment
from oms.runtime.assessing.planning import plan
from oms.runtime.tasks import workflow_task
from oms.wiring.orders import orders
from oms.wiring.sourcing import supplies


@workflow_task(PlanFulfilment)
def handler(command):
    return plan(command, orders=orders(), sites=supplies(), stock=supplies())
