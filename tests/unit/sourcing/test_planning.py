"""From an order to a plan, through the ports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.sourcing.application.planning import plan_fulfilment
from oms.sourcing.domain.answer import Box, Plan, Shortage
from oms.sourcing.domain.question import Site, Supply

ORDER = OrderSnapshot(
    order_id="o1",
    channel="web",
    external_order_id="1",
    currency="GBP",
    placed_at="2026-11-27T09:00:00.000Z",
    ship_to=Address("A", "1 Road", "Cambridge", "CB1", "GB", latitude=52.2, longitude=0.1),
    lines=(LineSnapshot(1, "l1", "MUG", 2, 500), LineSnapshot(2, "l2", "CUP", 1, 300)),
    shipping=0,
    prices_include_tax=True,
    payment_token="tok_1",
    prepaid=False,
)


@dataclass
class Shelves:
    supplies: dict[tuple[str, str], int]
    asked: list[tuple[list[str], list[str]]] = field(default_factory=list)

    def all(self) -> Sequence[Site]:
        return [Site("BER", "DE", "", 52.5, 13.4), Site("LON", "GB", "", 51.5, -0.1)]

    def levels(self, skus: Iterable[str], locations: Iterable[str]) -> Iterable[Supply]:
        wanted = (list(skus), list(locations))
        self.asked.append(wanted)
        return [Supply(sku, location, units) for (sku, location), units in self.supplies.items()]


def test_an_order_is_planned_from_what_is_sellable_near_its_address() -> None:
    shelves = Shelves({(sku, code): 5 for sku in ("MUG", "CUP") for code in ("BER", "LON")})
    answer = plan_fulfilment(ORDER, sites=shelves, stock=shelves)
    assert isinstance(answer, Plan)
    assert answer.boxes == (Box("LON", ((1, 2), (2, 1))),)
    assert shelves.asked == [(["MUG", "CUP"], ["BER", "LON"])]


def test_exclusions_come_as_json_carries_them() -> None:
    shelves = Shelves({(sku, code): 5 for sku in ("MUG", "CUP") for code in ("BER", "LON")})
    answer = plan_fulfilment(ORDER, sites=shelves, stock=shelves, exclusions=[["MUG", "LON"]])
    assert isinstance(answer, Plan)
    assert [box.location for box in answer.boxes] == ["BER"]


def test_what_is_kept_back_is_not_planned() -> None:
    shelves = Shelves({("MUG", "LON"): 3, ("CUP", "LON"): 3})
    assert isinstance(plan_fulfilment(ORDER, sites=shelves, stock=shelves, safety_stock=2), Shortage)
