"""What the relay relies on of the bus: the fake in memory and EventBridge's own client, side by side."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from oms.runtime.relay import Bus, entry_of

from tests.builders import an_event
from tests.fakes.bus import FakeBus

BUS = "holdfast"


@pytest.fixture(params=["fake", "client"])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    if request.param == "fake":
        yield FakeBus()
        return
    with mock_aws():
        client: Any = boto3.client(
            "events", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        client.create_event_bus(Name=BUS)
        yield client


def entries(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [entry_of(an_event(number, **changes)) | {"EventBusName": BUS} for number in range(count)]


@pytest.mark.parametrize("count", [1, 10])
def test_each_entry_is_answered_in_its_place(bus: Bus, count: int) -> None:
    answer = bus.put_events(Entries=entries(count))

    assert answer["FailedEntryCount"] == 0
    assert len(answer["Entries"]) == count
    assert all(result["EventId"] and not result.get("ErrorCode") for result in answer["Entries"])


def test_more_than_ten_entries_are_refused_whole(bus: Bus) -> None:
    with pytest.raises(ClientError) as refused:
        bus.put_events(Entries=entries(11))

    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_no_entries_are_refused(bus: Bus) -> None:
    with pytest.raises(Exception):  # noqa: B017 -- the real client refuses before it sends
        bus.put_events(Entries=[])


def test_an_event_in_any_script_is_taken(bus: Bus) -> None:
    answer = bus.put_events(Entries=entries(1, data={"name": "Żółć 山田 🏠"}, reason='"quoted"'))

    assert answer["FailedEntryCount"] == 0


def test_the_fake_counts_bytes_as_aws_does() -> None:
    """AWS documents 14 bytes for the time, and source, detail type and detail in UTF-8, 256 KB in all.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
    """
    (entry,) = entries(1)
    rest = 256 * 1024 - 14 - sum(len(entry[name]) for name in ("Source", "DetailType", "Detail"))
    fits = entry | {"Detail": entry["Detail"][:-1] + " " * rest + "}"}

    FakeBus().put_events(Entries=[fits])
    with pytest.raises(ClientError):
        FakeBus().put_events(Entries=[fits | {"Detail": fits["Detail"] + " "}])
