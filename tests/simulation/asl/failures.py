"""Errors that states report, and which Retry and Catch they match.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from collections.abc import Collection
from typing import Final

ALL: Final = "States.ALL"
TIMEOUT: Final = "States.Timeout"
TASK_FAILED: Final = "States.TaskFailed"
DATA_LIMIT: Final = "States.DataLimitExceeded"
QUERY: Final = "States.QueryEvaluationError"
RUNTIME: Final = "States.Runtime"
NAMED: Final = frozenset({ALL, TIMEOUT, TASK_FAILED, DATA_LIMIT, QUERY})
"""Names of Step Functions' own that a Retry or a Catch may have here. The others have no cause in this subset."""


class StateFailed(Exception):
    """A state reports an error. It is caught where the state is, or ends the machine."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


def matches(names: Collection[str], error: str) -> bool:
    """Whether a Retry or a Catch for `names` takes `error`.

    Nothing takes States.Runtime. States.DataLimitExceeded is taken by its name only, States.Timeout
    also by States.ALL, every other error by States.TaskFailed too.
    """
    if error == RUNTIME:
        return False
    if error in names:
        return True
    if error == DATA_LIMIT:
        return False
    return ALL in names or (TASK_FAILED in names and error != TIMEOUT)
