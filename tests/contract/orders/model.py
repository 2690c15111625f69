"""What an order must be, worked out in the simplest way: where each unit is, and a stage; no versions, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oms.orders.domain.order import Hold

Units = dict[int, int]
"""By line number."""
PLACES = ("LON", "MAN")


@dataclass
class Model:
    """`open_at`, `shipped_at`: per location. Before the release everything is `unallocated`."""

    ordered: Units
    stage: str = "RECEIVED"
    hold: Hold | None = None
    cancel_requested: bool = False
    assessment: int = 0
    unallocated: Units = field(default_factory=dict)
    open_at: dict[str, Units] = field(default_factory=dict)
    shipped_at: dict[str, Units] = field(default_factory=dict)
    cancelled: Units = field(default_factory=dict)
    parcels: dict[tuple[str, str], str] = field(default_factory=dict)
    """(location, shipment id) -> fingerprint."""
    changes: list[str] = field(default_factory=lambda: ["OrderReceived"])

    def __post_init__(self) -> None:
        self.unallocated = dict(self.ordered)

    @property
    def anything_shipped(self) -> bool:
        return any(any(units.values()) for units in self.shipped_at.values())

    @property
    def anything_open(self) -> bool:
        return any(self.unallocated.values()) or any(any(units.values()) for units in self.open_at.values())

    def put_on_hold(self, kind: Hold, assessment: int) -> str:
        if self.stage not in ("RECEIVED", "HELD") or self.assessment > assessment:
            return "UNCHANGED"
        if self.hold is not kind:
            self.stage, self.hold = "HELD", kind
            self.changes.append("OrderHeld")
        return "HELD"

    def release(self, boxes: Mapping[str, Units], assessment: int) -> str:
        if self.stage in ("RELEASED", "SHIPPED"):
            return "RELEASED"
        if self.cancel_requested or self.stage == "CANCELLED":
            return "CANCELLATION_REQUESTED"
        if self.assessment > assessment:
            return "OVERTAKEN"
        self.stage, self.hold, self.unallocated = "RELEASED", None, {}
        self.open_at = {place: dict(units) for place, units in boxes.items() if units}
        self.shipped_at = {place: {} for place in self.open_at}
        self.changes.append("OrderReleased")
        return "RELEASED"

    def ship(self, place: str, shipment_id: str, sent: Units, fingerprint: str) -> str:
        """`sent` is never empty: a report without lines has been filled in."""
        if known := self.parcels.get((place, shipment_id)):
            return "again" if known == fingerprint else "shipment_id_reused"
        if self.stage != "RELEASED":
            return "order_not_open"
        here = self.open_at[place]
        if not sent:
            return "nothing_open"
        for number, units in sent.items():
            if number not in here:
                return "line_not_here"
            if units > here[number]:
                return "more_than_open"
        for number, units in sent.items():
            here[number] -= units
            self.shipped_at[place][number] = self.shipped_at[place].get(number, 0) + units
        self.parcels[place, shipment_id] = fingerprint
        self.stage = "RELEASED" if self.anything_open else "SHIPPED"
        self.changes.append("ShipmentRecorded")
        return "shipped"

    def ask_to_cancel(self) -> str:
        called_off = any(self.cancelled.values())
        if self.stage == "SHIPPED" and not called_off:
            return "refused"
        if self.cancel_requested or called_off:
            return "known"
        self.cancel_requested = True
        self.changes.append("OrderCancellationRequested")
        return "noted"

    def cancel(self) -> str:
        if not self.anything_open:
            return "CANCELLED" if any(self.cancelled.values()) else "NOTHING_OPEN"
        for place in (self.unallocated, *self.open_at.values()):
            for number, units in place.items():
                self.cancelled[number] = self.cancelled.get(number, 0) + units
                place[number] = 0
        self.stage, self.hold = ("SHIPPED" if self.anything_shipped else "CANCELLED"), None
        self.changes.append("OrderCancelled")
        return "CANCELLED"

    def line(self, number: int) -> tuple[int, int, int, int]:
        """Units unallocated, allocated, shipped, cancelled."""
        return (
            self.unallocated.get(number, 0),
            sum(units.get(number, 0) for units in self.open_at.values()),
            sum(units.get(number, 0) for units in self.shipped_at.values()),
            self.cancelled.get(number, 0),
        )
