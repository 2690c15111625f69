"""The clients that functions call AWS with."""

from typing import Any

import pytest
from oms.wiring import clients

from infra.catalogue import CATALOGUE
from infra.names import function_name

NAMES = sorted(function_name(folder) for folder in CATALOGUE)


class Sent(Exception):
    """What would have gone out."""


def _stop(request: Any, **_: Any) -> None:
    raise Sent(request.headers["User-Agent"].decode())


def test_a_call_names_the_function_that_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_LAMBDA_FUNCTION_NAME": "holdfast-accept-order",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    client = clients.client.__wrapped__("dynamodb")
    client.meta.events.register("before-send.dynamodb", _stop)

    with pytest.raises(Sent, match=r"^holdfast/holdfast-accept-order\b"):
        client.list_tables()
    client.close()


def test_no_function_is_taken_for_another_whose_name_is_longer() -> None:
    assert [one for one in NAMES for other in NAMES if one != other and other.startswith(one)] == []
