"""The tables as the stacks deploy them."""

from collections.abc import Mapping
from typing import Any, Final

from infra import names
from tests.builders import INDEXES

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "orders": ("outbox", "by_status", "by_location"),
    "inventory": ("outbox",),
    "payments": ("outbox",),
    "support": ("outbox", "by_queue"),
    "partners": (),
}
"""Context -> the indexes of its table."""


def create_tables(client: Any, *, view: str = "NEW_IMAGE") -> None:
    """Make the tables, called like their contexts, with boto3's client or SimDynamo. `view`: of their streams."""
    for context, indexes in TABLES.items():
        client.create_table(**_description(context, indexes, view))


def _description(context: str, indexes: tuple[str, ...], view: str) -> dict[str, Any]:
    attributes = ["pk", "sk", *(name for index in indexes for name in INDEXES[index])]
    description: dict[str, Any] = {
        "TableName": context,
        "KeySchema": _key("pk", "sk"),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if indexes:
        description["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": _key(*INDEXES[index]),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index in indexes
        ]
    if context in names.STREAMED:
        description["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    return description


def _key(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
