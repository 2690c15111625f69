"""The tasks of the assessment: each answers in the workflow's words, also where a partner cannot."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from oms.contracts.snapshots import Address
from oms.contracts.tasks import PlanFulfilment, QuoteTax, ScreenOrder
from oms.contracts.tax import TaxDocument, TaxQuote
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, PartnerUnavailable, Throttled
from oms.orders.application.cancellation import cancel_lines, request_cancellation
from oms.orders.application.shipping import record_shipment
from oms.runtime.assessing.planning import plan
from oms.runtime.assessing.screening import screen
from oms.runtime.assessing.taxing import quote
from oms.sourcing.domain.question import Site, Supply

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, a_snapshot, an_address, placed, released
from tests.fakes.gateways import FakeScreening
from tests.fakes.orders import FakeOrders
from tests.unit.orders.warehouse import a_parcel

TWO_PLACES = {
    "boxes": [{"location": "LON", "lines": [[1, 1]]}, {"location": "MAN", "lines": [[1, 1], [2, 1]]}]
}


@dataclass
class Shelves:
    """`Sites` and `StockSource`: units by (SKU, location)."""

    units: dict[tuple[str, str], int] = field(default_factory=dict)

    def all(self) -> Sequence[Site]:
        return [Site("LON", "GB"), Site("MAN", "GB")]

    def levels(self, skus: Iterable[str], locations: Iterable[str]) -> Iterable[Supply]:
        return [Supply(sku, place, units) for (sku, place), units in self.units.items()]


@dataclass
class Engine:
    """`TaxEngine`: answers, or fails with what it was given."""

    answer: TaxQuote | Exception
    asked: list[TaxDocument] = field(default_factory=list)

    def quote(self, document: TaxDocument) -> TaxQuote:
        self.asked.append(document)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Addresses:
    """`ShipFrom`: every location is in a town of its own name."""

    def address(self, location: str) -> Address:
        return an_address(city=location)


class Throttling(FakeOrders):
    """A store that cannot answer just now."""

    def snapshot(self, order_id: str) -> None:
        raise Throttled("slow down")


@pytest.fixture
def orders() -> FakeOrders:
    """One placed order of two units and one."""
    orders = FakeOrders()
    placed(orders)
    return orders


def shelves(**units: int) -> Shelves:
    """SKU_1_LON=3: three units of SKU-1 in London."""
    return Shelves({(name[:5].replace("_", "-"), name[6:]): count for name, count in units.items()})


def planned(orders: FakeOrders, stock: Shelves, exclusions: Any = None) -> dict[str, Any]:
    """As the workflow asks: the first round with an empty list."""
    command = PlanFulfilment(ORDER, [] if exclusions is None else exclusions)
    answer = plan(command, orders=orders, sites=stock, stock=stock)
    return answer | {"json": json.dumps(answer)}


def test_an_order_that_can_ship_is_planned(orders: FakeOrders) -> None:
    answer = planned(orders, shelves(SKU_1_LON=2, SKU_2_LON=1))

    assert answer["outcome"] == "PLANNED"
    assert answer["plan"]["boxes"] == [{"location": "LON", "lines": [[1, 2], [2, 1]]}]
    assert answer["plan"]["why"].startswith("LON (750 km) ships everything")


def test_a_place_that_refused_is_left_out_of_the_next_plan(orders: FakeOrders) -> None:
    stock = shelves(SKU_1_LON=2, SKU_2_LON=1, SKU_1_MAN=2, SKU_2_MAN=1)

    answer = planned(orders, stock, [["SKU-1", "LON"], ["SKU-2", "LON"]])

    assert [box["location"] for box in answer["plan"]["boxes"]] == ["MAN"]


def test_a_shortage_names_its_lines_in_words(orders: FakeOrders) -> None:
    answer = planned(orders, shelves(SKU_1_LON=1, SKU_2_LON=1))

    assert (answer["outcome"], answer["reason"]) == ("SHORTAGE", "out_of_stock")
    assert answer["detail"] == "line 1 (SKU-1): 1 missing"


def test_a_sku_that_nobody_has_ever_stocked_is_called_unknown(orders: FakeOrders) -> None:
    answer = planned(orders, shelves(SKU_1_LON=1))

    assert answer["reason"] == "unknown_sku"
    assert answer["detail"] == "line 1 (SKU-1): 1 missing; line 2 (SKU-2): unknown SKU"


def test_a_shortage_of_many_lines_names_five_and_counts_the_rest() -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot(*[(1, 100)] * 8))

    answer = planned(orders, Shelves())

    assert answer["detail"].endswith("line 5 (SKU-5): unknown SKU; and 3 more lines")


@pytest.mark.parametrize("progress", ["released", "partly shipped", "shipped"])
def test_a_restarted_order_whose_work_is_handed_out_goes_straight_on(progress: str) -> None:
    orders = FakeOrders()
    released(orders)
    if progress != "released":
        sent = {1: 1} if progress == "partly shipped" else {}
        record_shipment(f"{ORDER}-f1", a_parcel("p1", sent), orders=orders, now=NOW, actor=CLIENT)

    answer = planned(orders, shelves(SKU_1_LON=9, SKU_2_LON=9))

    assert answer["outcome"] == "RELEASED"


@pytest.mark.parametrize("stage", ["received", "released", "cancelled"])
def test_an_order_that_is_to_be_cancelled_is_planned_no_more(stage: str) -> None:
    orders = FakeOrders()
    placed(orders)
    if stage == "released":
        released(orders)
    if stage == "cancelled":
        cancel_lines(ORDER, orders=orders, now=NOW, actor=SYSTEM)
    else:
        request_cancellation(ORDER, "other", orders=orders, now=NOW, actor=CLIENT)

    assert planned(orders, shelves(SKU_1_LON=9, SKU_2_LON=9))["outcome"] == "CANCELLATION_REQUESTED"


def test_an_order_that_does_not_exist_stops_the_assessment() -> None:
    with pytest.raises(BrokenInvariant):
        planned(FakeOrders(), Shelves())
    with pytest.raises(BrokenInvariant):
        screen(ScreenOrder(ORDER), orders=FakeOrders(), screening=FakeScreening())
    with pytest.raises(BrokenInvariant):
        quoted(FakeOrders(), Engine(TaxQuote({}, 0)))


@pytest.mark.parametrize(
    ("email", "decision"), [("ada@x", "ACCEPT"), ("review@x", "REVIEW"), ("reject@x", "REJECT")]
)
def test_the_verdict_is_passed_on_with_its_reference(email: str, decision: str) -> None:
    orders = FakeOrders()
    placed(orders, a_snapshot(email=email))

    answer = screen(ScreenOrder(ORDER), orders=orders, screening=FakeScreening())

    assert (answer["decision"], answer["reference"]) == (decision, f"case-{ORDER}")


def test_where_nobody_can_give_a_verdict_the_order_is_held(orders: FakeOrders) -> None:
    answer = screen(ScreenOrder(ORDER), orders=orders, screening=FakeScreening(faults=["503"]))

    assert answer["reason"] == "The fraud screening cannot answer (partner_unavailable)."


@pytest.mark.parametrize("verdict", ["ACCEPT", "REVIEW"])
def test_nobody_is_screened_twice(orders: FakeOrders, verdict: str) -> None:
    screening = FakeScreening()

    assert screen(ScreenOrder(ORDER, verdict), orders=orders, screening=screening)["decision"] == verdict
    assert screening.screened == []


def test_a_store_that_cannot_answer_is_no_verdict() -> None:
    with pytest.raises(Throttled):
        screen(ScreenOrder(ORDER), orders=Throttling(), screening=FakeScreening())


def quoted(
    orders: FakeOrders, engine: Engine, fallback: Engine | None = None, plan: Any = TWO_PLACES
) -> dict[str, Any]:
    estimate = fallback or Engine(AssertionError("nobody asked for an estimate"))
    command = QuoteTax(ORDER, plan)
    return quote(command, orders=orders, tax=engine, fallback=estimate, ship_from=Addresses())


def test_a_quote_names_the_tax_of_every_line_and_of_shipping(orders: FakeOrders) -> None:
    engine = Engine(TaxQuote({2: 100, 1: 800}, 90))

    assert quoted(orders, engine) == {
        "outcome": "QUOTED",
        "lines": [[1, 800], [2, 100]],
        "shipping": 90,
        "total": 990,
        "estimated": False,
    }
    (document,) = engine.asked
    assert document.code == f"{ORDER.replace('_', '-')}-quote"
    assert [(line.number, line.amount) for line in document.lines] == [(1, 3998), (2, 500)]
    assert (document.shipping, document.date, document.customer_code) == (499, "2026-11-27", ORDER)


def test_tax_is_asked_for_from_where_most_units_ship(orders: FakeOrders) -> None:
    engine = Engine(TaxQuote({}, 0))

    quoted(orders, engine)

    assert engine.asked[0].ship_from.city == "MAN"


@pytest.mark.parametrize("error", [PartnerUnavailable("down"), OutcomeUnknown("silence")])
def test_where_the_engine_cannot_answer_the_tax_is_estimated_and_says_so(
    orders: FakeOrders, error: Exception
) -> None:
    answer = quoted(orders, Engine(error), Engine(TaxQuote({1: 800, 2: 100}, 100, estimated=True)))

    assert (answer["outcome"], answer["total"], answer["estimated"]) == ("QUOTED", 1000, True)
