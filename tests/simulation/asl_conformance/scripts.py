"""What functions do in a story, said once for the interpreter and for the local engine."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from tests.simulation.asl.effects import TIMED_OUT, Failed
from tests.simulation.asl.failures import QUERY
from tests.simulation.asl.scripted import Reaction, replies

Json = dict[str, Any]
Variant = Literal["as it is", "lost", "AwaitFulfilment", "AwaitResolution", "ReleaseOrder"]
"""The file as it is; with a nested machine that does not exist; with a short time-out of one state, because the
engine waits for time-outs in full."""
VARIANTS: Final[tuple[Variant, ...]] = get_args(Variant)
WAITING: Final = ("await_fulfilment", "await_resolution")
"""Functions that get a token. Their answers are sent with it, as success or as failure."""

RAISES: Final = Failed(
    "Runtime.HandlerError", json.dumps({"errorMessage": "scripted", "errorType": "Runtime.HandlerError"})
)
"""An exception in a function: the local engine gives them all one name."""
LATE: Final = TIMED_OUT
"""No answer before the time-out."""
SHORT_TIME_OUT: Final = 3
SECONDS_LATE: Final = 6
"""A function sleeps so long that nobody waits for it, and a cold one is still in time."""


@dataclass(frozen=True, slots=True)
class Story:
    """`answers` are those of each function, one call after the other, the last one for ever."""

    workflow: str
    answers: Mapping[str, Sequence[Any]]
    given: Json
    variant: Variant = "as it is"

    def reactions(self) -> dict[str, Reaction]:
        return {function: replies(*answers) for function, answers in self.answers.items()}

    def script(self) -> Json:
        """The same for the stubs, in JSON."""
        return {function: [_scripted(one) for one in answers] for function, answers in self.answers.items()}


def _scripted(answer: Any) -> Json:
    if answer == LATE:
        return {"does": "sleep"}
    if isinstance(answer, Failed):
        return {"does": "raise"}
    return {"does": "answer", "value": answer}


@dataclass(frozen=True, slots=True)
class Trace:
    """What can be seen of a run. Tokens are replaced; states inside branches the engine does not tell."""

    states: Sequence[str]
    payloads: Mapping[str, Sequence[Json]]
    status: str
    output: Any = None
    error: str = ""
    cause: str = ""
    inner: Sequence[Sequence[str]] = field(default=())
    """States of the nested machine, one list for every time it ran."""


def told(error: str, cause: str) -> str:
    """The cause, but for errors of queries: how they are worded is everybody's own."""
    return "" if error == QUERY else cause


def masked(payload: Json) -> Json:
    """Without what is different in every run: the token of a wait, and when its state was entered."""
    if "token" not in payload:
        return payload
    return {**payload, "token": "…", "turn": payload["turn"].partition("#")[2]}
