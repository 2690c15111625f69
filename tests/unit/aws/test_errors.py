"""What botocore raises, in the words of the kernel."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from oms.aws.errors import Refused, StoreUnavailable, refusal, translated
from oms.kernel.errors import HoldfastError, Retryable, Throttled, WriteConflict

from tests.fakes.aws_errors import client_error

URL = {"endpoint_url": "https://dynamodb.invalid"}


def raised(error: Exception) -> Exception:
    """What comes out where this goes in."""
    with pytest.raises(Exception) as found, translated():
        raise error
    return found.value


def cancelled(*codes: str, **more: Any) -> ClientError:
    return client_error(
        "TransactionCanceledException", CancellationReasons=[{"Code": code} | more for code in codes]
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ProvisionedThroughputExceededException", Throttled),
        ("RequestLimitExceeded", Throttled),
        ("ThrottlingException", Throttled),
        ("ThrottlingError", Throttled),
        ("TooManyRequestsException", Throttled),
        ("LimitExceededException", Throttled),
        ("ThrottledException", Throttled),
        ("TransactionConflictException", WriteConflict),
        ("TransactionInProgressException", WriteConflict),
        ("InternalServerError", StoreUnavailable),
        ("InternalFailure", StoreUnavailable),
        ("ServiceUnavailable", StoreUnavailable),
        ("InternalError", StoreUnavailable),
        ("InternalException", StoreUnavailable),
        ("ValidationException", HoldfastError),
        ("AccessDeniedException", HoldfastError),
        ("ResourceNotFoundException", HoldfastError),
    ],
)
def test_each_code_has_its_failure(code: str, kind: type[HoldfastError]) -> None:
    assert type(raised(client_error(code))) is kind


def test_an_unknown_code_with_a_server_status_is_the_stores_trouble() -> None:
    assert type(raised(client_error("Strange", status=503))) is StoreUnavailable
    assert type(raised(client_error("Strange", status=400))) is HoldfastError


def test_our_own_mistakes_are_not_repeated() -> None:
    assert not isinstance(raised(client_error("ValidationException")), Retryable)


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(**URL),
        ConnectTimeoutError(**URL),
        ReadTimeoutError(**URL),
        ConnectionClosedError(**URL),
    ],
)
def test_a_store_that_does_not_answer_is_unavailable(error: Exception) -> None:
    found = raised(error)

    assert type(found) is StoreUnavailable
    assert found.__cause__ is error


@pytest.mark.parametrize("error", [ValueError("ours"), NoCredentialsError(), WriteConflict("ours")])
def test_what_is_not_the_stores_trouble_passes_as_it_is(error: Exception) -> None:
    assert raised(error) is error


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (("None", "TransactionConflict"), WriteConflict),
        (("ConditionalCheckFailed", "TransactionConflict"), WriteConflict),
        (("None", "ThrottlingError"), Throttled),
        (("ProvisionedThroughputExceeded", "None"), Throttled),
        (("ConditionalCheckFailed", "ThrottlingError"), Throttled),
        (("ValidationError", "None"), HoldfastError),
        (("ItemCollectionSizeLimitExceeded",), HoldfastError),
    ],
)
def test_a_transaction_that_broke_off_for_another_reason_is_no_refusal(
    codes: tuple[str, ...], kind: type[HoldfastError]
) -> None:
    error = cancelled(*codes)

    assert refusal(error) is None
    assert type(raised(error)) is kind


def test_a_refused_condition_is_an_answer_with_the_item_it_met() -> None:
    error = client_error("ConditionalCheckFailedException", Item={"pk": {"S": "a"}, "n": {"N": "3"}})

    assert refusal(error) == Refused(0, {"pk": "a", "n": 3}, (0,))


def test_a_refused_condition_of_an_item_that_is_not_there_has_no_item() -> None:
    assert refusal(client_error("ConditionalCheckFailedException")) == Refused(0, None, (0,))


def test_a_refused_transaction_names_every_write_that_was_refused() -> None:
    error = cancelled(
        "None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed", Item={"v": {"N": "7"}}
    )

    assert refusal(error) == Refused(1, {"v": 7}, (1, 3))


@pytest.mark.parametrize("error", [client_error("ThrottlingException"), cancelled("None"), cancelled()])
def test_what_refuses_nothing_is_no_refusal(error: ClientError) -> None:
    assert refusal(error) is None
