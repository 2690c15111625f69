"""What a run is about: its stock, its orders, and what clients were promised."""

from dataclasses import dataclass, field


@dataclass
class Plot:
    skus: tuple[str, ...]
    locations: tuple[str, ...]
    orders: int
    calm: float
    """Simulated second at which the bad weather ends and actors begin nothing new."""
    rush: bool = False
    """Whether everybody buys at once, and little is there."""
    acknowledged: list[str] = field(default_factory=list)
    """Ids of orders that somebody was told are stored."""
