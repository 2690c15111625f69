"""The part of an `orders/create` webhook that Holdfast reads. Whatever else it carries is ignored.

Source: the Admin API's webhook of version 2026-10. Only what is needed is required: a shop's real
payloads are looser than any published example.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Price = Annotated[Decimal, Field(ge=0, max_digits=18)]
"""In the shop's currency. Shopify writes decimals as text."""
Text = str | None
OrderGid = Annotated[str, StringConstraints(pattern=r"^gid://shopify/Order/[0-9]{1,40}$")]
LineGid = Annotated[str, StringConstraints(pattern=r"^gid://shopify/LineItem/[0-9]{1,40}$")]
"""Ids are read from here and never from `id`: numeric ids pass 2^53 and lose digits on their way."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Discount(_Part):
    amount: Price


class ShopLine(_Part):
    admin_graphql_api_id: LineGid
    quantity: Annotated[int, Field(ge=1)]
    price: Price
    """Of one unit, before discounts."""
    total_discount: Price = Decimal(0)
    discount_allocations: tuple[Discount, ...] = ()
    sku: Text = None
    variant_id: int | None = None

    @property
    def discount(self) -> Decimal:
        """Of the whole line. Both fields tell of the same discounts; the allocations are the complete list."""
        allocated = sum((one.amount for one in self.discount_allocations), start=Decimal(0))
        return allocated or self.total_discount


class ShopShipping(_Part):
    discounted_price: Price
    is_removed: bool = False


class ShopAddress(_Part):
    country_code: Text = None
    address1: Text = None
    address2: Text = None
    city: Text = None
    province: Text = None
    province_code: Text = None
    zip: Text = None
    name: Text = None
    company: Text = None
    latitude: float | None = None
    longitude: float | None = None


class ShopCustomer(_Part):
    admin_graphql_api_id: Text = None
    email: Text = None


class ShopOrder(_Part):
    admin_graphql_api_id: OrderGid
    currency: str
    line_items: tuple[ShopLine, ...]
    subtotal_price: Price
    """Goods after every discount; with tax where prices include it."""
    total_tax: Price
    total_price: Price
    taxes_included: bool = False
    shipping_lines: tuple[ShopShipping, ...] = ()
    shipping_address: ShopAddress | None = None
    customer: ShopCustomer | None = None
    contact_email: Text = None
    email: Text = None
    browser_ip: Text = None
    financial_status: Text = None
    payment_gateway_names: tuple[str, ...] = ()
