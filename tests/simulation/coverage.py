"""Which ways of which state machine the runs took: those of the domain and those of the workflow files."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from oms.inventory.domain import reservation
from oms.orders.domain import order
from oms.payments.domain import machines as payments
from oms.support.domain import exceptions

from tests.simulation.asl.loading import load_all
from tests.workflows.machines import machine

Way = tuple[str, str]
"""A machine, and a way in it: from where, and what happened or where to."""

TABLES: Mapping[str, Mapping[Any, Any]] = {
    "order": order.TRANSITIONS,
    "authorization": payments.AUTHORIZATION,
    "payment capture": payments.PAYMENT_CAPTURE,
    "void": payments.VOID,
    "refund": payments.REFUND,
    "exception": exceptions.TRANSITIONS,
}
"""(state, what happened) -> state. The code of the domain looks every move up in its table."""


def ways() -> set[Way]:
    """All there are."""
    found = {_way(name, key) for name, table in TABLES.items() for key in table}
    found |= {
        ("reservation", f"{before} > {after}")
        for before, targets in reservation.MACHINE.items()
        for after in targets
    }
    for name in load_all():
        for level in machine(name).levels():
            found |= {(name, f"{edge.source} > {edge.target}") for edge in level.edges()}
    return found


def watch(taken: Callable[[Way], None]) -> None:
    """Have every look into a table told, for as long as the process lives."""
    watched = {id(table): _Watched(name, table, taken) for name, table in TABLES.items()}
    for module in [one for name, one in sys.modules.items() if name.startswith("oms.")]:
        for name, value in list(vars(module).items()):
            if id(value) in watched:
                setattr(module, name, watched[id(value)])
            elif isinstance(value, dict):
                value.update({key: watched[id(one)] for key, one in value.items() if id(one) in watched})


def of_reservations(changes: Iterable[Mapping[str, Any]]) -> Counter[Way]:
    """The ways that rows of the inventory's stream took."""
    last: dict[tuple[str, str], str] = {}
    found: Counter[Way] = Counter()
    for change in changes:
        image = change["dynamodb"].get("NewImage", {})
        key = image.get("pk", {}).get("S", ""), image.get("sk", {}).get("S", "")
        if key[1].startswith("RESERVATION#") and "state" in image:
            state = image["state"]["S"]
            if last.get(key, state) != state:
                found["reservation", f"{last[key]} > {state}"] += 1
            last[key] = state
    return found


class _Watched(dict[Any, Any]):
    def __init__(self, name: str, table: Mapping[Any, Any], taken: Callable[[Way], None]) -> None:
        super().__init__(table)
        self._name, self._taken = name, taken

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        self._taken(_way(self._name, key))
        return value


def _way(name: str, key: tuple[Any, str]) -> Way:
    return name, f"{key[0]} > {key[1]}"
