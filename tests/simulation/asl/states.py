"""States that take no time, and what all states share: a frame to work in and a way out of it.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulation.asl.effects import Acts, Ended, Entered, Running
from tests.simulation.asl.failures import QUERY, StateFailed
from tests.simulation.asl.scopes import Closure, Scope


@dataclass(slots=True)
class Frame:
    """An execution, or a branch of it, under way.

    `given` is the input of the state that runs and becomes the input of the next. A branch has a frame of its
    own: it reads a copy of the variables outside and assigns none of them.
    """

    given: Any
    variables: dict[str, Any]
    context: dict[str, Any]

    def scope(self) -> Scope:
        return Scope(self.variables, {"input": self.given, "context": self.context})

    def branch(self, given: Any) -> "Frame":
        return Frame(given, dict(self.variables), dict(self.context))


@dataclass(frozen=True, slots=True)
class Exit:
    """Where a state, a choice or a caught error leads; without `next`, to the end."""

    next: str | None
    assign: Closure | None
    output: Closure | None

    def leave(self, frame: Frame, scope: Scope, default: Any) -> str | None:
        """Assign and Output both see the variables as they were. Raises StateFailed, and nothing has changed."""
        output = default if self.output is None else self.output(scope)
        if self.assign is not None:
            frame.variables.update(self.assign(scope))
        frame.given = output
        return self.next


class Instant:
    """A state that asks the driver for nothing."""

    __slots__ = ()

    def pass_through(self, frame: Frame) -> str | None:
        """The name of the next state, None at the end. Raises StateFailed."""
        raise NotImplementedError


class Acting:
    """A state that has effects."""

    __slots__ = ()

    def act(self, frame: Frame) -> Acts:
        """Raises StateFailed."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Pass(Instant):
    exit: Exit

    def pass_through(self, frame: Frame) -> str | None:
        return self.exit.leave(frame, frame.scope(), frame.given)


@dataclass(frozen=True, slots=True)
class Choice(Instant):
    """The first condition that holds decides; `otherwise` has the state's own Assign and Output."""

    rules: tuple[tuple[Closure, Exit], ...]
    otherwise: Exit

    def pass_through(self, frame: Frame) -> str | None:
        scope = frame.scope()
        for holds, exit_ in self.rules:
            answer = holds(scope)
            if answer is True:
                return exit_.leave(frame, scope, frame.given)
            if answer is not False:
                raise StateFailed(QUERY, f"a condition is true or false, not {answer!r}")
        return self.otherwise.leave(frame, scope, frame.given)


@dataclass(frozen=True, slots=True)
class Succeed(Instant):
    exit: Exit

    def pass_through(self, frame: Frame) -> str | None:
        return self.exit.leave(frame, frame.scope(), frame.given)


@dataclass(frozen=True, slots=True)
class Fail(Instant):
    error: Closure
    cause: Closure

    def pass_through(self, frame: Frame) -> str | None:
        scope = frame.scope()
        error, cause = self.error(scope), self.cause(scope)
        if not isinstance(error, str) or not isinstance(cause, str):
            raise StateFailed(QUERY, "Error and Cause are texts")
        raise StateFailed(error, cause)


State = Instant | Acting


@dataclass(frozen=True, slots=True)
class Level:
    """States that lead to one another: those of a machine, or of a branch."""

    start: str
    states: Mapping[str, tuple[Entered, State]]

    def walk(self, frame: Frame) -> Running:
        """From the start to the end. A failure that no state has caught is the end, too."""
        name: str | None = self.start
        try:
            while name is not None:
                entered, state = self.states[name]
                at = yield entered
                frame.context["State"] = {"Name": name, "EnteredTime": at, "RetryCount": 0}
                if isinstance(state, Instant):
                    name = state.pass_through(frame)
                else:
                    name = yield from state.act(frame)
        except StateFailed as failure:
            return Ended("FAILED", error=failure.error, cause=failure.cause)
        return Ended("SUCCEEDED", output=frame.given)
