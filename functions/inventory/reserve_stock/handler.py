"""Assessment, task ReserveStock."""

from oms.contracts.tasks import ReserveStock
from oms.runtime import assessing
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.inventory import stock
from oms.wiring.orders import orders


@workflow_task(ReserveStock)
def handler(command):
    return assessing.hold_stock(command, orders=orders(), reservations=stock(), levels=stock(), now=now())
