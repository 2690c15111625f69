"""Assessment, task PlanFulfilment."""

from oms.contracts.tasks import PlanFulfilment
from oms.runtime import assessing
from oms.runtime.tasks import workflow_task
from oms.wiring.orders import orders
from oms.wiring.sourcing import supplies


@workflow_task(PlanFulfilment)
def handler(command):
    return assessing.plan(command, orders=orders(), sites=supplies(), stock=supplies())
