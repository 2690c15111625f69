"""Reading everything, for those who check the laws."""

from typing import Any

import pytest
from oms.aws.audit import everything
from oms.aws.items import Item, Unreadable, marshal
from oms.kernel.errors import Throttled

from tests.fakes.aws_errors import client_error


class Shelf:
    """A table that answers one item per page."""

    def __init__(self, count: int) -> None:
        self._items = [marshal({"pk": str(number), "sk": "x"}) for number in range(count)]

    def scan(self, **request: Any) -> Any:
        assert request["ConsistentRead"]
        at = int(request.get("ExclusiveStartKey", {"pk": {"S": "-1"}})["pk"]["S"]) + 1
        answer = {"Items": self._items[at : at + 1]}
        return answer | ({"LastEvaluatedKey": self._items[at]} if at + 1 < len(self._items) else {})


@pytest.mark.parametrize("count", [0, 1, 3])
def test_everything_is_read_over_all_pages(count: int) -> None:
    found = everything(Shelf(count), "t", lambda item: item["pk"])

    assert list(found) == [str(number) for number in range(count)]


def test_an_item_that_cannot_be_read_spoils_no_other() -> None:
    def read(item: Item) -> str:
        if item["pk"] == "1":
            raise TypeError("no name")
        return str(item["pk"])

    first, broken, last = everything(Shelf(3), "t", read)

    assert (first, last) == ("0", "2")
    assert isinstance(broken, Unreadable)
    assert (broken.name, type(broken.error)) == ("1/x", TypeError)


def test_a_table_that_asks_to_slow_down_says_so() -> None:
    class Busy:
        def scan(self, **_: Any) -> Any:
            raise client_error("ProvisionedThroughputExceededException", "Scan")

    with pytest.raises(Throttled):
        list(everything(Busy(), "t", dict))
