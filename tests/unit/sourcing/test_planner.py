"""Which location ships what, and why."""

import json
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oms.sourcing.domain.answer import Box, MissingLine, Plan, Shortage
from oms.sourcing.domain.distance import kilometres
from oms.sourcing.domain.planner import plan
from oms.sourcing.domain.question import Counts, Destination, Line, Question, Site, Supply

LONDON = Site("LON", "GB", "England", 51.5074, -0.1278)
LEEDS = Site("LEE", "GB", "England", 53.8008, -1.5491)
BERLIN = Site("BER", "DE", "Berlin", 52.52, 13.405)
CAMBRIDGE = Destination("GB", "England", 52.2053, 0.1218)


def ask(
    lines: Sequence[tuple[str, int]],
    stock: dict[str, Counts],
    *,
    sites: Sequence[Site] = (LONDON, LEEDS, BERLIN),
    destination: Destination = CAMBRIDGE,
    exclusions: Sequence[tuple[str, str]] = (),
    safety_stock: int = 0,
) -> Plan | Shortage:
    return plan(
        Question(
            lines=[Line(number, sku, quantity) for number, (sku, quantity) in enumerate(lines, 1)],
            sites=sites,
            supplies=[
                Supply(sku, code, units) for code, counts in stock.items() for sku, units in counts.items()
            ],
            destination=destination,
            exclusions=exclusions,
            safety_stock=safety_stock,
        )
    )


def boxes(answer: Plan | Shortage) -> dict[str, list[tuple[int, int]]]:
    assert isinstance(answer, Plan)
    return {box.location: list(box.lines) for box in answer.boxes}


def test_the_nearest_location_that_has_everything_ships_everything() -> None:
    stock = {code: {"MUG": 5, "CUP": 5} for code in ("BER", "LEE", "LON")}
    assert boxes(ask([("MUG", 1), ("CUP", 2)], stock)) == {"LON": [(1, 1), (2, 2)]}


def test_one_far_box_is_better_than_two_near_ones() -> None:
    stock = {"LON": {"MUG": 5}, "LEE": {"CUP": 5}, "BER": {"MUG": 5, "CUP": 5}}
    assert boxes(ask([("MUG", 1), ("CUP", 2)], stock)) == {"BER": [(1, 1), (2, 2)]}


def test_without_a_single_location_the_fewest_and_nearest_ship_together() -> None:
    stock = {"LON": {"MUG": 5}, "LEE": {"CUP": 5}, "BER": {"CUP": 5}}
    assert boxes(ask([("MUG", 1), ("CUP", 2)], stock)) == {"LON": [(1, 1)], "LEE": [(2, 2)]}


def test_a_line_is_split_where_nobody_has_all_of_it() -> None:
    stock = {"LON": {"MUG": 3}, "LEE": {"MUG": 4}}
    assert boxes(ask([("MUG", 6)], stock)) == {"LON": [(1, 3)], "LEE": [(1, 3)]}


def test_a_line_stays_whole_where_one_of_the_chosen_has_all_of_it() -> None:
    stock = {"LON": {"MUG": 1, "CUP": 1}, "LEE": {"MUG": 2, "JUG": 1}}
    assert boxes(ask([("MUG", 2), ("CUP", 1), ("JUG", 1)], stock)) == {
        "LON": [(2, 1)],
        "LEE": [(1, 2), (3, 1)],
    }


def test_lines_of_the_same_sku_share_its_stock() -> None:
    stock = {"LON": {"MUG": 6}, "LEE": {"MUG": 2}}
    answer = boxes(ask([("MUG", 5), ("MUG", 3)], stock))
    assert answer == {"LON": [(1, 5), (2, 1)], "LEE": [(2, 2)]}


def test_what_just_refused_is_set_aside() -> None:
    stock = {"LON": {"MUG": 5}, "LEE": {"MUG": 5}}
    answer = ask([("MUG", 1)], stock, exclusions=[("MUG", "LON")])
    assert boxes(answer) == {"LEE": [(1, 1)]}
    assert isinstance(answer, Plan)
    assert any("LON set aside for MUG" in sentence for sentence in answer.decision)


def test_safety_stock_is_not_for_sale() -> None:
    stock = {"LON": {"MUG": 5}, "LEE": {"MUG": 6}}
    assert boxes(ask([("MUG", 4)], stock, safety_stock=2)) == {"LEE": [(1, 4)]}


def test_a_shortage_names_every_line_and_what_it_lacks() -> None:
    stock = {"LON": {"MUG": 3, "CUP": 1}, "LEE": {"MUG": 1}}
    answer = ask([("MUG", 3), ("MUG", 3), ("CUP", 1), ("NEW", 2)], stock)
    assert answer == Shortage(
        (MissingLine(2, "MUG", 2, "out_of_stock"), MissingLine(4, "NEW", 2, "unknown_sku"))
    )
    assert isinstance(answer, Shortage)
    assert answer.to_json() == {
        "lines": [
            {"number": 2, "sku": "MUG", "missing": 2, "reason": "out_of_stock"},
            {"number": 4, "sku": "NEW", "missing": 2, "reason": "unknown_sku"},
        ],
        "reason": "unknown_sku",
    }


def test_sold_out_is_not_unknown() -> None:
    answer = ask([("MUG", 1)], {"LON": {"MUG": 0}})
    assert answer == Shortage((MissingLine(1, "MUG", 1, "out_of_stock"),))
    assert isinstance(answer, Shortage)
    assert (answer.unknown, answer.reason) == (False, "out_of_stock")


