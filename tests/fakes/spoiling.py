"""Rows as none of our code writes them: whoever reads many must go on with the others."""

from collections.abc import Callable
from typing import Any, Final

Spoil = Callable[[Any, str, str, str], None]


def _half(client: Any, table: str, pk: str, sk: str) -> None:
    """A number that is no whole one: the row cannot even be taken out of its wrapping."""
    _update(client, table, pk, sk, "SET version = :half", {":half": {"N": "1.5"}})


def _without(client: Any, table: str, pk: str, sk: str) -> None:
    """A row without something that all of its kind have."""
    _update(client, table, pk, sk, "REMOVE version", {})


SPOILT: Final[tuple[Spoil, ...]] = (_half, _without)


def _update(client: Any, table: str, pk: str, sk: str, expression: str, values: dict[str, Any]) -> None:
    more = {"ExpressionAttributeValues": values} if values else {}
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    client.update_item(TableName=table, Key=key, UpdateExpression=expression, **more)
