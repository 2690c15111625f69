"""Order capture, task ReleaseOrder."""

from oms.contracts.tasks import ReleaseOrder
from oms.runtime import releasing
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.orders import orders


@workflow_task(ReleaseOrder)
def handler(command):
    return releasing.release(command, orders=orders(), now=now())
