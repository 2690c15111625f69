"""Events wait in queues, never get lost, and never stop others."""

import json

import pytest

from infra import names
from infra.catalogue import CATALOGUE
from infra.stacks.upkeep import CONSUMERS
from tests.infra.templates import Assembly, Resource
from tests.simulation.cloud import messages


def _mappings(assembly: Assembly, service: str) -> list[Resource]:
    return [
        mapping
        for mapping in assembly.all("AWS::Lambda::EventSourceMapping")
        if ("StartingPosition" in mapping.properties) == (service == "dynamodb")
    ]


def _queue(assembly: Assembly, name: str) -> Resource:
    (queue,) = (q for q in assembly.all("AWS::SQS::Queue") if q["QueueName"] == name)
    return queue


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_what_a_consumer_cannot_take_goes_to_its_dead_letter_queue(aws: Assembly, consumer: str) -> None:
    queue = _queue(aws, names.queue(consumer))
    parked = _queue(aws, names.dead_letter_queue(consumer))
    redrive = queue["RedrivePolicy"]
    assert queue.resolve(redrive["deadLetterTargetArn"]) == f"<{parked.id}>"
    assert 3 <= redrive["maxReceiveCount"] <= 20
    assert parked["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_queue_is_a_consumers_or_its_dead_letters_or_the_relays(aws: Assembly) -> None:
    known = {names.queue(c) for c in CONSUMERS} | {names.dead_letter_queue(c) for c in CONSUMERS}
    assert {q["QueueName"] for q in aws.all("AWS::SQS::Queue")} == known | {"holdfast-relay-dlq"}


def test_every_consumer_is_fed_from_its_own_queue(aws: Assembly) -> None:
    fed = {
        function["FunctionName"]
        for mapping in _mappings(aws, "sqs")
        for function in aws.all("AWS::Lambda::Function", stack=mapping.stack)
        if mapping.resolve(mapping["FunctionName"]) == f"<{function.id}>"
    }
    consumers = {names.function_name(consumer) for consumer in CONSUMERS}
    assert fed == consumers | {names.function_name("support/park_dead_letter")}


def test_every_dead_letter_queue_is_emptied_into_the_support_queue(aws: Assembly) -> None:
    (parking,) = (
        f for f in aws.all("AWS::Lambda::Function") if f["FunctionName"] == "holdfast-park-dead-letter"
    )
    sources = {
        mapping.resolve(mapping["EventSourceArn"]).rsplit(":", 1)[1]
        for mapping in _mappings(aws, "sqs")
        if mapping.stack == parking.stack and mapping.resolve(mapping["FunctionName"]) == f"<{parking.id}>"
    }
    assert sources == {names.dead_letter_queue(consumer) for consumer in CONSUMERS}


def test_every_mapping_reports_the_items_that_failed(aws: Assembly) -> None:
    mappings = aws.all("AWS::Lambda::EventSourceMapping")
    assert len(mappings) == 2 * len(CONSUMERS) + len(names.STREAMED)
    assert all(mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for mapping in mappings)


def test_streams_are_filtered_bisected_and_given_up_in_the_end(aws: Assembly) -> None:
    mappings = _mappings(aws, "dynamodb")
    read = {mapping.resolve(mapping["EventSourceArn"]) for mapping in mappings}
    assert read == {f"<{names.stream(table)}>" for table in names.STREAMED}
    for mapping in mappings:
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["MaximumRetryAttempts"] <= 10
        assert mapping["MaximumRecordAgeInSeconds"] <= 24 * 3600
        assert mapping["DestinationConfig"]["OnFailure"]["Destination"]
        (rule,) = mapping["FilterCriteria"]["Filters"]
        assert json.loads(rule["Pattern"]) == {
            "eventName": ["INSERT"],
            "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}},
        }


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_a_message_is_hidden_six_times_as_long_as_its_function_may_run(aws: Assembly, consumer: str) -> None:
    assert _queue(aws, names.queue(consumer))["VisibilityTimeout"] >= 6 * CATALOGUE[consumer].timeout


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_on_one_machine_a_failed_message_comes_back_as_soon_as_its_function_must_have_ended(
    local: Assembly, consumer: str
) -> None:
    assert _queue(local, names.queue(consumer))["VisibilityTimeout"] == CATALOGUE[consumer].timeout


PARTNERS_CONSUMERS = ("payments/capture_payment", "tax/commit_tax")


@pytest.mark.parametrize("consumer", PARTNERS_CONSUMERS)
def test_a_partner_may_be_away_for_half_an_hour_before_a_message_is_parked(
    aws: Assembly, consumer: str
) -> None:
    queue = _queue(aws, names.queue(consumer))
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] >= 2 * 30 * 60