def test_stock_at_a_location_nobody_registered_cannot_be_planned() -> None:
    assert isinstance(ask([("MUG", 1)], {"MOON": {"MUG": 9}}), Shortage)


def test_without_coordinates_region_comes_before_country_before_elsewhere() -> None:
    here = Destination("GB", "england")
    sites = [Site("A", "FR"), Site("B", "GB", "Wales"), Site("C", "GB", "England"), Site("D", "gb")]
    ranked = sorted(sites, key=lambda site: (kilometres(site, here), site.code))
    assert [site.code for site in ranked] == ["C", "B", "D", "A"]


def test_great_circles_are_measured_where_both_ends_are_known() -> None:
    # Great-circle distances between the city centres, to the kilometre (haversine, mean radius).
    assert kilometres(LONDON, Destination("DE", "", 52.52, 13.405)) == pytest.approx(930, abs=3)
    assert kilometres(LEEDS, CAMBRIDGE) == pytest.approx(211, abs=3)
    assert kilometres(Site("X", "FJ", "", 0, 179.5), Destination("FJ", "", 0, -179.5)) == 111


def test_ties_go_to_the_lower_priority_and_then_to_the_code() -> None:
    twins = [Site("B", "GB", priority=2), Site("A", "GB", priority=2), Site("C", "GB", priority=1)]
    stock = {code: {"MUG": 1} for code in "ABC"}
    somewhere = Destination("GB")
    assert list(boxes(ask([("MUG", 1)], stock, sites=twins, destination=somewhere))) == ["C"]
    assert list(boxes(ask([("MUG", 1)], stock, sites=twins[:2], destination=somewhere))) == ["A"]


def test_the_decision_tells_what_was_chosen_and_what_was_rejected() -> None:
    stock = {"LON": {"MUG": 5}, "LEE": {"CUP": 5}, "BER": {"CUP": 1}}
    answer = ask([("MUG", 1), ("CUP", 2)], stock)
    assert isinstance(answer, Plan)
    assert answer.decision == (
        "LON (79 km) and LEE (210 km) ship together: no single location has everything, and no fewer or nearer ones do.",
        "BER (901 km) rejected: 1 short of MUG and of 1 more SKUs; other combinations are better.",
    )


def test_the_decision_stays_small_however_many_locations_there_are() -> None:
    sites = [Site(f"S{number:02d}", "GB") for number in range(60)]
    answer = ask([("MUG", 1)], {site.code: {"MUG": 1} for site in sites}, sites=sites)
    assert isinstance(answer, Plan)
    assert len(answer.decision) == 10
    assert answer.decision[-1].startswith("51 more rejected")


def test_a_plan_travels_as_json() -> None:
    answer = Plan((Box("LON", ((1, 2), (3, 1))), Box("BER", ((2, 1),))), ("why",))
    document = json.loads(json.dumps(answer.to_json()))
    assert document == {
        "boxes": [{"location": "LON", "lines": [[1, 2], [3, 1]]}, {"location": "BER", "lines": [[2, 1]]}]
    }
    assert Plan.from_json(document) == Plan(answer.boxes)


def test_an_order_of_two_thousand_lines_is_planned_in_few_steps() -> None:
    lines = [(f"SKU{number:04d}", 2) for number in range(2_000)]
    stock = {
        "LON": {sku: 2 for sku, _ in lines[:1_500]},
        "LEE": {sku: 1 for sku, _ in lines[1_000:]},
        "BER": {sku: 2 for sku, _ in lines[1_400:]},
    }
    answer = boxes(ask(lines, stock))
    assert set(answer) == {"LON", "BER"}
    assert sum(units for box in answer.values() for _, units in box) == 4_000


def test_nothing_to_source_is_a_defect() -> None:
    with pytest.raises(ValueError, match="nothing"):
        ask([], {})


stocks = st.dictionaries(
    st.sampled_from("ABCDEFG"),
    st.dictionaries(st.sampled_from(["MUG", "CUP", "JUG", "CAN"]), st.integers(1, 4), min_size=1),
    min_size=1,
)


@settings(max_examples=200, deadline=None)
@given(
    stock=stocks,
    lines=st.lists(st.tuples(st.sampled_from(["MUG", "CUP", "JUG"]), st.integers(1, 3)), min_size=1),
)
def test_a_plan_has_every_unit_once_and_only_what_is_there(
    stock: dict[str, Counts], lines: list[tuple[str, int]]
) -> None:
    sites = [Site(code, "GB") for code in stock]
    answer = ask(lines, stock, sites=sites)
    assert answer == ask(lines, stock, sites=list(reversed(sites)))
    if isinstance(answer, Shortage):
        wanted = _demand(lines)
        assert any(sum(counts.get(sku, 0) for counts in stock.values()) < wanted[sku] for sku in wanted)
        return
    planned: Counter[int] = Counter()
    for box in answer.boxes:
        taken: Counter[str] = Counter()
        for number, units in box.lines:
            assert units > 0
            planned[number] += units
            taken[lines[number - 1][0]] += units
        assert all(units <= stock[box.location].get(sku, 0) for sku, units in taken.items())
        assert box.lines
    assert planned == Counter({number: quantity for number, (_, quantity) in enumerate(lines, 1)})


def _demand(lines: Sequence[tuple[str, int]]) -> Counts:
    total: Counter[str] = Counter()
    for sku, quantity in lines:
        total[sku] += quantity
    return dict(total)
