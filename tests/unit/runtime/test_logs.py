"""One JSON line per fact, and never the text of an error."""

import json
from typing import Any

import pytest
from oms.kernel.errors import Throttled
from oms.runtime.logs import failure, log, metric


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that was written."""
    (text,) = capsys.readouterr().out.splitlines()
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_a_line_is_json_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    log("served", order_id="ord_1", count=3, text="two\nlines", kind=Throttled)

    assert line(capsys) == {
        "message": "served",
        "order_id": "ord_1",
        "count": 3,
        "text": "two\nlines",
        "kind": "<class 'oms.kernel.errors.Throttled'>",
    }


def test_a_failure_is_told_by_class_code_and_place_and_not_by_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        raise Throttled("ada@example.org")
    except Throttled as error:
        failure("PlaceOrder", error, order_id="ord_1")

    found = line(capsys)
    assert (found["error"], found["code"], found["order_id"]) == ("Throttled", "throttled", "ord_1")
    assert "test_logs" in found["at"][0]
    assert "ada@" not in json.dumps(found)


def test_an_unexpected_failure_has_a_code_too(capsys: pytest.CaptureFixture[str]) -> None:
    failure("PlaceOrder", KeyError("secret"))

    assert line(capsys)["code"] == "unexpected"


def test_figures_are_counted_by_function(capsys: pytest.CaptureFixture[str]) -> None:
    metric("sweep_outbox", {"Republished": 3, "Parked": 0}, table="orders")

    found = line(capsys)
    (declared,) = found["_aws"]["CloudWatchMetrics"]
    assert declared["Namespace"] == "Holdfast"
    assert declared["Dimensions"] == [["function"]]
    assert {each["Name"]: found[each["Name"]] for each in declared["Metrics"]} == {
        "Republished": 3,
        "Parked": 0,
    }
    assert (found["function"], found["table"]) == ("sweep_outbox", "orders")
    assert isinstance(found["_aws"]["Timestamp"], int)
