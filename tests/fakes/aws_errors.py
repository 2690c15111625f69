"""Errors as botocore raises them."""

from typing import Any

from botocore.exceptions import ClientError


def client_error(code: str, operation: str = "Any", *, status: int = 400, **more: Any) -> ClientError:
    """The error a service answers `operation` with."""
    response: Any = {
        "Error": {"Code": code, "Message": f"{code} of {operation}"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return ClientError(response, operation)
