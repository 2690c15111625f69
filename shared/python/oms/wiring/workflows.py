"""Order workflows and their tokens, ready to use."""

import time
from functools import cache

from oms.kernel.events import Event
from oms.runtime.starting import Executions, paced
from oms.runtime.step_functions import Tokens
from oms.wiring.clients import client
from oms.wiring.settings import admission_rate, required


@cache
def tokens() -> Tokens:
    return Tokens(client("stepfunctions"))


@cache
def executions() -> Executions:
    return Executions(client("stepfunctions"), required("ORDER_CAPTURE_ARN"))


def start_order_capture(event: Event) -> bool:
    """Start the order's workflow, at the pace this worker may keep."""
    return bool(paced(lambda: executions().start(event.subject), rate=admission_rate(), sleep=time.sleep))
