"""Step Functions: executions of the real workflow files, driven in simulated time."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Protocol

from botocore.exceptions import ClientError
from oms.kernel.clock import stamp

from tests.simulation.agenda import Agenda
from tests.simulation.asl import interpreter
from tests.simulation.asl.effects import (
    OVERDUE,
    TIMED_OUT,
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
from tests.simulation.weather import Weather

_LATE = 0.15
_ABANDONED = 3.0
_LOST = Failed("Sfn.SdkClientException", "the connection broke")
Answered = Callable[[Answer], None]
OnEnd = Callable[[Ended], None]


class Invokes(Protocol):
    def invoke(self, function: str, payload: Any, answer: Callable[[Succeeded | Failed], None]) -> None: ...


class Run:
    """One generator, from its first effect to its end. What is answered too late, or twice, is dropped."""

    def __init__(self, driver: "Workflows", running: Running, ended: OnEnd) -> None:
        self._driver = driver
        self._running = running
        self._ended = ended
        self._question = 0
        self._branches: list[Run] = []
        self._state = ""
        self.working = False
        """Whether a function of it is at work, or about to be: it does not just wait."""
        self.over = False

    def step(self, answer: Answer = None) -> None:
        """Go on with `answer` until the next effect that takes time."""
        while not self.over:
            try:
                effect = self._running.send(answer)
            except StopIteration as stop:
                self.finish(stop.value)
                return
            if isinstance(effect, Entered):
                self._driver.visited[effect.workflow, f"{self._state} > {effect.state}"] += 1
                self._state = effect.state
                answer = stamp(self._driver.time())
                continue
            if isinstance(effect, NewToken):
                answer = self._driver.new_token()
                continue
            self._question += 1
            self.working = isinstance(effect, Call | CallWithToken | StartSync)
            self._driver.ask(self, effect, self._once())
            return

    def finish(self, ended: Ended) -> None:
        """End here, whatever is under way."""
        if not self.over:
            self.over = True
            for branch in self._branches:
                branch.stop()
            self._running.close()
            told, self._branches = self._ended, []
            del self._ended  # what hears of the end refers to the run
            told(ended)

    def stop(self) -> None:
        """End without telling anybody."""
        self.over = True
        for branch in self._branches:
            branch.stop()
        self._running.close()

    def together(self, branches: tuple[Running, ...], answer: Answered) -> None:
        outputs: dict[int, Any] = {}

        def ended(number: int, end: Ended) -> None:
            if end.status != "SUCCEEDED":
                for other in self._branches:
                    other.stop()
                answer(Failed(end.error, end.cause))
                return
            outputs[number] = end.output
            if len(outputs) == len(branches):
                answer(Succeeded([outputs[one] for one in range(len(branches))]))

        self._branches = [
            Run(self._driver, branch, lambda end, number=number: ended(number, end))  # type: ignore[misc]
            for number, branch in enumerate(branches)
        ]
        for branch in self._branches:
            branch.step()

    def waiting(self) -> Callable[[], bool]:
        """Tells from now on whether it still waits for the answer to its last question."""
        question = self._question
        return lambda: self._question == question and not self.over

    def _once(self) -> Answered:
        still = self.waiting()

        def answer(given: Answer) -> None:
            if still():
                self._question += 1
                self.step(given)

        return answer


@dataclass
class Execution:
    """A Standard execution."""

    name: str
    given: str
    started: datetime
    status: str = "RUNNING"
    ended: datetime | None = None
    run: Run | None = None


@dataclass
class Workflows:
    """The part of boto3's Step Functions client that Holdfast calls, and the engine behind it."""

    agenda: Agenda
    chance: Random
    functions: Invokes
    machines: dict[str, interpreter.Machine]
    time: Callable[[], datetime]
    """The time, whatever the clocks of processes say."""
    weather: Weather
    standard: str = "order_capture"
    executions: dict[str, Execution] = field(default_factory=dict)
    visited: Counter[tuple[str, str]] = field(default_factory=Counter)
    _waiting: dict[str, tuple[Answered, Callable[[], bool]]] = field(default_factory=dict)
    """By token: how to answer, and whether anybody still waits for it."""
    _tokens: int = 0

    def start_execution(self, **request: Any) -> Any:
        name, given = request["name"], request["input"]
        known = self.executions.get(name)
        if known:
            if known.status == "RUNNING" and known.given == given:
                return {"executionArn": f"arn:execution:{name}"}
            raise _refused("ExecutionAlreadyExists", "StartExecution")
        execution = Execution(name, given, self.time())
        self.executions[name] = execution
        self.agenda.after(_LATE, lambda: self._begin(execution))
        return {"executionArn": f"arn:execution:{name}"}

    def describe_execution(self, **request: Any) -> Any:
        name = request["executionArn"].rpartition(":")[2]
        found = self.executions.get(name)
        if found is None:
            raise _refused("ExecutionDoesNotExist", "DescribeExecution")
        return {"name": name, "status": found.status} | ({"stopDate": found.ended} if found.ended else {})

    def list_executions(self, **request: Any) -> Any:
        """Newest first."""
        names = [
            name for name, one in reversed(self.executions.items()) if one.status == request["statusFilter"]
        ]
        start = int(request.get("nextToken", 0))
        end = start + request["maxResults"]
        answer: dict[str, Any] = {"executions": [{"name": name} for name in names[start:end]]}
        return answer | ({"nextToken": str(end)} if end < len(names) else {})

    def send_task_success(self, **request: Any) -> Any:
        self._take(request["taskToken"])(Succeeded(json.loads(request["output"])))
        return {}

    def send_task_failure(self, **request: Any) -> Any:
        self._take(request["taskToken"])(Failed(request["error"], request.get("cause", "")))
        return {}

    def abort(self, name: str) -> None:
        """What an outage does to an execution."""
        execution = self.executions[name]
        if execution.run and execution.status == "RUNNING":
            execution.run.finish(Ended("ABORTED"))

    def new_token(self) -> str:
        self._tokens += 1
        return f"token-{self._tokens}"

    def ask(self, run: Run, effect: Effect, answer: Answered) -> None:
        """Carry out an effect; `answer` may be called at any later moment, and more than once."""
        match effect:
            case Call():
                self._in_time(effect.timeout, answer)
                self.functions.invoke(effect.function, effect.payload, answer)
            case CallWithToken():
                self._in_time(effect.timeout, answer)
                self._waiting[effect.token] = answer, run.waiting()
                self.functions.invoke(
                    effect.function, effect.payload, lambda said: self._waits(run, said, answer)
                )
            case StartSync():
                self._in_time(effect.timeout, answer)
                self._nested(effect, answer)
            case Sleep():
                self.agenda.after(effect.seconds, lambda: answer(None))
            case Backoff():
                seconds = self.chance.uniform(effect.least, effect.most)
                self.agenda.after(seconds, lambda: answer(None))
            case Together():
                run.together(effect.branches, answer)

    def _begin(self, execution: Execution) -> None:
        machine = self.machines[self.standard]
        name = execution.name
        itself = interpreter.Execution(f"arn:execution:{name}", name)

        def ended(end: Ended) -> None:
            execution.status, execution.ended = end.status, self.time()

        given = json.loads(execution.given)
        execution.run = Run(self, interpreter.run(machine, given, itself), ended)
        self._limited(machine, execution.run)
        execution.run.step()

    def _nested(self, effect: StartSync, answer: Answered) -> None:
        machine = self.machines[effect.workflow]
        given = json.loads(effect.given) if isinstance(effect.given, str) else effect.given
        itself = interpreter.Execution("arn:express:1", "1")
        lost = self.weather.meets("nested_lost", self.agenda.now)
        if lost:  # it goes on, and whoever asked for it does not know
            self.agenda.after(self.chance.uniform(0.1, _ABANDONED), lambda: answer(_LOST))
        ended: OnEnd = (lambda _: None) if lost else (lambda end: answer(sync_result(end)))
        run = Run(self, interpreter.run(machine, given, itself), ended)
        self._limited(machine, run)
        run.step()

    def _limited(self, machine: interpreter.Machine, run: Run) -> None:
        self.agenda.after(machine.timeout_seconds, lambda: run.finish(OVERDUE))

    def _in_time(self, timeout: int | None, answer: Answered) -> None:
        if timeout is not None:
            self.agenda.after(timeout, lambda: answer(TIMED_OUT))

    @staticmethod
    def _waits(run: Run, said: Succeeded | Failed, answer: Answered) -> None:
        """A function that fails ends the wait for its token; what it returns does not."""
        run.working = False
        if isinstance(said, Failed):
            answer(said)

    def _take(self, token: str) -> Answered:
        found = self._waiting.pop(token, None)
        if found is None or not found[1]():
            raise _refused("TaskTimedOut", "SendTask")
        return found[0]


def _refused(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)
