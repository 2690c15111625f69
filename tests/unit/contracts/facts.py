"""The facts that contexts state, found in their own modules."""

from dataclasses import is_dataclass
from types import ModuleType

from oms.inventory.domain import facts as inventory
from oms.orders.domain import facts as orders
from oms.payments.domain import facts as payments
from oms.support.domain import exceptions as support


def _stated_in(module: ModuleType, prefix: str = "") -> dict[str, type]:
    return {
        name: found
        for name, found in vars(module).items()
        if is_dataclass(found)
        and isinstance(found, type)
        and found.__module__ == module.__name__
        and name.startswith(prefix)
    }


STATED: dict[str, dict[str, type]] = {
    "orders": _stated_in(orders),
    "inventory": _stated_in(inventory),
    "payments": _stated_in(payments),
    "support": _stated_in(support, "Exception"),
}
ALL: list[tuple[str, str]] = [(context, name) for context, facts in STATED.items() for name in facts]
