"""API: read orders, timelines and the work of locations."""

from oms.wiring import order_api
from oms.wiring.http import serve

handler = serve(
    listOrders=order_api.list_orders,
    getOrder=order_api.get_order,
    getTimeline=order_api.get_timeline,
    listFulfilmentOrders=order_api.list_fulfilment_orders,
)
