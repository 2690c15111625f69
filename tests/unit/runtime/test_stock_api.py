"""Adjusting stock and reading what can be sold, over HTTP."""

import json
from typing import Any

import pytest
from oms.contracts import answers
from oms.inventory.application.ports import Registered
from oms.inventory.domain.location import Location
from oms.runtime.api.stock import adjust_stock, get_availability
from oms.runtime.http import Handler, http_api

from tests.builders import CLIENTS, NOW, api_call, route_of
from tests.fakes.stock import FakeLocations, FakeStock

LONDON = Location("LON", "London", "1 Road", "London", "N1", "GB")
RECEIPT = {"sku": "SKU-1", "location": "LON", "delta": 5, "kind": "receipt"}


@pytest.fixture
def stock() -> FakeStock:
    return FakeStock()


@pytest.fixture
def api(stock: FakeStock) -> Handler:
    locations = FakeLocations({"LON": Registered(LONDON, 1)})
    return http_api(
        {
            "adjustStock": lambda request: adjust_stock(request, levels=stock, locations=locations, now=NOW),
            "getAvailability": lambda request: get_availability(request, levels=stock),
        },
        clients=lambda: CLIENTS,
    )


def adjusted(api: Handler, body: Any, key: str = "key-1") -> dict[str, Any]:
    return api(api_call("adjustStock", body, client="c-warehouse", headers={"idempotency-key": key}), None)


def shaped(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The body of a success, which is exactly of the route's model."""
    assert answer["statusCode"] == 200, answer
    document = json.loads(answer["body"])
    getattr(answers, str(route_of(operation).answer)).model_validate(document, strict=True)
    assert isinstance(document, dict)
    return document


def refusal(answer: dict[str, Any]) -> tuple[int, str, list[str]]:
    document = json.loads(answer["body"])
    return answer["statusCode"], document["code"], [error["field"] for error in document.get("errors", [])]


def test_goods_that_come_in_can_be_sold(api: Handler) -> None:
    answer = shaped("adjustStock", adjusted(api, RECEIPT))

    assert answer == {"sku": "SKU-1", "location": "LON", "available": 5}
    found = api(api_call("getAvailability", query={"sku": "SKU-1"}), None)
    assert shaped("getAvailability", found) == {
        "sku": "SKU-1",
        "available": 5,
        "locations": [{"location": "LON", "available": 5, "reserved": 0}],
    }


def test_a_repeated_adjustment_happens_once_and_says_so(api: Handler) -> None:
    first, again = adjusted(api, RECEIPT), adjusted(api, RECEIPT)

    assert (first["statusCode"], first["body"]) == (again["statusCode"], again["body"])
    assert again["headers"]["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first["headers"]


def test_a_key_that_comes_with_another_adjustment_is_refused(api: Handler, stock: FakeStock) -> None:
    adjusted(api, RECEIPT)

    answer = adjusted(api, RECEIPT | {"delta": 6})

    assert refusal(answer) == (422, "idempotency_key_reused", ["header.Idempotency-Key"])
    assert [level.available for level in stock.all_levels()] == [5]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"delta": -6, "kind": "correction"}, (409, "stock_would_go_negative", ["delta"])),
        ({"location": "MOON"}, (422, "location_unknown", ["location"])),
        ({"kind": "theft"}, (400, "invalid_request", ["kind"])),
        ({"delta": 1.5}, (400, "invalid_request", ["delta"])),
        ({"delta": 10**7}, (400, "invalid_request", ["delta"])),
        ({"sku": ""}, (400, "invalid_request", ["sku"])),
        ({"colour": "red"}, (400, "invalid_request", ["colour"])),
    ],
)
def test_a_wrong_adjustment_is_refused_by_its_field_and_changes_nothing(
    api: Handler, stock: FakeStock, changes: dict[str, Any], expected: tuple[int, str, list[str]]
) -> None:
    adjusted(api, RECEIPT)

    assert refusal(adjusted(api, RECEIPT | changes, "key-2")) == expected
    assert [level.available for level in stock.all_levels()] == [5]


@pytest.mark.parametrize("changes", [{"delta": 0}, {"delta": -1}])
def test_a_receipt_only_adds(api: Handler, stock: FakeStock, changes: dict[str, Any]) -> None:
    answer = adjusted(api, RECEIPT | changes)

    assert refusal(answer)[:2] == (400, "invalid_request")
    assert "delta" in answer["body"]
    assert stock.all_levels() == []


def test_a_sku_that_nobody_stocks_has_nothing_to_sell(api: Handler) -> None:
    found = api(api_call("getAvailability", query={"sku": "SKU-9"}), None)

    assert shaped("getAvailability", found) == {"sku": "SKU-9", "available": 0, "locations": []}


@pytest.mark.parametrize(
    ("query", "code"), [({}, "parameter_missing"), ({"sku": "S" * 300}, "parameter_invalid")]
)
def test_a_question_without_a_usable_sku_is_refused(api: Handler, query: dict[str, str], code: str) -> None:
    assert refusal(api(api_call("getAvailability", query=query), None)) == (400, code, ["query.sku"])
