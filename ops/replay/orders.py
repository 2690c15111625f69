"""An invoice as a native order.

Unit prices are taken as they stand, in pounds including tax, so that what a customer pays here is what
the invoice says. The data holds no addresses: every order goes to a made-up street in the right country.
Trade customers, who have a number, order through `marketplace`; the others are guests of the `web` shop.
Every tenth invoice is paid with the order, the rest at shipment.
"""

from typing import Any

from ops.replay.countries import COUNTRIES
from ops.replay.invoices import Invoice

_PREPAID_EVERY = 10


def channel_of(invoice: Invoice) -> str:
    return "marketplace" if invoice.customer else "web"


def external_id(invoice: Invoice) -> str:
    """The natural key: replaying the same invoice again finds the same order."""
    return f"uci-{invoice.number}"


def order_of(invoice: Invoice) -> dict[str, Any]:
    """The body of `POST /v1/orders`. A code that stands twice on an invoice stays two lines of their own."""
    return {
        "external_order_id": external_id(invoice),
        "currency": "GBP",
        "ship_to": {
            "name": f"Customer {invoice.customer or 'unknown'}",
            "line1": "1 Station Road",
            "city": "Newtown",
            "country": COUNTRIES[invoice.country],
        },
        "customer": {"customer_id": invoice.customer},
        "lines": [
            {"line_id": f"L{one.line}", "sku": one.code, "quantity": one.quantity, "unit_price": one.price}
            for one in invoice.goods
        ],
        "shipping": invoice.shipping,
        "prices_include_tax": True,
        "payment": {
            "token": "pm_card_visa",
            "capture": "with_order" if _is_prepaid(invoice) else "on_shipment",
        },
    }


def _is_prepaid(invoice: Invoice) -> bool:
    return int(invoice.number) % _PREPAID_EVERY == 0
