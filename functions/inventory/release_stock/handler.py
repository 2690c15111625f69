"""Assessment and order capture, task ReleaseStock."""

from oms.contracts.tasks import ReleaseStock
from oms.runtime.assessing.stock import give_back_stock
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.inventory import stock
from oms.wiring.orders import orders


@workflow_task(ReleaseStock)
def handler(command):
    return give_back_stock(command, orders=orders(), reservations=stock(), now=now())
