"""Rows as none of our code writes them: whoever reads many must go on with the others."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

Spoil = Callable[[Any, str, str, str], None]


def set_to(client: Any, table: str, pk: str, sk: str, name: str, value: dict[str, Any]) -> None:
    """Give an attribute a value, in DynamoDB's notation."""
    client.update_item(
        TableName=table,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


def _without_version(client: Any, table: str, pk: str, sk: str) -> None:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    client.update_item(TableName=table, Key=key, UpdateExpression="REMOVE version")


SPOILT: Final[tuple[Spoil, ...]] = (
    partial(set_to, name="version", value={"N": "1.5"}),
    partial(set_to, name="version", value={"S": "1"}),
    _without_version,
)
"""A number that is no whole one (it cannot even be taken out of its wrapping), one as text, and none at all."""
