"""What is drawn for a machine that plays with stock: three orders, two places, three articles and little of each."""

from botocore.exceptions import EndpointConnectionError
from hypothesis import strategies as st

from tests.contract.inventory.desk import Desk, dynamo_desk
from tests.contract.inventory.model import TURNS
from tests.simulation.aws.dynamo import SimDynamo

LOCATIONS, SKUS, ORDERS = ("BER", "LON"), ("CUP", "JUG", "MUG"), ("o1", "o2", "o3")
KEYS = [(location, sku) for location in LOCATIONS for sku in SKUS]
OPENING = 6

keys, orders, attempts = st.sampled_from(KEYS), st.sampled_from(ORDERS), st.sampled_from(sorted(TURNS))
line = st.tuples(st.sampled_from(LOCATIONS), st.sampled_from(SKUS), st.integers(1, 3))
wanted = st.lists(line, min_size=1, max_size=4)
COMMANDS = (
    *["reserve"] * 5, *["ship"] * 4, *["release"] * 2, *["two at once"] * 2, "reserve something else", "ship again",
    "ship too much", "adjust", "adjust again",
)  # fmt: skip
crashes = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(["before", "after"]), st.integers(1, 6)))


def over_dynamo(size: int) -> Desk:
    """A desk on a simulated DynamoDB of its own, with chunks of so many stock rows."""
    return dynamo_desk(SimDynamo(), _lost, size)


def _lost() -> Exception:
    return EndpointConnectionError(endpoint_url="https://dynamodb.invalid")
