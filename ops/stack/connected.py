"""A running Holdfast, local or on AWS, as an operator's tool reaches it."""

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import Any

import httpx
from oms.aws.table import Table
from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.orders.adapters.dynamo import DynamoOrders
from oms.payments.adapters.dynamo import DynamoPayments
from oms.support.adapters.dynamo import DynamoCases

from ops.client import Api
from ops.local.outputs import Outputs
from ops.local.tokens import token
from ops.stack.tokens import CachedToken

_TIMEOUT_SECONDS = 30
_CONNECTIONS = 64


class Stack:
    """One deployment. Clients are made at first use and shared; all of it may be used from many threads.

    `outputs`      its addresses and names
    `is_local`     whether it runs on the embedded local AWS
    `sandbox_url`  the partner sandbox (`…/_sandbox/effects`); None on AWS
    """

    def __init__(
        self,
        outputs: Outputs,
        make_client: Callable[[str], Any],
        *,
        is_local: bool,
        sandbox_url: str | None = None,
    ) -> None:
        self.outputs = outputs
        self.is_local = is_local
        self.sandbox_url = sandbox_url
        self._make_client = make_client
        self._clients: dict[str, Any] = {}
        self._apis: dict[str, Api] = {}
        self._lock = Lock()

    def aws(self, service: str) -> Any:
        """The boto3 client of `service` (`dynamodb`, `sqs`, `stepfunctions`, …) with the operator's rights."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]

    def api(self, client_name: str) -> Api:
        """The HTTP API as one of its machine clients: `web`, `marketplace`, `warehouse`, `operations`.

        Raises LookupError for a client that the deployment does not have.
        """
        with self._lock:
            if client_name not in self._apis:
                self._apis[client_name] = self._api(client_name)
            return self._apis[client_name]

    def table(self, context: str) -> Table:
        """The table of a context: `orders`, `inventory`, `payments`, `support`, `partners`."""
        return Table(self.aws("dynamodb"), self.outputs.tables[context])

    @cached_property
    def orders(self) -> DynamoOrders:
        return DynamoOrders(self.table("orders"))

    @cached_property
    def inventory(self) -> DynamoStock:
        return DynamoStock(self.table("inventory"))

    @cached_property
    def locations(self) -> DynamoLocations:
        return DynamoLocations(self.table("inventory"))

    @cached_property
    def payments(self) -> DynamoPayments:
        return DynamoPayments(self.table("payments"))

    @cached_property
    def support(self) -> DynamoCases:
        return DynamoCases(self.table("support"))

    def close(self) -> None:
        """Give the connections of the API clients back."""
        for api in self._apis.values():
            api.http.close()

    def _api(self, client_name: str) -> Api:
        machine = self.outputs.clients.get(client_name)
        if machine is None:
            known = ", ".join(sorted(self.outputs.clients))
            raise LookupError(f"no API client {client_name}; there are {known}")
        url = self.outputs.token_url
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        http = httpx.Client(timeout=_TIMEOUT_SECONDS, limits=limits)
        return Api(self.outputs.api_url, CachedToken(lambda: token(url, machine)), http)
