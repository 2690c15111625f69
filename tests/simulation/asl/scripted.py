"""A driver for tests: functions answer from a script, time jumps, branches run one after the other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.asl.effects import (
    OVERDUE,
    Answer,
    Backoff,
    Call,
    CallWithToken,
    Effect,
    Ended,
    Entered,
    Failed,
    NewToken,
    Running,
    Sleep,
    StartSync,
    Succeeded,
    Together,
    sync_result,
)
from tests.simulation.asl.interpreter import Execution, Machine, run

Reply = Succeeded | Failed
Reaction = Callable[[Call | CallWithToken, int], Reply]
"""What a function answers to its n-th call, counted from 0."""


@dataclass
class Driver:
    """Runs machines to their ends. `effects` is all that they asked for; `now` is in seconds.

    A Backoff takes its longest; a call takes no time, and its whole time-out where it is answered by `TIMED_OUT`.
    """

    reactions: Mapping[str, Reaction]
    machines: Mapping[str, Machine] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    now: float = 0
    counts: dict[str, int] = field(default_factory=dict)
    tokens: int = 0

    def finish(self, machine: Machine, given: Any, name: str = "ord_1") -> Ended:
        """How the machine ends; OVERDUE when it takes as long as its time-out."""
        deadline = self.now + machine.timeout_seconds
        return self._drive(run(machine, given, Execution(f"arn:{name}", name)), deadline)

    def entered(self, machine: str) -> list[str]:
        return [one.state for one in self.effects if isinstance(one, Entered) and one.workflow == machine]

    def calls(self, function: str) -> list[Any]:
        """The payloads that a function was called with."""
        return [one.payload for one in self._called() if one.function == function]

    def pauses(self) -> list[tuple[float, float]]:
        return [(one.least, one.most) for one in self.effects if isinstance(one, Backoff)]

    def _called(self) -> Iterator[Call | CallWithToken]:
        return (one for one in self.effects if isinstance(one, Call | CallWithToken))

    def _drive(self, running: Running, deadline: float) -> Ended:
        answer: Answer = None
        with closing(running):
            while True:
                try:
                    effect = running.send(answer)
                except StopIteration as stop:
                    ended: Ended = stop.value
                    return ended
                self.effects.append(effect)
                answer = self._answer(effect, deadline)
                if self.now >= deadline:
                    return OVERDUE

    def _answer(self, effect: Effect, deadline: float) -> Answer:
        match effect:
            case Entered():
                return f"second {self.now:g}"
            case Call() | CallWithToken():
                return self._reply(effect)
            case NewToken():
                self.tokens += 1
                return f"token-{self.tokens}"
            case StartSync():
                return self._start(effect)
            case Sleep():
                self.now += effect.seconds
                return None
            case Backoff():
                self.now += effect.most
                return None
            case Together():
                return self._together(effect, deadline)

    def _start(self, effect: StartSync) -> Reply:
        if effect.workflow not in self.machines:
            return Failed("Sfn.StateMachineDoesNotExistException")
        return sync_result(self.finish(self.machines[effect.workflow], effect.given))

    def _reply(self, call: Call | CallWithToken) -> Reply:
        number = self.counts.get(call.function, 0)
        self.counts[call.function] = number + 1
        reply = self.reactions[call.function](call, number)
        if isinstance(reply, Failed) and reply.error == OVERDUE.error:
            self.now += call.timeout or 0
        return reply

    def _together(self, effect: Together, deadline: float) -> Reply:
        outputs = []
        for branch in effect.branches:
            ended = self._drive(branch, deadline)
            if ended.status != "SUCCEEDED":
                return Failed(ended.error, ended.cause)
            outputs.append(ended.output)
        return Succeeded(outputs)


def always(value: Any) -> Reaction:
    return lambda call, number: Succeeded(value)


def replies(*answers: Any) -> Reaction:
    """One answer after the other, the last one for ever; what is no answer yet is a value."""

    def react(call: Call | CallWithToken, number: int) -> Reply:
        answer = answers[min(number, len(answers) - 1)]
        return answer if isinstance(answer, Succeeded | Failed) else Succeeded(answer)

    return react
