"""Assessment, task ReserveStock."""

from oms.contracts.tasks import ReserveStock
from oms.runtime.assessing.stock import hold_stock
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.inventory import stock
from oms.wiring.orders import orders


@workflow_task(ReserveStock)
def handler(command):
    return hold_stock(command, orders=orders(), reservations=stock(), levels=stock(), now=now())
