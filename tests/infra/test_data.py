"""Data at rest: encrypted with our key, recoverable, kept when a stack goes."""

import pytest

from infra import names
from tests.infra.templates import Assembly, as_list

INDEXES = {
    "orders": {
        "outbox": ("outbox_shard", "outbox_at"),
        "by_status": ("status_key", "status_at"),
        "by_location": ("location_key", "location_at"),
    },
    "inventory": {"outbox": ("outbox_shard", "outbox_at")},
    "payments": {"outbox": ("outbox_shard", "outbox_at")},
    "support": {"outbox": ("outbox_shard", "outbox_at"), "by_queue": ("queue_key", "queue_at")},
    "partners": {},
}


def test_every_context_that_owns_data_has_one_table_with_its_indexes(aws: Assembly) -> None:
    found = {}
    for parameter in aws.all("AWS::SSM::Parameter"):
        for table in aws.all("AWS::DynamoDB::Table", stack=parameter.stack):
            if parameter["Name"].startswith("/holdfast/tables/") and parameter.resolve(
                parameter["Value"]
            ) == (f"<{table.id}>"):
                found[parameter["Name"].rsplit("/", 1)[1]] = {
                    index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
                    for index in table.properties.get("GlobalSecondaryIndexes", ())
                }
    assert found == INDEXES
    assert set(found) == set(names.TABLES)


def test_indexes_carry_keys_only_for_nothing_is_decided_from_them(aws: Assembly) -> None:
    indexes = [
        i for t in aws.all("AWS::DynamoDB::Table") for i in t.properties.get("GlobalSecondaryIndexes", ())
    ]
    assert {index["Projection"]["ProjectionType"] for index in indexes} == {"KEYS_ONLY"}


def test_tables_are_keyed_alike_on_demand_encrypted_and_recoverable(aws: Assembly) -> None:
    for table in aws.all("AWS::DynamoDB::Table"):
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"]["SSEType"] == "KMS"
        assert table.resolve(table["SSESpecification"]["KMSMasterKeyId"]) == f"<{names.KEY_ARN}>"


def test_the_stream_of_an_outbox_carries_the_new_row(aws: Assembly) -> None:
    views = {
        table.stack: table.properties.get("StreamSpecification", {}).get("StreamViewType")
        for table in aws.all("AWS::DynamoDB::Table")
    }
    assert views == {
        "holdfast-orders": "NEW_IMAGE",
        "holdfast-inventory": "NEW_IMAGE",
        "holdfast-finance": "NEW_IMAGE",
        "holdfast-support": "NEW_IMAGE",
        "holdfast-partners": None,
    }


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
    ],
)
def test_everything_that_holds_data_uses_our_key(aws: Assembly, type_: str, property_: str) -> None:
    (key,) = aws.all("AWS::KMS::Key")
    found = aws.all(type_)
    assert found
    assert {resource.resolve(resource[property_]) for resource in found} <= {
        f"<{names.KEY_ARN}>",
        f"<{key.id}>",
    }


def test_the_key_turns_and_admits_the_services_that_encrypt_for_us(aws: Assembly) -> None:
    (key,) = aws.all("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    admitted = {
        service
        for statement in key["KeyPolicy"]["Statement"]
        for service in as_list(key.resolve(statement["Principal"].get("Service", [])))
    }
    assert {"events.amazonaws.com", "cloudwatch.amazonaws.com", "delivery.logs.amazonaws.com"} <= admitted
    assert "logs.<AWS::Region>.amazonaws.com" in admitted
    assert all("Condition" in s for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"])


def test_what_cannot_be_made_again_survives_its_stack_on_aws(aws: Assembly) -> None:
    lasting = (
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::Cognito::UserPool",
        "AWS::SecretsManager::Secret",
    )
    for type_ in lasting:
        for resource in aws.all(type_):
            assert resource.body["DeletionPolicy"] == "Retain", resource.id
    assert all(table["DeletionProtectionEnabled"] for table in aws.all("AWS::DynamoDB::Table"))


def test_nothing_is_left_behind_on_one_machine(local: Assembly) -> None:
    kept = [r.id for r in local.resources() if r.body.get("DeletionPolicy") == "Retain"]
    assert not [id_ for id_ in kept if "Layer" in id_ or "Table" in id_]


def test_logs_are_kept_for_a_stated_time(aws: Assembly) -> None:
    groups = aws.all("AWS::Logs::LogGroup")
    assert {group["RetentionInDays"] for group in groups} == {30}
