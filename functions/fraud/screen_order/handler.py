"""Assessment, task ScreenOrder."""

from oms.contracts.tasks import ScreenOrder
from oms.runtime.assessing.screening import screen
from oms.runtime.tasks import workflow_task
from oms.wiring.orders import orders
from oms.wiring.screening import screening


@workflow_task(ScreenOrder)
def handler(command):
    return screen(command, orders=orders(), screening=screening())
