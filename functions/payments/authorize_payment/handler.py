"""Assessment, task AuthorizePayment."""

from oms.contracts.tasks import AuthorizePayment
from oms.runtime.assessing.paying import authorize
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.orders import orders
from oms.wiring.payments import payments


@workflow_task(AuthorizePayment)
def handler(command):
    return authorize(command, orders=orders(), payments=payments(), now=now())
