"""What interpretation costs: `python -m tests.simulation.asl_figures` prints it, in microseconds of CPU time.

The order is the one that goes well, in both machines, with the driver of the tests. The expressions are those
that it evaluates, with the variables that they have then.
"""

import sys
from collections.abc import Callable, Mapping
from time import process_time
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.asl.expressions import Expression
from tests.simulation.asl.interpreter import Machine
from tests.simulation.asl.loading import load_all
from tests.simulation.asl.scopes import Scope
from tests.simulation.asl.scripted import Driver
from tests.simulation.asl_conformance.stories import CAPTURES

_ORDERS: Final = 3000
_ROUNDS: Final = 300
_HAPPY: Final = CAPTURES["all goes well"]
_GIVEN: Final = {**_HAPPY.given, "order_id": "ord_1"}
Evaluation = tuple[Expression, Scope]


def main() -> None:
    machines, seen = load_all(), evaluations()
    order = _microseconds(lambda: run(machines), _ORDERS)
    closures = _microseconds(lambda: [one.by_closure(scope) for one, scope in seen], _ROUNDS)
    library = _microseconds(lambda: [one.by_jsonata(scope) for one, scope in seen], _ROUNDS // 10)
    sys.stdout.write(
        f"{order:8.1f} µs  a happy order in both machines, driver included\n"
        f"{closures / len(seen):8.2f} µs  one of its {len(seen)} expressions, by closure\n"
        f"{library / len(seen):8.2f} µs  the same by jsonata-python, read beforehand\n"
    )


def run(machines: Mapping[str, Machine]) -> None:
    ended = Driver(_HAPPY.reactions(), machines).finish(machines["order_capture"], _GIVEN)
    assert ended.status == "SUCCEEDED"


def evaluations() -> list[Evaluation]:
    """Every expression that a happy order evaluates, with the scope as it is then."""
    seen: list[Evaluation] = []
    evaluate = Expression.value

    def note(self: Expression, scope: Scope) -> Any:
        seen.append((self, Scope(dict(scope.variables), dict(scope.states))))
        return evaluate(self, scope)

    with patch.object(Expression, "value", note):
        run(load_all())
    return seen


def _microseconds(work: Callable[[], object], times: int) -> float:
    work()
    began = process_time()
    for _ in range(times):
        work()
    return (process_time() - began) / times * 1e6


if __name__ == "__main__":
    main()
