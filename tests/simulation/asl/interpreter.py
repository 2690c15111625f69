"""Amazon States Language, as AWS means it, for the subset that the workflows of this project use.

    machine = load(FOLDER / "order_capture.asl.yaml")
    running = run(machine, given, Execution("arn:…", "ord_1"))
    effect = next(running)
    while …:
        effect = running.send(answer)      # StopIteration.value is how it Ended

`effects.py` says what a driver has to do. Three things are the driver's alone: time (that a state was entered
is answered with it, the time-out of a task is an answer, that of the machine closes the generator), chance (jitter, tokens), and the order in which branches
of a Parallel go on. The sizes of inputs and outputs are not watched: a driver that counts them answers
Failed("States.DataLimitExceeded").

Where the local engine differs from AWS, this follows AWS: a retried token task gets a new token; a function
that fails ends the wait for its token; Assign and Output all read the variables as they were before the state;
branches assign no variable outside; a condition is true or false and nothing else; States.ALL does not take
States.Runtime and States.DataLimitExceeded; a failing branch ends the others at once; jitter and longest delays.
"""

from dataclasses import dataclass
from typing import Any

from tests.simulation.asl.effects import Running
from tests.simulation.asl.states import Frame, Level
from tests.workflows.machines import Kind


@dataclass(frozen=True, slots=True)
class Machine:
    """A loaded machine. `timeout_seconds` is for the driver: the interpreter has no clock.

    `states` are the names of all states, those of branches included; no two are the same.
    """

    name: str
    kind: Kind
    timeout_seconds: int
    states: frozenset[str]
    level: Level


@dataclass(frozen=True, slots=True)
class Execution:
    """`id` is the ARN, `name` its last part: what `$states.context.Execution` has."""

    id: str
    name: str


def run(machine: Machine, given: Any, execution: Execution) -> Running:
    """The execution, not yet begun. The first `next` enters the first state."""
    context = {
        "Execution": {"Id": execution.id, "Name": execution.name, "Input": given},
        "StateMachine": {"Name": machine.name},
    }
    return machine.level.walk(Frame(given, {}, context))
