"""Order capture, task AwaitFulfilment: waits with a token."""

from oms.contracts.tasks import AwaitFulfilment
from oms.runtime import waiting
from oms.runtime.tasks import token_task
from oms.wiring.orders import orders
from oms.wiring.workflows import tokens


@token_task(AwaitFulfilment, tokens)
def handler(command):
    waiting.await_fulfilment(command, orders=orders(), tokens=tokens())
