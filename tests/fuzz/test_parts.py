"""The fuzzer's own parts: that it would see what it is there to see."""

import json
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fuzz.given import Given
from tests.fuzz.mutation import mutated, places
from tests.fuzz.services import Bus, StepFunctions, require_sound
from tests.fuzz.shrinking import shrunk

ORDER: dict[str, Any] = {"order_id": "o1", "lines": [{"sku": "MUG", "quantity": 2}], "token": "t"}


def test_a_mutation_leaves_the_original_alone() -> None:
    before = json.dumps(ORDER)
    for seed in range(300):
        mutated(Random(seed), ORDER, [ORDER])

    assert json.dumps(ORDER) == before


def test_mutations_reach_every_place_and_every_kind_of_value() -> None:
    made = [mutated(Random(seed), ORDER) for seed in range(2_000)]

    kinds = {type(holder[key]) for one in made for holder, key in places(one)}
    assert kinds >= {str, int, float, bool, list, dict, type(None)}
    for name in ORDER:
        assert any(isinstance(one, dict) and one.get(name) != ORDER[name] for one in made)


def test_the_same_seed_makes_the_same_mutation() -> None:
    assert repr(mutated(Random(7), ORDER)) == repr(mutated(Random(7), ORDER))


def test_what_is_wrong_is_shrunk_to_what_shows_it() -> None:
    body = json.dumps({"lines": [{"sku": "x" * 1_000, "bad": 1}, {"sku": "y"}], "note": "n"})
    event = {"routeKey": "POST /v1/orders", "headers": {"a": "b"}, "body": body}
    given = Given("capture/accept_order", "http", event, "changed_body")

    small = shrunk(given, lambda one: "bad" in one.event["body"])

    assert json.loads(small.event["body"]) == {"lines": [{"bad": 1}]}
    assert (small.event["routeKey"], small.event["headers"]) == ("POST /v1/orders", {})


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a#b", "x" * 81, None])
def test_an_execution_has_a_name_that_step_functions_takes(name: Any) -> None:
    with pytest.raises(ClientError, match="InvalidName"):
        StepFunctions({}, set()).start_execution(name=name, input="{}")


def test_a_token_is_spent_once() -> None:
    workflows = StepFunctions({}, {"t"})
    workflows.send_task_success(taskToken="t", output="{}")

    with pytest.raises(ClientError, match="TaskTimedOut"):
        workflows.send_task_success(taskToken="t", output="{}")


def test_the_bus_refuses_what_is_no_json_entry_by_entry() -> None:
    good = {"Source": "holdfast.orders", "DetailType": "OrderReceived", "Detail": '{"event_id": "e1"}'}
    bus = Bus()

    answer = bus.put_events(Entries=[good, good | {"Detail": "NaN"}, good | {"DetailType": ""}])

    codes = [row.get("ErrorCode") for row in answer["Entries"]]
    assert codes == [None, "MalformedDetail", "InvalidArgument"]
    assert bus.published == ["e1"]


def test_half_a_character_reaches_no_service() -> None:
    require_sound({"Key": {"pk": {"S": "Żółw 🏠"}}}, "GetItem")

    with pytest.raises(ClientError, match="SerializationException"):
        require_sound({"Key": {"pk": {"S": "\ud800"}}}, "GetItem")
