"""Order capture, task HoldOrder."""

from oms.contracts.tasks import HoldOrder
from oms.runtime import releasing
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.orders import orders


@workflow_task(HoldOrder)
def handler(command):
    return releasing.hold(command, orders=orders(), now=now())
