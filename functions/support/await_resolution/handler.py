"""Order capture, task AwaitResolution: waits with a token."""

from oms.contracts.tasks import AwaitResolution
from oms.runtime import waiting
from oms.runtime.tasks import token_task
from oms.wiring.clients import now
from oms.wiring.orders import orders
from oms.wiring.support import cases
from oms.wiring.workflows import tokens


@token_task(AwaitResolution, tokens)
def handler(command):
    waiting.await_resolution(command, orders=orders(), cases=cases(), tokens=tokens(), now=now())
