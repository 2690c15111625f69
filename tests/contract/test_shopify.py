"""Shopify: the published sample of `orders/create`, and orders a shop could have placed."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.contracts.requests import PlaceOrder
from oms.kernel.money import MINOR_DIGITS
from oms.partners.shopify import Untranslatable, native_order

TOKENS = {"bogus": "shopify_external", "shopify_payments": "shopify_external"}


@pytest.fixture
def sample(contracts: Path) -> dict[str, Any]:
    document = json.loads((contracts / "shopify/webhooks/samples/orders/create.json").read_text())
    payload: dict[str, Any] = document["response"]
    return payload


def placed(payload: dict[str, Any]) -> PlaceOrder:
    result = native_order(payload, tokens=TOKENS)
    assert isinstance(result, PlaceOrder), result
    return result


def refused(payload: Any) -> Untranslatable:
    result = native_order(payload, tokens=TOKENS)
    assert isinstance(result, Untranslatable), result
    return result


def goods(order: PlaceOrder) -> int:
    return sum(line.unit_price * line.quantity - line.discount for line in order.lines)


def test_the_published_sample_becomes_an_order_the_api_accepts(sample: dict[str, Any]) -> None:
    order = placed(sample)
    assert PlaceOrder.model_validate_json(order.model_dump_json()) == order
    assert order.external_order_id == "820982911946154508"
    assert [line.sku for line in order.lines] == [line["sku"] for line in sample["line_items"]]
    assert (order.ship_to.city, order.ship_to.region, order.ship_to.country) == ("Shippington", "KY", "US")
    assert (order.ship_to.line1, order.ship_to.line2) == ("123 Shipping Street", "Shipping Company")
    assert order.customer.customer_id == "115310627314723954"
    assert order.customer.email == "jon@example.com"


def test_the_sample_costs_what_shopify_says_it_costs(sample: dict[str, Any]) -> None:
    """Its lines come to 414.95; its subtotal says that ten dollars are off, without saying of which line."""
    order = placed(sample)
    assert [line.unit_price for line in order.lines] == [8999, 1999, 2499, 15999, 11999]
    assert (goods(order), order.shipping) == (40495, 0)
    assert sum(line.discount for line in order.lines) == 1000


def test_ids_come_from_the_text_because_numbers_lose_their_last_digits(sample: dict[str, Any]) -> None:
    assert str(sample["id"]) != placed(sample).external_order_id
    assert placed(sample).lines[0].line_id == "487817672276298554"


def test_discounts_allocated_to_a_line_stay_on_that_line(sample: dict[str, Any]) -> None:
    sample["line_items"][0]["discount_allocations"] = [{"amount": "4.00"}, {"amount": "6.00"}]
    assert [line.discount for line in placed(sample).lines] == [1000, 0, 0, 0, 0]


def test_a_discount_told_twice_is_taken_once(sample: dict[str, Any]) -> None:
    sample["line_items"][0] |= {"discount_allocations": [{"amount": "10.00"}], "total_discount": "10.00"}
    assert [line.discount for line in placed(sample).lines] == [1000, 0, 0, 0, 0]


def test_a_discount_told_only_as_the_total_of_its_line_is_taken(sample: dict[str, Any]) -> None:
    sample["line_items"][3]["total_discount"] = "10.00"
    assert [line.discount for line in placed(sample).lines] == [0, 0, 0, 1000, 0]


def test_lines_that_are_cheaper_than_the_subtotal_are_refused(sample: dict[str, Any]) -> None:
    sample["line_items"][0]["discount_allocations"] = [{"amount": "10.01"}]
    assert refused(sample) == Untranslatable("subtotal_differs", "subtotal_price")


def test_shipping_is_charged_after_its_discounts_and_not_where_it_was_removed(sample: dict[str, Any]) -> None:
    sample["shipping_lines"] = [
        {"price": "10.00", "discounted_price": "7.50"},
        {"price": "5.00", "discounted_price": "5.00", "is_removed": True},
    ]
    sample["total_price"] = "412.45"
    assert placed(sample).shipping == 750


@pytest.mark.parametrize(
    ("included", "total", "accepted"),
    [(False, "424.95", True), (True, "404.95", True), (True, "424.95", False)],
)
def test_tax_is_on_top_or_inside_as_the_shop_says(
    sample: dict[str, Any], included: bool, total: str, accepted: bool
) -> None:
    sample |= {"taxes_included": included, "total_tax": "20.00", "total_price": total}
    result = native_order(sample, tokens=TOKENS)
    assert isinstance(result, PlaceOrder) is accepted
    assert not isinstance(result, PlaceOrder) or result.prices_include_tax is included


def test_a_total_with_a_tip_is_refused_rather_than_charged_without_it(sample: dict[str, Any]) -> None:
    sample |= {"total_tip_received": "3.00", "total_price": "407.95"}
    assert refused(sample) == Untranslatable("total_differs", "total_price")


def test_an_amount_finer_than_the_smallest_unit_is_refused_and_never_rounded(sample: dict[str, Any]) -> None:
    sample["line_items"][0]["price"] = "89.995"
    assert refused(sample).reason == "amount_too_fine"


@pytest.mark.parametrize(
    ("variant", "sku"), [(632910392, "shopify-variant-632910392"), (None, "shopify-line-487817672276298554")]
)
@pytest.mark.parametrize("missing", [None, "", "  "])
def test_a_line_without_sku_keeps_its_price_and_gets_one_that_nobody_stocks(
    sample: dict[str, Any], missing: str | None, variant: int | None, sku: str
) -> None:
    before = placed(deepcopy(sample))
    sample["line_items"][0] |= {"sku": missing, "variant_id": variant}
    order = placed(sample)
    assert order.lines[0].sku == sku
    assert goods(order) == goods(before)


@pytest.mark.parametrize(
    ("status", "capture"),
    [
        ("paid", "with_order"),
        ("authorized", "on_shipment"),
        ("pending", "on_shipment"),
        (None, "on_shipment"),
    ],
)
def test_a_paid_order_is_prepaid_and_any_other_is_captured_on_shipment(
    sample: dict[str, Any], status: str | None, capture: str
) -> None:
    sample["financial_status"] = status
    order = placed(sample)
    assert (order.payment.token, order.payment.capture) == ("shopify_external", capture)


def test_a_gateway_nobody_configured_is_refused(sample: dict[str, Any]) -> None:
    sample["payment_gateway_names"] = ["cash_on_delivery"]
    assert refused(sample) == Untranslatable("gateway_unknown", "payment_gateway_names")


def test_coordinates_travel_with_the_address(sample: dict[str, Any]) -> None:
    sample["shipping_address"] |= {"latitude": 45.41634, "longitude": -75.6868}
    order = placed(sample)
    assert (order.ship_to.latitude, order.ship_to.longitude) == (45.41634, -75.6868)


def test_blanks_and_control_characters_are_tidied_and_nothing_is_cut(sample: dict[str, Any]) -> None:
    sample["shipping_address"] |= {"name": " Steve \t Shipper\n", "address1": "x" * 121}
    assert refused(sample) == Untranslatable("invalid_order", "ship_to.line1")
    sample["shipping_address"]["address1"] = "12\u00a0Row\u200b"
    order = placed(sample)
    assert (order.ship_to.name, order.ship_to.line1) == ("Steve Shipper", "12 Row")


def test_an_order_without_shipping_address_is_refused(sample: dict[str, Any]) -> None:
    sample["shipping_address"] = None
    assert refused(sample) == Untranslatable("invalid_order", "ship_to")


@pytest.mark.parametrize("stub", [{"id": 1}, {"id": 1, "admin_graphql_api_id": "gid://shopify/Order/1"}, {}])
def test_a_payload_that_was_too_large_to_deliver_asks_to_be_fetched(stub: dict[str, Any]) -> None:
    assert refused(stub).reason == "stub"


@pytest.mark.parametrize(
    "gid", ["820982911946154508", "gid://shopify/DraftOrder/1", "gid://shopify/Order/", 7]
)
def test_an_order_without_its_global_id_is_unreadable(sample: dict[str, Any], gid: Any) -> None:
    sample["admin_graphql_api_id"] = gid
    assert refused(sample) == Untranslatable("unreadable", "admin_graphql_api_id")


@pytest.mark.parametrize("price", ["-1.00", "NaN", "Infinity", "1e999999", "ten", None, "9" * 40])
def test_a_price_that_is_no_price_is_unreadable(sample: dict[str, Any], price: Any) -> None:
    sample["line_items"][0]["price"] = price
    assert refused(sample) == Untranslatable("unreadable", "line_items.0.price")


def test_a_currency_outside_iso_4217_is_refused(sample: dict[str, Any]) -> None:
    sample["currency"] = "XXX"
    assert refused(sample).reason == "currency_unknown"


def test_a_refusal_repeats_nothing_a_customer_wrote(sample: dict[str, Any]) -> None:
    sample["shipping_address"] |= {"name": "Steve Shipper" * 20}
    assert "Steve" not in repr(refused(sample))


def decimal(minor: int, currency: str) -> str:
    return str(Decimal(minor).scaleb(-MINOR_DIGITS[currency]))


@st.composite
def shop_orders(draw: st.DrawFn) -> tuple[dict[str, Any], int, int]:
    """An order as a shop sends it, and its goods and shipping in minor units."""
    currency = draw(st.sampled_from(["GBP", "USD", "JPY", "KWD"]))
    lines, goods_left = [], 0
    for number in range(draw(st.integers(1, 8))):
        price, quantity = draw(st.integers(0, 10**7)), draw(st.integers(1, 9))
        discount = draw(st.integers(0, price * quantity))
        goods_left += price * quantity - discount
        lines.append(
            {
                "admin_graphql_api_id": f"gid://shopify/LineItem/{2**60 + number}",
                "price": decimal(price, currency),
                "quantity": quantity,
                "discount_allocations": [{"amount": decimal(discount, currency)}],
                "sku": draw(st.sampled_from(["TEA-1", None])),
            }
        )
    subtotal = goods_left - draw(st.integers(0, goods_left))
    shipping, tax, included = draw(st.integers(0, 10**5)), draw(st.integers(0, 10**5)), draw(st.booleans())
    order = {
        "admin_graphql_api_id": f"gid://shopify/Order/{2**60 + 1}",
        "currency": currency,
        "line_items": lines,
        "subtotal_price": decimal(subtotal, currency),
        "total_tax": decimal(tax, currency),
        "total_price": decimal(subtotal + shipping + (0 if included else tax), currency),
        "taxes_included": included,
        "shipping_lines": [{"discounted_price": decimal(shipping, currency)}],
        "shipping_address": {"name": "C. Stone", "address1": "2 Row", "city": "Leeds", "country_code": "GB"},
        "payment_gateway_names": ["shopify_payments"],
    }
    return order, subtotal, shipping


@given(shop_orders())
def test_goods_and_shipping_come_to_the_penny_in_every_currency(
    made: tuple[dict[str, Any], int, int],
) -> None:
    payload, subtotal, shipping = made
    order = placed(payload)
    assert (goods(order), order.shipping) == (subtotal, shipping)


@given(shop_orders())
def test_the_same_order_is_translated_alike_every_time(made: tuple[dict[str, Any], int, int]) -> None:
    assert placed(made[0]) == placed(json.loads(json.dumps(made[0])))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(shop_orders(), st.data())
def test_junk_in_any_field_is_refused_and_never_raises(
    made: tuple[dict[str, Any], int, int], data: st.DataObject
) -> None:
    payload = made[0]
    field = data.draw(st.sampled_from(sorted(payload)))
    payload[field] = data.draw(JUNK)
    result = native_order(payload, tokens=TOKENS)
    assert isinstance(result, PlaceOrder | Untranslatable)


@given(JUNK)
def test_junk_instead_of_an_order_is_refused_and_never_raises(junk: Any) -> None:
    refused(junk)
