"""What people do to an order in the demonstration, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oms.support.domain.exceptions import Action


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until the order has this status."""

    status: str


@dataclass(frozen=True, slots=True)
class Ship:
    """The warehouse reports a parcel from every location with open work; `units` (line -> units) limits it."""

    units: Mapping[str, int] = field(default_factory=dict)
    parcels: int = 1
    """How many locations must have work."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The customer calls the order off."""

    code: str = "customer_request"


@dataclass(frozen=True, slots=True)
class Resolve:
    """A member of staff decides the order's open exception of this kind."""

    kind: str
    action: Action


@dataclass(frozen=True, slots=True)
class PlaceAgain:
    """The channel repeats its request: the same answer, nothing new; with another body it is refused."""


Step = Await | Ship | Cancel | Resolve | PlaceAgain
