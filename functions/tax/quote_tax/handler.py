"""Assessment, task QuoteTax."""

from oms.contracts.tasks import QuoteTax
from oms.runtime.assessing.taxing import quote
from oms.runtime.tasks import workflow_task
from oms.wiring.orders import orders
from oms.wiring.tax import Addresses, Estimates, tax


@workflow_task(QuoteTax)
def handler(command):
    return quote(command, orders=orders(), tax=tax(), fallback=Estimates(), ship_from=Addresses())
