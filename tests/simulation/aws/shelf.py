"""A table on any DynamoDB, as tests talk to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from oms.aws.items import marshal

Request = dict[str, Any]

_ALWAYS = "attribute_not_exists(pk) OR attribute_exists(pk)"


@dataclass(frozen=True)
class Shelf:
    """`client` is boto3's or a SimDynamo; items are plain values, keys are (pk, sk) with pk `A` unless told."""

    client: Any
    table: str

    def put(self, sk: str, *, pk: str = "A", **more: Any) -> None:
        self.client.put_item(TableName=self.table, Item=marshal({"pk": pk, "sk": sk, **more}))

    def get(self, sk: str, pk: str = "A") -> Any:
        """The typed item; None where there is none."""
        return self.client.get_item(TableName=self.table, Key=key(sk, pk), ConsistentRead=True).get("Item")

    def remove(self, sk: str) -> None:
        self.client.delete_item(TableName=self.table, Key=key(sk))

    def query(self, condition: str, values: Request, **more: Any) -> Any:
        """One page; `values` are texts by the names of their placeholders."""
        placeholders = marshal({f":{name}": text for name, text in values.items()})
        return self.client.query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=placeholders,
            **more,
        )

    def sorts(self, condition: str, values: Request, **more: Any) -> list[str]:
        """The sort keys of one page."""
        return [item["sk"]["S"] for item in self.query(condition, values, **more)["Items"]]

    def transact(self, *writes: Request) -> None:
        """Requests of `putting` and `updating`, together."""
        self.client.transact_write_items(
            TransactItems=[{"Put" if "Item" in write else "Update": write} for write in writes]
        )

    def putting(self, sk: str, condition: str | None = None, **more: Any) -> Request:
        request: Request = {"TableName": self.table, "Item": marshal({"pk": "A", "sk": sk, **more})}
        if condition:
            request |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return request

    def updating(self, sk: str, update: str, condition: str = _ALWAYS, **values: Any) -> Request:
        request: Request = {
            "TableName": self.table,
            "Key": key(sk),
            "UpdateExpression": update,
            "ConditionExpression": condition,
        }
        if values:
            request["ExpressionAttributeValues"] = marshal({f":{name}": one for name, one in values.items()})
        return request


def key(sk: str, pk: str = "A") -> Any:
    """A typed key."""
    return marshal({"pk": pk, "sk": sk})


def refusal(call: Callable[..., Any], *arguments: Any, **request: Any) -> Request:
    """What the service says when it refuses a call."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **request)
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return {name: response[name] for name in ("Error", "Item", "CancellationReasons") if name in response}


def code(call: Callable[..., Any], *arguments: Any, **request: Any) -> str:
    """The code of the refusal."""
    return str(refusal(call, *arguments, **request)["Error"]["Code"])
