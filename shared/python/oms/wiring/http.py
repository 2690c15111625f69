"""HTTP handlers, ready to use."""

from oms.runtime.http import Handler, Operation, http_api
from oms.wiring.settings import clients


def serve(**operations: Operation) -> Handler:
    """A Lambda handler for operations of the route table, by operationId."""
    return http_api(operations, clients=clients)
