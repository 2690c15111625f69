"""Every rule for workflow files can be broken, and says so."""

from copy import deepcopy

import pytest

from tests.workflows import data_rules, form_rules, house_rules
from tests.workflows.machines import Kind, Machine
from tests.workflows.rules import RULES, Rule, violations
from tests.workflows.small_workflow import (
    GOOD,
    RETRY,
    Change,
    add,
    branch,
    call,
    drop,
    payload,
    put,
    put_first,
    put_inside,
    top,
)

_ALL = ["States.ALL"]
_DONE = {"Type": "Succeed", "Comment": "An end."}
_LOOP = {"Type": "Pass", "Comment": "Turns for ever.", "Next": "Turning"}
_SDK = "arn:aws:states:::aws-sdk"

BROKEN: list[tuple[Rule, Change, str]] = [
    (form_rules.fields_are_known, put("Release", Parameters={}), "a Task has no Parameters"),
    (form_rules.fields_are_known, put("Begin", InputPath="$.x"), "a Pass has no InputPath"),
    (form_rules.fields_are_known, put("Decide", Retry=[RETRY]), "a Choice has no Retry"),
    (form_rules.fields_are_known, put("Broken", Output={}), "a Fail has no Output"),
    (form_rules.fields_are_known, put("Done", Assign={"x": 1}), "a Succeed has no Assign"),
    (form_rules.fields_are_known, put("Done", Type="Stop"), "no type Stop"),
    (form_rules.fields_are_known, drop("Decide", "Default"), "needs Default"),
    (form_rules.fields_are_known, drop("Release", "Arguments"), "needs Arguments"),
    (form_rules.fields_are_known, top(Author="me"), "no field Author"),
    (form_rules.fields_are_known, put_first("Decide", "Choices", Variable="$.x"), "no Variable"),
    (form_rules.fields_are_known, put_first("Release", "Catch", ResultPath="$.x"), "no ResultPath"),
    (form_rules.language_is_jsonata, top(QueryLanguage="JSONPath"), "is not JSONata"),
    (form_rules.language_is_jsonata, put("Begin", QueryLanguage="JSONPath"), "another query language"),
    (form_rules.states_lead_on, put("Begin", End=True), "needs Next or End"),
    (form_rules.states_lead_on, drop("Begin", "Next"), "needs Next or End"),
    (form_rules.states_lead_on, put("Done", Next="Broken"), "a Succeed has no"),
    (form_rules.states_lead_on, put_inside(End=False), "End is true"),
    (form_rules.targets_exist, top(StartAt="Start"), "StartAt 'Start' is no state"),
    (form_rules.targets_exist, put("Wait", Next="Gone"), "leads to 'Gone'"),
    (form_rules.targets_exist, put_first("Release", "Catch", Next="Tell"), "leads to 'Tell'"),
    (form_rules.states_are_reachable, add("Alone", _DONE), "Alone: is never reached"),
    (form_rules.states_are_reachable, add("Turning", _LOOP), "Turning: never comes to an end"),
    (form_rules.names_are_legal, add(True, _DONE), "True is no name"),
    (form_rules.names_are_legal, add("A" * 81, _DONE), "is no name"),
    (form_rules.names_are_legal, add("Tell", _DONE), "used twice"),
    (form_rules.choices_have_conditions, put("Decide", Choices=[]), "asks nothing"),
    (form_rules.choices_have_conditions, put("Decide", Choices=[{"Next": "Done"}]), "needs Condition"),
    (form_rules.integrations_exist, call("arn:aws:states:::lambda:call"), "AWS offers no"),
    (form_rules.integrations_exist, call("arn:aws:states:::lambda:invoke.sync"), "AWS offers no"),
    (form_rules.integrations_exist, call(f"{_SDK}:sfn:startSyncExecution.sync"), "AWS offers no"),
    (
        form_rules.integrations_exist,
        call("arn:aws:states:::states:startExecution.sync:2", StateMachineArn="${AssessOrder}"),
        "does not take an Express child",
    ),
    (form_rules.time_is_limited, lambda document: document.pop("TimeoutSeconds"), "has no TimeoutSeconds"),
    (form_rules.errors_are_well_named, put_first("Release", "Catch", ErrorEquals=[]), "names no error"),
    (
        form_rules.errors_are_well_named,
        put_first("Release", "Retry", ErrorEquals=["States.ALL", "States.Timeout"]),
        "beside others",
    ),
    (form_rules.errors_are_well_named, put("Release", Retry=[RETRY, RETRY]), "before the last"),
    (form_rules.retries_are_legal, put_first("Release", "Retry", MaxDelaySeconds=1), "out of bounds"),
    (form_rules.retries_are_legal, put_first("Release", "Retry", JitterStrategy="HALF"), "out of bounds"),
    (form_rules.retries_are_legal, put_first("Release", "Retry", BackoffRate=0.5), "out of bounds"),
    (
        form_rules.callbacks_pass_their_token,
        put("Wait", Arguments={"FunctionName": "${AwaitFulfilment}", "Payload": {"order_id": "1"}}),
        "a token that nobody gets",
    ),
    (
        form_rules.callbacks_pass_their_token,
        payload(t="{% $states.context.Task.Token %}"),
        "no token to give",
    ),
    (form_rules.branches_are_whole, lambda document: branch(document).pop("StartAt"), "has no StartAt"),
    (data_rules.expressions_are_readable, put_inside(Output="{% $order_id & %}"), "Tell"),
    (data_rules.expressions_are_readable, put_inside(Output="{% $eval('1') %}"), "no function $eval"),
    (data_rules.expressions_are_readable, put_inside(Output=" {% 1 %}"), "text around"),
    (
        data_rules.states_are_read_where_they_are,
        payload(x="{% $states.result.x %}"),
        "no $states.result.x in Arguments",
    ),
    (
        data_rules.states_are_read_where_they_are,
        put("Begin", Assign={"order_id": "{% $states.result.x %}"}),
        "no $states.result.x in Assign",
    ),
    (
        data_rules.states_are_read_where_they_are,
        put("Release", Output="{% $states.errorOutput.Error %}"),
        "in Output",
    ),
    (
        data_rules.states_are_read_where_they_are,
        put_inside(Output="{% $states.context.State.Name %}"),
        "within a branch",
    ),
    (data_rules.variables_are_assigned_first, put("Begin", Assign={"other": 1}), "$order_id may not be"),
    (
        data_rules.variables_are_assigned_first,
        put_first("Release", "Catch", Next="Decide"),
        "Decide: $answer may not be",
    ),
    (data_rules.variables_are_assigned_first, payload(x="{% $inner %}"), "$inner may not be"),
    (data_rules.variables_are_assigned_first, put("Begin", Output="{% $order_id %}"), "Begin: $order_id"),
    (data_rules.branches_keep_to_their_variables, put_inside(Assign={"order_id": "2"}), "belongs outside"),
    (data_rules.variables_have_names_of_their_own, put("Begin", Assign={"states": 1}), "assigns $states"),
    (house_rules.everything_has_a_comment, drop("Wait", "Comment"), "Wait: has no Comment"),
    (house_rules.everything_has_a_comment, top(Comment=""), "says nothing"),
    (house_rules.names_are_plain_words, add("No", _DONE), "No: is no plain name"),
    (house_rules.names_are_plain_words, add("do_it", _DONE), "do_it: is no plain name"),
    (house_rules.tasks_have_a_time_out, drop("Release", "TimeoutSeconds"), "has no TimeoutSeconds"),
    (house_rules.tasks_have_a_time_out, put("Release", TimeoutSeconds=7200), "longer than its workflow"),
    (house_rules.tasks_are_retried, drop("Release", "Retry"), "is not retried"),
    (house_rules.tasks_are_retried, put_first("Release", "Retry", JitterStrategy="NONE"), "without jitter"),
    (
        house_rules.tasks_are_retried,
        put_first("Release", "Retry", ErrorEquals=["States.Timeout"]),
        "does not retry every",
    ),
    (house_rules.tasks_are_retried, put_first("Wait", "Retry", ErrorEquals=_ALL), "retries ['States.ALL']"),
    (house_rules.failures_are_caught, drop("Release", "Catch"), "does not catch"),
    (
        house_rules.failures_are_caught,
        put_first("Release", "Catch", ErrorEquals=["States.Timeout"]),
        "does not catch",
    ),
    (house_rules.nothing_is_ignored_here, put("Decide", Output={}), "ignores Output"),
    (house_rules.nothing_is_ignored_here, put("Done", Output={}), "ignores Output"),
    (house_rules.nothing_is_ignored_here, put("Check", Arguments={}), "ignores Arguments"),
    (house_rules.nothing_is_ignored_here, put("Check", Assign={"x": 1}), "ignores Assign"),
    (house_rules.nothing_is_ignored_here, put("Wait", HeartbeatSeconds=5), "ignores HeartbeatSeconds"),
    (house_rules.tables_belong_to_code, call("arn:aws:states:::dynamodb:putItem"), "writes a table"),
    (house_rules.tables_belong_to_code, call(f"{_SDK}:dynamodb:updateItem"), "writes a table"),
    (
        house_rules.substitutions_are_known,
        call("arn:aws:states:::lambda:invoke", FunctionName="${SendParcel}", Payload={}),
        "nobody offers ${SendParcel}",
    ),
    (house_rules.payloads_fit_their_tasks, payload(units=3), "units is in the payload only"),
    (
        house_rules.payloads_fit_their_tasks,
        call("arn:aws:states:::lambda:invoke", FunctionName="${SettleCancellation}", Payload={}),
        "order_id is in the command only",
    ),
    (
        house_rules.payloads_fit_their_tasks,
        call("arn:aws:states:::lambda:invoke", FunctionName="${AcceptOrder}", Payload={}),
        "no command AcceptOrder",
    ),
    (
        house_rules.payloads_fit_their_tasks,
        call("arn:aws:states:::lambda:invoke", Payload={}),
        "takes FunctionName",
    ),
    (house_rules.nothing_personal_travels, put("Begin", Assign={"email": "x"}), "carries email"),
    (house_rules.nothing_personal_travels, payload(deep={"to": [{"city": 1}]}), "carries city"),
]


@pytest.mark.parametrize(("rule", "change", "message"), BROKEN)
def test_a_broken_workflow_is_found_out(rule: Rule, change: Change, message: str) -> None:
    document = deepcopy(GOOD)
    change(document)

    assert any(message in text for text in rule(Machine("small", "STANDARD", document)))


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("EXPRESS", top(TimeoutSeconds=301), "lives 300 s"),
        ("EXPRESS", top(TimeoutSeconds=300), "cannot wait"),
    ],
)
def test_an_express_workflow_is_short_and_never_waits(kind: Kind, change: Change, message: str) -> None:
    document = deepcopy(GOOD)
    change(document)

    assert any(message in text for text in violations(Machine("small", kind, document)))


def test_every_rule_is_broken_by_some_workflow() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_a_way_that_does_not_exist_is_no_way() -> None:
    with pytest.raises(ValueError, match="no way from Done"):
        house_rules.steps_by_way_of(Machine("small", "STANDARD", GOOD), ["Done", "Wait"])


def test_the_small_workflow_keeps_every_rule() -> None:
    assert violations(Machine("small", "STANDARD", GOOD)) == []
