"""The rules by which the data's lines become orders, one by one, on lines in the data's own shape."""

from pathlib import Path

import pytest
from oms.contracts.requests import PlaceOrder

from ops.replay.countries import COUNTRIES
from ops.replay.invoices import Goods, Reject
from ops.replay.orders import channel_of, order_of
from ops.replay.survey import Survey, survey

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
UK = "United Kingdom"


def line(
    invoice: str,
    code: str = "85123A",
    quantity: int = 6,
    price: str = "2.55",
    *,
    customer: str = "17850.0",
    country: str = UK,
) -> str:
    return f"{invoice},{code},A THING,{quantity},2010-12-01 08:26:00,{price},{customer},{country}"


def surveyed(folder: Path, *lines: str, limit: int | None = None) -> Survey:
    path = folder / "retail.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return survey(path, limit)


def rejects_of(found: Survey) -> list[Reject]:
    rejects: list[Reject] = []
    list(found.each_order(rejects))
    return rejects


def test_the_lines_of_an_invoice_become_one_order(tmp_path: Path) -> None:
    found = surveyed(tmp_path, line("536365"), line("536365", "71053", 2, "3.39"), line("536366", "22633"))

    first, second = found.each_order([])

    assert first.goods == [Goods(2, "85123A", 6, 255), Goods(3, "71053", 2, 339)]
    assert second.number == "536366"
    assert found.orders == 2
    assert found.demand == {"85123A": 6, "71053": 2, "22633": 6}


def test_an_invoice_that_is_scattered_over_the_file_is_one_order(tmp_path: Path) -> None:
    found = surveyed(tmp_path, line("536365"), line("536366"), line("536365", "71053"))

    assert [(one.number, len(one.goods)) for one in found.each_order([])] == [("536366", 1), ("536365", 2)]


def test_postage_becomes_the_shipping_charge(tmp_path: Path) -> None:
    found = surveyed(
        tmp_path, line("536365"), line("536365", "POST", 3, "18.00"), line("536365", "DOT", 1, "5.9")
    )

    (invoice,) = found.each_order([])

    assert invoice.shipping == 5_990
    assert [one.code for one in invoice.goods] == ["85123A"]


@pytest.mark.parametrize(
    ("rejected", "reason"),
    [
        (line("536365", "M", 1, "1.50"), "not_goods"),
        (line("536365", "m", 1, "1.50"), "not_goods"),
        (line("536365", "AMAZONFEE", 1, "100.0"), "not_goods"),
        (line("536365", "gift_0001_20", 1, "16.67"), "gift_voucher"),
        (line("536365", "71053", -3, "3.39"), "negative_quantity"),
        (line("536365", "71053", 0, "3.39"), "negative_quantity"),
        (line("536365", "71053", 3, "0.0"), "no_price"),
        (line("536365", "71053", 3, "-11062.06"), "no_price"),
        (line("536365", "PADS", 1, "0.001"), "fraction_of_a_penny"),
        (line("536365", "71053", 3, "dear"), "unreadable"),
        ("536365,71053,3", "unreadable"),
        (line("A563185", "B", 1, "11062.06"), "bad_debt"),
        (line("536370", country="Unspecified"), "no_country"),
        (line("C536371", "71053", -1, "3.39"), "return_after_shipment"),
    ],
)
def test_a_line_that_is_no_sale_of_goods_is_rejected_by_number_and_reason(
    tmp_path: Path, rejected: str, reason: str
) -> None:
    found = surveyed(tmp_path, line("536365"), rejected, line("536366"))

    (reject,) = rejects_of(found)

    assert (reject.line, reject.reason) == (3, reason)
    assert found.orders == 2


def test_an_invoice_whose_goods_are_all_taken_back_counts_as_cancelled(tmp_path: Path) -> None:
    found = surveyed(
        tmp_path,
        line("536365", quantity=1),
        line("536366"),
        line("536366", "71053", 2, "3.39"),
        line("C536379", "71053", -2, "3.39"),
        line("C536379", quantity=-6),
    )

    assert found.cancelled == {"536366", "C536379"}
    assert rejects_of(found) == []


@pytest.mark.parametrize(
    "cancellation",
    [
        line("C536379", quantity=-5),
        line("C536379", quantity=-6, price="2.54"),
        line("C536379", quantity=-6, customer="12583.0"),
        line("C536379", quantity=-6, customer=""),
    ],
    ids=["other quantity", "other price", "other customer", "nobody"],
)
def test_goods_that_came_back_in_part_or_from_elsewhere_are_a_return(
    tmp_path: Path, cancellation: str
) -> None:
    found = surveyed(tmp_path, line("536365"), cancellation)

    assert found.cancelled == set()
    assert [reject.reason for reject in rejects_of(found)] == ["return_after_shipment"]


def test_the_limit_counts_orders_and_their_cancellations_are_looked_for_beyond_it(tmp_path: Path) -> None:
    lines = [line("536365"), line("536366", "71053"), line("536367"), line("C536379", quantity=-6)]
    found = surveyed(tmp_path, *lines, limit=2)

    assert [one.number for one in found.each_order([])] == ["536365", "536366"]
    assert found.demand == {"85123A": 6, "71053": 6}
    assert "C536379" in found.cancelled


def test_an_order_of_the_data_is_a_valid_order_of_the_api(tmp_path: Path) -> None:
    found = surveyed(
        tmp_path,
        line("536370", country="EIRE"),
        line("536370", country="EIRE"),
        line("536370", "POST", 1, "18.00", country="EIRE"),
    )
    (invoice,) = found.each_order([])

    order = PlaceOrder.model_validate(order_of(invoice))

    assert order.external_order_id == "uci-536370"
    assert order.ship_to.country == "IE"
    assert [one.line_id for one in order.lines] == ["L2", "L3"]
    assert sum(one.quantity * one.unit_price for one in order.lines) + order.shipping == 2 * 1_530 + 1_800
    assert order.prices_include_tax
    assert order.payment.capture == "with_order"


def test_customers_without_a_number_are_guests_of_the_shop(tmp_path: Path) -> None:
    found = surveyed(tmp_path, line("536371"), line("536372", customer=""))

    assert [channel_of(one) for one in found.each_order([])] == ["marketplace", "web"]


def test_every_country_code_has_two_letters() -> None:
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES.values())
    assert len(set(COUNTRIES.values())) == len(COUNTRIES)
