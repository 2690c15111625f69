"""Workflow tasks: the payload becomes a command, the result becomes JSON.

An exception leaves the function: the workflow retries it and then parks the order. A business
outcome is always a returned value.
"""

from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

from oms.kernel.errors import BrokenInvariant
from oms.runtime.logs import failure, log
from oms.runtime.step_functions import Tokens

NOT_WAITING = "NotWaiting"
"""The name under which the workflow retries a wait that could not begin."""
Command = TypeVar("Command")
Handler = Callable[[dict[str, Any], Any], Any]


def workflow_task(command: type[Command]) -> Callable[[Callable[[Command], Any]], Handler]:
    """Decorates `task(command)`, the body of one Lambda that a workflow calls."""

    def decorate(task: Callable[[Command], Any]) -> Handler:
        name = command.__name__

        def handler(event: dict[str, Any], _context: Any) -> Any:
            order_id = str(event.get("order_id", ""))
            try:
                result = as_json(task(parse(command, event)))
            except Exception as error:
                failure(name, error, order_id=order_id)
                raise
            outcome = result.get("outcome", "") if isinstance(result, dict) else ""
            log("done", function=name, order_id=order_id, outcome=outcome)
            return result

        return handler

    return decorate


def token_task(
    command: type[Command], tokens: Callable[[], Tokens]
) -> Callable[[Callable[[Command], Any]], Handler]:
    """Like `workflow_task`, for a task that waits with a token.

    Not every engine tells a waiting workflow that the function failed, so a failure is told through the
    token; the workflow retries it by the name NotWaiting.
    """

    def decorate(task: Callable[[Command], Any]) -> Handler:
        name = command.__name__

        def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
            order_id = str(event.get("order_id", ""))
            try:
                task(parse(command, event))
            except Exception as error:
                failure(name, error, order_id=order_id)
                tokens().interrupt(str(event["token"]), NOT_WAITING, type(error).__name__)
                return {"outcome": "FAILED"}
            log("waiting", function=name, order_id=order_id)
            return {"outcome": "WAITING"}

        return handler

    return decorate


def parse(command: type[Command], payload: dict[str, Any]) -> Command:
    """The command in a payload. Raises BrokenInvariant where names or kinds do not fit: the workflow file is wrong.

    Texts and flags are looked at here, because a store takes any kind and gives it to the next reader.
    """
    try:
        made = command(**payload)
    except TypeError as error:
        raise BrokenInvariant(f"{command.__name__}: {error}") from error
    for each in fields(made):  # type: ignore[arg-type] # every command is a dataclass
        if each.type in (str, bool) and type(getattr(made, each.name)) is not each.type:
            raise BrokenInvariant(f"{command.__name__}: {each.name} is no {each.type.__name__}")
    return made


def as_json(result: Any) -> Any:
    """A dataclass becomes an object; anything else is passed on."""
    return asdict(result) if is_dataclass(result) and not isinstance(result, type) else result
