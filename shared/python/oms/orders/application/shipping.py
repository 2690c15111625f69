"""Shipment reports from warehouses and carriers."""

from datetime import datetime

from oms.kernel.clock import stamp
from oms.kernel.errors import BrokenInvariant
from oms.kernel.events import Actor
from oms.kernel.ids import order_of_fulfilment
from oms.orders.application.placement import placed_lines
from oms.orders.application.ports import Orders
from oms.orders.application.transitions import commit, until_it_holds
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.shipping import AlreadyRecorded, Parcel, ShipmentRefused, Shipped, Terms, ship


def record_shipment(
    fulfilment_order_id: str, parcel: Parcel, *, orders: Orders, now: datetime, actor: Actor
) -> Shipped | AlreadyRecorded | ShipmentRefused | None:
    """Take the report in once. None where the fulfilment order does not exist."""

    def attempt() -> Shipped | AlreadyRecorded | ShipmentRefused | None:
        # The order before its work: that the order is too old shows when it is saved, but to work that is too
        # old a repeated report would look like a new one, and its order like one with nothing left to ship.
        order = orders.load(order_of_fulfilment(fulfilment_order_id) or "")
        work = orders.fulfilment_order(fulfilment_order_id)
        if order is None or work is None:
            return None
        result = ship(order, work, _everything_if_unsaid(parcel, work), _terms(orders, work), at=stamp(now))
        if isinstance(result, Shipped):
            changed = (result.fulfilment_order,)
            commit(orders, result.order, result.fact, now=now, actor=actor, fulfilment_orders=changed)
        return result

    return until_it_holds(attempt)


def _everything_if_unsaid(parcel: Parcel, work: FulfilmentOrder) -> Parcel:
    if parcel.sent or parcel.shipment_id in work.shipments:
        return parcel
    everything = {one.number: one.open for one in work.work if one.open}
    return Parcel(parcel.shipment_id, parcel.carrier, parcel.tracking_number, everything, parcel.fingerprint)


def _terms(orders: Orders, work: FulfilmentOrder) -> Terms:
    snapshot = orders.snapshot(work.order_id)
    if snapshot is None:
        raise BrokenInvariant(f"{work.order_id} has lost its document")
    return Terms(placed_lines(snapshot), snapshot.shipping, snapshot.prices_include_tax, snapshot.prepaid)
