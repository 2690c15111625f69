"""botocore's errors in the words of the kernel.

A refused condition is not an error of the technique but an answer, so it comes back as
the value `Refused` with the item that stood in the way.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from oms.aws.items import Item, unmarshal
from oms.kernel.errors import HoldfastError, Throttled, WriteConflict

_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "ThrottlingError",
    "TooManyRequestsException",
    "LimitExceededException",
    "ThrottledException",
}
_CONFLICT = {"TransactionConflictException", "TransactionInProgressException"}
_PASSING = {
    "InternalServerError",
    "InternalFailure",
    "ServiceUnavailable",
    "InternalError",
    "InternalException",
}


class StoreUnavailable(Throttled):
    """AWS did not answer, or not in time. Every write is conditional, so a repeat is harmless."""

    code = "store_unavailable"


@dataclass(frozen=True, slots=True)
class Refused:
    """A condition did not hold. `index` is the first write that was refused, `item` what it met."""

    index: int
    item: Item | None
    indexes: tuple[int, ...] = ()
    """Every write of the transaction that was refused."""


class translated:  # noqa: N801 - reads as a word in `with translated():`
    """Raises kernel errors for what botocore raises inside; a refused condition passes unchanged."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ClientError):
            raise _translate(error) from error
        if isinstance(error, NoConnection | HTTPClientError):
            raise StoreUnavailable(str(error)) from error


def refusal(error: ClientError) -> Refused | None:
    """The refused condition inside a botocore error, if that is all it says."""
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return Refused(0, _met(error.response), (0,))
    if code != "TransactionCanceledException":
        return None
    reasons: list[Any] = list(error.response.get("CancellationReasons", []))
    codes = [reason.get("Code", "None") for reason in reasons]
    if any(code not in ("None", "ConditionalCheckFailed") for code in codes):
        return None
    refused = tuple(index for index, code in enumerate(codes) if code == "ConditionalCheckFailed")
    return Refused(refused[0], _met(reasons[refused[0]]), refused) if refused else None


def _translate(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    if code in _CONFLICT or "TransactionConflict" in reasons:
        return WriteConflict(str(error))
    if code in _THROTTLED or reasons & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        return Throttled(str(error))
    if code in _PASSING or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return StoreUnavailable(str(error))
    return HoldfastError(str(error))


def _met(reason: Any) -> Item | None:
    item = reason.get("Item")
    return unmarshal(item) if item else None
