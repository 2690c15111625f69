"""Where stock stands and ships from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A warehouse or a shop. `code` is its natural key and never changes its meaning."""

    code: str
    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    """ISO 3166-1 alpha-2."""
    region: str = ""
    line2: str = ""
    latitude: float | None = None
    longitude: float | None = None
    """Degrees, WGS 84; both or neither."""
    priority: int = 100
    """Among equals the lower number ships first."""

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError(f"location {self.code} has half a coordinate")
