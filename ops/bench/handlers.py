"""The deployed handlers, imported as Lambda imports them, and what API Gateway hands to one."""

import importlib.util
import json
from collections.abc import Callable
from typing import Any, cast

from oms.contracts.api import BY_KEY

from ops.local.synth import ROOT

Handler = Callable[[dict[str, Any], Any], Any]


def handler_of(folder: str) -> Handler:
    """The handler of functions/`folder`. Raises FileNotFoundError."""
    path = ROOT / "functions" / folder / "handler.py"
    spec = importlib.util.spec_from_file_location(f"handler_{folder.replace('/', '_')}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Handler, module.handler)


def http_event(
    route: str, body: dict[str, Any], *, key: str = "", path: dict[str, str] | None = None
) -> dict[str, Any]:
    """A request as payload format 2.0 has it, by the client `bench` of the channel `web`."""
    claims = {"client_id": "bench", "scope": BY_KEY[route].full_scope}
    return {
        "routeKey": route,
        "headers": {"content-type": "application/json", "idempotency-key": key},
        "pathParameters": path or {},
        "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
        "body": json.dumps(body),
    }
