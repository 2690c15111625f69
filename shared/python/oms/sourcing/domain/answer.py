"""What the planner answers, and the JSON it travels as."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Missing = Literal["unknown_sku", "out_of_stock"]


@dataclass(frozen=True, slots=True)
class Box:
    """What one location ships: (line number, quantity), by line number."""

    location: str
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every unit has a location. `decision` says in plain language why there; empty once read back."""

    boxes: tuple[Box, ...]
    decision: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """{"boxes": [{"location", "lines": [[number, quantity], …]}, …]}"""
        return {
            "boxes": [
                {"location": box.location, "lines": [list(line) for line in box.lines]} for box in self.boxes
            ]
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Plan":
        """The plan that `to_json` wrote. Raises KeyError or ValueError for any other document."""
        return cls(
            tuple(
                Box(box["location"], tuple((number, quantity) for number, quantity in box["lines"]))
                for box in document["boxes"]
            )
        )


@dataclass(frozen=True, slots=True)
class MissingLine:
    """`missing` units of a line that no location has."""

    number: int
    sku: str
    missing: int
    reason: Missing


@dataclass(frozen=True, slots=True)
class Shortage:
    """Some units have no location, so nothing is planned. By line number."""

    lines: tuple[MissingLine, ...]

    @property
    def unknown(self) -> bool:
        """Whether a SKU is missing that nobody has ever stocked: probably a catalogue mistake."""
        return any(line.reason == "unknown_sku" for line in self.lines)

    @property
    def reason(self) -> str:
        """`unknown_sku` where one is, else `out_of_stock`."""
        return "unknown_sku" if self.unknown else "out_of_stock"

    def to_json(self) -> dict[str, Any]:
        """{"lines": [{"number", "sku", "missing", "reason"}, …], "reason"}"""
        lines = [
            {"number": line.number, "sku": line.sku, "missing": line.missing, "reason": line.reason}
            for line in self.lines
        ]
        return {"lines": lines, "reason": self.reason}
