"""States that take time: Wait, Task and Parallel, with Retry and Catch.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.asl.effects import (
    Acts,
    Answer,
    Backoff,
    Call,
    CallWithToken,
    Effect,
    Failed,
    NewToken,
    Sleep,
    StartSync,
    Succeeded,
    Together,
)
from tests.simulation.asl.failures import RUNTIME, StateFailed, matches
from tests.simulation.asl.scopes import Closure, Scope
from tests.simulation.asl.states import Acting, Exit, Frame, Level

Attempt = Generator[Effect, Answer, Any]
_NEW_TOKEN: Final = NewToken()


@dataclass(frozen=True, slots=True)
class Wait(Acting):
    seconds: int
    exit: Exit

    def act(self, frame: Frame) -> Acts:
        yield Sleep(self.seconds)
        return self.exit.leave(frame, frame.scope(), frame.given)


@dataclass(frozen=True, slots=True)
class Retrier:
    """One rule of a Retry. `interval` and `longest` are in seconds; every rule counts its own attempts."""

    errors: frozenset[str]
    interval: int
    rate: float
    attempts: int
    longest: int | None
    jitter: bool

    def wait(self, made: int) -> Backoff:
        """The pause after `made` retries."""
        most = self.interval * self.rate**made
        if self.longest is not None:
            most = min(most, self.longest)
        return Backoff(0 if self.jitter else most, most)


@dataclass(frozen=True, slots=True)
class Catcher:
    errors: frozenset[str]
    exit: Exit


@dataclass(frozen=True, slots=True)
class Guarded(Acting):
    """A state with Retry and Catch. A failure of its own expressions is retried and caught like any other."""

    exit: Exit
    retriers: tuple[Retrier, ...]
    catchers: tuple[Catcher, ...]

    def attempt(self, frame: Frame, scope: Scope) -> Attempt:
        """Returns the result. Raises StateFailed."""
        raise NotImplementedError

    def act(self, frame: Frame) -> Acts:
        scope = frame.scope()
        made = [0] * len(self.retriers)
        while True:
            try:
                result = yield from self.attempt(frame, scope)
                scope.states["result"] = result
                return self.exit.leave(frame, scope, result)
            except StateFailed as problem:
                failure = problem.with_traceback(None)  # which refers to this frame, as the frame does to it
            pause = self._pause(failure.error, made)
            if pause is None:
                return self._caught(failure, frame, scope)
            yield pause
            frame.context["State"]["RetryCount"] += 1

    def _pause(self, error: str, made: list[int]) -> Backoff | None:
        """The first rule that takes the error decides; when it has no attempt left there is none."""
        for number, retrier in enumerate(self.retriers):
            if matches(retrier.errors, error):
                if made[number] >= retrier.attempts:
                    return None
                made[number] += 1
                return retrier.wait(made[number] - 1)
        return None

    def _caught(self, failure: StateFailed, frame: Frame, scope: Scope) -> str | None:
        """The first Catch that takes the error decides. A failure of its own expressions nobody catches."""
        for catcher in self.catchers:
            if matches(catcher.errors, failure.error):
                scope.states["errorOutput"] = {"Error": failure.error, "Cause": failure.cause}
                return catcher.exit.leave(frame, scope, scope.states["errorOutput"])
        raise failure


@dataclass(frozen=True, slots=True)
class FunctionTask(Guarded):
    """lambda:invoke"""

    function: str
    payload: Closure
    timeout: int | None

    def attempt(self, frame: Frame, scope: Scope) -> Attempt:
        answer = yield Call(self.function, self.payload(scope), self.timeout)
        return {"Payload": _value(answer), "StatusCode": 200}


@dataclass(frozen=True, slots=True)
class TokenTask(Guarded):
    """lambda:invoke.waitForTaskToken"""

    function: str
    payload: Closure
    timeout: int | None

    def attempt(self, frame: Frame, scope: Scope) -> Attempt:
        token = yield _NEW_TOKEN
        if not isinstance(token, str):
            raise TypeError(f"a token is a text, not {token!r}")
        frame.context["Task"] = {"Token": token}
        answer = yield CallWithToken(self.function, self.payload(scope), token, self.timeout)
        return _value(answer)


@dataclass(frozen=True, slots=True)
class MachineTask(Guarded):
    """aws-sdk:sfn:startSyncExecution"""

    workflow: str
    given: Closure
    timeout: int | None

    def attempt(self, frame: Frame, scope: Scope) -> Attempt:
        answer = yield StartSync(self.workflow, _input(self.given(scope)), self.timeout)
        return _value(answer)


@dataclass(frozen=True, slots=True)
class Parallel(Guarded):
    arguments: Closure | None
    branches: tuple[Level, ...]

    def attempt(self, frame: Frame, scope: Scope) -> Attempt:
        given = frame.given if self.arguments is None else self.arguments(scope)
        answer = yield Together(tuple(branch.walk(frame.branch(given)) for branch in self.branches))
        return _value(answer)


def _value(answer: Answer) -> Any:
    if isinstance(answer, Succeeded):
        return answer.value
    if isinstance(answer, Failed):
        raise StateFailed(answer.error, answer.cause)
    raise TypeError(f"a task has succeeded or failed; the driver answered {answer!r}")


def _input(text: Any) -> Any:
    """What the Input of an execution says; the API takes nothing but JSON in a text."""
    if not isinstance(text, str):
        raise StateFailed(RUNTIME, "The value for the field 'Input' must be a STRING")
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateFailed("Sfn.InvalidExecutionInputException", str(error)) from None
