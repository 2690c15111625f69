"""Order capture, task CancelLines."""

from oms.contracts.tasks import CancelLines
from oms.runtime import releasing
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.orders import orders


@workflow_task(CancelLines)
def handler(command):
    return releasing.cancel(command, orders=orders(), now=now())
