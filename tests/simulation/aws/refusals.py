"""How the simulated AWS says no."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError


class Unsupported(BaseException):
    """The simulation does not know what it was asked for.

    Not an Exception: the code under test is there to survive those, and would hide this one.
    """


class Refusal(Exception):
    """The service refuses a request. `more` stands beside the error in the answer."""

    def __init__(
        self, message: str, code: str = "ValidationException", more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self._code = code
        self._more = more or {}

    def error(self, operation: str) -> ClientError:
        """As botocore raises it."""
        response: Any = {
            "Error": {"Message": self.message, "Code": self._code},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
            **self._more,
        }
        return ClientError(response, operation)
