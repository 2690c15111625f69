"""A Shopify order as the body of `POST /v1/orders`.

Rules, each held by a test:
- Identity: the digits of `admin_graphql_api_id`, for the order and for its lines.
- Money: in the shop's currency (not the buyer's), exact to the smallest unit or refused; never rounded.
- Discounts: a line's allocations. What the subtotal takes off beyond them is spread over the lines in
  proportion to what they cost, so that the goods add up to the subtotal.
- Shipping: what is left after its discounts.
- The total: goods, shipping and tax must give `total_price`. Where they do not, the order holds something a
  native order cannot (a tip, duties, a fee), and it is refused rather than charged differently.
- A line without SKU keeps its price and gets a SKU nobody stocks (`shopify-variant-…`, `shopify-line-…`):
  the order waits as a shortage that names the line, instead of shipping short.
- Payment: Shopify takes the money, so the order carries the placeholder configured for the shop's gateway.
  `paid` orders are prepaid, all others are captured on shipment.
- Whether a cancelled or voided order is still placed is for the caller to decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from oms.contracts.requests import PlaceOrder
from oms.kernel.money import MINOR_DIGITS, apportion
from oms.partners.amounts import to_minor
from oms.partners.shopify._address import clean, ship_to
from oms.partners.shopify._payload import ShopLine, ShopOrder


@dataclass(frozen=True, slots=True)
class Untranslatable:
    """Why an order cannot be placed as it is. No personal data.

    `reason` is one of: stub (the payload is an id only: fetch the order), unreadable, currency_unknown,
    amount_too_fine, subtotal_differs, total_differs, gateway_unknown, invalid_order.
    """

    reason: str
    field: str = ""


def native_order(payload: Mapping[str, Any], *, tokens: Mapping[str, str]) -> PlaceOrder | Untranslatable:
    """The native order in the webhook's payload. `tokens`: Shopify gateway name → payment token."""
    if isinstance(payload, Mapping) and set(payload) <= {"id", "admin_graphql_api_id"}:
        return Untranslatable("stub")
    try:
        shop = ShopOrder.model_validate(payload)
    except ValidationError as error:
        return Untranslatable("unreadable", _field(error))
    if shop.currency not in MINOR_DIGITS:
        return Untranslatable("currency_unknown", "currency")
    token = next((tokens[name] for name in shop.payment_gateway_names if name in tokens), None)
    if token is None:
        return Untranslatable("gateway_unknown", "payment_gateway_names")
    try:
        charges = _charges(shop)
    except ValueError:
        return Untranslatable("amount_too_fine")
    return charges if isinstance(charges, Untranslatable) else _placed(shop, charges, token)


@dataclass(frozen=True, slots=True)
class _Charges:
    """Minor units. `discounts` in the order of the lines."""

    prices: Sequence[int]
    discounts: Sequence[int]
    shipping: int


def _charges(shop: ShopOrder) -> _Charges | Untranslatable:
    """Raises ValueError for an amount finer than the currency's smallest unit."""

    def minor(amount: Decimal) -> int:
        return to_minor(amount, shop.currency)

    prices = [minor(line.price) for line in shop.line_items]
    allocated = [minor(line.discount) for line in shop.line_items]
    left = [
        price * line.quantity - discount
        for price, line, discount in zip(prices, shop.line_items, allocated, strict=True)
    ]
    subtotal, tax = minor(shop.subtotal_price), minor(shop.total_tax)
    unexplained = sum(left) - subtotal
    if unexplained < 0 or min(left, default=0) < 0:
        return Untranslatable("subtotal_differs", "subtotal_price")
    spread = apportion(unexplained, left) if unexplained else [0] * len(left)
    shipping = sum(minor(one.discounted_price) for one in shop.shipping_lines if not one.is_removed)
    if subtotal + shipping + (0 if shop.taxes_included else tax) != minor(shop.total_price):
        return Untranslatable("total_differs", "total_price")
    return _Charges(prices, [one + more for one, more in zip(allocated, spread, strict=True)], shipping)


def _placed(shop: ShopOrder, charges: _Charges, token: str) -> PlaceOrder | Untranslatable:
    customer = shop.customer
    body = {
        "external_order_id": _digits(shop.admin_graphql_api_id),
        "currency": shop.currency,
        "ship_to": ship_to(shop.shipping_address) if shop.shipping_address else None,
        "customer": {
            "customer_id": _digits(customer.admin_graphql_api_id or "") if customer else "",
            "email": clean(shop.contact_email or shop.email or (customer.email if customer else "")),
            "client_ip": clean(shop.browser_ip),
        },
        "lines": [
            _line(line, price, discount)
            for line, price, discount in zip(shop.line_items, charges.prices, charges.discounts, strict=True)
        ],
        "shipping": charges.shipping,
        "prices_include_tax": shop.taxes_included,
        "payment": {
            "token": token,
            "capture": "with_order" if shop.financial_status == "paid" else "on_shipment",
        },
    }
    try:
        return PlaceOrder.model_validate(body)
    except ValidationError as error:
        return Untranslatable("invalid_order", _field(error))


def _line(line: ShopLine, price: int, discount: int) -> dict[str, Any]:
    line_id = _digits(line.admin_graphql_api_id)
    unnamed = f"shopify-variant-{line.variant_id}" if line.variant_id else f"shopify-line-{line_id}"
    return {
        "line_id": line_id,
        "sku": clean(line.sku) or unnamed,
        "quantity": line.quantity,
        "unit_price": price,
        "discount": discount,
    }


def _digits(gid: str) -> str:
    return gid.rpartition("/")[2]


def _field(error: ValidationError) -> str:
    location = error.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
    return ".".join(str(part) for part in location)