def test_a_message_never_waits_behind_a_slow_partner_in_its_batch(aws: Assembly) -> None:
    sizes = {
        function["FunctionName"]: mapping["BatchSize"]
        for mapping in _mappings(aws, "sqs")
        for function in aws.all("AWS::Lambda::Function", stack=mapping.stack)
        if mapping.resolve(mapping["FunctionName"]) == f"<{function.id}>"
    }
    alone = {name for name, size in sizes.items() if size == 1}
    assert alone == {names.function_name(consumer) for consumer in PARTNERS_CONSUMERS}


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_the_simulator_delivers_as_often_and_hides_as_long(aws: Assembly, consumer: str) -> None:
    queue = _queue(aws, names.queue(consumer))
    partner = consumer in messages.PARTNERS
    assert queue["RedrivePolicy"]["maxReceiveCount"] == (
        messages.PARTNER_ATTEMPTS if partner else messages.ATTEMPTS
    )
    assert queue["VisibilityTimeout"] == messages.HIDDEN * CATALOGUE[consumer].timeout


def test_the_simulator_knows_who_asks_partners_and_when_a_stream_gives_up(aws: Assembly) -> None:
    assert messages.PARTNERS == PARTNERS_CONSUMERS
    for mapping in _mappings(aws, "dynamodb"):
        assert mapping["MaximumRetryAttempts"] == messages.STREAM_ATTEMPTS
        assert mapping["MaximumBatchingWindowInSeconds"] == messages.GATHERING


def test_queues_refuse_whoever_comes_without_tls_and_anybody_unnamed(aws: Assembly) -> None:
    policies = aws.all("AWS::SQS::QueuePolicy")
    assert len(policies) == len(aws.all("AWS::SQS::Queue"))
    for policy in policies:
        found = policy["PolicyDocument"]["Statement"]
        assert any(
            s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for s in found
        )
        for statement in (s for s in found if s["Effect"] == "Allow"):
            assert statement["Principal"] == {"Service": "events.amazonaws.com"}
            assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]


def test_every_event_that_somebody_takes_is_routed_from_our_bus(aws: Assembly) -> None:
    taken: dict[str, set[str]] = {}
    for rule in aws.all("AWS::Events::Rule"):
        if "EventPattern" not in rule.properties:
            continue
        assert rule.resolve(rule["EventBusName"]) == "<" + names.BUS + ">"
        assert rule["EventPattern"]["source"] == [{"prefix": "holdfast."}]
        taken[rule["Name"]] = set(rule["EventPattern"]["detail-type"])
    assert taken == {
        "holdfast-start-order-capture": {"OrderReceived"},
        "holdfast-resume-order-capture": {
            "ShipmentRecorded",
            "OrderCancellationRequested",
            "OrderCancelled",
            "ExceptionResolved",
        },
        "holdfast-capture-payment": {"ShipmentRecorded", "ExceptionResolved"},
        "holdfast-ship-stock": {"ShipmentRecorded"},
        "holdfast-commit-tax": {"ShipmentRecorded"},
        "holdfast-alarm-escalated": {"ExceptionEscalated"},
    }


def test_sweeper_and_watchdog_run_every_minute_and_are_never_queued_up(aws: Assembly) -> None:
    scheduled = [r for r in aws.all("AWS::Events::Rule") if "ScheduleExpression" in r.properties]
    assert [rule["ScheduleExpression"] for rule in scheduled] == ["rate(1 minute)"] * 2
    invocations = aws.all("AWS::Lambda::EventInvokeConfig")
    assert [i["MaximumRetryAttempts"] for i in invocations] == [0, 0]
