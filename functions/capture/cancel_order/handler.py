"""API: cancel what has not shipped."""

from oms.wiring.http import serve
from oms.wiring.orders import cancel

handler = serve(cancelOrder=cancel)
