"""What is wrong with a request is said where it is wrong."""

from typing import Any

import pytest
from oms.contracts.requests import PlaceOrder, RecordShipment
from pydantic import BaseModel, ValidationError

from tests.builders import an_order_body

LINE = an_order_body()["lines"][0]
PARCEL = {"shipment_id": "p1", "carrier": "DHL", "tracking_number": "JD01"}


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (PlaceOrder, an_order_body(lines=[LINE, LINE | {"line_id": "other"}, LINE])),
        (
            RecordShipment,
            PARCEL | {"lines": [{"line_id": name, "quantity": 1} for name in ("L1", "other", "L1")]},
        ),
    ],
)
def test_a_line_id_that_comes_again_is_found_at_its_second_place(
    model: type[BaseModel], body: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)

    assert [(error["loc"], error["msg"]) for error in refused.value.errors()] == [
        (("lines", 2, "line_id"), "repeats L1")
    ]
