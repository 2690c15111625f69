"""A shipment report: what it moves and what it charges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from oms.kernel.money import share
from oms.orders.domain.capture import PlacedLine
from oms.orders.domain.facts import ShipmentRecorded
from oms.orders.domain.fulfilment import FulfilmentOrder
from oms.orders.domain.order import Line, Order


@dataclass(frozen=True, slots=True)
class Terms:
    """How the order was placed, as far as a charge depends on it. `shipping` in minor units."""

    lines: Sequence[PlacedLine]
    shipping: int
    prices_include_tax: bool
    prepaid: bool


@dataclass(frozen=True, slots=True)
class Parcel:
    """A location's report that goods left. `sent`: line number → units, in the order of the report."""

    shipment_id: str
    carrier: str
    tracking_number: str
    sent: Mapping[int, int]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Shipped:
    order: Order
    fulfilment_order: FulfilmentOrder
    fact: ShipmentRecorded


@dataclass(frozen=True, slots=True)
class AlreadyRecorded:
    """This very report has been taken before."""

    shipment_id: str


@dataclass(frozen=True, slots=True)
class ShipmentRefused:
    """`code` is stable; `field` names the part of the report that is wrong."""

    code: str
    detail: str
    field: str = ""


def ship(
    order: Order, fulfilment_order: FulfilmentOrder, parcel: Parcel, terms: Terms, *, at: str
) -> Shipped | AlreadyRecorded | ShipmentRefused:
    """Take the report in, or say why not. Shipping is charged with the first parcel."""
    if known := fulfilment_order.shipments.get(parcel.shipment_id):
        return _repeated(known, parcel)
    if problem := _problem(order, fulfilment_order, parcel):
        return problem
    lines = tuple(_sent(line, parcel.sent.get(line.number, 0)) for line in order.lines)
    final = not any(line.open for line in lines)
    fact = _charge(order, fulfilment_order, parcel, terms, final)
    after = order.moved(
        "ship_last" if final else "ship_some",
        at=at,
        lines=lines,
        shipping_charged=True,
        shipped_total=order.shipped_total + fact.total,
    )
    handled = fulfilment_order.after_shipment(parcel.shipment_id, parcel.fingerprint, parcel.sent)
    return Shipped(after, handled, fact)


def shipment_key(fulfilment_order: FulfilmentOrder, shipment_id: str) -> str:
    """The id a shipment has within its order: two locations may both call theirs "1"."""
    return f"{fulfilment_order.fulfilment_order_id.rpartition('-')[2]}-{shipment_id}"


def _repeated(known: str, parcel: Parcel) -> AlreadyRecorded | ShipmentRefused:
    if known == parcel.fingerprint:
        return AlreadyRecorded(parcel.shipment_id)
    detail = "This shipment id was reported before with other content."
    return ShipmentRefused("shipment_id_reused", detail, "shipment_id")


def _problem(order: Order, fulfilment_order: FulfilmentOrder, parcel: Parcel) -> ShipmentRefused | None:
    if not order.may("ship_some"):
        return ShipmentRefused("order_not_open", f"The order is {order.headline}: nothing is left to ship.")
    if not parcel.sent:
        return ShipmentRefused("nothing_open", "This fulfilment order has no open units left.")
    open_units = {work.number: work.open for work in fulfilment_order.work}
    for index, (number, units) in enumerate(parcel.sent.items()):
        if number not in open_units:
            return ShipmentRefused(
                "line_not_here", f"Line {number} is no work of this location.", f"lines[{index}]"
            )
        if units > open_units[number]:
            detail = f"Line {number} has {open_units[number]} open units here, not {units}."
            return ShipmentRefused("more_than_open", detail, f"lines[{index}].quantity")
    return None


def _sent(line: Line, units: int) -> Line:
    return replace(line, allocated=line.allocated - units, shipped=line.shipped + units) if units else line


def _charge(
    order: Order, fulfilment_order: FulfilmentOrder, parcel: Parcel, terms: Terms, final: bool
) -> ShipmentRecorded:
    lines = [_line_charge(order, terms, number, units) for number, units in sorted(parcel.sent.items())]
    product, line_tax = sum(line[3] for line in lines), sum(line[4] for line in lines)
    shipping = 0 if order.shipping_charged else terms.shipping
    shipping_tax = 0 if order.shipping_charged else order.shipping_tax
    tax = line_tax + shipping_tax
    return ShipmentRecorded(
        order_id=order.order_id,
        shipment_id=shipment_key(fulfilment_order, parcel.shipment_id),
        fulfilment_order_id=fulfilment_order.fulfilment_order_id,
        location=fulfilment_order.location,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        currency=order.currency,
        prices_include_tax=terms.prices_include_tax,
        prepaid=terms.prepaid,
        lines=[list(line) for line in lines],
        product=product,
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax=tax,
        total=product + shipping + (0 if terms.prices_include_tax else tax),
        final=final,
    )


def _line_charge(order: Order, terms: Terms, number: int, units: int) -> tuple[int, str, int, int, int]:
    placed, line = terms.lines[number - 1], order.lines[number - 1]
    span = (line.ordered, line.shipped, line.shipped + units)
    return number, placed.sku, units, share(placed.amount, *span), share(line.tax, *span)
