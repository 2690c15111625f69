"""The places stock stands at."""

from datetime import datetime

from oms.inventory.application import recording
from oms.inventory.application.ports import Locations, Registered
from oms.inventory.domain.location import Location
from oms.kernel.errors import WriteConflict
from oms.kernel.events import Actor


def register_location(registry: Locations, location: Location, *, now: datetime, actor: Actor) -> bool:
    """Make a location known or change its description; True when that changed anything.

    Raises Retryable errors, among them WriteConflict when two describe the same location at once.
    """
    known = registry.get(location.code)
    if known and known.location == location:
        return False
    version = known.version + 1 if known else 1
    event = recording.registered(location, version, now=now, actor=actor)
    if not registry.put(Registered(location, version), event):
        raise WriteConflict(f"location {location.code} is being described elsewhere")
    return True


def locations(registry: Locations) -> list[Location]:
    """Every location, by code."""
    return registry.all()
