"""What may be written, as values. A transaction is a list of them, whoever's table they name.

Every write carries a condition: a repeat, a lost acknowledgement and a race all meet it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oms.aws.items import marshal, typed

Key = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole item where `condition` holds (default: nothing is there yet)."""

    table: str
    item: Mapping[str, Any]
    condition: str = "attribute_not_exists(pk)"
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        body = {"TableName": self.table, "Item": marshal(self.item), "ConditionExpression": self.condition}
        return {"Put": body | _placeholders(self.names, self.values)}


@dataclass(frozen=True, slots=True)
class Update:
    """Change part of an item where `condition` holds."""

    table: str
    key: Key
    update: str
    condition: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        body = {
            "TableName": self.table,
            "Key": marshal(self.key),
            "UpdateExpression": self.update,
            "ConditionExpression": self.condition,
        }
        return {"Update": body | _placeholders(self.names, self.values)}


@dataclass(frozen=True, slots=True)
class Check:
    """Require `condition` of an item without changing it."""

    table: str
    key: Key
    condition: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        body = {"TableName": self.table, "Key": marshal(self.key), "ConditionExpression": self.condition}
        return {"ConditionCheck": body | _placeholders(self.names, self.values)}


Write = Put | Update | Check


def _placeholders(names: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    placeholders: dict[str, Any] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if names:
        placeholders["ExpressionAttributeNames"] = dict(names)
    if values:
        placeholders["ExpressionAttributeValues"] = {name: typed(value) for name, value in values.items()}
    return placeholders
