"""The order as placed, which every task of the assessment begins with."""

from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import BrokenInvariant
from oms.kernel.events import Actor
from oms.orders.application.ports import Orders

SYSTEM = Actor("system", "order_capture")


def document(orders: Orders, order_id: str) -> OrderSnapshot:
    """The order as placed, which a task may rely on."""
    snapshot = orders.snapshot(order_id)
    if snapshot is None:
        raise BrokenInvariant(f"no document of order {order_id}")
    return snapshot
