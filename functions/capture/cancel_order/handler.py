"""API: cancel what has not shipped."""

from oms.wiring.http import serve
from oms.wiring.order_api import cancel

handler = serve(cancelOrder=cancel)
