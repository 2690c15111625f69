"""Bodies of the API's requests. Strict: no unknown field, no coercion, amounts are integers.

Amounts are in minor units of `currency`: 1999 in GBP is 19.99 pounds.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.kernel.cards import is_card_number
from oms.kernel.money import MINOR_DIGITS

MAX_LINES = 2_000
MAX_BODY_BYTES = 768 * 1024
_MAX_MINOR = 10**12
_MAX_UNITS = 1_000_000


def _known_currency(code: str) -> str:
    if code not in MINOR_DIGITS:
        raise ValueError("is no ISO 4217 currency code")
    return code


def _printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("has blanks at its ends or characters that cannot be printed")
    return text


def _no_card_number(token: str) -> str:
    if is_card_number(token):
        raise ValueError("looks like a card number; send the provider's token")
    return token


def _require_unique(line_ids: Iterable[str]) -> None:
    """Raises ValidationError that names every line whose id came before: pydantic keeps where it points."""
    seen: set[str] = set()
    repeated: list[InitErrorDetails] = []
    for index, line_id in enumerate(line_ids):
        if line_id in seen:
            error = PydanticCustomError("repeated", "repeats {line_id}", {"line_id": line_id})
            repeated.append(InitErrorDetails(type=error, loc=("lines", index, "line_id"), input=line_id))
        seen.add(line_id)
    if repeated:
        raise ValidationError.from_exception_data("lines", repeated)


Amount = Annotated[int, Field(ge=0, le=_MAX_MINOR)]
Units = Annotated[int, Field(ge=1, le=_MAX_UNITS)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_printable)]
Optional = Annotated[str, StringConstraints(max_length=120), AfterValidator(_printable)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,64}$")]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_printable)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{3,255}$"), AfterValidator(_no_card_number)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ShipTo(_Body):
    """Where the goods go."""

    name: Name
    line1: Name
    line2: Optional = ""
    city: Name
    region: Optional = ""
    postal_code: Optional = ""
    country: Country
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class Customer(_Body):
    """Who ordered."""

    customer_id: Optional = ""
    email: Annotated[str, StringConstraints(max_length=254), AfterValidator(_printable)] = ""
    client_ip: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f.:]{0,45}$")] = ""


class OrderLine(_Body):
    """One line. `discount` is for the whole line, already allocated by the channel."""

    line_id: Code
    sku: Sku
    quantity: Units
    unit_price: Amount
    discount: Amount = 0
    tax_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{0,25}$")] = ""

    @model_validator(mode="after")
    def _discount_within_price(self) -> Self:
        if self.discount > self.unit_price * self.quantity:
            raise ValueError("discount exceeds the price of the line")
        return self


class Payment(_Body):
    """A token of the payment provider, never a card number.

    `capture`: `on_shipment` holds the money and takes it parcel by parcel; `with_order` takes it at once.
    """

    token: Token
    capture: Literal["on_shipment", "with_order"] = "on_shipment"


class PlaceOrder(_Body):
    """An order as a channel sends it."""

    external_order_id: Code
    currency: Currency
    ship_to: ShipTo
    customer: Customer = Customer()
    lines: Annotated[list[OrderLine], Field(min_length=1, max_length=MAX_LINES)]
    shipping: Amount = 0
    prices_include_tax: bool = False
    payment: Payment

    @model_validator(mode="after")
    def _unique_lines(self) -> Self:
        _require_unique(line.line_id for line in self.lines)
        return self

    def snapshot(self, *, order_id: str, channel: str, placed_at: str) -> OrderSnapshot:
        """The order as every other part of the system sees it."""
        return OrderSnapshot(
            order_id=order_id,
            channel=channel,
            external_order_id=self.external_order_id,
            currency=self.currency,
            placed_at=placed_at,
            ship_to=Address(**self.ship_to.model_dump()),
            lines=tuple(
                LineSnapshot(number, **line.model_dump()) for number, line in enumerate(self.lines, start=1)
            ),
            shipping=self.shipping,
            prices_include_tax=self.prices_include_tax,
            payment_token=self.payment.token,
            prepaid=self.payment.capture == "with_order",
            **self.customer.model_dump(),
        )


class CancelOrder(_Body):
    """Why an order is called off. `code` is for statistics, `note` for people."""

    code: Literal["customer_request", "fraud", "pricing_error", "out_of_stock", "other"]
    note: Optional = ""


class ShippedLine(_Body):
    """Units of one order line in the parcel."""

    line_id: Code
    quantity: Units


class RecordShipment(_Body):
    """A parcel that left. Without `lines` it holds everything that is still open there."""

    shipment_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]
    carrier: Name
    tracking_number: Name
    lines: Annotated[list[ShippedLine], Field(min_length=1, max_length=MAX_LINES)] | None = None

    @model_validator(mode="after")
    def _unique_lines(self) -> Self:
        _require_unique(line.line_id for line in self.lines or ())
        return self


class AdjustStock(_Body):
    """A change of stock on hand. `receipt` is goods in; `correction` is what a count found."""

    sku: Sku
    location: Code
    delta: Annotated[int, Field(ge=-_MAX_UNITS, le=_MAX_UNITS)]
    kind: Literal["receipt", "correction"]
    note: Optional = ""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.delta == 0 or (self.kind == "receipt" and self.delta < 0):
            raise ValueError("delta must not be zero, and a receipt only adds")
        return self
