"""What a workflow asks of its driver, and what the driver answers.

The interpreter is a generator: it yields an effect and is sent an answer. It knows no clock, draws no random
numbers and calls nobody; all of that is the driver's. Which answer an effect takes is said at the effect.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final, Literal


@dataclass(frozen=True, slots=True)
class Entered:
    """The state begins. Answered with the time, as AWS writes it. `workflow` is the machine's name, also inside a branch."""

    workflow: str
    state: str


@dataclass(frozen=True, slots=True)
class Call:
    """Invoke a function and wait. Answered with Succeeded (what the function returned) or Failed.

    `timeout` is in seconds from now, or None; when it has passed the driver answers `TIMED_OUT`. The payload
    shares parts with the workflow's variables: a driver copies it before it gives it to code that may change it.
    """

    function: str
    payload: Any
    timeout: int | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A task is about to wait for its token. Answered with the token, a text; every attempt asks anew."""


@dataclass(frozen=True, slots=True)
class CallWithToken:
    """Invoke a function, which holds the token, and wait for whoever brings it back.

    Answered with Succeeded (the output sent with the token), Failed (the error sent with it, or that of the
    function, which ends the wait on AWS too) or `TIMED_OUT`. What the function returns does not matter.
    """

    function: str
    payload: Any
    token: str
    timeout: int | None


@dataclass(frozen=True, slots=True)
class StartSync:
    """Run another machine to its end. Answered with Succeeded (see `sync_result`) or Failed."""

    workflow: str
    given: Any
    timeout: int | None


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let so many seconds pass. Answered with None."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Backoff:
    """Let some time pass before the next attempt, between `least` and `most` seconds. Answered with None.

    With full jitter the driver draws a moment of this range; without, both are the same.
    """

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Together:
    """Run the branches side by side.

    Answered with Succeeded (their outputs, in order), or with Failed of the first branch that failed; the
    driver then runs the others no further.
    """

    branches: tuple["Running", ...]


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The value becomes part of the workflow: a driver does not change it afterwards."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """`error` is a name as Step Functions reports it: of its own, of a service, of a Python exception."""

    error: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a machine or a branch ended; `output` where it SUCCEEDED, `error` and `cause` where not."""

    status: Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    output: Any = None
    error: str = ""
    cause: str = ""


Effect = Entered | Call | NewToken | CallWithToken | StartSync | Sleep | Backoff | Together
Answer = Succeeded | Failed | str | None
Running = Generator[Effect, Answer, Ended]
Acts = Generator[Effect, Answer, str | None]
"""What a state does; it returns the name of the next one, None at the end."""

TIMED_OUT: Final = Failed("States.Timeout")
"""The answer to a task that took longer than its time-out."""
OVERDUE: Final = Ended("TIMED_OUT", error="States.Timeout")
"""The end of a machine that took longer than `timeout_seconds`. Nothing catches it: the driver closes the generator."""


def raised(error: BaseException) -> Failed:
    """What Step Functions makes of an exception that a Python function did not catch."""
    cause = {"errorMessage": str(error), "errorType": type(error).__name__}
    return Failed(type(error).__name__, json.dumps(cause))


def sync_result(ended: Ended) -> Succeeded:
    """What StartSyncExecution returns for a machine that has run: also a failed one is a result."""
    result = {"Status": ended.status}
    if ended.status == "SUCCEEDED":
        return Succeeded({**result, "Output": json.dumps(ended.output)})
    return Succeeded({**result, "Error": ended.error, "Cause": ended.cause})
