"""Calls that functions make of AWS and of partners, and the ways in which each may break off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from infra.names import PARTNERS

Json = dict[str, Any]
_READS: Final = ("Get", "Query", "BatchGet", "List", "Describe")
SKU: Final = "SKU-"
"""How the SKUs of all flows begin."""
_ATTEMPTS: Final = 2
"""What the SDK makes of one call: a fault that strikes both is what the function sees as a failure."""


class Way(Enum):
    """How a call breaks off."""

    BEFORE = "cut before"
    """The connection breaks before the request arrives, and breaks again when the SDK tries again."""
    AFTER = "answer lost"
    """The request takes effect; the answer is lost, and so is that to the SDK's second attempt."""
    AGAIN = "asked again"
    """The request takes effect, its answer is lost, and the SDK's second attempt is answered."""


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """The `ordinal`-th call (from 1) of an operation that a function makes in a step of an order's way.

    `named`: whether the request names the order, its SKU or its task token; those that name no order at
    all are counted by themselves. Of a partner's call the sandbox does not know the function: the partner
    stands in its place.
    """

    function: str
    service: str
    operation: str
    ordinal: int
    named: bool = True
    target: str = ""
    """The table, where the request names one. Only told: the operation's calls are counted together."""

    @property
    def is_partners(self) -> bool:
        return self.service in PARTNERS

    @property
    def ways(self) -> tuple[Way, ...]:
        """A read that is asked again is no other case than a read; nothing asks a partner again at once."""
        both = (Way.BEFORE, Way.AFTER)
        return both if self.is_partners or self.operation.startswith(_READS) else (*both, Way.AGAIN)

    def at(self, ordinal: int) -> "Call":
        """The same operation, another of its calls."""
        return replace(self, ordinal=ordinal)

    def __str__(self) -> str:
        return f"{self.function}: {self.operation} {self.target}".rstrip() + f", {self.ordinal}."


def struck_times(way: Way) -> int:
    """How often a fault at AWS must strike to break a call in this way."""
    return 1 if way is Way.AGAIN else _ATTEMPTS


def agent(function: str) -> Json:
    """What the headers of a function's requests hold."""
    return {"User-Agent": f"holdfast/{function}"}


def naming(names: Sequence[str]) -> str:
    """A JMESPath expression that is true of request bodies with one of `names` in them."""
    return " || ".join(f"contains(to_string(@), '{name}')" for name in names)


NAMELESS: Final = f"!({naming(('ord_', SKU))})"
"""Is true of request bodies that name nobody's order and nobody's SKU."""


def rules(call: Call, way: Way, names: Sequence[str]) -> list[Json]:
    """The proxy's rules that break one call of AWS: the calls before it pass."""
    common = {
        "service": call.service,
        "operation": call.operation,
        "headers": agent(call.function),
        "body": naming(names) if call.named else NAMELESS,
    }
    passing = [common | {"times": call.ordinal - 1}] if call.ordinal > 1 else []
    effect = {"reset": True} if way is Way.BEFORE else {"response": {"abort_bytes": 0}}
    return [*passing, common | effect | {"times": struck_times(way)}]


def faults(call: Call, way: Way, match: str) -> list[Json]:
    """The sandbox's faults that break one call of a partner: the calls before it pass."""
    method, _, path = call.operation.partition(" ")
    common = {"partner": call.service, "method": method, "path": path, "match": match}
    passing = [common | {"fault": "pass", "times": call.ordinal - 1}] if call.ordinal > 1 else []
    return [*passing, common | {"fault": "drop_before" if way is Way.BEFORE else "drop_after"}]
