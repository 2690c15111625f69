"""Order capture, task SettleCancellation."""

from oms.contracts.tasks import SettleCancellation
from oms.runtime.settling import settle
from oms.runtime.tasks import workflow_task
from oms.wiring.clients import now
from oms.wiring.orders import orders
from oms.wiring.payments import payments


@workflow_task(SettleCancellation)
def handler(command):
    return settle(command, orders=orders(), payments=payments(), now=now())
