"""What Holdfast relies on of Step Functions: the fake in memory and its own client, side by side."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from oms.runtime.starting import Attempt, Executions
from oms.runtime.step_functions import StepFunctions

from tests.builders import ORDER
from tests.fakes.step_functions import WORKFLOW, FakeStepFunctions

WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 900, "End": True}}}
EXECUTION = WORKFLOW.replace(":stateMachine:", ":execution:")


@pytest.fixture(params=["fake", "client"])
def client(request: pytest.FixtureRequest) -> Iterator[StepFunctions]:
    if request.param == "fake":
        yield FakeStepFunctions()
        return
    with mock_aws():
        real: Any = boto3.client(
            "stepfunctions", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        role = "arn:aws:iam::123456789012:role/any"
        made = real.create_state_machine(name="order-capture", definition=json.dumps(WAITS), roleArn=role)
        assert made["stateMachineArn"] == WORKFLOW
        yield real


@pytest.fixture
def executions(client: StepFunctions) -> Executions:
    return Executions(client, WORKFLOW)


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def test_a_start_that_is_repeated_while_it_runs_is_the_same_start(client: StepFunctions) -> None:
    start = {"stateMachineArn": WORKFLOW, "name": "ord_1", "input": '{"order_id": "ord_1"}'}

    first, again = client.start_execution(**start), client.start_execution(**start)

    assert first["executionArn"] == again["executionArn"]
    listed = client.list_executions(stateMachineArn=WORKFLOW, statusFilter="RUNNING", maxResults=10)
    assert len(listed["executions"]) == 1


def test_a_name_is_burned_once_used(client: StepFunctions) -> None:
    start = {"stateMachineArn": WORKFLOW, "name": "ord_1", "input": '{"order_id": "ord_1"}'}
    client.start_execution(**start)

    again = start | {"input": '{"order_id": "other"}'}
    assert code_of(lambda: client.start_execution(**again)) == "ExecutionAlreadyExists"


def test_an_execution_can_be_looked_at_by_its_name(client: StepFunctions) -> None:
    client.start_execution(stateMachineArn=WORKFLOW, name="ord_1", input="{}")

    assert client.describe_execution(executionArn=f"{EXECUTION}:ord_1")["status"] == "RUNNING"
    missing = f"{EXECUTION}:ord_2"
    assert code_of(lambda: client.describe_execution(executionArn=missing)) == "ExecutionDoesNotExist"


def test_running_executions_are_listed_newest_first(client: StepFunctions) -> None:
    for name in ("ord_1", "ord_2", "ord_3"):
        client.start_execution(stateMachineArn=WORKFLOW, name=name, input="{}")

    listed = client.list_executions(stateMachineArn=WORKFLOW, statusFilter="RUNNING", maxResults=10)

    assert [execution["name"] for execution in listed["executions"]] == ["ord_3", "ord_2", "ord_1"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_a_list_of_executions_has_pages_that_hold_each_once(client: StepFunctions, size: int) -> None:
    names = [f"ord_{number}" for number in range(5)]
    for name in names:
        client.start_execution(stateMachineArn=WORKFLOW, name=name, input="{}")
    request: dict[str, Any] = {"stateMachineArn": WORKFLOW, "statusFilter": "RUNNING", "maxResults": size}
    found = []

    while True:
        page = client.list_executions(**request)
        found.append([execution["name"] for execution in page["executions"]])
        if not page.get("nextToken"):
            break
        request["nextToken"] = page["nextToken"]

    assert [name for page in found for name in page] == list(reversed(names))
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    assert 0 < len(found[-1]) <= size


def test_a_page_token_can_be_used_again(client: StepFunctions) -> None:
    for name in ("ord_1", "ord_2", "ord_3"):
        client.start_execution(stateMachineArn=WORKFLOW, name=name, input="{}")
    request: dict[str, Any] = {"stateMachineArn": WORKFLOW, "statusFilter": "RUNNING", "maxResults": 1}
    request["nextToken"] = client.list_executions(**request)["nextToken"]

    first, again = client.list_executions(**request), client.list_executions(**request)

    assert [page["executions"][0]["name"] for page in (first, again)] == ["ord_2", "ord_2"]


def test_a_page_token_that_nobody_gave_is_refused(client: StepFunctions) -> None:
    request = {"stateMachineArn": WORKFLOW, "statusFilter": "RUNNING", "maxResults": 10}

    assert code_of(lambda: client.list_executions(**request, nextToken="yesterday")) == "InvalidToken"


def test_a_list_whose_token_is_refused_begins_anew(executions: Executions) -> None:
    executions.start(ORDER)

    assert executions.listed("RUNNING", limit=10, after="yesterday") == ([Attempt(ORDER, 1)], None)


def test_an_order_is_started_once_and_found_again(executions: Executions) -> None:
    assert executions.latest(ORDER) == (0, "")

    assert executions.start(ORDER)
    assert executions.start(ORDER)

    assert executions.latest(ORDER) == (1, "RUNNING")
    assert executions.listed("RUNNING", limit=10) == ([Attempt(ORDER, 1)], None)
