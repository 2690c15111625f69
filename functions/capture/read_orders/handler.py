"""API: read orders, timelines and the work of locations."""

from oms.wiring import orders
from oms.wiring.http import serve

handler = serve(
    listOrders=orders.list_orders,
    getOrder=orders.get_order,
    getTimeline=orders.get_timeline,
    listFulfilmentOrders=orders.list_fulfilment_orders,
)
