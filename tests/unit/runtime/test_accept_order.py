"""POST /v1/orders as it is deployed: what is stored, and for whom."""

import base64
import json
from typing import Any

import pytest

from tests.builders import ORDER, an_order_body

from .conftest import Handler
from .posting import Stored, call, line, many_lines, problem


def test_an_accepted_order_is_stored_and_answered_with_its_place(accept: Handler, stored: Stored) -> None:
    answer = accept(call(), None)

    assert answer["statusCode"] == 202
    assert json.loads(answer["body"]) == {"order_id": ORDER, "status": "RECEIVED"}
    assert answer["headers"]["location"] == f"/v1/orders/{ORDER}"
    assert "idempotent-replayed" not in answer["headers"]
    assert {item["sk"] for item in stored()} == {"ORDER", "EVENT#000001", "REQUEST"}


def test_a_repeated_order_is_answered_alike_and_says_so(accept: Handler, stored: Stored) -> None:
    first = accept(call(), None)
    reordered = dict(reversed(an_order_body().items()))

    again = accept(call(reordered), None)

    assert (again["statusCode"], again["body"]) == (first["statusCode"], first["body"])
    assert again["headers"]["idempotent-replayed"] == "true"
    assert len(stored()) == 3


def test_a_key_with_another_body_is_refused(accept: Handler, stored: Stored) -> None:
    accept(call(), None)

    answer = accept(call(an_order_body(external_order_id="1002")), None)

    assert problem(answer) == (422, "idempotency_key_reused", ["header.Idempotency-Key"])
    assert len(stored()) == 3


def test_an_order_under_another_key_is_a_conflict_that_names_the_first(
    accept: Handler, stored: Stored
) -> None:
    accept(call(), None)

    answer = accept(call(line(quantity=3), headers={"idempotency-key": "key-2"}), None)

    assert problem(answer) == (409, "order_already_placed", ["external_order_id"])
    assert ORDER in answer["body"]
    assert len(stored()) == 3


def test_an_order_in_base_64_is_an_order(accept: Handler) -> None:
    body = base64.b64encode(json.dumps(an_order_body()).encode()).decode()

    assert accept(call(body, isBase64Encoded=True), None)["statusCode"] == 202


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_is_json_however_it_is_announced(accept: Handler, content_type: str) -> None:
    assert accept(call(headers={"content-type": content_type}), None)["statusCode"] == 202


def test_two_thousand_lines_are_an_order(accept: Handler, stored: Stored) -> None:
    assert accept(call(many_lines(2_000)), None)["statusCode"] == 202
    assert len(stored()) == 3


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "application/jsonp"])
def test_another_content_type_is_refused(accept: Handler, stored: Stored, content_type: str) -> None:
    answer = accept(call(headers={"content-type": content_type}), None)

    assert problem(answer) == (415, "content_type_unsupported", ["header.Content-Type"])
    assert stored() == []


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency_key_missing"),
        ("k" * 129, "idempotency_key_invalid"),
        ("two words", "idempotency_key_invalid"),
        ("schlüssel", "idempotency_key_invalid"),
        ("tab\t", "idempotency_key_invalid"),
    ],
)
def test_a_request_without_a_usable_key_is_refused(
    accept: Handler, stored: Stored, key: str, code: str
) -> None:
    answer = accept(call(headers={"idempotency-key": key}), None)

    assert problem(answer) == (400, code, ["header.Idempotency-Key"])
    assert stored() == []


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"requestContext": {}}, 401, "token_missing"),
        ({"scope": ""}, 403, "scope_missing"),
        ({"scope": "holdfast/orders.read"}, 403, "scope_missing"),
        ({"scope": "holdfast/orders.writeable"}, 403, "scope_missing"),
        ({"client": "c-stranger"}, 403, "client_unknown"),
        ({"client": "c-warehouse"}, 403, "channel_required"),
    ],
)
def test_who_may_not_place_orders_stores_none(
    accept: Handler, stored: Stored, how: dict[str, Any], status: int, code: str
) -> None:
    assert problem(accept(call(**how), None)) == (status, code, [])
    assert stored() == []


def test_a_route_this_function_does_not_serve_is_not_found(accept: Handler) -> None:
    assert problem(accept(call(routeKey="GET /v2/orders"), None)) == (404, "not_found", [])


def test_the_order_belongs_to_the_clients_channel_and_to_no_other(accept: Handler, stored: Stored) -> None:
    accept(call(), None)
    accept(call(client="c-market"), None)

    assert {item["channel"] for item in stored() if item["sk"] == "ORDER"} == {"web", "marketplace"}
