"""From an order to a plan."""

from collections.abc import Iterable, Sequence

from oms.contracts.snapshots import Address, OrderSnapshot
from oms.sourcing.application.ports import Sites, StockSource
from oms.sourcing.domain.answer import Plan, Shortage
from oms.sourcing.domain.planner import plan
from oms.sourcing.domain.question import Destination, Line, Question


def plan_fulfilment(
    order: OrderSnapshot,
    *,
    sites: Sites,
    stock: StockSource,
    exclusions: Iterable[Sequence[str]] = (),
    safety_stock: int = 0,
) -> Plan | Shortage:
    """Which location ships which units of `order`. `exclusions` are (sku, location). Raises Throttled."""
    lines = [Line(line.number, line.sku, line.quantity) for line in order.lines]
    locations = list(sites.all())
    skus = dict.fromkeys(line.sku for line in lines)
    question = Question(
        lines=lines,
        sites=locations,
        supplies=list(stock.levels(skus, [site.code for site in locations])),
        destination=_destination(order.ship_to),
        exclusions=frozenset((sku, location) for sku, location in exclusions),
        safety_stock=safety_stock,
    )
    return plan(question)


def _destination(address: Address) -> Destination:
    return Destination(address.country, address.region, address.latitude, address.longitude)
