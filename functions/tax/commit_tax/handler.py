"""Consumer of ShipmentRecorded: reports the tax that was charged."""

from oms.runtime.consuming import tax as reporting
from oms.runtime.queues import consumer
from oms.wiring.orders import orders
from oms.wiring.tax import Addresses, inbox, tax


def commit_tax(event):
    reporting.commit_tax(event, orders=orders(), tax=tax(), ship_from=Addresses())


handler = consumer(commit_tax, inbox=inbox)
